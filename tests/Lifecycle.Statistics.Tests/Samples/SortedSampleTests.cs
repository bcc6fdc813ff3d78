using FsCheck.Xunit;

namespace Lifecycle.Statistics.Tests;

public class SortedSampleTests
{
    [Property(MaxTest = 200)]
    public void Sorting_equals_the_framework_after_dropping(sbyte[] codes)
    {
        double[] values = Naive.Hostile(codes);
        SortedSample sample = new(values);
        Assert.Equal(Naive.Finite(values).Order(), sample.Values.ToArray());
        Assert.Equal(values.Count(double.IsNaN), sample.Missing);
        Assert.Equal(values.Count(double.IsInfinity), sample.Infinite);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(10_000)]
    public void Radix_sort_handles_every_kind_of_value(int count)
    {
        RandomStream random = new(5, (ulong)count);
        double[] doubles = new double[count];
        float[] singles = new float[count];
        for (int i = 0; i < count; i++)
        {
            doubles[i] = BitConverter.UInt64BitsToDouble(random.NextUInt64());
            singles[i] = BitConverter.UInt32BitsToSingle((uint)random.NextUInt64());
        }

        Assert.Equal(doubles.Where(double.IsFinite).Order(), new SortedSample(doubles).Values.ToArray());
        Assert.Equal(singles.Where(float.IsFinite).Order().Select(x => (double)x), new SortedSample(singles).Values.ToArray());
        int[] order = RadixOrder.Ascending([.. doubles.Where(double.IsFinite)]);
        Assert.Equal(order.Length, order.Distinct().Count());
    }

    [Fact]
    public void Zeros_of_both_signs_are_one_value()
    {
        SortedSample sample = new([0.0, -0.0, 1, -1]);
        Assert.Equal(BitConverter.DoubleToInt64Bits(0.0), BitConverter.DoubleToInt64Bits(sample[1]));
        Assert.Equal(BitConverter.DoubleToInt64Bits(0.0), BitConverter.DoubleToInt64Bits(sample[2]));
    }

    [Fact]
    public void Constant_samples_are_left_as_they_are()
    {
        float[] constant = [.. Enumerable.Repeat(3.5f, 1000)];
        Assert.All(new SortedSample(constant).Values.ToArray(), v => Assert.Equal(3.5, v));
    }
}
