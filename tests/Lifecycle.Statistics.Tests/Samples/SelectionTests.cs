using FsCheck.Xunit;

namespace Lifecycle.Statistics.Tests;

public class SelectionTests
{
    [Property(MaxTest = 300)]
    public void Quantiles_equal_those_of_the_sorted_values(short[] raw, byte share, bool isHeavy)
    {
        double[] values = [.. raw.Select(r => isHeavy ? Math.Pow(r / 1000.0, 9) : r / 7.0), 1.5];
        double[] sorted = [.. values.Order()];
        double level = share / 255.0, at = level * (sorted.Length - 1);
        int below = (int)at;
        double expected = below + 1 < sorted.Length ? sorted[below] + (at - below) * (sorted[below + 1] - sorted[below]) : sorted[^1];
        Close.Relative(expected, Selection.Quantile(values, level), 1e-12);
    }

    [Theory]
    [InlineData(0.025)]
    [InlineData(0.975)]
    [InlineData(0.001)]
    [InlineData(0.5)]
    [InlineData(0)]
    [InlineData(1)]
    public void Quantiles_of_many_values_of_any_shape(double level)
    {
        RandomStream random = new(6);
        foreach (Func<double> law in new Func<double>[] { random.NextGaussian, random.NextDouble, () => Math.Exp(3 * random.NextGaussian()), () => random.NextBelow(3), () => 4 })
        {
            double[] values = [.. Enumerable.Range(0, 1000).Select(_ => law())], sorted = [.. values.Order()];
            double at = level * 999;
            int below = (int)at;
            double expected = below < 999 ? sorted[below] + (at - below) * (sorted[below + 1] - sorted[below]) : sorted[^1];
            Close.Relative(expected, Selection.Quantile(values, level), 1e-12);
        }
    }

    [Property(MaxTest = 200)]
    public void A_partition_has_the_value_of_its_rank(sbyte[] raw, byte place)
    {
        double[] values = [.. raw.Select(r => (double)r), 0, 3];
        double[] sorted = [.. values.Order()];
        int rank = place % values.Length;
        Selection.Partition(values, rank);
        Assert.Equal(sorted[rank], values[rank]);
        Assert.All(values.Take(rank), v => Assert.True(v <= values[rank]));
        Assert.All(values.Skip(rank), v => Assert.True(v >= values[rank]));
        Assert.Equal(sorted, values.Order());
    }
}
