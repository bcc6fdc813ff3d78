using Lifecycle.Statistics;

namespace Lifecycle.Drift.Tests;

/// <summary>What sketches may and may not say: 50,000 values of a reference against 561,000 new ones, sketches of size 256.</summary>
[Trait("Vectors", "any")]
public sealed class SketchBoundsTests
{
    private const int Old = 50_000, New = 561_000, Size = 256, Currents = 12;
    private const double Critical = 0.00634;

    private static readonly double[] Pool = Samples.Normal(2_000_000, 77);

    [Fact]
    public void Same_law_never_contradicts_in_1000_repeats()
    {
        RandomStream random = new(5);
        NumericColumn[] sketched = [.. Enumerable.Range(0, Currents).Select(i => Sketched(Slice(random, New), Size, 900 + i))];
        double[][] sorted = [.. Enumerable.Range(0, Currents).Select(_ => Sorted(Slice(random, New)))];
        int[] verdicts = new int[5], alone = new int[5];
        for (int repeat = 0; repeat < 1000; repeat++)
        {
            NumericColumn reference = Sketched(Slice(random, Old), Size, repeat);
            ColumnFinding both = Check(reference, NumericTally.Of(reference, sketched[repeat % Currents]));
            ColumnFinding one = Check(reference, Counted(reference, sorted[repeat % Currents]));
            verdicts[(int)both.Verdict]++;
            alone[(int)one.Verdict]++;
        }

        Assert.Equal((0, 0), (verdicts[(int)DriftVerdict.Drift], verdicts[(int)DriftVerdict.Slight]));
        Assert.Equal((0, 0), (alone[(int)DriftVerdict.Drift], alone[(int)DriftVerdict.Slight]));
        Assert.Equal(1000, verdicts[(int)DriftVerdict.TooCoarse] + verdicts[(int)DriftVerdict.Stable]);
    }

    [Fact]
    public void A_drift_of_three_critical_distances_is_found_or_the_size_that_then_finds_it_is_named()
    {
        RandomStream random = new(6);
        double shift = 3 * Critical / 0.39894228;
        for (int repeat = 0; repeat < 12; repeat++)
        {
            double[] old = Slice(random, Old).ToArray();
            double[] moved = Sorted(Slice(random, New));
            for (int i = 0; i < moved.Length; i++)
            {
                moved[i] += shift;
            }

            NumericColumn reference = Sketched(old, Size, repeat);
            ColumnFinding finding = Check(reference, Counted(reference, moved));
            Assert.InRange(finding.Doubt!.CriticalDistance, 0.0063, 0.0064);
            if (finding.Verdict == DriftVerdict.TooCoarse)
            {
                Assert.Contains($"SketchSize({finding.Doubt.SketchSize})", finding.Reason, StringComparison.Ordinal);
                Assert.InRange(finding.Doubt.SketchSize, Size + 1, 2_000);
                NumericColumn finer = Sketched(old, (int)finding.Doubt.SketchSize, repeat);
                finding = Check(finer, Counted(finer, moved));
            }

            Assert.Equal(DriftVerdict.Slight, finding.Verdict);
        }
    }

    [Fact]
    public void A_large_drift_is_drift_also_at_the_weak_end()
    {
        RandomStream random = new(7);
        NumericColumn reference = Sketched(Slice(random, Old), Size, 1), exact = GridBuilder.Build(new ColumnLayout("x", ColumnRole.Feature), Slice(random, Old).ToArray(), null);
        double[] moved = [.. Sorted(Slice(random, New)).Select(v => v + 0.5)];
        ColumnFinding weak = Check(reference, Counted(reference, moved)), point = Check(exact, Counted(exact, moved));
        Assert.Equal((DriftVerdict.Drift, DriftVerdict.Drift), (weak.Verdict, point.Verdict));
        Assert.True(weak.LogPValue > point.LogPValue && weak.Doubt!.LeastLogPValue < weak.LogPValue);
        Assert.Null(point.Doubt);
        Assert.True(weak.KolmogorovSmirnov!.Statistic < point.KolmogorovSmirnov!.Statistic && weak.KolmogorovSmirnov.AtMost > point.KolmogorovSmirnov.AtMost);
    }

    [Fact]
    public void Sketches_of_heavy_columns_are_widened_too()
    {
        RandomStream random = new(8);
        double[] Heavy(int count, double share) => [.. Slice(random, count).ToArray().Select((v, i) => i % 1000 < share * 1000 ? 0 : v)];
        NumericColumn reference = Sketched(Heavy(Old, 0.2), Size, 3);
        Assert.Equal(ColumnKind.Discrete, reference.Kind);
        Assert.Equal(0, reference.TopValues[0].Value);
        Assert.InRange(reference.TopValues[0].Count, (0.2 - reference.MassError) * Old, (0.2 + reference.MassError) * Old);
        ColumnFinding same = Check(reference, NumericTally.Of<double>(reference, Heavy(100_000, 0.2)));
        ColumnFinding other = Check(reference, NumericTally.Of<double>(reference, [.. Heavy(100_000, 0.2).Select(v => v + 0.6)]));
        Assert.NotEqual(DriftVerdict.Drift, same.Verdict);
        Assert.Equal(DriftVerdict.Drift, other.Verdict);
        Assert.Equal(OrderStatistics.MannWhitneyName, other.Keys[0].Name);
    }

    [Fact]
    public async Task Reports_name_what_is_too_coarse_and_survive_json()
    {
        RandomStream random = new(9);
        ReferenceProfile reference = await ReferenceProfile.FromAsync(Slice(random, 80_000).ToArray().ToAsyncEnumerable(), p => p.Numeric("x", v => v).SketchSize(64));
        ReferenceProfile current = await ReferenceProfile.FromAsync(Slice(random, 90_000).ToArray().ToAsyncEnumerable(), p => p.Numeric("x", v => v).SketchSize(64));
        DriftReport report = reference.Check(current);
        Assert.Equal(DriftVerdict.TooCoarse, report["x"].Verdict);
        Assert.False(report.HasDrift);
        Assert.Contains("Too coarse", report.ToHtml(), StringComparison.Ordinal);
        Assert.Contains("TwoPass()", report["x"].ToString(), StringComparison.Ordinal);
        Assert.Contains("SketchSize(", report["x"].Reason, StringComparison.Ordinal);
        Assert.Equal(report.ToJson(), DriftReport.Parse(System.Text.Encoding.UTF8.GetBytes(report.ToJson())).ToJson());
        Assert.Equal(report.ToJson(), ReferenceProfile.Parse(reference.ToBytes()).Check(ReferenceProfile.Parse(current.ToBytes())).ToJson());
    }

    /// <summary>The same edges, once from the stored profile and once from the rows.</summary>
    [Fact]
    public void A_check_from_a_profile_is_the_check_from_rows_on_the_same_edges_to_the_bit()
    {
        ReferenceProfile reference = ReferenceProfile.From(CpsTable.Batch("1992")), stored = ReferenceProfile.Parse(reference.ToBytes());
        ColumnBatch now = CpsTable.Batch("2004");
        DriftReport rows = reference.Check(now), loaded = stored.Check(now), profiles = stored.Check(ReferenceProfile.Like(stored).From(now));
        Assert.Equal(rows.ToJson(), loaded.ToJson());
        foreach (ColumnFinding finding in rows.Columns)
        {
            ColumnFinding other = profiles[finding.Column];
            Assert.Equal(finding.Verdict, other.Verdict);
            Assert.Equal(BitConverter.DoubleToInt64Bits(finding.LogPValue), BitConverter.DoubleToInt64Bits(other.LogPValue));
            Assert.Equal(BitConverter.DoubleToInt64Bits(finding.LogAdjustedPValue), BitConverter.DoubleToInt64Bits(other.LogAdjustedPValue));
            Assert.Equal(finding.Keys, other.Keys);
            Assert.Equal(finding.PopulationStabilityIndex, other.PopulationStabilityIndex);
            Assert.Equal(finding.KolmogorovSmirnov, other.KolmogorovSmirnov);
            Assert.Equal(finding.ProbabilityOfGreater, other.ProbabilityOfGreater);
        }
    }

    private static ReadOnlySpan<double> Slice(RandomStream random, int count) => Pool.AsSpan(random.NextBelow(Pool.Length - count), count);

    private static double[] Sorted(ReadOnlySpan<double> values) => new SortedSample(values).Values.ToArray();

    private static NumericColumn Sketched(ReadOnlySpan<double> values, int size, int seed)
    {
        // The seed of a stream is fixed; where it begins is what changes the coins.
        double[] turned = [.. values[(seed % 997)..], .. values[..(seed % 997)]];
        SketchStream stream = new(new ColumnLayout("x", ColumnRole.Feature), size);
        stream.Add(turned);
        return stream.Build();
    }

    private static NumericTally Counted(NumericColumn reference, double[] sorted)
    {
        NumericTally tally = new(reference) { Sums = new double[reference.Counts.Length] };
        int from = 0;
        for (int bin = 0; bin < tally.Bins.Length; bin++)
        {
            int to = bin == tally.Bins.Length - 1 ? sorted.Length : sorted.AsSpan().BinarySearch(reference.Edges[bin]);
            to = Math.Max(from, to < 0 ? ~to : to);
            tally.Bins[bin] = to - from;
            tally.Sums[bin] = (to - from) * reference.BinMean(bin);
            from = to;
        }

        return tally;
    }

    private static ColumnFinding Check(NumericColumn reference, NumericTally tally) =>
        Judgement.Of([NumericCheck.Compare(reference, tally)], DriftPolicy.Default)[0];
}
