using FsCheck.Xunit;

namespace Lifecycle.Statistics.Tests;

public class CardinalitySketchTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(10, 10.012321013496713)]
    [InlineData(1_000, 1002.0216005856203)]
    [InlineData(100_000, 100957.5913106745)]
    [InlineData(1_000_000, 1004653.7805788579)]
    public void Estimates_of_the_page_agree(int count, double expected) => Close.Relative(expected, Counting(0, count).Estimate(), 1e-12);

    [Fact]
    public void Merging_equals_adding_everything_to_one()
    {
        CardinalitySketch joined = Counting(0, 600), part = Counting(400, 1_000);
        joined.Merge(part);
        joined.Merge(part);
        Assert.Equal(Counting(0, 1_000).Registers.ToArray(), joined.Registers.ToArray());
        Assert.Equal(joined.Estimate(), CardinalitySketch.FromRegisters(joined.Registers).Estimate());
    }

    [Fact]
    public void Hashes_are_golden()
    {
        Assert.Equal(0xef46db3751d8e999UL, SketchHash.Of(""));
        Assert.Equal(0xd24ec4f1a98c6e5bUL, SketchHash.Of("a"));
        Assert.Equal(0x44bc2cf5ad770999UL, SketchHash.Of("abc"));
        Assert.Equal(SketchHash.Of(0.0), SketchHash.Of(-0.0));
        Assert.Equal(0xe220a8397b1dcdafUL, SketchHash.Of(0.0));
        Assert.Equal(SketchHash.Of(System.Text.Encoding.UTF8.GetBytes(new string('ä', 900))), SketchHash.Of(new string('ä', 900)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(1_100)]
    [InlineData(50_000)]
    public void Values_together_and_bytes_give_the_same_sketch(int count)
    {
        double[] values = [.. Enumerable.Range(0, count).Select(i => i / 3.0), -0.0, double.NaN];
        CardinalitySketch together = new(), single = new();
        together.Add(values);
        foreach (double value in values)
        {
            single.Add(value);
        }

        byte[] bytes = together.ToBytes();
        Assert.Equal(single.Registers.ToArray(), together.Registers.ToArray());
        Assert.InRange(bytes.Length, 1, 3_073);
        Assert.Equal(together.Registers.ToArray(), CardinalitySketch.FromBytes(bytes).Registers.ToArray());
        Assert.Throws<FormatException>(() => CardinalitySketch.FromBytes(bytes.AsSpan(0, bytes.Length - 1)));
        Assert.Throws<FormatException>(() => CardinalitySketch.FromBytes([.. bytes, 1]));
        Assert.Throws<FormatException>(() => CardinalitySketch.FromBytes([1, 4, 54]));
    }

    [Fact]
    public void Registers_that_no_sketch_can_have_are_refused()
    {
        byte[] registers = new byte[CardinalitySketch.RegisterCount];
        registers[9] = 54;
        Assert.Throws<ArgumentException>(() => CardinalitySketch.FromRegisters(registers));
        Assert.Throws<ArgumentException>(() => CardinalitySketch.FromRegisters(registers.AsSpan(1)));
        CardinalitySketch full = CardinalitySketch.FromRegisters([.. Enumerable.Repeat((byte)53, CardinalitySketch.RegisterCount)]);
        Assert.Equal(double.PositiveInfinity, full.Estimate());
    }

    [Property(MaxTest = 100)]
    public void Moments_merge_like_joined_values(sbyte[] first, sbyte[] second)
    {
        double[] a = [.. first.Select(x => 1e9 + x / 8.0)], b = [.. second.Select(x => 1e9 + x / 4.0)];
        Moments whole = Moments.Of([.. a, .. b, double.NaN]), merged = Moments.Of(a).Merge(Moments.Of(b));
        Moments streamed = a.Concat(b).Aggregate(default(Moments), (m, x) => m.Add(x));
        Assert.Equal(whole.Count, merged.Count);
        Assert.Equal((whole.Minimum, whole.Maximum), (merged.Minimum, merged.Maximum));
        foreach (Moments other in (Moments[])[merged, streamed])
        {
            Close.Relative(whole.Mean, other.Mean, 1e-12);
            Close.Absolute(whole.SquaredDeviations, other.SquaredDeviations, 1e-4 + 1e-6 * whole.SquaredDeviations);
        }
    }

    [Property(MaxTest = 100)]
    public void Moments_of_blocks_are_those_of_values(int seed, byte size)
    {
        RandomStream random = new((ulong)seed);
        double[] values = [.. Enumerable.Range(0, size).Select(_ => 1e6 + random.NextGaussian())];
        Moments exact = Moments.Of(values), block = Moments.OfBlock(values);
        Assert.Equal((exact.Count, exact.Minimum, exact.Maximum), (block.Count, block.Minimum, block.Maximum));
        Close.Relative(exact.Mean, block.Mean, 1e-15);
        Close.Absolute(exact.SquaredDeviations, block.SquaredDeviations, 1e-12 + 1e-9 * exact.SquaredDeviations);
    }

    [Fact]
    public void Variance_keeps_its_digits_far_from_zero()
    {
        Moments moments = Moments.Of([1e12 + 1, 1e12 + 2, 1e12 + 3, 1e12 + 4]);
        Assert.Equal(1e12 + 2.5, moments.Mean);
        Close.Relative(5 / 3.0, moments.Variance, 1e-15);
        Assert.True(double.IsNaN(Moments.Of([1]).Variance));
    }

    private static CardinalitySketch Counting(int from, int to)
    {
        CardinalitySketch sketch = new();
        for (int i = from; i < to; i++)
        {
            sketch.Add(i);
        }

        return sketch;
    }
}
