using FsCheck.Xunit;

namespace Lifecycle.Statistics.Tests;

public class QuantileSketchTests
{
    [Theory]
    [InlineData(64, 4_000, 1)]
    [InlineData(64, 4_000, 5)]
    [InlineData(200, 8_000, 1)]
    [InlineData(200, 8_000, 3)]
    public void Rank_and_mass_errors_hold_in_99_of_100_sketches_also_merged(int k, int count, int parts)
    {
        const int trials = 2_500;
        double[] values = [.. Enumerable.Range(0, count).Select(i => (double)i)];
        int rankHeld = 0, massHeld = 0;
        for (int trial = 0; trial < trials; trial++)
        {
            RandomStream random = new(7, (ulong)trial);
            random.Shuffle<double>(values);
            QuantileSketch sketch = Sketch(values, parts, k, (ulong)trial);
            int place = random.NextBelow(count), other = random.NextBelow(count);
            double error = Math.Abs(sketch.CountAtOrBelow(place) - (place + 1)) / (double)count;
            double mass = Math.Abs(sketch.CountAtOrBelow(place) - sketch.CountAtOrBelow(other) - (place - other)) / (double)count;
            rankHeld += error <= sketch.RankError ? 1 : 0;
            massHeld += mass <= sketch.MassError ? 1 : 0;
        }

        Assert.InRange(rankHeld, 0.99 * trials, trials);
        Assert.InRange(massHeld, 0.99 * trials, trials);
    }

    [Fact]
    public void Errors_are_those_of_the_page()
    {
        Assert.Equal([0.0133, 0.0027, 0.00071], ((int[])[200, 1024, 4096]).Select(k => Math.Round(QuantileSketch.RankErrorOf(k), k == 4096 ? 5 : 4)));
        Assert.Equal([0.0165, 0.0035, 0.00096], ((int[])[200, 1024, 4096]).Select(k => Math.Round(QuantileSketch.MassErrorOf(k), k == 4096 ? 5 : 4)));
        Assert.InRange(QuantileSketch.SizeFor(QuantileSketch.RankErrorOf(1024)), 1023, 1025);
        Assert.True(QuantileSketch.RankErrorOf((int)QuantileSketch.SizeFor(0.001)) <= 0.001);
    }

    [Property(MaxTest = 100)]
    public void Until_k_values_all_answers_are_exact(short[] some)
    {
        double[] values = [.. some.Take(100).Select(v => v / 8.0)];
        QuantileSketch sketch = new(100);
        sketch.Add(values);
        sketch.Add([double.NaN, double.PositiveInfinity]);
        double[] sorted = [.. values.Order()];
        Assert.Equal((values.Length, true, 0.0), (sketch.Count, sketch.IsExact, sketch.RankError));
        for (int i = 0; i < sorted.Length; i++)
        {
            Assert.Equal(sorted[i], sketch.At(i));
            Assert.Equal(sorted.Count(v => v <= sorted[i]), sketch.CountAtOrBelow(sorted[i]));
            Assert.Equal(sorted.Count(v => v < sorted[i]), sketch.CountBelow(sorted[i]));
        }

        Assert.Equal(sorted.Length == 0 ? double.NaN : sorted[0], sketch.Minimum);
        Assert.Equal(sorted.Length == 0 ? double.NaN : sorted[^1], sketch.Quantile(1));
        Assert.Equal(sketch.ToBytes(), QuantileSketch.FromBytes(sketch.ToBytes()).ToBytes());
    }

    [Fact]
    public void Values_one_by_one_in_parts_and_asked_in_between_give_the_same_bytes()
    {
        double[] values = Normal(20_000, 3);
        QuantileSketch whole = new(128), single = new(128), asked = new(128);
        whole.Add(values);
        for (int i = 0; i < values.Length; i++)
        {
            single.Add(values[i]);
            if (i % 777 == 0)
            {
                asked.Add(values.AsSpan(i, Math.Min(777, values.Length - i)));
                _ = (asked.Quantile(0.5), asked.ToBytes(), asked.Minimum);
            }
        }

        Assert.Equal(whole.ToBytes(), single.ToBytes());
        Assert.Equal(whole.ToBytes(), asked.ToBytes());
        Assert.Equal(whole.ToBytes(), whole.Clone().ToBytes());
        Assert.Equal(whole.Count, whole.ToWeighted().Weights.Sum());
        Assert.Equal((values.Min(), values.Max()), (whole.Minimum, whole.Maximum));
        QuantileSketch read = QuantileSketch.FromBytes(whole.ToBytes());
        Assert.Equal(whole.ToBytes(), read.ToBytes());
        Assert.Equal(whole.Cdf([-1, 0, 2]), read.Cdf([-1, 0, 2]));
    }

    [Fact]
    public void Bytes_are_golden()
    {
        QuantileSketch sketch = new(64);
        for (int i = 0; i < 5_000; i++)
        {
            sketch.Add((i * 7919) % 5_000 / 4.0);
        }

        Assert.Equal("3c502b37", Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(sketch.ToBytes()))[..8]);
    }

    [Fact]
    public void A_sketch_shrinks_into_a_budget_and_says_its_error()
    {
        QuantileSketch sketch = new(4096);
        sketch.Add(Normal(200_000, 5));
        byte[] small = sketch.ToBytes(8_192);
        QuantileSketch read = QuantileSketch.FromBytes(small);
        Assert.InRange(small.Length, 6_000, 8_192);
        Assert.True(read.K < 4096 && read.RankError > sketch.RankError);
        Assert.Equal((sketch.Count, sketch.Minimum, sketch.Maximum), (read.Count, read.Minimum, read.Maximum));
        Assert.InRange(read.Rank(0), 0.5 - 2 * read.RankError, 0.5 + 2 * read.RankError);
        Assert.Equal(4096, sketch.K);
        Assert.Throws<ArgumentOutOfRangeException>(() => sketch.ToBytes(100));
    }

    [Fact]
    public void A_merge_takes_the_smaller_size_and_keeps_all_weight()
    {
        QuantileSketch large = new(1024), small = new(64);
        large.Add(Normal(50_000, 1));
        small.Add(Normal(7_001, 2));
        large.Merge(small);
        Assert.Equal((64, 57_001L), (large.K, large.Count));
        Assert.Equal(57_001, large.ToWeighted().Weights.Sum());
        Assert.InRange(large.Retained, 64, 500);
        Assert.Throws<ArgumentException>(() => large.Merge(large));
        Assert.Throws<ArgumentOutOfRangeException>(() => new QuantileSketch(7));
        Assert.Throws<ArgumentOutOfRangeException>(() => large.Quantile(1.5));
    }

    [Fact]
    public void Bytes_that_no_sketch_wrote_are_an_error_of_the_format_or_a_sound_sketch()
    {
        QuantileSketch sketch = new(32);
        sketch.Add(Normal(2_000, 4));
        byte[] good = sketch.ToBytes();
        RandomStream random = new(2);
        for (int i = 0; i < 3_000; i++)
        {
            byte[] bad = good[..random.NextBelow(good.Length + 1)];
            for (int hits = random.NextBelow(4); hits > 0 && bad.Length > 0; hits--)
            {
                bad[random.NextBelow(bad.Length)] = (byte)random.NextBelow(256);
            }

            try
            {
                QuantileSketch read = QuantileSketch.FromBytes(bad);
                Assert.Equal(read.Count, read.ToWeighted().Weights.Sum());
            }
            catch (FormatException error)
            {
                Assert.Contains("at byte", error.Message, StringComparison.Ordinal);
            }
        }
    }

    [Property(MaxTest = 200)]
    public void Blocks_are_sorted(int seed)
    {
        RandomStream random = new((ulong)seed);
        double[] values = [.. Enumerable.Range(0, SortedBlock.Length).Select(_ => random.NextBelow(3) == 0 ? random.NextBelow(9) : random.NextGaussian() * 1e300)];
        double[] expected = [.. values.Order()];
        SortedBlock.Sort(values, new double[SortedBlock.Length]);
        Assert.Equal(expected, values);
    }

    private static double[] Normal(int count, ulong seed)
    {
        RandomStream random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextGaussian())];
    }

    private static QuantileSketch Sketch(double[] values, int parts, int k, ulong seed)
    {
        QuantileSketch first = new(k, seed * 100);
        int size = values.Length / parts;
        first.Add(values.AsSpan(0, size));
        for (int part = 1; part < parts; part++)
        {
            QuantileSketch next = new(k, seed * 100 + (ulong)part);
            next.Add(values.AsSpan(part * size, part == parts - 1 ? values.Length - part * size : size));
            first.Merge(next);
        }

        return first;
    }
}
