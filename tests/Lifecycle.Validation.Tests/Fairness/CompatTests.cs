namespace Lifecycle.Validation.Tests.Fairness;

public class CompatTests
{
    private static GroupMetrics Two(FairnessCompat compat) => GroupMetrics.FromCounts(
        ["never", "often"], [50, 40], [0, 10], [10, 20], [0, 30], new GroupOptions { Compat = compat });

    [Fact]
    public void NoPredictedPositives_RatioIsUndefined()
    {
        GroupMetrics ours = Two(FairnessCompat.None);
        Assert.Equal(UndefinedReason.ZeroBaseline, ours.RatioToReference(Metric.SelectionRate, "never").Result.Reason);
        Assert.Equal(10, Two(FairnessCompat.Aequitas).RatioToReference(Metric.SelectionRate, "never").Value);
        Assert.Equal(UndefinedReason.NoPredictedPositives, ours.RatioToReference(Metric.Precision, "never").Result.Reason);
        Assert.Equal(UndefinedReason.NoPredictedPositives, Two(FairnessCompat.Aequitas)["never"][Metric.Precision].Reason);
        GroupMetrics nobody = GroupMetrics.FromCounts(["a", "b"], [5, 5], [0, 0], [0, 0], [0, 0], new GroupOptions { Compat = FairnessCompat.Aequitas });
        Assert.Equal(UndefinedReason.ZeroBaseline, nobody.RatioToReference(Metric.SelectionRate, "a").Result.Reason);
    }

    [Fact]
    public void Aif360_SaysZeroForPrecisionOfNothing_AndNothingForOtherRates()
    {
        GroupMetrics theirs = Two(FairnessCompat.Aif360);
        Assert.Equal((0, 0), (theirs["never"][Metric.Precision].Value, theirs["never"][Metric.FalseDiscoveryRate].Value));
        Assert.Equal(-0.75, theirs.DifferenceToReference(Metric.Precision, "often").Value, 1e-15);
        GroupMetrics noPositives = GroupMetrics.FromCounts(["a", "b"], [50, 0], [10, 10], [0, 5], [0, 5], new GroupOptions { Compat = FairnessCompat.Aif360 });
        Assert.Equal(UndefinedReason.NoPositives, noPositives["a"][Metric.TruePositiveRate].Reason);
        Assert.Equal(0, GroupMetrics.FromCounts(["a"], [0], [5], [0], [5], new GroupOptions { Compat = FairnessCompat.Aif360 })["a"][Metric.NegativePredictiveValue].Value);
    }

    [Fact]
    public void Fairlearn_SaysZeroForAnyRateOfNothing_AndThatOneGroupIsFair()
    {
        GroupMetrics theirs = GroupMetrics.FromCounts(["a", "b"], [50, 40], [10, 10], [0, 20], [0, 30], new GroupOptions { Compat = FairnessCompat.Fairlearn });
        Assert.Equal(0, theirs["a"][Metric.TruePositiveRate].Value);
        Assert.Equal(0.6, theirs[FairnessMetric.EqualOpportunityDifference].Value, 1e-15);
        GroupMetrics one = GroupMetrics.FromCounts(["a"], [50], [10], [0], [0], new GroupOptions { Compat = FairnessCompat.Fairlearn });
        Assert.Equal(0, one[FairnessMetric.DemographicParityDifference].Value);
    }

    [Fact]
    public void AequitasParity_KeepsFourFifthsOnBothSides()
    {
        GroupMetrics groups = GroupMetrics.Compute(Compas.RaceAndSex, "race");
        IReadOnlyList<ParityFinding> found = groups.AequitasParity("Caucasian");
        Assert.Equal(6 * 5, found.Count);
        ParityFinding selection = found.Single(f => f is { Group: "African-American", Metric: "SelectionRate" });
        Assert.Equal(1.6902240032, selection.Ratio.Value, 5e-11);
        Assert.False(selection.IsFair);
        Assert.True(found.Single(f => f is { Group: "African-American", Metric: "FalseDiscoveryRate" }).IsFair);
        Assert.True(groups.AequitasParity("Caucasian", 0.5, Metric.SelectionRate).Single(f => f.Group == "African-American").IsFair);
        ParityFinding none = GroupMetrics.Compute(Compas.RaceAndSex, ["race", "sex"]).AequitasParity("Caucasian|Male", metrics: Metric.Precision).Single(f => f.Group == "Asian|Female");
        Assert.Null(none.IsFair);
        Assert.Equal(UndefinedReason.NoPredictedPositives, none.Ratio.Reason);
        Assert.True(GroupMetrics.FromCounts(["a", "b"], [60, 75], [40, 25], [0, 0], [0, 0]).AequitasParity("a", 0.625, Metric.SelectionRate)[0].IsFair);
        Assert.Throws<ArgumentOutOfRangeException>(() => groups.AequitasParity("Caucasian", 1.2));
        Assert.Throws<ArgumentException>(() => groups.AequitasParity("nobody"));
    }

    [Fact]
    public async Task UndefinedGroup_NeverPassesSilently()
    {
        EvaluationSet set = Compas.Make([(["a"], 100, 10, 20, 80), (["b"], 100, 10, 20, 80), (["c"], 100, 10, 0, 0)], "g");
        foreach (double confidence in new[] { 0.95, Confidence.None })
        {
            GateReport report = await Gate.For("g").RequireFair("g", FairnessMetric.EqualOpportunityDifference, 1, confidence).EvaluateAsync(set);
            Assert.Equal(Verdict.Inconclusive, report.Verdict);
            Assert.Equal(["c"], report.Findings[0].NotJudged.Select(n => n.Group));
        }

        EvaluationSet oneGroup = Compas.Make([(["a"], 100, 10, 20, 80)], "g");
        Assert.Equal(Verdict.Inconclusive, (await Gate.For("g").RequireFair("g", FairnessMetric.EqualOpportunityDifference, 1, Confidence.None).EvaluateAsync(oneGroup)).Verdict);
    }

    [Fact]
    public void AnyMetric_CanBeHeldBetweenGroups()
    {
        EvaluationSet set = Compas.DecilesByRace;
        GroupMetrics groups = GroupMetrics.Compute(set, "race");
        FairnessMetric area = FairnessMetric.DifferenceOf(Metric.AreaUnderRoc);
        Assert.Equal(("AreaUnderRocDifference", true), (area.Name, groups[area].Value > 0.05));
        Assert.Equal(area.Name, FairnessMetric.Named(area.Name).Name);
        Assert.NotNull(FairnessMetric.RatioOf(Metric.MatthewsCorrelation).WhyNotGated);
        Assert.Contains("negative", Assert.Throws<GateDefinitionException>(() => Gate.For("g").RequireFairRatio("race", FairnessMetric.RatioOf(Metric.MatthewsCorrelation), 0.8).Build()).Message, StringComparison.Ordinal);
        Assert.Null(FairnessMetric.DifferenceOf(Metric.NegativePredictiveValue).WhyNotGated);
        Assert.Equal("NegativePredictiveValueDifferenceToOverall", FairnessMetric.Named("NegativePredictiveValueDifferenceToOverall").Name);
    }

    [Fact]
    public void Scores_ByRace_OfThePage()
    {
        EvaluationSet set = Compas.DecilesByRace;
        GroupMetrics groups = GroupMetrics.Compute(set, "race");
        Assert.Equal(ConfusionCounts.Of(Compas.RaceAndSex), ConfusionCounts.Of(set));
        Assert.Equal(0.7021662544019726, groups.Overall[Metric.AreaUnderRoc].Value, 1e-12);
        Assert.Equal(0.6918343812595336, groups["African-American"][Metric.AreaUnderRoc].Value, 1e-12);
        Assert.Equal(0.6931462744050402, groups["Caucasian"][Metric.AreaUnderRoc].Value, 1e-12);
        Assert.Equal(0.6379257130693913, groups["Hispanic"][Metric.AreaUnderRoc].Value, 1e-12);
        Assert.Equal(0.5274829258227587, groups["African-American"][Metric.BackgroundPositiveSubgroupNegative].Value, 1e-12);
        Assert.Equal(0.8243796719924064, groups["African-American"][Metric.BackgroundNegativeSubgroupPositive].Value, 1e-12);
    }
}
