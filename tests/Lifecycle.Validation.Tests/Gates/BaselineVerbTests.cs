namespace Lifecycle.Validation.Tests.Gates;

/// <summary>The verbs that compare with another model; the defects of others that they do not have.</summary>
public class BaselineVerbTests
{
    private static readonly Metric MeanOfScores = Metric.Custom("mean score of mine", Direction.HigherIsBetter, set =>
    {
        double sum = 0;
        foreach (double score in set.Scores)
        {
            sum += score;
        }

        return sum / set.Count;
    });

    private static GateBuilder New => Gate.For("g");

    private static async Task<Finding> Judge(GateBuilder gate, EvaluationSet set, Baseline? baseline = null)
    {
        GateReport report = await gate.EvaluateAsync(set, baseline: baseline);
        Assert.Equal(report.Findings[0].Verdict == Verdict.Pass, report.Passed);
        return Assert.Single(report.Findings);
    }

    private static EvaluationSet Level(double level) => EvaluationSet.Of([true, false, true, false], [level, level, level, level], 1e9);

    /// <summary>1,000 rows, 900 right, against 850 right on the same rows.</summary>
    private static (EvaluationSet Set, Baseline Other) Pair()
    {
        EvaluationSet set = Samples.Decided(900, 100);
        bool[] worse = set.Predictions.ToArray();
        for (int i = 0; i < 50; i++)
        {
            worse[i] = !worse[i];
        }

        return (set, Baseline.FromDecisions(worse));
    }

    [Theory]
    [InlineData(0.02, false, Verdict.Pass)]
    [InlineData(-0.10, false, Verdict.Pass)]
    [InlineData(0.045, false, Verdict.Inconclusive)]
    [InlineData(0.20, false, Verdict.Fail)]
    [InlineData(0.02, true, Verdict.Pass)]
    [InlineData(0.06, true, Verdict.Inconclusive)]
    [InlineData(0.20, true, Verdict.Fail)]
    public async Task Change(double atLeast, bool relative, Verdict expected)
    {
        (EvaluationSet set, Baseline other) = Pair();
        Finding finding = await Judge(New.RequireChange(Metric.Accuracy, atLeast, relative), set, other);
        Assert.Equal((expected, (double?)atLeast, "change"), (finding.Verdict, finding.AtLeast, finding.Kind));
        Assert.Equal(relative ? 0.05 / 0.85 : 0.05, finding.Value!.Value.Value, 1e-12);
        Assert.Equal(relative ? "paired BCa bootstrap" : "Agresti-Min", finding.Method);
        Assert.Equal(expected == Verdict.Inconclusive, finding.NeededRows is not null);
    }

    [Theory]
    [InlineData(1.02, Verdict.Pass)]
    [InlineData(1.06, Verdict.Inconclusive)]
    [InlineData(1.20, Verdict.Fail)]
    public async Task RatioToBaseline(double atLeast, Verdict expected)
    {
        (EvaluationSet set, Baseline other) = Pair();
        Finding finding = await Judge(New.RequireRatioToBaseline(Metric.Accuracy, atLeast), set, other);
        Assert.Equal(expected, finding.Verdict);
        Assert.Equal(0.9 / 0.85, finding.Value!.Value.Value, 1e-12);
    }

    [Theory]
    [InlineData(0.10, Verdict.Pass)]
    [InlineData(0.05, Verdict.Inconclusive)]
    [InlineData(0.01, Verdict.Fail)]
    public async Task Equivalent(double within, Verdict expected)
    {
        (EvaluationSet set, Baseline other) = Pair();
        Finding finding = await Judge(New.RequireEquivalent(Metric.Accuracy, within), set, other);
        Assert.Equal((expected, (double?)-within, (double?)within), (finding.Verdict, finding.AtLeast, finding.AtMost));
    }

    [Theory]
    [InlineData(new[] { 0.80, 0.85 }, 0.0, Verdict.Pass)]
    [InlineData(new[] { 0.90 }, 0.0, Verdict.Inconclusive)]
    [InlineData(new[] { 0.90 }, 0.05, Verdict.Pass)]
    [InlineData(new[] { 0.70, 0.95 }, 0.0, Verdict.Fail)]
    public async Task Ratchet(double[] history, double slack, Verdict expected)
    {
        Finding finding = await Judge(New.RequireRatchet(Metric.Accuracy, history, slack), Samples.Decided(900, 100));
        Assert.Equal(expected, finding.Verdict);
        Assert.Equal(history.Max() - slack, finding.AtLeast!.Value, 1e-12);
        Finding errors = await Judge(New.RequireRatchet(Metric.ErrorRate, [.. history.Select(h => 1 - h)], slack), Samples.Decided(900, 100));
        Assert.Equal((expected, (double?)null), (errors.Verdict, errors.AtLeast));
    }

    [Fact]
    public async Task Ratchet_WithoutHistory_IsAFirstRun_OrMissing()
    {
        Finding missing = await Judge(New.RequireRatchet(Metric.Accuracy, []), Samples.Decided(90, 10));
        Assert.Equal((Verdict.Fail, UndefinedReason.MissingBaseline, ExitCode.Missing), (missing.Verdict, missing.Value!.Value.Reason, missing.ExitCode));
        GateReport first = await New.Require(Metric.Accuracy, atLeast: 0.5).RequireRatchet(Metric.Accuracy, []).WhenNoBaseline(FirstRun.ValueLimitsOnly).EvaluateAsync(Samples.Decided(90, 10));
        Assert.True(first.Passed && first.FirstRun);
        Finding undefined = await Judge(New.RequireRatchet(Metric.TruePositiveRate, [0.5]), EvaluationSet.Of(new bool[50], new bool[50]));
        Assert.Equal((Verdict.Fail, UndefinedReason.NoPositives), (undefined.Verdict, undefined.Value!.Value.Reason));
    }

    [Theory]
    [InlineData("F1")]
    [InlineData("Precision")]
    [InlineData("MatthewsCorrelation")]
    [InlineData("LogLoss")]
    [InlineData("Brier")]
    [InlineData("AveragePrecision")]
    [InlineData("ExpectedCalibrationError")]
    public async Task NotWorseAndBetter_TakeEveryMetric(string name)
    {
        Metric metric = Metric.Named(name);
        EvaluationSet set = Samples.Scored(500);
        Baseline weaker = Baseline.FromScores(Samples.Scored(500, 0.1, seed: 9).Scores), same = Baseline.FromScores(set.Scores);
        if (name != "ExpectedCalibrationError")
        {
            Assert.Equal(Verdict.Pass, (await Judge(New.RequireBetter(metric), set, weaker)).Verdict);
        }

        Assert.Equal(Verdict.Pass, (await Judge(New.RequireNotWorse(metric, 0.01), set, same)).Verdict);
        Assert.Equal(Verdict.Pass, (await Judge(New.RequireEquivalent(metric, 0.01), set, same)).Verdict);
        Assert.Equal(Verdict.Fail, (await Judge(New.RequireBetter(metric, 0.9), set, weaker)).Verdict);
    }

    [Fact]
    public async Task ABaselineThatIsAModel_IsAskedOnce_AndPairedByRows()
    {
        int calls = 0;
        BatchPredictor weak = async (rows, scores, token) =>
        {
            calls++;
            await Samples.Model()(rows, scores, token);
            for (int i = 0; i < scores.Length; i += 3)
            {
                scores.Span[i] = 0.5;
            }
        };
        EvaluationSet set = Samples.Scored(600);
        GateReport report = await New.RequireBetter(Metric.AreaUnderRoc).RequireNotWorse(Metric.Accuracy, 0.05).EvaluateAsync(set, baseline: Baseline.FromPredictor(weak));
        Assert.True(report.Passed, string.Join("\n", report.Findings.Select(f => f.Message)));
        Assert.Equal(1, calls);
        Assert.Equal("paired DeLong", report.Findings[0].Method);
        Finding broken = await Judge(New.RequireBetter(Metric.AreaUnderRoc), set, Baseline.FromPredictor((_, _, _) => throw new InvalidOperationException("no such model")));
        Assert.Equal((Verdict.Fail, UndefinedReason.Error, ExitCode.Usage), (broken.Verdict, broken.Value!.Value.Reason, broken.ExitCode));
        Assert.Contains("no such model", broken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BareValues_AreComparedIndependently()
    {
        EvaluationSet set = Samples.Decided(900, 100);
        Task<Finding> Try(GateBuilder gate, double value, long? rows) => Judge(gate, set, Baseline.FromValues([new(Metric.Accuracy, value, rows)]));
        Finding newcombe = await Try(New.RequireNotWorse(Metric.Accuracy, 0.05), 0.9, 2000);
        Statistics.Interval expected = Statistics.BinomialInterval.NewcombeDifference(900, 1000, 1800, 2000, 0.9);
        Assert.Equal((Verdict.Pass, "Newcombe", (double?)expected.Lower), (newcombe.Verdict, newcombe.Method, newcombe.Lower));
        Assert.Equal(Verdict.Inconclusive, (await Try(New.RequireNotWorse(Metric.Accuracy, 0.005), 0.9, 2000)).Verdict);
        Finding katz = await Try(New.RequireRatioToBaseline(Metric.Accuracy, 0.95), 0.9, 2000);
        Assert.Equal((Verdict.Pass, "Katz"), (katz.Verdict, katz.Method));
        Assert.Equal(Statistics.BinomialInterval.KatzRatio(900, 1000, 1800, 2000, 0.9).Lower, katz.Lower!.Value, 1e-12);
        Finding unknown = await Try(New.RequireNotWorse(Metric.Accuracy, 0.5), 0.9, null);
        Assert.Equal((Verdict.Fail, UndefinedReason.MissingBaseline), (unknown.Verdict, unknown.Value!.Value.Reason));
        Assert.Contains("Confidence.None", unknown.Message, StringComparison.Ordinal);
        Assert.Equal(Verdict.Pass, (await Try(New.RequireNotWorse(Metric.Accuracy, 0, Confidence.None), 0.9, null)).Verdict);
        Finding other = await Try(New.RequireNotWorse(Metric.ErrorRate, 0.5), 0.9, 10);
        Assert.Contains("no value of ErrorRate", other.Message, StringComparison.Ordinal);
        Finding joined = await Judge(New.RequireNotWorse(Metric.F1, 0.1), set, Baseline.FromValues([new(Metric.F1, 0.9, 1000)]));
        Assert.Equal(Verdict.Pass, joined.Verdict);
        Assert.StartsWith("MOVER", joined.Method, StringComparison.Ordinal);
        Assert.Equal(Verdict.Pass, (await Judge(New.RequireRatioToBaseline(Metric.F1, 0.9), set, Baseline.FromValues([new(Metric.F1, 0.9, 1000)]))).Verdict);
        Assert.Throws<ArgumentException>(() => Baseline.FromValues([new(Metric.Accuracy, double.NaN, 10)]));
        Assert.Throws<ArgumentException>(() => Baseline.FromValues([new(Metric.Accuracy, 0.5), new(Metric.Accuracy, 0.6)]));
        Assert.Throws<ArgumentException>(() => Baseline.FromValues([]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task NaN_Candidate_Fails(bool relative)
    {
        Metric nan = Metric.Custom("nan", Direction.HigherIsBetter, set => set.Scores[0] > 0 ? double.NaN : 1);
        Finding finding = await Judge(New.RequireChange(nan, -1, relative), Level(1), Baseline.FromScores([-1, -1, -1, -1]));
        Assert.Equal((Verdict.Fail, UndefinedReason.NonFinite), (finding.Verdict, finding.Value!.Value.Reason));
    }

    [Fact]
    public async Task NaN_WithAbsoluteChange_IsAFinding()
    {
        Metric nan = Metric.Custom("nan", Direction.HigherIsBetter, set => set.Scores[0] < 0 ? double.NaN : 1);
        Finding finding = await Judge(New.RequireChange(nan, 0.01, confidence: Confidence.None), Level(1), Baseline.FromScores([-1, -1, -1, -1]));
        Assert.Equal((Verdict.Fail, UndefinedReason.NonFinite), (finding.Verdict, finding.Value!.Value.Reason));
    }

    [Theory]
    [InlineData(-3, -2, Verdict.Fail)]
    [InlineData(-1, -2, Verdict.Pass)]
    public async Task NegativeBaseline_KeepsOrientation(double candidate, double baseline, Verdict expected)
    {
        Baseline other = Baseline.FromScores([baseline, baseline, baseline, baseline]);
        Finding finding = await Judge(New.RequireChange(MeanOfScores, 0.1, relative: true, Confidence.None), Level(candidate), other);
        Assert.Equal(expected, finding.Verdict);
        Assert.Equal(candidate > baseline ? 0.5 : -0.5, finding.Value!.Value.Value, 1e-12);
    }

    [Fact]
    public async Task NonInferiority_AllowsNegativeChange()
    {
        EvaluationSet set = Samples.Decided(9000, 1000);
        bool[] better = set.Predictions.ToArray();
        for (int i = 9000; i < 9020; i++)
        {
            better[i] = !better[i];
        }

        Finding finding = await Judge(New.RequireChange(Metric.Accuracy, -0.01), set, Baseline.FromDecisions(better));
        Assert.True(finding.Value!.Value.Value < 0);
        Assert.Equal(Verdict.Pass, finding.Verdict);
        Assert.Equal(Verdict.Pass, (await Judge(New.RequireNotWorse(Metric.Accuracy, 0.01), set, Baseline.FromDecisions(better))).Verdict);
    }

    [Fact]
    public async Task DecimalLookingLimits_OfAChange_Pass()
    {
        Baseline other = Baseline.FromValues([new(Metric.Accuracy, 0.80)]);
        Assert.Equal(Verdict.Pass, (await Judge(New.RequireChange(Metric.Accuracy, 0.05, confidence: Confidence.None), Samples.Decided(85, 15), other)).Verdict);
        Assert.Equal(Verdict.Fail, (await Judge(New.RequireChange(Metric.Accuracy, 0.0501, confidence: Confidence.None), Samples.Decided(85, 15), other)).Verdict);
    }

    [Fact]
    public async Task MissingBaseline_IsAFinding()
    {
        foreach (GateBuilder gate in new[]
        {
            New.RequireChange(Metric.Accuracy, 0.0, relative: true), New.RequireChange(Metric.Accuracy, 0), New.RequireRatioToBaseline(Metric.Accuracy, 1), New.RequireEquivalent(Metric.Accuracy, 0.1),
        })
        {
            Finding finding = await Judge(gate, Samples.Decided(90, 10));
            Assert.Equal((Verdict.Fail, UndefinedReason.MissingBaseline, ExitCode.Missing), (finding.Verdict, finding.Value!.Value.Reason, finding.ExitCode));
        }
    }

    [Fact]
    public async Task ZeroBaseline_IsUndefined_AndDoesNotPass()
    {
        EvaluationSet set = Samples.Decided(90, 10);
        Baseline none = Baseline.FromDecisions([.. set.Labels.ToArray().Select(l => !l)]);
        Finding relative = await Judge(New.RequireChange(Metric.Accuracy, -1, relative: true), set, none);
        Finding ratio = await Judge(New.RequireRatioToBaseline(Metric.Accuracy, 0.1), set, none);
        Assert.Equal((Verdict.Fail, UndefinedReason.ZeroBaseline), (relative.Verdict, relative.Value!.Value.Reason));
        Assert.Equal((Verdict.Fail, UndefinedReason.ZeroBaseline), (ratio.Verdict, ratio.Value!.Value.Reason));
    }

    [Fact]
    public async Task BaselineEqualToCandidate_IsRefused()
    {
        BatchPredictor model = Samples.Model();
        EvaluationSet set = Samples.Scored(50);
        Digest digest = Digest.Of("model"u8);
        Gate gate = New.RequireChange(Metric.Accuracy, 0).Build();
        Assert.Contains("the model itself", (await Assert.ThrowsAsync<ArgumentException>(() => gate.EvaluateAsync(set, model, Baseline.FromPredictor(model)).AsTask())).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() => gate.EvaluateAsync(set, new GateSubject(digest), baseline: Baseline.FromValues([new(Metric.Accuracy, 0.5, 10)], digest)).AsTask());
    }

    [Fact]
    public async Task RelativeChange_And_RatioToBaseline_AreTwoVerbs()
    {
        (EvaluationSet set, Baseline other) = Pair();
        Finding relative = await Judge(New.RequireChange(Metric.Accuracy, 0.02, relative: true), set, other), ratio = await Judge(New.RequireRatioToBaseline(Metric.Accuracy, 1.02), set, other);
        Assert.Equal(ratio.Value!.Value.Value - 1, relative.Value!.Value.Value, 1e-12);
        Assert.Equal(ratio.Lower!.Value - 1, relative.Lower!.Value, 1e-9);
        Assert.NotEqual(relative.Requirement, ratio.Requirement);
    }

    [Fact]
    public async Task AChangeIsJudged_ByItsBound_NotByThePoint()
    {
        EvaluationSet set = Samples.Decided(18, 2);
        bool[] worse = set.Predictions.ToArray();
        worse[0] = !worse[0];
        Baseline other = Baseline.FromDecisions(worse);
        Assert.Equal(Verdict.Pass, (await Judge(New.RequireChange(Metric.Accuracy, 0.01, confidence: Confidence.None), set, other)).Verdict);
        Assert.Equal(Verdict.Inconclusive, (await Judge(New.RequireChange(Metric.Accuracy, 0.01), set, other)).Verdict);
    }

    [Fact]
    public void JsonForm_IsReadBack()
    {
        Gate gate = New.RequireChange(Metric.Accuracy, -0.01).RequireChange(Metric.F1, 0.02, relative: true).RequireRatioToBaseline(Metric.LogLoss, 0.98)
            .RequireEquivalent(Metric.SelectionRate, 0.05).RequireRatchet(Metric.AreaUnderRoc, [0.8, 0.82], 0.005, confidence: 0.9).Build();
        string json = System.Text.Encoding.UTF8.GetString(gate.ToJson());
        Assert.Contains("""{"kind":"change","metric":"F1","atLeast":0.02,"relative":true,"confidence":0.95}""", json, StringComparison.Ordinal);
        Assert.Contains("""{"kind":"ratchet","metric":"AreaUnderRoc","history":[0.8,0.82],"slack":0.005,"confidence":0.9}""", json, StringComparison.Ordinal);
        Assert.Equal(gate.Digest, Gate.FromJson(gate.ToJson()).Digest);
    }

    [Fact]
    public void AllMistakesOfTheseVerbs_AreTold()
    {
        GateDefinitionException error = Assert.Throws<GateDefinitionException>(() => New
            .RequireChange(Metric.Accuracy, double.NaN)
            .RequireRatioToBaseline(Metric.Accuracy, 0)
            .RequireEquivalent(Metric.Accuracy, 0)
            .RequireEquivalent(Metric.Count, 1)
            .RequireRatchet(Metric.SelectionRate, [0.5])
            .RequireRatchet(Metric.Accuracy, [1.5], -1)
            .RequireBetter(Metric.SelectionRate)
            .Build());
        Assert.True(error.Problems.Count >= 8, string.Join("\n", error.Problems));
    }
}
