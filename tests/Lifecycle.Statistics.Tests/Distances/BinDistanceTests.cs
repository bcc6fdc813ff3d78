using FsCheck.Xunit;

namespace Lifecycle.Statistics.Tests;

public class BinDistanceTests
{
    [Property(MaxTest = 200)]
    public void Distances_equal_their_definitions(byte[] reference, byte[] current)
    {
        int bins = Math.Min(reference.Length, current.Length);
        long[] x = [.. reference.Take(bins).Select(v => (long)v)], y = [.. current.Take(bins).Select(v => (long)v)];
        if (x.Sum() == 0 || y.Sum() == 0)
        {
            Assert.Throws<ArgumentException>(() => PopulationStabilityIndex.Compare(x, y));
            return;
        }

        double[] p = Smooth(x), q = Smooth(y);
        Check(p.Zip(q, (a, b) => (a - b) * Math.Log(a / b)).Sum(), PopulationStabilityIndex.Compare(x, y));
        Check(1 - p.Zip(q, (a, b) => Math.Sqrt(a * b)).Sum(), Hellinger.Compare(x, y));
        double jsd = p.Zip(q, (a, b) => 0.5 * (a * Math.Log(2 * a / (a + b)) + b * Math.Log(2 * b / (a + b)))).Sum();
        Check(jsd, JensenShannon.Compare(x, y));
        Check(p.Zip(q, (a, b) => b * Math.Log(b / a)).Sum(), KullbackLeibler.Compare(x, y));
        double[] gaps = [.. x.Zip(y, (a, b) => Math.Abs((double)a / x.Sum() - (double)b / y.Sum()))];
        Close.Absolute(gaps.Sum() / 2, TotalVariation.Distance(x, y), 1e-13);
        Close.Absolute(gaps.Max(), LInfinity.Distance(x, y), 1e-13);
        Assert.Equal(0, PopulationStabilityIndex.Raw(x, x));
        Assert.Equal(1, PopulationStabilityIndex.Compare(x, x).PValue, 1e-12);
    }

    [Fact]
    public void Empty_bins_are_infinite_raw_and_finite_smoothed()
    {
        Assert.Equal(double.PositiveInfinity, PopulationStabilityIndex.Raw([5, 0], [3, 2]));
        Assert.True(double.IsFinite(PopulationStabilityIndex.Compare([5, 0], [3, 2]).Value));
        Assert.Equal(1, PopulationStabilityIndex.Compare([5], [3]).PValue);
    }

    [Fact]
    public void Huge_counts_keep_a_finite_logarithm()
    {
        BinDistance far = PopulationStabilityIndex.Compare([1_000_000_000, 0], [0, 1_000_000_000]);
        Assert.Equal(double.Epsilon, far.PValue);
        Assert.True(double.IsFinite(far.LogPValue));
    }

    private static double[] Smooth(long[] counts) => [.. counts.Select(c => (c + 0.5) / (counts.Sum() + 0.5 * counts.Length))];

    private static void Check(double expected, BinDistance actual)
    {
        Close.Absolute(expected, actual.Value, 1e-13);
        Assert.InRange(actual.Corrected, 0, actual.Value);
        Assert.InRange(actual.PValue, double.Epsilon, 1);
        Assert.True(double.IsFinite(actual.LogPValue));
    }
}
