using Lifecycle.Statistics;
using Lifecycle.Validation.Tests.Gates;

namespace Lifecycle.Validation.Tests.Fairness;

/// <summary>Bounds of gaps in metrics that are no rates.</summary>
public class OtherMetricBoundsTests
{
    private static readonly EvaluationSet Scored = Samples.Scored(1200, groupShift: 0);

    [Fact]
    public void Areas_AreComparedByDeLong()
    {
        GroupMetrics groups = GroupMetrics.Compute(Scored, "afam");
        Disparity found = groups.Disparity(FairnessMetric.DifferenceOf(Metric.AreaUnderRoc));
        AreaEstimate[] areas = [.. groups.Groups.Select(g => DeLong.Estimate(g.Rows()!.Scores, g.Rows()!.Labels))];
        double gap = Math.Abs(areas[0].Area - areas[1].Area), error = Math.Sqrt(areas[0].Variance + areas[1].Variance);
        Assert.Equal(gap, found.Value.Value, 1e-12);
        Assert.Equal(gap + NormalDistribution.Quantile(0.95) * error, found.Upper!.Value, 1e-12);
        Assert.Equal(1.96, found.CriticalValue!.Value, 0.08);
        Assert.Equal([2], found.Judged);
        Assert.Null(found.Homogeneity);
    }

    [Fact]
    public void Means_AreComparedByTheirVariance()
    {
        GroupMetrics groups = GroupMetrics.Compute(Scored, "afam");
        Disparity found = groups.Disparity(FairnessMetric.DifferenceOf(Metric.Brier));
        double Variance(GroupResult g)
        {
            double[] terms = Metric.Brier.Terms!(g.Rows()!);
            return terms.Sum(t => (t - terms.Average()) * (t - terms.Average())) / (terms.Length - 1) / terms.Length;
        }

        double gap = Math.Abs(groups.Groups[0][Metric.Brier].Value - groups.Groups[1][Metric.Brier].Value);
        double error = Math.Sqrt(groups.Groups.Sum(Variance));
        Assert.Equal(gap + NormalDistribution.Quantile(0.95) * error, found.Upper!.Value, 1e-10);
    }

    /// <summary>A rate taken for a function of counts has nearly the bounds of a rate.</summary>
    [Fact]
    public void TheDeltaMethod_OfARate_IsItsBinomialVariance()
    {
        ConfusionCounts counts = new(400, 100, 80, 220);
        CountFunctionCell function = CountFunctionCell.Of("a", Metric.TruePositiveRate, counts, 220.0 / 300, isRatio: false)!;
        double p = 220.5 / 301;
        Assert.Equal(p, function.Estimate, 1e-12);
        Assert.Equal(p * (1 - p) / 301, function.Variance, 1e-9);
        CountFunctionCell log = CountFunctionCell.Of("a", Metric.TruePositiveRate, counts, 220.0 / 300, isRatio: true)!;
        Assert.Equal(Math.Log(p), log.Estimate, 1e-12);
        Assert.Equal((1 - p) / (p * 301), log.Variance, 1e-9);
    }

    [Fact]
    public void SmallGroups_AndPerfectOnes_AreNotJudged_ButListed()
    {
        bool[] labels = [.. Enumerable.Range(0, 400).Select(i => i % 2 == 0)];
        double[] scores = [.. labels.Select((l, i) => i < 100 ? (l ? 0.9 : 0.1) : i % 7 / 7.0)];
        EvaluationSet set = EvaluationSet.Of(labels, scores).Attribute("g", Enumerable.Range(0, 400).Select(i => i < 100 ? "perfect" : i < 130 ? "small" : i < 260 ? "one" : "two"));
        Disparity found = GroupMetrics.Compute(set, "g").Disparity(FairnessMetric.DifferenceOf(Metric.AreaUnderRoc));
        Assert.Equal([2], found.Judged);
        Assert.Equal([("perfect", UndefinedReason.ZeroVariance), ("small", UndefinedReason.TooFewRows)], found.NotJudged.Select(n => (n.Group, n.Reason)));
    }

    [Fact]
    public async Task AGate_JudgesThem_AndIsReadBack()
    {
        Gate gate = Gate.For("g").RequireFair("afam", FairnessMetric.DifferenceOf(Metric.AreaUnderRoc), 0.1).RequireFair("afam", FairnessMetric.DifferenceOf(Metric.F1), 0.15)
            .RequireFairRatio("afam", FairnessMetric.RatioOf(Metric.Brier), 0.5).RequireFair("afam", FairnessMetric.DifferenceOf(Metric.LogLoss), 2).Build();
        GateReport report = await gate.EvaluateAsync(Scored);
        Assert.True(report.Passed, string.Join("\n", report.Findings.Select(f => f.Message)));
        Assert.Equal(gate.Digest, Gate.FromJson(gate.ToJson()).Digest);
        Assert.Equal("AreaUnderRocDifference by afam at most 0.1", report.Findings[0].Requirement);
        GateReport shifted = await Gate.For("g").RequireFair("afam", FairnessMetric.DifferenceOf(Metric.MeanScore), 0.01).EvaluateAsync(Samples.Scored(1200, groupShift: 2));
        Assert.Equal(Verdict.Fail, shifted.Verdict);
    }

    [Fact]
    public void WhatHasNoBound_IsRefusedAtBuild_WithTheAlternative()
    {
        GateDefinitionException error = Assert.Throws<GateDefinitionException>(() => Gate.For("g")
            .RequireFair("a", FairnessMetric.DifferenceOf(Metric.AveragePrecision), 0.1)
            .RequireFair("a", FairnessMetric.DifferenceOf(Metric.Custom("mine", Direction.HigherIsBetter, _ => 1)), 0.1)
            .RequireFairRatio("a", FairnessMetric.RatioOf(Metric.MatthewsCorrelation), 0.8)
            .RequireFairRatio("a", FairnessMetric.RatioOf(Metric.MeanScore), 0.8)
            .RequireFair("a", FairnessMetric.DifferenceOf(Metric.AreaUnderRoc).ToOverall(), 0.1)
            .RequireFair("a", FairnessMetric.DifferenceOf(Metric.Count), 0.1)
            .Build());
        Assert.Equal(6, error.Problems.Count);
        Assert.Contains("can be negative, so a ratio of it says nothing; use the difference", error.Message, StringComparison.Ordinal);
        Assert.Contains("has no variance by group", error.Message, StringComparison.Ordinal);
        Assert.Contains("use the difference between groups", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ContrastsToOverall_HaveTheVarianceOfThePage()
    {
        GroupMetrics groups = GroupMetrics.Compute(Compas.RaceAndSex, "sex");
        Disparity found = groups.Disparity(FairnessMetric.DemographicParityDifference.ToOverall());
        (double X, double N)[] cells = [.. groups.Groups.Select(g => (g.Counts.PredictedPositives, g.Counts.Total))];
        double[] p = [.. cells.Select(c => (c.X + 1) / (c.N + 2))], v = [.. cells.Select((c, i) => p[i] * (1 - p[i]) / (c.N + 2))];
        double n = cells.Sum(c => c.N), mean = cells.Select((c, i) => c.N / n * p[i]).Sum(), most = 0;
        for (int g = 0; g < 2; g++)
        {
            double w = cells[g].N / n, variance = v[g] - 2 * w * v[g] + cells.Select((c, i) => c.N / n * (c.N / n) * v[i]).Sum();
            most = Math.Max(most, Math.Abs(p[g] - mean) + NormalDistribution.Quantile(0.95) * Math.Sqrt(variance));
        }

        Assert.Equal(most, found.Upper!.Value, 1e-12);
        Assert.All(found.Contrasts, k => Assert.Equal("(overall)", k.Second));
    }

    [Fact]
    public void AtMostTwentyContrasts_AreShown_TheWidestFirst()
    {
        long[] selected = [.. Enumerable.Range(0, 12).Select(g => 100L + 10 * g)], zero = new long[12];
        Disparity found = GroupMetrics.FromCounts([.. Enumerable.Range(0, 12).Select(g => $"g{g:00}")], [.. selected.Select(s => 500 - s)], selected, zero, zero)
            .Disparity(FairnessMetric.DemographicParityDifference);
        Assert.Equal(20, found.Contrasts.Count);
        Assert.Equal(("g00", "g11"), (found.WorstPair!.First, found.WorstPair.Second));
        Assert.Equal(found.Contrasts.OrderByDescending(k => Math.Abs(k.Value)), found.Contrasts);
    }
}
