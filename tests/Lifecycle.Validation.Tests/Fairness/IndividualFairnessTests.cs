using FsCheck.Xunit;

namespace Lifecycle.Validation.Tests.Fairness;

public class IndividualFairnessTests
{
    private static double Of(Metric metric, EvaluationSet set) => metric.Compute(set).Value;

    [Fact]
    public void Compas_TwoRaces()
    {
        EvaluationSet set = Compas.TwoRaces;
        Assert.Equal(0.1654350010385722, Of(Metric.GeneralizedEntropy(2), set), 1e-12);
        Assert.Equal(0.22764925481327447, Of(Metric.Theil, set), 1e-12);
        Assert.Equal(0.22764925481327447, Of(Metric.GeneralizedEntropy(1), set), 1e-12);
        Assert.Equal(0.575213005831009, Of(Metric.CoefficientOfVariation, set), 1e-12);
        Assert.Equal(0.0016260756539151415, Of(Metric.BetweenGroupGeneralizedEntropy(2, "race"), set), 1e-12);
        Assert.Equal(0.0016398832027280782, Of(Metric.BetweenGroupTheil("race"), set), 1e-12);
        Assert.Equal(Math.Sqrt(2 * 0.0016260756539151415), Of(Metric.BetweenGroupCoefficientOfVariation("race"), set), 1e-12);
        Assert.Equal(0.26732211001191786, Of(Metric.DifferentialFairnessOfLabels("race"), set), 1e-12);
        Assert.Equal(0.5246426107740365, Of(Metric.DifferentialFairness("race"), set), 1e-12);
        Assert.Equal(0.5246426107740365 - 0.26732211001191786, Of(Metric.DifferentialFairnessAmplification("race"), set), 1e-12);
    }

    [Fact]
    public void Compas_Sex_AndAllRaces()
    {
        EvaluationSet set = Compas.RaceAndSex;
        Assert.Equal(0.16996943303948794, Of(Metric.GeneralizedEntropy(2), set), 1e-12);
        Assert.Equal(0.23501763386556843, Of(Metric.Theil, set), 1e-12);
        Assert.Equal(0.00038939443987322025, Of(Metric.BetweenGroupGeneralizedEntropy(2, "sex"), set), 1e-12);
        Assert.Equal(-0.1809121883529683, Of(Metric.DifferentialFairnessAmplification("sex"), set), 1e-12);
        Assert.Equal(0.6521520408570223, Of(Metric.DifferentialFairnessOfLabels("race"), set), 1e-12);
        Assert.Equal(1.1404268391011165, Of(Metric.DifferentialFairness("race"), set), 1e-12);
    }

    [Fact]
    public void GeneralizedEntropyZero_FollowsTheFormula()
    {
        ConfusionCounts noMiss = new(40, 10, 0, 50);
        double mean = 1.1, expected = -(90 * Math.Log(1 / mean) + 10 * Math.Log(2 / mean)) / 100;
        Assert.Equal(expected, IndividualFairness.GeneralizedEntropy(noMiss, 0).Value, 1e-15);
        Assert.Equal(expected / mean, IndividualFairness.GeneralizedEntropy(noMiss, 0, FairnessCompat.Aif360).Value, 1e-15);
        GroupMetrics theirs = GroupMetrics.FromCounts(["all"], [40], [10], [0], [50], new GroupOptions { Compat = FairnessCompat.Aif360 });
        Assert.Equal(expected / mean, theirs["all"][Metric.GeneralizedEntropy(0)].Value, 1e-15);
        Assert.False(IndividualFairness.GeneralizedEntropy(new ConfusionCounts(40, 10, 1, 50), 0).IsDefined);
        Assert.Equal(UndefinedReason.ZeroBaseline, IndividualFairness.GeneralizedEntropy(new ConfusionCounts(0, 0, 5, 0), 2).Reason);
        Assert.Equal(UndefinedReason.NoRows, IndividualFairness.Theil(default).Reason);
        Assert.Throws<ArgumentOutOfRangeException>(() => Metric.GeneralizedEntropy(double.NaN));
    }

    [Property(MaxTest = 200)]
    public void EqualsTheNaiveForm((bool Y, bool P, byte G)[] rows, byte a)
    {
        if (rows.Length == 0)
        {
            return;
        }

        double alpha = new[] { 0, 0.5, 1, 2, 3 }[a % 5];
        EvaluationSet set = EvaluationSet.Of([.. rows.Select(r => r.Y)], (bool[])[.. rows.Select(r => r.P)]).Attribute("g", rows.Select(r => $"g{r.G % 3}"));
        double[] own = [.. rows.Select(Benefit)];
        double[] between = [.. rows.Select(r => rows.Where(o => o.G % 3 == r.G % 3).Average(Benefit))];
        Check(Naive(own, alpha), Metric.GeneralizedEntropy(alpha).Compute(set));
        Check(Naive(between, alpha), Metric.BetweenGroupGeneralizedEntropy(alpha, "g").Compute(set));
    }

    private static double Benefit((bool Y, bool P, byte G) row) => (row.P ? 1 : 0) - (row.Y ? 1 : 0) + 1;

    private static double? Naive(double[] b, double alpha)
    {
        double mean = b.Average();
        double value = alpha switch
        {
            1 => b.Average(x => x == 0 ? 0 : x / mean * Math.Log(x / mean)),
            0 => -b.Average(x => Math.Log(x / mean)),
            _ => b.Average(x => Math.Pow(x / mean, alpha) - 1) / (alpha * (alpha - 1)),
        };
        return mean > 0 && double.IsFinite(value) ? value : null;
    }

    private static void Check(double? expected, MetricValue found)
    {
        Assert.Equal(expected is not null, found.IsDefined);
        Assert.True(expected is null || Math.Abs(expected.Value - found.Value) < 1e-12, $"{expected} {found}");
    }

    [Fact]
    public void LabelsAlone()
    {
        // Group u: 30 rows, 10 positive; p: 70 rows, 35 positive.
        EvaluationSet set = Compas.Make([(["u"], 20, 0, 10, 0), (["p"], 35, 0, 35, 0)], "g");
        Assert.Equal(-0.4, Of(Metric.ClassImbalance("g", "u", "p"), set), 1e-15);
        Assert.Equal(0.5 * Math.Log(0.5 / (2.0 / 3)) + 0.5 * Math.Log(0.5 / (1.0 / 3)), Of(Metric.LabelDivergence("g", "u", "p"), set), 1e-14);
        Assert.Equal(1.0 / 6, GroupMetrics.Compute(set, "g")[FairnessMetric.BaseRateDifference].Value, 1e-15);
        Assert.Equal(UndefinedReason.NoRows, Metric.LabelDivergence("g", "x", "p").Compute(set).Reason);
        EvaluationSet oneLabel = Compas.Make([(["u"], 20, 0, 0, 0), (["p"], 35, 0, 35, 0)], "g");
        Assert.Equal(UndefinedReason.NoPositives, Metric.LabelDivergence("g", "u", "p").Compute(oneLabel).Reason);
        Assert.Throws<UnknownColumnException>(() => Metric.ClassImbalance("h", "u", "p").Compute(set));
    }

    [Fact]
    public void ConditionalDemographicDisparity_IsSimpsonsParadoxOfBerkeley()
    {
        // Admissions to two departments: women apply where few are admitted; within departments they do better.
        EvaluationSet set = Compas.Make(
            [
                (["m", "A"], 40, 0, 60, 0), (["w", "A"], 3, 0, 7, 0),
                (["m", "B"], 18, 0, 2, 0), (["w", "B"], 80, 0, 20, 0),
            ], "sex", "department");
        double a = 3.0 / 43 - 7.0 / 67, b = 80.0 / 98 - 20.0 / 22;
        Assert.Equal((110 * a + 120 * b) / 230, Of(Metric.ConditionalDemographicDisparity("sex", "w", "department"), set), 1e-14);
        Assert.True(Of(Metric.ConditionalDemographicDisparity("sex", "w", "department"), set) < 0);
        EvaluationSet none = Compas.Make([(["m", "A"], 40, 0, 0, 0), (["w", "A"], 3, 0, 0, 0)], "sex", "department");
        Assert.Equal(UndefinedReason.NoPositives, Metric.ConditionalDemographicDisparity("sex", "w", "department").Compute(none).Reason);
    }

    [Theory]
    [InlineData("GeneralizedEntropy(2)")]
    [InlineData("GeneralizedEntropy(0.5)")]
    [InlineData("BetweenGroupGeneralizedEntropy(2,race,sex)")]
    [InlineData("BetweenGroupTheil(race)")]
    [InlineData("BetweenGroupCoefficientOfVariation(sex)")]
    [InlineData("DifferentialFairness(race,sex)")]
    [InlineData("DifferentialFairnessOfLabels(race)")]
    [InlineData("DifferentialFairnessAmplification(sex)")]
    [InlineData("ClassImbalance(race,African-American,Caucasian)")]
    [InlineData("LabelDivergence(race,African-American,Caucasian)")]
    [InlineData("ConditionalDemographicDisparity(race,African-American,sex)")]
    [InlineData("ExpectedCalibrationError(equalMass)")]
    [InlineData("MaximumCalibrationError(20,equalMass)")]
    [InlineData("Precision(a\\,b\\(c\\)\\\\)")]
    public void NamesWithArguments_AreReadBack(string name)
    {
        Assert.Equal(name, Metric.Named(name).Name);
        Gate gate = Gate.For("g").Require(Metric.Named(name), atMost: 0.5).Build();
        Assert.Equal(gate.Digest, Gate.FromJson(gate.ToJson()).Digest);
    }

    [Theory]
    [InlineData("GeneralizedEntropy()")]
    [InlineData("GeneralizedEntropy(x)")]
    [InlineData("ClassImbalance(race)")]
    [InlineData("ExpectedCalibrationError(0)")]
    [InlineData("AreaUnderRoc(cat)")]
    [InlineData("Nothing(1)")]
    public void WrongArguments_AreNoName(string name) => Assert.Throws<ArgumentException>(() => Metric.Named(name));

    [Theory]
    [InlineData("Theil")]
    [InlineData("GeneralizedEntropy(2)")]
    [InlineData("BetweenGroupTheil(sex)")]
    [InlineData("DifferentialFairness(sex)")]
    [InlineData("ClassImbalance(sex,Female,Male)")]
    public async Task InAGate_TheBootstrapBoundsThem(string name)
    {
        EvaluationSet set = Compas.RaceAndSex.Rows([.. Enumerable.Range(0, 7214).Where(i => i % 8 == 0)]);
        EvaluationContext quick = new() { Options = new ValidationOptions { Replicates = 200 } };
        Finding finding = (await Gate.For("g").Require(Metric.Named(name), atMost: 1).EvaluateAsync(set, null, context: quick)).Findings[0];
        Assert.Equal((Verdict.Pass, "BCa bootstrap"), (finding.Verdict, finding.Method));
        Assert.True(finding.Lower < finding.Value!.Value.Value && finding.Value.Value.Value < finding.Upper);
        await Assert.ThrowsAsync<UnknownColumnException>(() => Gate.For("g").Require(Metric.BetweenGroupTheil("gender"), atMost: 1).EvaluateAsync(set).AsTask());
    }
}
