namespace Lifecycle.Validation.Tests.Metrics;

/// <summary>Each reason why a figure has no value, from data that give it; and that no gate takes it for a pass.</summary>
public class UndefinedReasonTests
{
    private static EvaluationSet Counts(int tn, int fp, int fn, int tp) => Compas.Make([(["a"], tn, fp, fn, tp)], "g");

    private static EvaluationSet Scored(params (bool Label, double Score)[] rows) => EvaluationSet.Of([.. rows.Select(r => r.Label)], (double[])[.. rows.Select(r => r.Score)]);

    [Fact]
    public void NoRows()
    {
        GroupMetrics groups = GroupMetrics.FromCounts(["a", "b"], [5, 0], [0, 0], [0, 0], [5, 0]);
        Assert.All(Metric.All.Where(m => m != Metric.Count), m => Assert.Equal(UndefinedReason.NoRows, groups["b"][m].Reason));
        Assert.Equal(0, groups["b"][Metric.Count].Value);
    }

    [Fact]
    public void NoPositives()
    {
        EvaluationSet set = Counts(5, 5, 0, 0);
        Assert.All(new[] { Metric.TruePositiveRate, Metric.FalseNegativeRate, Metric.BalancedAccuracy, Metric.Informedness }, m => Assert.Equal(UndefinedReason.NoPositives, m.Compute(set).Reason));
        Assert.Equal(UndefinedReason.NoPositives, Metric.AveragePrecision.Compute(Scored((false, 0.5))).Reason);
        Assert.Equal(UndefinedReason.NoPositives, Metric.GeneralizedTruePositiveRate.Compute(Scored((false, 0.5))).Reason);
        Assert.Equal(UndefinedReason.NoPositives, Metric.F1.Compute(Counts(5, 0, 0, 0)).Reason);
    }

    [Fact]
    public void NoNegatives()
    {
        Assert.Equal(UndefinedReason.NoNegatives, Metric.FalsePositiveRate.Compute(Counts(0, 0, 5, 5)).Reason);
        Assert.Equal(UndefinedReason.NoNegatives, Metric.TrueNegativeRate.Compute(Counts(0, 0, 5, 5)).Reason);
        Assert.Equal(UndefinedReason.NoNegatives, Metric.GeneralizedFalsePositiveRate.Compute(Scored((true, 0.5))).Reason);
        Assert.Equal(UndefinedReason.NoNegatives, Metric.PositiveLikelihoodRatio.Compute(Counts(0, 0, 5, 5)).Reason);
    }

    [Fact]
    public void NoPredictedPositives()
    {
        Assert.Equal(UndefinedReason.NoPredictedPositives, Metric.Precision.Compute(Counts(5, 0, 5, 0)).Reason);
        Assert.Equal(UndefinedReason.NoPredictedPositives, Metric.FalseDiscoveryRate.Compute(Counts(5, 0, 5, 0)).Reason);
        Assert.Equal(UndefinedReason.NoPredictedPositives, Metric.PredictedPositiveShare.Compute(Counts(5, 0, 5, 0)).Reason);
        Assert.Equal(UndefinedReason.NoPredictedPositives, Metric.MatthewsCorrelation.Compute(Counts(5, 0, 5, 0)).Reason);
    }

    [Fact]
    public void NoPredictedNegatives()
    {
        Assert.Equal(UndefinedReason.NoPredictedNegatives, Metric.NegativePredictiveValue.Compute(Counts(0, 5, 0, 5)).Reason);
        Assert.Equal(UndefinedReason.NoPredictedNegatives, Metric.FalseOmissionRate.Compute(Counts(0, 5, 0, 5)).Reason);
        Assert.Equal(UndefinedReason.NoPredictedNegatives, Metric.MatthewsCorrelation.Compute(Counts(0, 5, 0, 5)).Reason);
    }

    [Fact]
    public void OneClass()
    {
        Assert.Equal(UndefinedReason.OneClass, Metric.AreaUnderRoc.Compute(Scored((true, 0.5), (true, 0.1))).Reason);
        Assert.Equal(UndefinedReason.OneClass, Metric.CohenKappa.Compute(Counts(0, 0, 0, 5)).Reason);
        Assert.Equal(UndefinedReason.OneClass, Metric.MatthewsCorrelation.Compute(Counts(0, 0, 5, 5)).Reason);
    }

    [Fact]
    public void ZeroVariance()
    {
        Assert.Equal(UndefinedReason.ZeroVariance, Metric.RSquared.Compute(EvaluationSet.Of([0.1, 0.1, 0.1], [1.0, 2, 3])).Reason);
        Assert.Equal(UndefinedReason.ZeroVariance, MetricInterval.Of(Metric.MeanScore, Scored((true, 0.5), (false, 0.5)), 0.95, 100, 1).Value.Reason);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WhenAllPredictionsAreEqual_GroupsAreNotCalledFair(bool decision)
    {
        bool[] labels = [.. Enumerable.Range(0, 2_000).Select(i => i % 3 == 0)], same = new bool[2_000];
        Array.Fill(same, decision);
        EvaluationSet set = EvaluationSet.Of(labels, same).Attribute("g", labels.Select((_, i) => i % 2 == 0 ? "a" : "b"));
        foreach (double confidence in new[] { 0.95, Confidence.None })
        {
            GateReport report = await Gate.For("g")
                .RequireFair("g", FairnessMetric.DemographicParityDifference, 1, confidence)
                .RequireFair("g", FairnessMetric.EqualizedOddsDifference, 1, confidence)
                .RequireFair("g", FairnessMetric.BaseRateDifference, 1, confidence).EvaluateAsync(set);
            Assert.Equal([(Verdict.Fail, UndefinedReason.ZeroVariance), (Verdict.Fail, UndefinedReason.ZeroVariance), (Verdict.Pass, null)], report.Findings.Select(f => (f.Verdict, f.Value!.Value.Reason)));
        }

        GateReport area = await Gate.For("g").Require(Metric.AreaUnderRoc, atLeast: 0.1).EvaluateAsync(EvaluationSet.Of(labels, (double[])[.. labels.Select(_ => 0.5)]));
        Assert.Equal((Verdict.Fail, UndefinedReason.ZeroVariance), (area.Findings[0].Verdict, area.Findings[0].Value!.Value.Reason));
    }

    [Fact]
    public void ZeroBaseline()
    {
        Assert.Equal(UndefinedReason.ZeroBaseline, Metric.PositiveLikelihoodRatio.Compute(Counts(5, 0, 5, 5)).Reason);
        Assert.Equal(UndefinedReason.ZeroBaseline, Metric.Theil.Compute(Counts(0, 0, 5, 0)).Reason);
        GroupMetrics nobody = GroupMetrics.FromCounts(["a", "b"], [5, 5], [0, 0], [0, 0], [0, 0]);
        Assert.Equal(UndefinedReason.ZeroBaseline, nobody[FairnessMetric.DemographicParityRatio].Result.Reason);
    }

    [Fact]
    public void NonFinite()
    {
        Assert.Equal(UndefinedReason.NonFinite, Metric.Custom("x", Direction.Neither, _ => double.NaN).Compute(Counts(1, 1, 1, 1)).Reason);
        Assert.Equal(UndefinedReason.NonFinite, Metric.GeneralizedEntropy(0).Compute(Counts(1, 1, 1, 1)).Reason);
        Assert.Equal(UndefinedReason.NonFinite, Metric.MeanSquaredError.Compute(EvaluationSet.Of([1e200], [-1e200])).Reason);
    }

    [Fact]
    public void TooFewRows()
    {
        Assert.Equal(UndefinedReason.TooFewRows, MetricInterval.Of(Metric.Accuracy, Counts(1, 0, 0, 0), 0.95, 100, 1).Value.Reason);
        GroupMetrics small = GroupMetrics.FromCounts(["a", "b", "c"], [50, 50, 2], [50, 50, 2], [0, 0, 0], [0, 0, 0]);
        Assert.Equal(UndefinedReason.TooFewRows, Assert.Single(small.Disparity(FairnessMetric.DemographicParityDifference).NotJudged).Reason);
    }

    [Fact]
    public void TooFewGroups()
    {
        GroupMetrics one = GroupMetrics.FromCounts(["a"], [50], [50], [5], [5]);
        Assert.Equal(UndefinedReason.TooFewGroups, one.Disparity(FairnessMetric.DemographicParityDifference).Value.Reason);
        Assert.All(FairnessMetric.All, m => Assert.Equal(UndefinedReason.TooFewGroups, one[m].Result.Reason));
        Assert.All(FairnessMetric.All, m => Assert.Equal(UndefinedReason.TooFewGroups, one[m.ToOverall()].Result.Reason));
        Assert.Equal(UndefinedReason.TooFewGroups, one[FairnessMetric.AverageOddsDifference("a")].Result.Reason);
        Assert.Equal(UndefinedReason.TooFewGroups, one.DifferenceToReference(Metric.Accuracy, "a").Result.Reason);
        Assert.Equal(UndefinedReason.TooFewGroups, Metric.DifferentialFairness("g").Compute(Counts(5, 5, 5, 5)).Reason);
        EvaluationSet numbers = EvaluationSet.Of([1.0, 2], [1.0, 2]).Attribute("g", ["a", "a"]);
        Assert.Equal(UndefinedReason.TooFewGroups, GroupMetrics.Compute(numbers, "g")["a"][Metric.PredictionDistance].Reason);
    }

    [Fact]
    public void MissingMetric()
    {
        EvaluationSet set = Counts(5, 5, 5, 5);
        Assert.All(Metric.All.Where(m => m.NeedsScores || !m.IsFor(EvaluationKind.Binary)), m => Assert.Equal(UndefinedReason.MissingMetric, m.Compute(set).Reason));
        Assert.Equal(UndefinedReason.MissingMetric, Metric.BackgroundPositiveSubgroupNegative.Compute(Scored((true, 0.5), (false, 0.1))).Reason);
        Assert.Equal(UndefinedReason.MissingMetric, Metric.AreaUnderRoc.Compute(new ConfusionCounts(1, 1, 1, 1)).Reason);
        Assert.Equal(UndefinedReason.MissingMetric, Metric.DifferentialFairness("g").Compute(new ConfusionCounts(1, 1, 1, 1)).Reason);
    }

    [Theory]
    [InlineData(UndefinedReason.NoRows, Verdict.Fail)]
    [InlineData(UndefinedReason.NoPositives, Verdict.Fail)]
    [InlineData(UndefinedReason.NoNegatives, Verdict.Fail)]
    [InlineData(UndefinedReason.NoPredictedPositives, Verdict.Fail)]
    [InlineData(UndefinedReason.NoPredictedNegatives, Verdict.Fail)]
    [InlineData(UndefinedReason.OneClass, Verdict.Fail)]
    [InlineData(UndefinedReason.ZeroVariance, Verdict.Fail)]
    [InlineData(UndefinedReason.ZeroBaseline, Verdict.Fail)]
    [InlineData(UndefinedReason.NonFinite, Verdict.Fail)]
    [InlineData(UndefinedReason.TooFewRows, Verdict.Inconclusive)]
    [InlineData(UndefinedReason.TooFewGroups, Verdict.Inconclusive)]
    [InlineData(UndefinedReason.MissingMetric, Verdict.Fail)]
    [InlineData(UndefinedReason.MissingSlice, Verdict.Fail)]
    [InlineData(UndefinedReason.MissingBaseline, Verdict.Fail)]
    [InlineData(UndefinedReason.LimitExceeded, Verdict.Inconclusive)]
    [InlineData(UndefinedReason.Error, Verdict.Fail)]
    public async Task NoReason_IsAPass(UndefinedReason reason, Verdict expected)
    {
        Assert.Equal(16, Enum.GetValues<UndefinedReason>().Length);
        MetricValue value = MetricValue.Undefined(reason);
        GateReport report = await Gate.For("g").RequireCustom("mine", _ => new CustomFinding(Verdict.Pass, "all is well", value)).EvaluateAsync(Counts(1, 1, 1, 1));
        Assert.Equal((expected, false), (report.Verdict, report.Passed));
        Assert.Equal(reason, report.Findings[0].Value!.Value.Reason);
        Assert.Contains(reason.ToString(), Assert.Throws<UndefinedMetricException>(() => value.Value).Message, StringComparison.Ordinal);
        Assert.NotEqual(Wording.Why(reason), Wording.Why(reason == UndefinedReason.NoRows ? UndefinedReason.Error : UndefinedReason.NoRows));
    }

    [Fact]
    public async Task MissingBaseline_And_Error_ComeFromGates()
    {
        GateReport report = await Gate.For("g").RequireNotWorse(Metric.Accuracy, 1).RequireCustom("mine", _ => throw new InvalidOperationException("no")).EvaluateAsync(Counts(5, 5, 5, 5));
        Assert.Equal([UndefinedReason.MissingBaseline, UndefinedReason.Error], report.Findings.Select(f => f.Value!.Value.Reason!.Value));
    }
}
