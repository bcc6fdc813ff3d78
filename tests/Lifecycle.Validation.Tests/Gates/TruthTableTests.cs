namespace Lifecycle.Validation.Tests.Gates;

/// <summary>Every verb of a gate with every verdict it can give.</summary>
public class TruthTableTests
{
    private static async Task<Finding> Judge(GateBuilder gate, EvaluationSet set, BatchPredictor? predict = null, Baseline? baseline = null)
    {
        GateReport report = await gate.EvaluateAsync(set, predict, baseline);
        Assert.Equal(report.Findings[0].Verdict == Verdict.Pass, report.Passed);
        return Assert.Single(report.Findings);
    }

    private static GateBuilder New => Gate.For("g");

    [Theory]
    [InlineData(900, 0.85, Verdict.Pass)]
    [InlineData(900, 0.89, Verdict.Inconclusive)]
    [InlineData(900, 0.91, Verdict.Inconclusive)]
    [InlineData(900, 0.95, Verdict.Fail)]
    public async Task Value_AtLeast(int right, double limit, Verdict expected)
    {
        Finding finding = await Judge(New.Require(Metric.Accuracy, atLeast: limit), Samples.Decided(right, 1000 - right));
        Assert.Equal(expected, finding.Verdict);
        Assert.Equal(expected == Verdict.Inconclusive, finding.NeededRows is not null);
        Assert.Equal((limit, 0.9, "Wilson"), (finding.AtLeast, finding.Value!.Value.Value, finding.Method));
    }

    [Theory]
    [InlineData(0.15, Verdict.Pass)]
    [InlineData(0.11, Verdict.Inconclusive)]
    [InlineData(0.05, Verdict.Fail)]
    public async Task Value_AtMost(double limit, Verdict expected) =>
        Assert.Equal(expected, (await Judge(New.Require(Metric.ErrorRate, atMost: limit), Samples.Decided(900, 100))).Verdict);

    [Theory]
    [InlineData(0.85, 0.95, Verdict.Pass)]
    [InlineData(0.89, 0.95, Verdict.Inconclusive)]
    [InlineData(0.2, 0.5, Verdict.Fail)]
    [InlineData(0.95, 0.99, Verdict.Fail)]
    public async Task Value_Between(double low, double high, Verdict expected) =>
        Assert.Equal(expected, (await Judge(New.Require(Metric.Accuracy, between: (low, high)), Samples.Decided(900, 100))).Verdict);

    [Fact]
    public async Task Value_UndefinedAndMissing()
    {
        EvaluationSet allNegative = EvaluationSet.Of(new bool[50], (bool[])[.. Enumerable.Range(0, 50).Select(i => i < 5)]);
        Finding undefined = await Judge(New.Require(Metric.TruePositiveRate, atLeast: 0.1), allNegative);
        Assert.Equal((Verdict.Fail, UndefinedReason.NoPositives, ExitCode.GateFailed), (undefined.Verdict, undefined.Value!.Value.Reason, undefined.ExitCode));
        Finding missing = await Judge(New.Require(Metric.AreaUnderRoc, atLeast: 0.1), allNegative);
        Assert.Equal((Verdict.Fail, UndefinedReason.MissingMetric, ExitCode.Missing), (missing.Verdict, missing.Value!.Value.Reason, missing.ExitCode));
        Assert.Contains("Give scores", missing.Message, StringComparison.Ordinal);
        Finding oneRow = await Judge(New.Require(Metric.Accuracy, atLeast: 0.1), EvaluationSet.Of([true], [0.9]));
        Assert.Equal((Verdict.Inconclusive, UndefinedReason.TooFewRows, ExitCode.DecisionPending), (oneRow.Verdict, oneRow.Value!.Value.Reason, oneRow.ExitCode));
        Finding notProbabilities = await Judge(New.Require(Metric.Brier, atMost: 0.5), EvaluationSet.Of([true, false, true], [0.5, 7, 0.1]));
        Assert.Equal((Verdict.Fail, UndefinedReason.Error, ExitCode.Usage), (notProbabilities.Verdict, notProbabilities.Value!.Value.Reason, notProbabilities.ExitCode));
        Assert.Contains("row 1", notProbabilities.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.10, Verdict.Pass)]
    [InlineData(0.05, Verdict.Inconclusive)]
    [InlineData(0.01, Verdict.Fail)]
    public async Task Fair_CompasSex(double limit, Verdict expected)
    {
        Finding finding = await Judge(New.RequireFair("sex", FairnessMetric.DemographicParityDifference, limit), Compas.RaceAndSex);
        Assert.Equal(expected, finding.Verdict);
        Assert.Equal(expected == Verdict.Inconclusive, finding.NeededRows > 7214);
        Assert.Equal(["sex"], finding.By);
    }

    [Theory]
    [InlineData(0.80, Verdict.Pass)]
    [InlineData(0.90, Verdict.Inconclusive)]
    [InlineData(0.99, Verdict.Fail)]
    public async Task FairRatio_CompasSex(double limit, Verdict expected) =>
        Assert.Equal(expected, (await Judge(New.RequireFairRatio("sex", FairnessMetric.DemographicParityRatio, limit), Compas.RaceAndSex)).Verdict);

    [Fact]
    public async Task GroupWithoutPositives_IsUndefined_AndGateDoesNotPass()
    {
        EvaluationSet set = Compas.Make([(["a"], 100, 10, 20, 80), (["b"], 100, 10, 20, 80), (["c"], 100, 10, 0, 0)], "g");
        Finding finding = await Judge(New.RequireFair("g", FairnessMetric.EqualOpportunityDifference, 0.9), set);
        Assert.Equal(Verdict.Inconclusive, finding.Verdict);
        Assert.Equal(("c", UndefinedReason.NoPositives), (finding.NotJudged[0].Group, finding.NotJudged[0].Reason));
        Assert.Contains("Not judged", finding.Message, StringComparison.Ordinal);
        Assert.Equal(Verdict.Pass, (await Judge(New.RequireFair("g", FairnessMetric.EqualOpportunityDifference, 0.9, smallGroups: SmallGroups.ReportOnly), set)).Verdict);
        Assert.Equal(Verdict.Inconclusive, (await Judge(New.RequireFair("g", FairnessMetric.EqualOpportunityDifference, 0.9, smallGroups: SmallGroups.ReportOnly, below: 0.02), set)).Verdict);
        Assert.Equal(Verdict.Fail, (await Judge(New.RequireFair("g", FairnessMetric.EqualOpportunityDifference, 0.9, smallGroups: SmallGroups.Fail), set)).Verdict);
        Assert.Equal(Verdict.Inconclusive, (await Judge(New.RequireFair("g", FairnessMetric.EqualOpportunityDifference, 0.9, Confidence.None), set)).Verdict);
    }

    [Fact]
    public async Task Fair_OneGroup_IsInconclusive()
    {
        Finding finding = await Judge(New.RequireFair("g", FairnessMetric.DemographicParityDifference, 1), Compas.Make([(["a"], 50, 50, 50, 50)], "g"));
        Assert.Equal((Verdict.Inconclusive, UndefinedReason.TooFewGroups), (finding.Verdict, finding.Value!.Value.Reason));
    }

    [Fact]
    public async Task Fair_MissingValues_ByChoice()
    {
        EvaluationSet set = EvaluationSet.Of(new bool[400], (bool[])[.. Enumerable.Range(0, 400).Select(i => i % 2 == 0)])
            .Attribute("g", Enumerable.Range(0, 400).Select(i => i < 150 ? "a" : i < 300 ? "b" : null));
        Task<Finding> Try(MissingGroup missing) => Judge(New.RequireFair("g", FairnessMetric.DemographicParityDifference, 0.3, missing: missing), set);
        Assert.Equal(Verdict.Pass, (await Try(MissingGroup.Report)).Verdict);
        Assert.Equal(Verdict.Pass, (await Try(MissingGroup.Drop)).Verdict);
        Assert.Equal(Verdict.Fail, (await Try(MissingGroup.Fail)).Verdict);
        Assert.Equal(3, (await Try(MissingGroup.Judge)).Contrasts.Count);
    }

    [Theory]
    [InlineData(0.10, Verdict.Pass)]
    [InlineData(0.05, Verdict.Inconclusive)]
    [InlineData(0.00, Verdict.Fail)]
    public async Task NotWorse_Accuracy(double margin, Verdict expected)
    {
        EvaluationSet set = Samples.Decided(900, 100);
        bool[] better = set.Predictions.ToArray();
        for (int i = 900; i < 950; i++)
        {
            better[i] = !better[i];
        }

        Finding finding = await Judge(New.RequireNotWorse(Metric.Accuracy, margin), set, baseline: Baseline.FromDecisions(better));
        Assert.Equal((expected, "Agresti-Min"), (finding.Verdict, finding.Method));
        Assert.Equal(-0.05, finding.Value!.Value.Value, 1e-12);
        Finding mirrored = await Judge(New.RequireNotWorse(Metric.ErrorRate, margin), set, baseline: Baseline.FromDecisions(better));
        Assert.Equal((expected, finding.Lower), (mirrored.Verdict, mirrored.Lower));
    }

    [Theory]
    [InlineData(0.0, Verdict.Pass)]
    [InlineData(0.05, Verdict.Inconclusive)]
    [InlineData(0.5, Verdict.Fail)]
    public async Task Better_Accuracy(double by, Verdict expected)
    {
        EvaluationSet set = Samples.Decided(900, 100);
        bool[] worse = set.Predictions.ToArray();
        for (int i = 0; i < 50; i++)
        {
            worse[i] = !worse[i];
        }

        Assert.Equal(expected, (await Judge(New.RequireBetter(Metric.Accuracy, by), set, baseline: Baseline.FromDecisions(worse))).Verdict);
    }

    [Theory]
    [InlineData(1.0, 0.01, Verdict.Pass)]
    [InlineData(2.1, 0.01, Verdict.Inconclusive)]
    [InlineData(4.0, 0.01, Verdict.Fail)]
    public async Task NotWorse_Area(double otherSignal, double margin, Verdict expected)
    {
        EvaluationSet set = Samples.Scored(600), other = Samples.Scored(600, otherSignal, seed: 9);
        Finding finding = await Judge(New.RequireNotWorse(Metric.AreaUnderRoc, margin), set, baseline: Baseline.FromScores(other.Scores));
        Assert.Equal((expected, "paired DeLong"), (finding.Verdict, finding.Method));
    }

    [Fact]
    public async Task Baseline_MissingUndefinedAndFirstRun()
    {
        Finding missing = await Judge(New.RequireNotWorse(Metric.Accuracy, 0.5), Samples.Decided(90, 10));
        Assert.Equal((Verdict.Fail, UndefinedReason.MissingBaseline, ExitCode.Missing), (missing.Verdict, missing.Value!.Value.Reason, missing.ExitCode));
        Finding noScores = await Judge(New.RequireNotWorse(Metric.AreaUnderRoc, 1), Samples.Scored(50), baseline: Baseline.FromDecisions(new bool[50]));
        Assert.Equal((Verdict.Fail, UndefinedReason.MissingMetric), (noScores.Verdict, noScores.Value!.Value.Reason));
        Finding noPositives = await Judge(New.RequireNotWorse(Metric.TruePositiveRate, 1), EvaluationSet.Of(new bool[50], new bool[50]), baseline: Baseline.FromDecisions(new bool[50]));
        Assert.Equal((Verdict.Fail, UndefinedReason.NoPositives), (noPositives.Verdict, noPositives.Value!.Value.Reason));
        GateReport first = await New.Require(Metric.Accuracy, atLeast: 0.5).RequireNotWorse(Metric.Accuracy, 0.01).WhenNoBaseline(FirstRun.ValueLimitsOnly).EvaluateAsync(Samples.Decided(90, 10));
        Assert.True(first.Passed && first.FirstRun);
        Assert.Equal(Verdict.Skipped, first.Findings[1].Verdict);
    }

    [Theory]
    [InlineData(0.01, 0.05, Verdict.Pass)]
    [InlineData(0.3, 0.02, Verdict.Inconclusive)]
    [InlineData(5.0, 0.05, Verdict.Fail)]
    public async Task Robust(double level, double maxDrop, Verdict expected)
    {
        Finding finding = await Judge(New.RequireRobust(Perturbation.Noise(level), maxDrop), Samples.Scored(800), Samples.Model());
        Assert.Equal((expected, "paired DeLong"), (finding.Verdict, finding.Method));
    }

    [Theory]
    [InlineData(0.01, 0.05, Verdict.Pass)]
    [InlineData(0.3, 0.012, Verdict.Inconclusive)]
    [InlineData(5.0, 0.05, Verdict.Fail)]
    public async Task Robust_Accuracy(double level, double maxDrop, Verdict expected)
    {
        Finding finding = await Judge(New.RequireRobust(Perturbation.Noise(level), maxDrop, Metric.Accuracy), Samples.Scored(800), Samples.Model());
        Assert.Equal((expected, "Agresti-Min"), (finding.Verdict, finding.Method));
    }

    [Fact]
    public async Task Robust_WithoutModelOrFeatures_IsMissing()
    {
        Finding noModel = await Judge(New.RequireRobust(Perturbation.Noise(0.1), 1), Samples.Scored(50));
        Assert.Equal((Verdict.Fail, UndefinedReason.MissingMetric, ExitCode.Missing), (noModel.Verdict, noModel.Value!.Value.Reason, noModel.ExitCode));
        Finding noFeature = await Judge(New.RequireRobust(Perturbation.Noise(0.1), 1), Compas.Scores, Samples.Model());
        Assert.Equal(UndefinedReason.MissingMetric, noFeature.Value!.Value.Reason);
        EvaluationSet fixedOnly = EvaluationSet.Of([true, false], [0.9, 0.1]).Feature("x", [1, 2], f => f.Immutable());
        Assert.Contains("no feature is a number that varies", (await Judge(New.RequireRobust(Perturbation.Noise(0.1), 1), fixedOnly, Samples.Model())).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Verdict.Pass)]
    [InlineData(Verdict.Fail)]
    [InlineData(Verdict.Inconclusive)]
    public async Task Custom(Verdict verdict) =>
        Assert.Equal(verdict, (await Judge(New.RequireCustom("mine", _ => new CustomFinding(verdict, "because")), Samples.Decided(9, 1))).Verdict);

    [Fact]
    public async Task Custom_ThatThrows_OrPassesWithAnUndefinedValue_DoesNotPass()
    {
        Finding thrown = await Judge(New.RequireCustom("mine", _ => throw new InvalidOperationException("no such table")), Samples.Decided(9, 1));
        Assert.Equal((Verdict.Fail, ExitCode.Usage), (thrown.Verdict, thrown.ExitCode));
        Assert.Contains("no such table", thrown.Message, StringComparison.Ordinal);
        Finding again = await Judge(New.RequireCustom("mine", _ => throw new LifecycleStorageException("sqlite", "read", "x", "database is locked", isTransient: true)), Samples.Decided(9, 1));
        Assert.Equal(ExitCode.Transient, again.ExitCode);
        Assert.Equal(Verdict.Fail, (await Judge(New.RequireCustom("mine", _ => new CustomFinding(Verdict.Pass, "", MetricValue.Of(double.NaN))), Samples.Decided(9, 1))).Verdict);
        Assert.Equal(Verdict.Fail, (await Judge(New.RequireCustom("mine", _ => new CustomFinding(Verdict.Skipped, "")), Samples.Decided(9, 1))).Verdict);
        Assert.Equal(Verdict.Fail, (await Judge(New.RequireCustom("mine", _ => null!), Samples.Decided(9, 1))).Verdict);
    }
}
