using FsCheck.Xunit;

namespace Lifecycle.Statistics.Tests;

public class BinCountTests
{
    [Property(MaxTest = 200)]
    public void Counts_equal_counting_edges_below(sbyte[] codes, sbyte[] cuts)
    {
        double[] values = Naive.Hostile(codes), edges = [.. Naive.Finite(Naive.Hostile(cuts)).Distinct().Order()];
        BinCounts counts = BinCounts.Of(new BinEdges(edges), values);
        long[] expected = new long[edges.Length + 1];
        foreach (double value in values.Where(double.IsFinite))
        {
            expected[edges.Count(e => e <= value)]++;
        }

        Assert.Equal(expected, counts.Counts.ToArray());
        Assert.Equal(values.Count(double.IsNaN), counts.Missing);
        Assert.Equal(values.Count(double.IsInfinity), counts.Infinite);
        Assert.Equal(expected.Sum(), counts.Total);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(33)]
    [InlineData(320)]
    [InlineData(5120)]
    public void Both_precisions_and_both_ways_agree_with_a_search(int bins)
    {
        float[] values = Draw(40_000, 1);
        values[7] = float.NaN;
        values[20_000] = float.PositiveInfinity;
        double[] wide = [.. values.Select(v => (double)v)];
        BinEdges edges = BinEdges.FromQuantiles(new SortedSample(Draw(20_000, 2)), bins);
        long[] expected = new long[edges.BinCount];
        foreach (double v in wide.Where(double.IsFinite))
        {
            expected[edges.BinOf(v)]++;
        }

        Assert.Equal(expected, BinCounts.Of(edges, values).Counts.ToArray());
        Assert.Equal(expected, BinCounts.Of(edges, wide).Counts.ToArray());
        Assert.Equal(2, BinCounts.Of(edges, values).Missing + BinCounts.Of(edges, values).Infinite);
    }

    [Fact]
    public void Singles_meet_edges_that_are_no_singles()
    {
        BinEdges edges = new([0.1, 0.3, 1e300]);
        float[] values = [0.1f, MathF.BitDecrement(0.1f), 0.3f, MathF.BitDecrement(0.3f), MathF.BitIncrement(0.3f), float.MaxValue];
        long[] expected = BinCounts.Of(edges, [.. values.Select(v => (double)v)]).Counts.ToArray();
        Assert.Equal(expected, BinCounts.Of(edges, values).Counts.ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(100)]
    [InlineData(8192)]
    public void Kernel_widths_agree(int count)
    {
        float[] singles = Draw(count, 3), edges = [-1, -0.5f, 0, 0.25f, 2];
        double[] doubles = [.. singles.Select(v => (double)v)], wide = [.. edges.Select(v => (double)v)];
        long[] expected = new long[5], scalar = new long[5];
        CompareCountKernel.CountScalar<float>(singles, edges, expected);
        CompareCountKernel.CountScalar<double>(doubles, wide, scalar);
        Assert.Equal(expected, scalar);
        Assert.Equal(expected, Run(c => CompareCountKernel.Count512<float>(singles, edges, c)));
        Assert.Equal(expected, Run(c => CompareCountKernel.Count256<float>(singles, edges, c)));
        Assert.Equal(expected, Run(c => CompareCountKernel.Count128<float>(singles, edges, c)));
        Assert.Equal(expected, Run(c => CompareCountKernel.Count512<double>(doubles, wide, c)));
        Assert.Equal(expected, Run(c => CompareCountKernel.Count256<double>(doubles, wide, c)));
        Assert.Equal(expected, Run(c => CompareCountKernel.Count128<double>(doubles, wide, c)));
        Assert.Equal(expected, Run(c => CompareCountKernel.Count<double>(doubles, wide, c)));
    }

    [Fact]
    public void Coarse_bins_are_unions_of_fine_ones()
    {
        SortedSample sample = new(Draw(9_999, 4));
        BinEdges fine = BinEdges.FromQuantiles(sample), coarse = BinEdges.FromQuantiles(sample, BinEdges.CoarseResolution);
        Assert.Equal((320, 10), (fine.BinCount, coarse.BinCount));
        float[] values = Draw(5_000, 5);
        Assert.Equal(BinCounts.Of(coarse, values).Counts.ToArray(), BinCounts.Of(fine, values).Coarsen(coarse).Counts.ToArray());
        Assert.Throws<ArgumentException>(() => BinCounts.Of(fine, values).Coarsen(new BinEdges([12345.0])));
    }

    [Theory]
    [InlineData(BinEdges.FineResolution)]
    [InlineData(BinEdges.HighResolution)]
    [InlineData(BinEdges.HighestResolution)]
    public void Every_resolution_joins_to_the_same_coarse_bins(int resolution)
    {
        SortedSample sample = new(Draw(50_000, 8));
        BinEdges coarse = BinEdges.FromQuantiles(sample, BinEdges.CoarseResolution), fine = BinEdges.FromQuantiles(sample, resolution);
        float[] values = Draw(5_000, 9);
        BinCounts counts = BinCounts.Of(fine, values);
        Assert.Equal(BinCounts.Of(coarse, values).Counts.ToArray(), counts.Coarsen(coarse).Counts.ToArray());
        int joined = resolution / BinEdges.CoarseResolution;
        Assert.All(Enumerable.Range(0, 9), k => Assert.Equal(coarse.Values[k], fine.Values[joined * (k + 1) - 1]));
    }

    [Fact]
    public void One_outlier_in_the_current_values_changes_one_bin()
    {
        BinEdges edges = BinEdges.FromQuantiles(new SortedSample(Draw(5_000, 10)));
        float[] values = Draw(3_000, 11);
        long[] before = BinCounts.Of(edges, values).Counts.ToArray(), after = BinCounts.Of(edges, [.. values, 1e30f]).Counts.ToArray();
        Assert.Equal([319], Enumerable.Range(0, 320).Where(b => before[b] != after[b]));
    }

    [Fact]
    public void Degenerate_edges_are_single_bins_or_refused()
    {
        BinEdges constant = BinEdges.FromQuantiles(new SortedSample((double[])[4, 4, 4]));
        Assert.Equal(1, constant.BinCount);
        Assert.Equal([3L], BinCounts.Of(constant, (double[])[1, 2, 3]).Counts.ToArray());
        Assert.Throws<ArgumentException>(() => new BinEdges([1, 1]));
        Assert.Throws<ArgumentException>(() => new BinEdges([double.NaN]));
        Assert.Throws<ArgumentException>(() => BinEdges.FromQuantiles(new SortedSample((double[])[double.NaN])));
        BinEdges extreme = new([.. Enumerable.Range(-20, 41).Select(k => k * 8e306)]);
        Assert.Equal(1, BinCounts.Of(extreme, (double[])[-1.79e308]).Counts[0]);
        Assert.Equal(1, BinCounts.Of(extreme, (double[])[1.79e308]).Counts[41]);
    }

    private static long[] Run(Action<long[]> count)
    {
        long[] counts = new long[5];
        count(counts);
        return counts;
    }

    private static float[] Draw(int count, ulong seed)
    {
        RandomStream random = new(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = (float)random.NextGaussian();
        }

        return values;
    }
}
