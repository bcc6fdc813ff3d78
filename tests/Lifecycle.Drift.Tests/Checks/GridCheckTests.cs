using FsCheck.Xunit;
using Lifecycle.Statistics;

namespace Lifecycle.Drift.Tests;

/// <summary>A check on a profile is the check of the raw rows binned with the same edges.</summary>
[Trait("Vectors", "any")]
public sealed class GridCheckTests
{
    [Property(MaxTest = 200)]
    public void Counts_are_those_of_a_naive_count(double[] values, double[] others)
    {
        double[] all = [.. (values ?? []), .. (others ?? []), double.NaN, double.PositiveInfinity, double.NegativeInfinity, -0.0];
        NumericColumn column = Column(values ?? []);
        NumericTally tally = NumericTally.Of<double>(column, all);
        long[] naive = new long[column.Counts.Length];
        foreach (double value in all.Where(double.IsFinite))
        {
            naive[NaiveBin(column, value)]++;
        }

        Assert.Equal(naive, tally.Bins);
        Assert.Equal(all.Count(double.IsNaN), tally.Missing);
        Assert.Equal(all.Count(double.IsPositiveInfinity), tally.PositiveInfinite);
        Assert.Equal((values ?? []).Count(double.IsFinite), column.Counts.ToArray().Sum());
    }

    [Theory]
    [InlineData(3000, 700, 1.0, 0.1)]
    [InlineData(400, 5000, 1.2, 0.0)]
    [InlineData(150, 150, 0.5, 0.3)]
    public void A_profile_gives_what_the_tests_give_on_bin_numbers(int n, int m, double scale, double shift)
    {
        double[] then = Samples.Normal(n, 11), now = Samples.Normal(m, 12, shift: shift, scale: scale);
        NumericColumn column = Column(then);
        TwoSampleComparison raw = TwoSample.Compare(
            [.. then.Select(v => (double)NaiveBin(column, v))], [.. now.Select(v => (double)NaiveBin(column, v))]);
        OrderStatistics grid = OrderStatistics.Of(column, NumericTally.Of<double>(column, now));
        Assert.Equal(raw.AndersonDarling.Statistic, grid.AndersonDarling.Statistic, 1e-11 * raw.AndersonDarling.Statistic);
        Assert.Equal(raw.AndersonDarling.LogPValue, grid.AndersonDarling.LogPValue, 1e-10 * Math.Abs(raw.AndersonDarling.LogPValue));
        Assert.Equal(raw.MannWhitney.Statistic, grid.MannWhitney.Statistic);
        Assert.Equal(raw.MannWhitney.LogPValue, grid.MannWhitney.LogPValue, 1e-12);
        Assert.Equal(raw.KolmogorovSmirnov.Statistic, grid.KolmogorovSmirnov.Statistic, 1e-14);
        Statistics.TestResult exact = KolmogorovSmirnov.Test(then, now);
        Assert.InRange(exact.Statistic, grid.KolmogorovSmirnov.Statistic, grid.KolmogorovSmirnov.AtMost);
        double distance = Wasserstein.Distance(then, now);
        Assert.Equal(distance, grid.Wasserstein, 0.03 * distance + 0.002);
    }

    [Fact]
    public void One_outlier_changes_one_bin()
    {
        double[] then = Samples.Normal(2000, 21), now = Samples.Normal(500, 22);
        NumericColumn column = Column(then);
        long[] before = NumericTally.Of<double>(column, now).Bins;
        now[17] = 1e30;
        long[] after = NumericTally.Of<double>(column, now).Bins;
        Assert.Equal(1, before.Zip(after).Count(p => p.Second < p.First));
        Assert.Equal(1, before.Zip(after).Count(p => p.Second > p.First));
        Assert.Equal(before[^1] + 1, after[^1]);
    }

    [Fact]
    public void Inputs_are_untouched()
    {
        double[] then = Samples.Normal(300, 31), now = Samples.Normal(300, 32);
        double[] thenBefore = [.. then], nowBefore = [.. now];
        DriftCheck.Compare(then, now);
        ReferenceProfile.From(new ColumnBatch([BatchColumn.Of<double>("x", then)])).Check(new ColumnBatch([BatchColumn.Of<double>("x", now)]));
        Assert.Equal(thenBefore, then);
        Assert.Equal(nowBefore, now);
    }

    private static NumericColumn Column(double[] values) => GridBuilder.Build(new ColumnLayout("x", ColumnRole.Feature), [.. values], null);

    private static int NaiveBin(NumericColumn column, double value)
    {
        double[] edges = column.Edges.ToArray();
        int below = edges.Count(e => e <= value);
        return !column.HasBinPerValue ? below : edges.Contains(value) ? 2 * below - 1 : 2 * below;
    }
}
