using FsCheck.Xunit;

namespace Lifecycle.Statistics.Tests;

public class LogHistogramTests
{
    [Property(MaxTest = 200)]
    public void Any_quantile_is_within_1_6_percent(int seed, int size, short exponent)
    {
        RandomStream random = new((ulong)seed);
        double scale = Math.Pow(10, exponent % 30);
        double[] values = [.. Enumerable.Range(0, 1 + Math.Abs(size % 500)).Select(_ => random.NextGaussian() * Math.Exp(3 * random.NextGaussian()) * scale)];
        LogHistogram histogram = new();
        histogram.Add(values);
        double[] sorted = [.. values.Order()];
        for (int i = 0; i <= 20; i++)
        {
            double exact = sorted[(int)Math.Min(i / 20.0 * sorted.Length, sorted.Length - 1)];
            Assert.InRange(histogram.Quantile(i / 20.0), exact - 0.016 * Math.Abs(exact), exact + 0.016 * Math.Abs(exact));
        }

        Assert.True(histogram.RelativeError <= 0.016);
    }

    [Property(MaxTest = 100)]
    public void Values_together_count_as_one_by_one(double[] some, int seed)
    {
        RandomStream random = new((ulong)seed);
        double[] values = [.. some, .. Enumerable.Range(0, 40).Select(i => random.NextGaussian() * Math.Pow(10, i - 20)), -0.0, 0, 1e-40, -1e-310, 1e300, -1e39, float.MaxValue, double.NaN, double.NegativeInfinity];
        random.Shuffle<double>(values);
        LogHistogram together = new(), single = new();
        together.Add(values);
        foreach (double value in values)
        {
            single.Add(value);
        }

        Assert.Equal(values.Count(double.IsFinite), together.Count);
        Assert.Equal(single.Buckets(), together.Buckets());
        Assert.Equal(single.ToBytes(), together.ToBytes());
    }

    [Theory]
    [InlineData(4096)]
    [InlineData(600)]
    [InlineData(60)]
    public void Merging_is_associative_to_the_byte_however_often_it_is_written_in_between(int budget)
    {
        LogHistogram[] parts = [.. Enumerable.Range(0, 5).Select(p => Of(Values((ulong)p, 400 + 300 * p)))];
        LogHistogram whole = Of([.. Enumerable.Range(0, 5).SelectMany(p => Values((ulong)p, 400 + 300 * p))]);
        byte[] left = parts.Aggregate((a, b) => Merged(Again(a, budget), Again(b, budget))).ToBytes(budget);
        byte[] right = parts.Reverse().Aggregate((a, b) => Merged(b, Again(a, budget))).ToBytes(budget);
        byte[] pairs = Merged(Again(Merged(parts[3], parts[0]), budget), Merged(parts[4], Merged(parts[2], parts[1]))).ToBytes(budget);
        Assert.Equal(whole.ToBytes(budget), left);
        Assert.Equal(left, right);
        Assert.Equal(left, pairs);
        Assert.True(left.Length <= budget || LogHistogram.FromBytes(left).Bits == 0);
        Assert.Equal(whole.Count, LogHistogram.FromBytes(left).Count);
    }

    [Fact]
    public void Zero_has_a_bucket_of_its_own_and_the_signs_keep_their_order()
    {
        LogHistogram histogram = Of([-3, -1e-300, 0, 0, 1e-45, 5]);
        Assert.Equal(3, histogram.Buckets().Count());
        Assert.Equal(0, histogram.Quantile(0.5));
        Assert.Equal(4, histogram.Buckets().Single(b => b.Middle == 0).Count);
        Assert.InRange(histogram.Quantile(0), -3.05, -2.95);
        Assert.True(double.IsNaN(new LogHistogram().Quantile(0.5)));
    }

    [Fact]
    public void Bytes_that_no_histogram_wrote_are_refused()
    {
        Assert.Throws<FormatException>(() => LogHistogram.FromBytes([]));
        Assert.Throws<FormatException>(() => LogHistogram.FromBytes([6]));
        Assert.Throws<FormatException>(() => LogHistogram.FromBytes([5, 1]));
        Assert.Throws<FormatException>(() => LogHistogram.FromBytes([5, 1, 1, 0, 1]));
        Assert.Throws<FormatException>(() => LogHistogram.FromBytes([0, 0xFF, 0xFF, 3, 1]));
        Assert.Equal([5, 1, 2, 3, 4], LogHistogram.FromBytes([5, 1, 2, 3, 4]).ToBytes());
        Assert.Throws<ArgumentOutOfRangeException>(() => new LogHistogram(6));
    }

    private static double[] Values(ulong seed, int count)
    {
        RandomStream random = new(11, seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextGaussian() * Math.Exp(4 * random.NextGaussian()))];
    }

    private static LogHistogram Of(double[] values)
    {
        LogHistogram histogram = new();
        histogram.Add(values);
        return histogram;
    }

    private static LogHistogram Again(LogHistogram histogram, int budget) => LogHistogram.FromBytes(histogram.ToBytes(budget));

    private static LogHistogram Merged(LogHistogram left, LogHistogram right)
    {
        LogHistogram merged = LogHistogram.FromBytes(left.ToBytes(int.MaxValue));
        merged.Merge(right);
        return merged;
    }
}
