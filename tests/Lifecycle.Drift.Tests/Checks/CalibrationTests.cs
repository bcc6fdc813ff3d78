namespace Lifecycle.Drift.Tests;

/// <summary>How often columns that did not change are called significant at .05. Fixed seeds: the counts are the same on every machine.</summary>
[Trait("Vectors", "any")]
public sealed class CalibrationTests
{
    private const int Repetitions = 400;
    private const double Least = 0.025, Most = 0.08;

    [Theory]
    [InlineData("normal", 1001, 100)]
    [InlineData("normal", 2000, 1000)]
    [InlineData("lognormal", 1001, 500)]
    [InlineData("t3", 1001, 100)]
    [InlineData("t3", 1001, 1001)]
    [InlineData("seven", 1001, 100)]
    [InlineData("seven", 1001, 1001)]
    [InlineData("normal", 1001, 20)]
    public void The_verdict_keeps_its_false_alarm_rate(string law, int reference, int current) => Holds(i =>
    {
        double[] then = Draw(law, reference, 101, i), now = Draw(law, current, 102, i);
        ReferenceProfile profile = ReferenceProfile.From(new ColumnBatch([BatchColumn.Of<double>("x", then)]));
        return profile.Check(new ColumnBatch([BatchColumn.Of<double>("x", now)]))["x"];
    });

    [Theory]
    [InlineData("normal", 1001, 100)]
    [InlineData("t3", 500, 500)]
    public void Raw_samples_keep_it_too(string law, int reference, int current) =>
        Holds(i => DriftCheck.Compare(Draw(law, reference, 201, i), Draw(law, current, 202, i)));

    [Theory]
    [InlineData(3, 1000, 1000)]
    [InlineData(10, 500, 2000)]
    [InlineData(50, 1000, 1000)]
    [InlineData(10, 1000, 100)]
    public void The_verdict_keeps_its_false_alarm_rate_for_3_10_and_50_categories(int labels, int reference, int current) => Holds(i =>
    {
        ColumnBatch Rows(int count, ulong seed) => new(
            [BatchColumn.Of<string>("c", Samples.Whole(count, labels, seed, i).Select(v => $"label {v}").ToArray())]);
        return ReferenceProfile.From(Rows(reference, 301)).Check(Rows(current, 302))["c"];
    });

    [Fact]
    public void Two_hundred_columns_that_did_not_change_are_rarely_called_significant()
    {
        const int columns = 200, windows = 30;
        ColumnBatch Rows(ulong seed, int count) => new(
            Enumerable.Range(0, columns).Select(c => BatchColumn.Of<double>($"c{c}", Samples.Normal(count, seed, (ulong)c))));
        ReferenceProfile reference = ReferenceProfile.From(Rows(401, 1000));
        int reports = 0;
        for (ulong window = 0; window < windows; window++)
        {
            DriftReport report = reference.Check(Rows(500 + window, 300));
            reports += report.Columns.Any(c => c.Verdict != DriftVerdict.Stable) ? 1 : 0;
            Assert.False(report.HasDrift);
        }

        Assert.InRange(reports, 0, 4);
    }

    [Fact]
    public void Shift_scale_and_tail_are_found_where_they_are_large()
    {
        double[] reference = Samples.Normal(5000, 601);
        Assert.Equal(DriftVerdict.Drift, DriftCheck.Compare(reference, Samples.Normal(1000, 602, shift: 0.5)).Verdict);
        Assert.Equal(DriftVerdict.Drift, DriftCheck.Compare(reference, Samples.Normal(1000, 603, shift: -0.5)).Verdict);
        Assert.Equal(DriftVerdict.Drift, DriftCheck.Compare(reference, Samples.Normal(1000, 604, scale: 1.6)).Verdict);
        Assert.Equal(DriftVerdict.Slight, DriftCheck.Compare(reference, Samples.Normal(5000, 605, shift: 0.1)).Verdict);
    }

    private static void Holds(Func<ulong, ColumnFinding> repetition)
    {
        int alarms = 0, drifts = 0;
        for (ulong i = 0; i < Repetitions; i++)
        {
            ColumnFinding finding = repetition(i);
            alarms += finding.LogAdjustedPValue <= Math.Log(0.05) ? 1 : 0;
            drifts += finding.Verdict == DriftVerdict.Drift ? 1 : 0;
        }

        Assert.InRange((double)alarms / Repetitions, Least, Most);
        Assert.True(drifts <= alarms);
    }

    private static double[] Draw(string law, int count, ulong seed, ulong index) => law switch
    {
        "normal" => Samples.Normal(count, seed, index),
        "lognormal" => Samples.LogNormal(count, seed, index),
        "t3" => Samples.HeavyTailed(count, seed, index),
        _ => Samples.Whole(count, 7, seed, index),
    };
}
