using FsCheck.Xunit;
using Lifecycle.Statistics;

namespace Lifecycle.Validation.Tests.Fairness;

public class GroupMetricsTests
{
    [Fact]
    public void Compas_TwoRaces_AgainstAReference()
    {
        GroupMetrics groups = GroupMetrics.Compute(Compas.TwoRaces, "race");
        Assert.Equal(6150, Compas.TwoRaces.Count);
        Assert.Equal(0.2402002032197631, groups[FairnessMetric.DemographicParityDifference].Value, 1e-14);
        Assert.Equal(0.5916375569916079, groups[FairnessMetric.DemographicParityRatio].Value, 1e-14);
        Assert.Equal(0.21392495582112797, groups[FairnessMetric.EqualizedOddsDifference].Value, 1e-14);
        Assert.Equal(0.5229872103118948, groups[FairnessMetric.EqualizedOddsRatio].Value, 1e-14);
        Assert.Equal(0.20564895979925066, groups[FairnessMetric.AverageOddsDifference("Caucasian")].Value, 1e-14);
        Assert.Equal(0.20564895979925066, groups[FairnessMetric.AverageAbsoluteOddsDifference("Caucasian")].Value, 1e-14);
        Assert.Equal(0.049897497818793685, groups[FairnessMetric.AveragePredictiveValueDifference("Caucasian")].Value, 1e-14);
        Assert.Equal(0.0316690746091724, groups.DifferenceToReference(Metric.ErrorRate, "Caucasian").Value, 1e-14);
        Assert.Equal(1.0959455667789, groups.RatioToReference(Metric.ErrorRate, "Caucasian").Value, 1e-12);
        Assert.Equal(1.6902240031631133, groups[FairnessMetric.DisparateImpact("Caucasian")].Value, 1e-14);
        Assert.Equal(0.5916375569916079, groups.Disparity(FairnessMetric.DemographicParityRatio).Value.Value, 1e-14);
    }

    [Fact]
    public void Compas_Sex_AgainstAReference()
    {
        GroupMetrics groups = GroupMetrics.Compute(Compas.RaceAndSex, "sex");
        Assert.Equal(-0.04480945807855985, groups[FairnessMetric.StatisticalParityDifference("Male")].Value, 1e-14);
        Assert.Equal(-0.011914400172728684, groups[FairnessMetric.AverageOddsDifference("Male")].Value, 1e-14);
        Assert.Equal(-0.10511786351689813, groups[FairnessMetric.AveragePredictiveValueDifference("Male")].Value, 1e-14);
        Disparity bounded = groups.Disparity(FairnessMetric.StatisticalParityDifference("Male"));
        Assert.Equal(-0.04480945807855985, bounded.Value.Value, 1e-14);
        Assert.Equal(0.0690, bounded.Upper!.Value, 0.004);
    }

    [Theory]
    [InlineData("PredictedPositiveShare", 2.5456674473)]
    [InlineData("SelectionRate", 1.6902240032)]
    [InlineData("Precision", 1.0649038593)]
    [InlineData("FalseDiscoveryRate", 0.9060846735)]
    [InlineData("FalseOmissionRate", 1.2131542867)]
    [InlineData("FalsePositiveRate", 1.9120926483)]
    [InlineData("FalseNegativeRate", 0.5864158720)]
    [InlineData("TruePositiveRate", 1.3775490753)]
    [InlineData("TrueNegativeRate", 0.7205264844)]
    [InlineData("NegativePredictiveValue", 0.9137277207)]
    public void Compas_RatiosOfAequitas(string metric, double expected)
    {
        GroupMetrics groups = GroupMetrics.Compute(Compas.RaceAndSex, "race");
        Assert.Equal(expected, groups["African-American"][Metric.Named(metric)].Value / groups["Caucasian"][Metric.Named(metric)].Value, 5e-11);
    }

    [Fact]
    public void Hmda_DenialsByAfam()
    {
        GroupMetrics groups = GroupMetrics.FromCounts(["yes", "no"], [339 - 96, 2041 - 189], [96, 189], [0, 0], [0, 0]);
        Assert.Equal(["no", "yes"], groups.Groups.Select(g => g.Key));
        Assert.Equal(0.2831858407079646, groups["yes"][Metric.SelectionRate].Value, 1e-15);
        Assert.Equal(0.0926016658500735, groups["no"][Metric.SelectionRate].Value, 1e-15);
        Disparity gap = groups.Disparity(FairnessMetric.DemographicParityDifference);
        Assert.Equal(0.1905841748578911, gap.Value.Value, 1e-15);
        Assert.Equal(0.326999632533072, groups[FairnessMetric.DemographicParityRatio].Value, 1e-14);
        Assert.Equal(100.17617498299748, gap.Homogeneity!.Statistic, 1e-9);
        Interval yes = BinomialInterval.Wilson(96, 339), no = BinomialInterval.Wilson(189, 2041);
        Assert.Equal(0.23786191395936618, yes.Lower, 1e-12);
        Assert.Equal(0.3333684719290543, yes.Upper, 1e-12);
        Assert.Equal(0.08077975589633837, no.Lower, 1e-12);
        Assert.Equal(0.10595426065715557, no.Upper, 1e-12);
    }

    [Fact]
    public void FairlearnsOwnExample()
    {
        int[] y = [0, 1, 1, 1, 1, 0, 1, 0, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1], p = [0, 0, 1, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 0];
        string[] g = [.. "bbabbcccaacabccbcc".Select(c => c.ToString())];
        GroupMetrics groups = GroupMetrics.Compute(EvaluationSet.Of([.. y.Select(v => v == 1)], (bool[])[.. p.Select(v => v == 1)]).Attribute("g", g), "g");
        Assert.Equal((0.5, 1, 0.75, 4), (groups["a"][Metric.TruePositiveRate].Value, groups["a"][Metric.FalsePositiveRate].Value, groups["a"][Metric.SelectionRate].Value, groups["a"][Metric.Count].Value));
        Assert.Equal(0.6, groups["b"][Metric.TruePositiveRate].Value, 1e-15);
        Assert.Equal(2.0 / 3, groups["c"][Metric.FalsePositiveRate].Value, 1e-15);
        Assert.Equal(0.25, groups[FairnessMetric.DemographicParityDifference].Value, 1e-15);
        Assert.Equal(0.6667, groups[FairnessMetric.DemographicParityRatio].Value, 1e-4);
        Assert.Equal(1, groups[FairnessMetric.EqualizedOddsDifference].Value, 1e-15);
        Assert.Equal(0, groups[FairnessMetric.EqualizedOddsRatio].Value, 1e-15);
        Assert.Equal(0.1, groups[FairnessMetric.EqualOpportunityDifference.ToOverall()].Value, 1e-4);
        Assert.Equal(0.19444, groups[FairnessMetric.DemographicParityDifference.ToOverall()].Value, 1e-4);
    }

    [Fact]
    public void MissingGroupValue_IsItsOwnGroup_AlsoInIntersections()
    {
        EvaluationSet set = EvaluationSet.Of([true, false, true, false], (bool[])[true, true, false, false]).Attribute("a", ["x", null, "y", "x"]).Attribute("b", ["u", "v", "", "u"]);
        GroupMetrics groups = GroupMetrics.Compute(set, ["a", "b"]);
        Assert.Equal(["(missing)|v", "x|u", "x|v", "y|(missing)", "y|u", "y|v"], groups.Groups.Select(g => g.Key));
        Assert.Equal([true, false, false, true, false, false], groups.Groups.Select(g => g.IsMissing));
        Assert.Equal(UndefinedReason.NoRows, groups["x|v"][Metric.Accuracy].Reason);
        Assert.Equal(4, groups.Overall.Counts.Total);
        GroupMetrics one = GroupMetrics.Compute(set, "a");
        Assert.Equal(["(missing)", "x", "y"], one.Groups.Select(g => g.Key));
        Assert.DoesNotContain("(missing)", one.Difference(Metric.SelectionRate).NotJudged.Select(n => n.Group));
        Assert.Equal(3, GroupMetrics.Compute(set, ["a"], new GroupOptions { Missing = MissingGroup.Drop }).Overall.Counts.Total);
        GroupMetrics fairlearn = GroupMetrics.Compute(set, ["a"], new GroupOptions { Compat = FairnessCompat.Fairlearn });
        Assert.Equal((4, 2), (fairlearn.Overall.Counts.Total, fairlearn.Groups.Count));
        Assert.Equal("(missing)", GroupMetrics.Compute(set, ["a"], new GroupOptions { Missing = MissingGroup.Judge }).Maximum(Metric.SelectionRate).Most);
    }

    [Fact]
    public void Bars_AreEscapedInKeys()
    {
        EvaluationSet set = EvaluationSet.Of([true, false], (bool[])[true, true]).Attribute("a", ["x|y", "x"]).Attribute("b", ["z", "y|z"]);
        Assert.Equal(["x\\|y|y\\|z", "x\\|y|z", "x|y\\|z", "x|z"], GroupMetrics.Compute(set, ["a", "b"]).Groups.Select(g => g.Key));
    }

    [Fact]
    public void UnknownNames_AreTold_WithTheKnownOnes()
    {
        Assert.Contains("sex", Assert.Throws<UnknownColumnException>(() => GroupMetrics.Compute(Compas.RaceAndSex, "gender")).Message, StringComparison.Ordinal);
        GroupMetrics groups = GroupMetrics.Compute(Compas.RaceAndSex, "sex");
        Assert.Contains("Female, Male", Assert.Throws<ArgumentException>(() => groups["male"]).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => groups.Disparity(FairnessMetric.StatisticalParityDifference("male")));
        Assert.Throws<ArgumentOutOfRangeException>(() => groups.Disparity(FairnessMetric.DemographicParityDifference, 0.4));
        Assert.Throws<ArgumentException>(() => groups.Disparity(FairnessMetric.EqualizedOddsDifference.Averaged()));
        Assert.Throws<ArgumentException>(() => groups.Disparity(FairnessMetric.DemographicParityRatio.ToOverall()));
        Assert.Throws<InvalidOperationException>(() => GroupMetrics.Compute(Compas.RaceAndSex.WithWeights([.. Enumerable.Repeat(2.0, 7214)]), "sex").Disparity(FairnessMetric.DemographicParityDifference));
    }

    [Fact]
    public void EveryNamedDefinition_IsFoundByName()
    {
        Assert.All(FairnessMetric.All, m => Assert.Same(m, FairnessMetric.Named(m.Name)));
        Assert.Equal("no", FairnessMetric.Named("DisparateImpact", "no").Reference);
        Assert.Equal(GroupComparison.ToOverall, FairnessMetric.Named("EqualizedOddsDifferenceToOverall").Comparison);
        Assert.Throws<ArgumentException>(() => FairnessMetric.Named("Fairness"));
    }

    [Fact]
    public void ScoreMetrics_ByGroup()
    {
        EvaluationSet set = EvaluationSet.Of([true, false, true, false, true, true], [0.9, 0.1, 0.3, 0.6, 0.2, 0.8]).Attribute("g", ["a", "a", "b", "b", "c", "c"]);
        GroupMetrics groups = GroupMetrics.Compute(set, "g", Metric.AreaUnderRoc);
        Assert.Equal((1, 0), (groups["a"][Metric.AreaUnderRoc].Value, groups["b"][Metric.AreaUnderRoc].Value));
        Assert.Equal(UndefinedReason.OneClass, groups["c"][Metric.AreaUnderRoc].Reason);
        Assert.Equal(["c"], groups.Difference(Metric.AreaUnderRoc).NotJudged.Select(n => n.Group));
        Assert.Equal(0.5, groups["a"][Metric.ScoringRate].Value);
    }

    [Property(MaxTest = 200)]
    public void Groups_EqualNaiveOnes((bool Y, bool P, byte G)[] rows)
    {
        if (rows.Length == 0)
        {
            return;
        }

        EvaluationSet set = EvaluationSet.Of([.. rows.Select(r => r.Y)], (bool[])[.. rows.Select(r => r.P)]).Attribute("g", rows.Select(r => $"g{r.G % 4}"));
        GroupMetrics groups = GroupMetrics.Compute(set, "g");
        var naive = rows.GroupBy(r => $"g{r.G % 4}").OrderBy(g => g.Key, StringComparer.Ordinal).ToArray();
        Assert.Equal(naive.Select(g => g.Key), groups.Groups.Select(g => g.Key));
        double?[] rates = [.. naive.Select(g => g.Any(r => r.Y) ? g.Count(r => r.Y && r.P) / (double)g.Count(r => r.Y) : (double?)null)];
        Assert.Equal(rates, groups.Groups.Select(g => g[Metric.TruePositiveRate].IsDefined ? g[Metric.TruePositiveRate].Value : (double?)null));
        GroupAggregate difference = groups.Difference(Metric.TruePositiveRate);
        Assert.Equal(rates.Count(r => r is not null) > 1, difference.IsDefined);
        Assert.True(!difference.IsDefined || Math.Abs(difference.Value - (rates.Max()!.Value - rates.Min()!.Value)) < 1e-15);
        Assert.Equal(rates.Count(r => r is null), difference.NotJudged.Count);
        double[] selection = [.. naive.Select(g => g.Count(r => r.P) / (double)g.Count())];
        bool isRatio = selection.Length > 1 && selection.Max() > 0;
        Assert.Equal(isRatio, groups.Ratio(Metric.SelectionRate).IsDefined);
        Assert.True(!isRatio || Math.Abs(groups.Ratio(Metric.SelectionRate).Value - selection.Min() / selection.Max()) < 1e-15);
    }
}
