namespace Lifecycle.Validation.Tests.Fairness;

public class DisparityTests
{
    private const double BoundTolerance = 0.004;
    private const double CriticalTolerance = 0.08;

    private static Disparity Of(EvaluationSet set, FairnessMetric metric, params string[] by) => GroupMetrics.Compute(set, by).Disparity(metric);

    private static void Check(Disparity found, int[] judged, double c, double lower, double upper)
    {
        Assert.Equal(judged, found.Judged);
        Assert.Equal(c, found.CriticalValue!.Value, CriticalTolerance);
        Assert.Equal(lower, found.Lower!.Value, BoundTolerance);
        Assert.Equal(upper, found.Upper!.Value, BoundTolerance);
    }

    [Fact]
    public void Compas_SexSelectionDifference() => Check(
        Of(Compas.RaceAndSex, FairnessMetric.DemographicParityDifference, "sex"), [2], 1.966, 0.0157, 0.0690);

    [Fact]
    public void Compas_SexEqualizedOdds() => Check(Of(Compas.RaceAndSex, FairnessMetric.EqualizedOddsDifference, "sex"), [2, 2], 2.238, 0, 0.0600);

    [Fact]
    public void Compas_RaceSelectionDifference()
    {
        Disparity found = Of(Compas.RaceAndSex, FairnessMetric.DemographicParityDifference, "race");
        Check(found, [6], 2.820, 0.3137, 0.6177);
        GroupContrast surest = found.Contrasts.MaxBy(k => Math.Max(k.Lower, -k.Upper))!;
        Assert.Equal(("African-American", "Other"), (surest.First, surest.Second));
    }

    [Fact]
    public void Compas_RaceSelectionRatio() => Check(
        Of(Compas.RaceAndSex, FairnessMetric.DemographicParityRatio, "race"), [6], 2.876, 0.2368, 0.4788);

    [Fact]
    public void EqualizedOdds_HasSimultaneousBounds()
    {
        Disparity found = Of(Compas.RaceAndSex, FairnessMetric.EqualizedOddsDifference, "race");
        Check(found, [5, 5], 2.831, 0.2761, 0.6964);
        Assert.Equal(0.5766917293233083, found.Value.Value, 1e-12);
        Assert.Equal(("Native American", "Other"), (found.WorstPair!.First, found.WorstPair.Second));
        Assert.Equal([("Asian", "TruePositiveRate"), ("Native American", "FalsePositiveRate")], found.NotJudged.Select(n => (n.Group, n.Metric)));
    }

    [Fact]
    public void Compas_AgeSelectionDifference() => Check(
        Of(Compas.Age, FairnessMetric.DemographicParityDifference, "age_cat"), [3], 2.339, 0.3646, 0.4297);

    [Fact]
    public void CompasIntersections_TinyCellsAreNotJudged_ButListed()
    {
        Disparity found = Of(Compas.RaceAndSex, FairnessMetric.DemographicParityDifference, "race", "sex");
        Check(found, [10], 3.184, 0.3236, 0.6708);
        Assert.Equal(["Asian|Female", "Native American|Female"], found.NotJudged.Select(n => n.Group));
        Assert.All(found.NotJudged, n => Assert.Equal(UndefinedReason.TooFewRows, n.Reason));
    }

    [Theory]
    [InlineData(2, 1.9599639845400534)]
    [InlineData(3, 2.343700586378409)]
    [InlineData(5, 2.7277743708703763)]
    [InlineData(10, 3.163683577053373)]
    [InlineData(20, 3.5437991315177815)]
    public void CriticalValue_OfEqualLargeGroups_NearsTheStudentisedRange(int groups, double limit)
    {
        long[] half = [.. Enumerable.Repeat(100_000L, groups)], zero = new long[groups];
        GroupMetrics many = GroupMetrics.FromCounts([.. Enumerable.Range(0, groups).Select(g => $"g{g:00}")], half, half, zero, zero, new GroupOptions { Draws = 20_000 });
        Assert.Equal(limit, many.Disparity(FairnessMetric.DemographicParityDifference).CriticalValue!.Value, 0.05);
    }

    [Fact]
    public void Homogeneity_OfSelection()
    {
        Homogeneity race = Of(Compas.RaceAndSex, FairnessMetric.DemographicParityDifference, "race").Homogeneity!;
        Assert.Equal(539.5577272334275, race.Statistic, 1e-9);
        Assert.Equal((5, false), (race.DegreesOfFreedom, race.IsSimulated));
        Homogeneity sex = Of(Compas.RaceAndSex, FairnessMetric.DemographicParityDifference, "sex").Homogeneity!;
        Assert.Equal(9.096246246649992, sex.Statistic, 1e-9);
        Assert.Equal(0.0025613462580241723, sex.PValue, 1e-12);
    }

    [Fact]
    public void Shrinkage_OfSelectionByRace()
    {
        GroupShrinkage found = GroupShrinkage.Of(GroupMetrics.Compute(Compas.RaceAndSex, "race"), Metric.SelectionRate)!;
        Assert.Equal(found.Groups, Of(Compas.RaceAndSex, FairnessMetric.DemographicParityDifference, "race").Shrinkage!.Groups);
        Assert.Null(Of(Compas.RaceAndSex, FairnessMetric.EqualizedOddsDifference, "race").Shrinkage);
        Assert.Equal(0.45980038813418356, found.Mean, 1e-12);
        Assert.Equal(0.1158351742639418, found.Correlation, 1e-12);
        Assert.Equal(7.632956322242862, found.Strength, 1e-10);
        ShrunkenRate asian = found.Groups.Single(g => g.Group == "Asian"), native = found.Groups.Single(g => g.Group == "Native American");
        Assert.Equal(0.2904056963603062, asian.Mean, 1e-12);
        Assert.Equal(0.16186897679107662, asian.Lower, 1e-9);
        Assert.Equal(0.4389627144868689, asian.Upper, 1e-9);
        Assert.Equal(0.6050662313234675, native.Mean, 1e-12);
        Assert.Equal(0.4134072318508156, native.Lower, 1e-9);
        Assert.Equal(0.7811904583406886, native.Upper, 1e-9);
    }
}
