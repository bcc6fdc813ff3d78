using System.Numerics;

namespace Lifecycle.Statistics.Tests;

/// <summary>Every way to count gives the same counts, whatever the values and however the edges lie.</summary>
public class CountKernelTests
{
    private const int Inputs = 10_000;

    [Fact]
    public void All_kernels_agree_on_hostile_singles() => Agree(MathF.BitIncrement, MathF.BitDecrement, (random, scale) => (float)(random.NextGaussian() * scale));

    [Fact]
    public void All_kernels_agree_on_hostile_doubles() => Agree<double>(Math.BitIncrement, Math.BitDecrement, (random, scale) => random.NextGaussian() * scale);

    [Theory]
    [InlineData(320)]
    [InlineData(1280)]
    [InlineData(5120)]
    public void Every_resolution_counts_like_a_search_however_skewed_the_values_are(int bins)
    {
        foreach (double power in (double[])[0.1, 1, 3])
        {
            double[] values = [.. Draw(30_000, 3).Select(v => Math.Exp(power * v)), double.NaN, double.PositiveInfinity, double.NegativeInfinity, -0.0];
            BinEdges edges = BinEdges.FromQuantiles(new SortedSample([.. Draw(20_000, 4).Select(v => Math.Exp(power * v))]), bins);
            long[] expected = Naively(values, edges.Values.ToArray());
            BinCounts counts = BinCounts.Of(edges, values);
            Assert.Equal(expected, counts.Counts.ToArray());
            Assert.Equal((1, 2, values.Length - 3), (counts.Missing, counts.Infinite, counts.Total));
            float[] singles = [.. values.Select(v => (float)v)];
            Assert.Equal(Naively([.. singles.Select(v => (double)v)], edges.Values.ToArray()), BinCounts.Of(edges, singles).Counts.ToArray());
            Assert.All(values.Take(3000), v => Assert.Equal(edges.Values.ToArray().Count(e => e <= v), edges.BinOf(v)));
            Assert.Equal((0, edges.BinCount - 1), (edges.BinOf(double.NegativeInfinity), edges.BinOf(double.PositiveInfinity)));
        }
    }

    [Fact]
    public void Edges_too_close_together_for_slots_go_to_the_tree()
    {
        double[] crowded = [.. Enumerable.Range(0, 200).Select(k => k * 1e-9), .. Enumerable.Range(1, 120).Select(k => k * 1.0)];
        Assert.True(new SlotTable<double>(crowded).IsCrowded);
        Assert.False(new SlotTable<double>([.. Enumerable.Range(0, 319).Select(k => k * 1.0)]).IsCrowded);
        double[] values = [.. Draw(5000, 5).Select(v => v * 1e-7), .. Draw(5000, 6).Select(v => 50 * v)];
        Assert.Equal(Naively(values, crowded), BinCounts.Of(new BinEdges(crowded), values).Counts.ToArray());
    }

    [Fact]
    public void Edges_beyond_the_range_of_singles_hold_no_single()
    {
        double[] wide = [.. Enumerable.Range(1, 50).Select(k => k * 1e300)];
        float[] values = [float.MaxValue, 0, -1, float.PositiveInfinity];
        BinCounts counts = BinCounts.Of(new BinEdges(wide), values);
        Assert.Equal((3, 1), (counts.Counts[0], counts.Infinite));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(320)]
    [InlineData(5120)]
    public void Counting_allocates_nothing(int bins)
    {
        double[] values = Draw(20_000, 7);
        values[5] = double.NaN;
        float[] singles = [.. values.Select(v => (float)v)];
        BinEdges edges = BinEdges.FromQuantiles(new SortedSample(values), bins);
        BinCounts counts = new(edges);
        long sink = 0, allocated = long.MaxValue;
        for (int round = 0; round < 5; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            counts.Add(values);
            counts.Add(singles);
            for (int i = 0; i < 1000; i++)
            {
                sink += edges.BinOf(values[i + 10]);
            }

            allocated = Math.Min(allocated, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, allocated);
        Assert.True(sink > 0);
    }

    private static void Agree<T>(Func<T, T> above, Func<T, T> below, Func<RandomStream, double, T> draw)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int input = 0; input < Inputs; input++)
        {
            RandomStream random = new(11, (ulong)input);
            double scale = Math.Pow(10, random.NextBelow(9) - 4);
            T[] edges = [.. Enumerable.Range(0, 1 + random.NextBelow(60)).Select(_ => Edge(random, scale, draw)).Distinct().Order()];
            T[] values = new T[random.NextBelow(80)];
            for (int i = 0; i < values.Length; i++)
            {
                T edge = edges[random.NextBelow(edges.Length)];
                values[i] = random.NextBelow(12) switch
                {
                    0 => T.NaN,
                    1 => random.NextBelow(2) == 0 ? T.PositiveInfinity : T.NegativeInfinity,
                    2 => edge,
                    3 => above(edge),
                    4 => below(edge),
                    5 => random.NextBelow(2) == 0 ? T.Zero : T.NegativeZero,
                    6 => random.NextBelow(2) == 0 ? T.Epsilon : -T.Epsilon * T.CreateChecked(1 + random.NextBelow(1000)),
                    7 => random.NextBelow(3) switch { 0 => above(T.NegativeInfinity), 1 => below(T.PositiveInfinity), _ => draw(random, 1e35) },
                    _ => draw(random, scale),
                };
            }

            long[] expected = new long[edges.Length + 1];
            foreach (T value in values.Where(T.IsFinite))
            {
                expected[edges.Count(e => e <= value)]++;
            }

            SlotTable<T> table = new(edges);
            foreach (int bits in table.Entries.Length > 0 ? (int[])[0, 128, 256, 512] : [])
            {
                long[] counts = new long[expected.Length];
                Assert.Equal(values.Length - expected.Sum(), SlotCountKernel.Count(values, table, counts, bits));
                Assert.Equal(expected, counts);
            }

            long[] byTree = new long[expected.Length];
            Assert.Equal(values.Length - expected.Sum(), SlotCountKernel.Count(values, new EdgeTree<T>(edges), byTree));
            Assert.Equal(expected, byTree);
            Compare(values, edges);
            if (edges.Length <= CompareCountKernel.MostEdges)
            {
                BinCounts counted = new(new BinEdges([.. edges.Select(e => double.CreateChecked(e))]));
                Add(counted, values);
                Assert.Equal(expected, counted.Counts.ToArray());
                Assert.Equal(values.Count(T.IsNaN), counted.Missing);
                Assert.Equal(values.Count(T.IsInfinity), counted.Infinite);
            }
        }
    }

    private static void Compare<T>(T[] values, T[] edges)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int padded = (edges.Length + CompareCountKernel.Group - 1) / CompareCountKernel.Group * CompareCountKernel.Group;
        T[] limits = [.. edges, .. Enumerable.Repeat(T.NaN, padded - edges.Length)];
        long[] expected = [.. limits.Select(e => (long)values.Count(v => v >= e))];
        long[][] counts = [new long[padded], new long[padded], new long[padded], new long[padded]];
        CompareCountKernel.Count512<T>(values, limits, counts[0]);
        CompareCountKernel.Count256<T>(values, limits, counts[1]);
        CompareCountKernel.Count128<T>(values, limits, counts[2]);
        CompareCountKernel.CountScalar<T>(values, limits, counts[3]);
        Assert.All(counts, c => Assert.Equal(expected, c));
    }

    private static T Edge<T>(RandomStream random, double scale, Func<RandomStream, double, T> draw)
        where T : unmanaged, IFloatingPointIeee754<T> => random.NextBelow(10) switch
        {
            0 => T.Zero,
            1 => T.Epsilon * T.CreateChecked(random.NextBelow(1000)),
            2 => draw(random, scale * 1e-6),
            3 => draw(random, random.NextBelow(20) == 0 ? 1e37 : scale * 100),
            _ => draw(random, scale),
        };

    private static void Add<T>(BinCounts counts, T[] values)
    {
        if (values is float[] singles)
        {
            counts.Add(singles);
        }
        else
        {
            counts.Add((double[])(object)values);
        }
    }

    private static long[] Naively(double[] values, double[] edges)
    {
        long[] counts = new long[edges.Length + 1];
        foreach (double value in values.Where(double.IsFinite))
        {
            int index = Array.BinarySearch(edges, value);
            counts[index < 0 ? ~index : index + 1]++;
        }

        return counts;
    }

    private static double[] Draw(int count, ulong seed)
    {
        RandomStream random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextGaussian())];
    }
}
