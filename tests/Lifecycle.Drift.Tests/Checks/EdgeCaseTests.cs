namespace Lifecycle.Drift.Tests;

/// <summary>What is odd about data is a finding, never an exception.</summary>
[Trait("Vectors", "any")]
public sealed class EdgeCaseTests
{
    [Fact]
    public void Empty_column_is_a_finding()
    {
        ColumnFinding v = DriftCheck.Compare([1.0, 2, 3, 4], [double.NaN, double.NaN, double.PositiveInfinity]);
        Assert.Equal(DriftVerdict.NotTested, v.Verdict);
        Assert.Equal("the new data has 0 values after dropping 2 missing and 1 infinite", v.Reason);
        Assert.Equal(DriftVerdict.NotTested, DriftCheck.Compare(ReadOnlySpan<double>.Empty, [1.0]).Verdict);
        Assert.Equal(DriftVerdict.NotTested, DriftCheck.Compare([1.0], [2.0]).Verdict);
    }

    [Fact]
    public void Constant_against_constant_is_tested()
    {
        double[] ones = [.. Enumerable.Repeat(1.0, 50)], twos = [.. Enumerable.Repeat(2.0, 50)];
        Assert.Equal(DriftVerdict.Stable, DriftCheck.Compare(ones, ones).Verdict);
        Assert.Equal(1, DriftCheck.Compare(ones, ones).PValue);
        Assert.Equal(DriftVerdict.Drift, DriftCheck.Compare(ones, twos).Verdict);
    }

    [Theory]
    [InlineData(0.0, 1.0)]
    [InlineData(-1e308, 1e308)]
    [InlineData(5e-324, 1e-320)]
    [InlineData(1e12, 1.0000001e12)]
    public void Extreme_values_give_numbers(double low, double high)
    {
        double[] then = [.. Samples.Normal(400, 41).Select(z => low + (high / 2 - low / 2) * (0.5 + z / 20))];
        double[] now = [.. Samples.Normal(400, 42).Select(z => low + (high / 2 - low / 2) * (0.6 + z / 20))];
        DriftReport report = ReferenceProfile.From(Batch(then)).Check(Batch(now));
        Assert.All(report.Columns, c => Assert.True(double.IsFinite(c.LogPValue) && double.IsFinite(c.PopulationStabilityIndex)));
        Assert.Equal(report.ToJson(), DriftReport.Parse(report.ToUtf8Json()).ToJson());
        _ = report.ToHtml();
    }

    [Fact]
    public void Decrease_is_found()
    {
        double[] then = Samples.Normal(1000, 51);
        Assert.Equal(DriftVerdict.Drift, DriftCheck.Compare(then, [.. then.Select(v => v - 1)]).Verdict);
        Assert.Equal(DriftVerdict.Drift, DriftCheck.Compare(then, [.. then.Select(v => v + 1)]).Verdict);
    }

    [Fact]
    public void One_unseen_label_is_not_p_zero()
    {
        string[] then = [.. Enumerable.Range(0, 1000).Select(i => i % 2 == 0 ? "a" : "b")], now = [.. then[..^1], "new"];
        ColumnFinding v = ReferenceProfile.From(Labels(then)).Check(Labels(now))["c"];
        Assert.Equal(DriftVerdict.Stable, v.Verdict);
        Assert.True(v.PValue > 0.05);
    }

    [Fact]
    public void Fisher_of_unequal_sizes()
    {
        string[] then = [.. Enumerable.Repeat("a", 17), .. Enumerable.Repeat("b", 3)], now = [.. Enumerable.Repeat("a", 5), .. Enumerable.Repeat("b", 4)];
        ColumnFinding v = ReferenceProfile.From(Labels(then)).Check(Labels(now))["c"];
        Assert.Equal("Fisher", Assert.Single(v.Keys).Name);
        Assert.Equal(Lifecycle.Statistics.FisherExact.Test(17, 3, 5, 4).LogPValue, v.LogPValue, 1e-12);
    }

    [Fact]
    public void Schema_changes_are_findings()
    {
        ReferenceProfile reference = ReferenceProfile.From(new ColumnBatch(
            [BatchColumn.Of<double>("x", new double[] { 1, 2, 3, 4 }), BatchColumn.Of<double>("gone", new double[] { 1, 2, 3, 4 }), BatchColumn.Of<string>("c", new[] { "a", "b", "a", "b" })]));
        DriftReport report = reference.Check(new ColumnBatch(
            [BatchColumn.Of<string>("x", new[] { "1", "2", "3", "4" }), BatchColumn.Of<int>("added", new[] { 1, 2, 3, 4 }), BatchColumn.Of<string>("c", new[] { "a", "b", "a", "b" })]));
        Assert.Equal(DriftVerdict.Stable, report["x"].Verdict);
        Assert.Equal(DriftVerdict.NotTested, report["gone"].Verdict);
        Assert.Equal(
            [("gone", QualityRule.ColumnMissing), ("added", QualityRule.ColumnAdded), ("x", QualityRule.TypeChanged)],
            report.Quality.Select(q => (q.Column, q.Rule)));
    }

    [Fact]
    public void One_column_policy_leaves_the_rest()
    {
        double[] then = Samples.Normal(4000, 61), now = Samples.Normal(4000, 62, shift: 0.25);
        ColumnBatch Two(double[] values) => new([BatchColumn.Of<double>("a", values), BatchColumn.Of<double>("b", values)]);
        ReferenceProfile reference = ReferenceProfile.From(Two(then));
        Assert.Equal(DriftVerdict.Slight, reference.Check(Two(now))["a"].Verdict);
        DriftPolicy wide = DriftPolicy.Default.EffectAtLeast(Effect.Wasserstein, 0.1);
        Assert.Equal(DriftVerdict.Drift, reference.Check(Two(now), wide)["a"].Verdict);
        DriftReport one = reference.Check(Two(now), DriftPolicy.Default.EffectAtLeast("a", Effect.ProbabilityOfGreater, 0.05));
        Assert.Equal(DriftVerdict.Drift, one["a"].Verdict);
        Assert.Equal(DriftVerdict.Slight, one["b"].Verdict);
        Assert.Throws<ArgumentOutOfRangeException>(() => new DriftPolicy { Alpha = 1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => DriftPolicy.Default.EffectAtLeast(Effect.Wasserstein, -1));
    }

    [Fact]
    public void One_report_one_answer()
    {
        foreach (double shift in (double[])[0, 0.8])
        {
            double[] then = Samples.Normal(2000, 63), now = Samples.Normal(2000, 64, shift: shift);
            DriftReport report = ReferenceProfile.From(Batch(then)).Check(Batch(now));
            bool drifts = report.Columns.Any(c => c.Verdict == DriftVerdict.Drift);
            Assert.Equal((shift > 0, drifts), (drifts, report.HasDrift));
            Assert.Equal(drifts, DriftReport.Parse(report.ToUtf8Json()).HasDrift);
            Assert.Equal(report["x"].Verdict, DriftCheck.Compare(then, now).Verdict);
        }
    }

    [Fact]
    public void A_cancelled_check_makes_no_report()
    {
        ColumnBatch rows = Batch(Samples.Normal(500, 65));
        ReferenceProfile reference = ReferenceProfile.From(rows);
        Assert.ThrowsAny<OperationCanceledException>(() => reference.Check(rows, cancellationToken: new CancellationToken(true)));
    }

    [Fact]
    public void Holm_is_that_of_the_textbook()
    {
        double[] p = [.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344, .0459, .3240, .4262, .5719, .6528, .7590, 1];
        double[] adjusted = Judgement.Adjust([.. p.Select(v => Math.Log(v))], DriftCorrection.Holm);
        double[] expected = Lifecycle.Statistics.FamilyWise.Holm(p);
        Assert.All(expected.Zip(adjusted), pair => Assert.Equal(pair.First, Math.Exp(pair.Second), 1e-12));
        Assert.Equal(.0015, Math.Exp(adjusted[0]), 1e-12);
    }

    private static ColumnBatch Batch(double[] values) => new([BatchColumn.Of<double>("x", values)]);

    private static ColumnBatch Labels(string[] labels) => new([BatchColumn.Of<string>("c", labels)]);
}
