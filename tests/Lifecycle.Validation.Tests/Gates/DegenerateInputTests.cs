using System.Text;

namespace Lifecycle.Validation.Tests.Gates;

public sealed class DegenerateInputTests
{
    private static readonly double[] Scores = [.. Enumerable.Range(0, 400).Select(i => (i * 37 % 101) / 101.0)];
    private static readonly bool[] Labels = [.. Scores.Select((s, i) => s + (i % 7 * 0.08) > 0.7)];
    private static readonly Baseline BetterByValue = Baseline.FromValues([new BaselineValue(Metric.Accuracy, 0.999, 10_000)]);

    private static EvaluationSet Set => EvaluationSet.Of(Labels, Scores).Attribute("group", Scores.Select((_, i) => i % 2 == 0 ? "a" : "b"));

    private static BusinessObjective Objective => BusinessObjective.Named("refuse bad loans").RecordedAt(DateTimeOffset.UnixEpoch).Value(CostMatrix.Of(0, -1, -3, 1));

    [Fact]
    public async Task BoundsThatAreNotFinite_NeverPass()
    {
        double[] labels = [.. Enumerable.Range(0, 50).Select(i => 1e180 * (i % 7))];
        GateReport report = await Gate.For("g").Require(Metric.MeanAbsoluteError, atMost: 10).Require(Metric.MeanResidual, between: (-1, 1))
            .RequireNotWorse(Metric.MeanAbsoluteError, margin: 1e-6)
            .EvaluateAsync(EvaluationSet.Of(labels, new double[50]), baseline: Baseline.FromScores(labels));
        Assert.All(report.Findings, f => Assert.Equal((Verdict.Fail, UndefinedReason.NonFinite), (f.Verdict, f.Value?.Reason)));
    }

    [Fact]
    public void InfiniteFigures_ReachAndKeepNoLimit()
    {
        Assert.Equal(Verdict.Inconclusive, Limits.Judge(double.NegativeInfinity, double.PositiveInfinity, 1, null));
        Assert.Equal(Verdict.Inconclusive, Limits.Judge(double.NegativeInfinity, double.PositiveInfinity, null, 1));
        Assert.Equal(Verdict.Fail, Limits.Judge(double.NegativeInfinity, double.NegativeInfinity, 1, null));
    }

    [Fact]
    public async Task ValuesOfABaseline_AreNoFirstRun_OnASlice()
    {
        Gate gate = Gate.For("g").Require(Metric.Accuracy, atLeast: 0.1).WhenNoBaseline(FirstRun.ValueLimitsOnly)
            .OnSlice("a", Slice.Equal("group", "a"), g => g.RequireNotWorse(Metric.Accuracy, margin: 0.01)).Build();
        GateReport report = await gate.EvaluateAsync(Set, baseline: BetterByValue, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((Verdict.Fail, UndefinedReason.MissingBaseline), (report.Findings[1].Verdict, report.Findings[1].Value?.Reason));
        Assert.False(report.FirstRun);
        Assert.Equal(Lifecycle.ExitCode.Missing, report.ExitCode);
    }

    [Fact]
    public async Task ValuesOfABaseline_AreNoFirstRun_ForMoney()
    {
        Gate gate = Gate.For("g").Require(Metric.Accuracy, atLeast: 0.1).WhenNoBaseline(FirstRun.ValueLimitsOnly)
            .RequireValue(Objective.Against(BaselinePolicy.Champion)).Build();
        GateReport report = await gate.EvaluateAsync(Set, baseline: BetterByValue, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(UndefinedReason.MissingBaseline, report.Findings[1].Value?.Reason);
        Assert.True((await gate.EvaluateAsync(Set, cancellationToken: TestContext.Current.CancellationToken)).FirstRun);
    }

    [Fact]
    public async Task ThresholdOfTheSameRows_IsRemembered_AfterRowsWereTaken()
    {
        BusinessObjective objective = Objective.Against(BaselinePolicy.DoNothing);
        EvaluationSet half = Set.Rows([.. Enumerable.Range(0, 200)]), other = Set.Rows([.. Enumerable.Range(200, 200)]);
        EvaluationSet labelled = EvaluationSet.From(Enumerable.Range(0, 400), i => i % 10 == 3 ? null : Labels[i], i => Scores[i]).DropUnlabelled();
        foreach (EvaluationSet set in new[] { half, labelled, labelled.Rows([.. Enumerable.Range(0, 300)]) })
        {
            Assert.Equal(Verdict.Inconclusive, (await Judge(set.WithThreshold(objective.BestThreshold(set)))).Verdict);
        }

        Assert.Equal(Verdict.Inconclusive, (await Judge(half.WithThreshold(objective.BestThreshold(Set)))).Verdict);
        Assert.Equal(Verdict.Pass, (await Judge(other.WithThreshold(objective.BestThreshold(half)))).Verdict);

        async Task<GateReport> Judge(EvaluationSet set) => await Gate.For("g").RequireValue(objective).EvaluateAsync(set);
    }

    [Fact]
    public async Task OneRowThatCounts_TellsNothingAboutMoney()
    {
        double[] one = new double[400], tiny = new double[400];
        one[0] = 1;
        Array.Fill(tiny, 1e-40);
        Gate gate = Gate.For("g").RequireValue(Objective.Against(BaselinePolicy.DoNothing), upliftAtLeast: -100_000).Build();
        Assert.Equal(UndefinedReason.TooFewRows, (await gate.EvaluateAsync(Set.WithWeights(one))).Findings[0].Value?.Reason);
        Assert.Equal(UndefinedReason.Error, (await gate.EvaluateAsync(Set.WithWeights(tiny))).Findings[0].Value?.Reason);
    }

    [Fact]
    public async Task OneRow_IsInconclusive_AlsoAsAPlainFigure()
    {
        GateReport report = await Gate.For("g", Confidence.None).RequireNotWorse(Metric.Accuracy, margin: 1).RequireChange(Metric.Brier, atLeast: -1)
            .RequireValue(Objective.Against(BaselinePolicy.DoNothing), upliftAtLeast: -100_000)
            .EvaluateAsync(Set.Rows([0]), baseline: Baseline.FromScores([0.9]));
        Assert.All(report.Findings, f => Assert.Equal((Verdict.Inconclusive, UndefinedReason.TooFewRows), (f.Verdict, f.Value?.Reason)));
        GateReport values = await Gate.For("g", Confidence.None).RequireNotWorse(Metric.Accuracy, margin: 1).EvaluateAsync(Set.Rows([0]), baseline: BetterByValue);
        Assert.Equal(Verdict.Inconclusive, values.Verdict);
    }

    [Fact]
    public async Task TheSameGainOfEveryRow_HasNoUncertaintyToJudgeBy()
    {
        EvaluationSet set = EvaluationSet.Of((double[])[0.1, 0.7], (double[])[0.2, 0.8]);
        GateReport report = await Gate.For("g").RequireBetter(Metric.MeanAbsoluteError, by: 0.01).Require(Metric.MeanAbsoluteError, atMost: 0.5)
            .EvaluateAsync(set, baseline: Baseline.FromScores([0.3, 0.9]));
        Assert.All(report.Findings, f => Assert.Equal((Verdict.Fail, UndefinedReason.ZeroVariance), (f.Verdict, f.Value?.Reason)));
        GateReport same = await Gate.For("g").RequireNotWorse(Metric.MeanAbsoluteError, margin: 0).EvaluateAsync(set, baseline: Baseline.FromScores([0.2, 0.8]));
        Assert.Equal(Verdict.Pass, same.Verdict);
    }

    [Fact]
    public void WeightsWithoutAFiniteSum_AreRefused() =>
        Assert.Throws<ArgumentException>(() => Set.WithWeights([.. Enumerable.Repeat(1e308, 400)]));

    [Fact]
    public async Task OneClassOfASlice_KeepsItsRowNumbers()
    {
        string[] labels = [.. Enumerable.Range(0, 60).Select(i => "abc"[i % 3].ToString())];
        EvaluationSet set = EvaluationSet.Of(labels, (string[])[.. labels.Select((l, i) => i % 5 == 0 ? "a" : l)]);
        CostMatrix worth = CostMatrix.PerRow((row, decision, truth) => row >= 30 ? (decision == truth ? row : -row) : throw new InvalidOperationException($"row {row}"));
        BusinessObjective objective = BusinessObjective.Named("x").RecordedAt(DateTimeOffset.UnixEpoch).Value(worth).Against(BaselinePolicy.DoNothing);
        GateReport report = await Gate.For("g").RequireValue(objective, -1e6m).EvaluateAsync(set.Rows([.. Enumerable.Range(30, 30)]).OneVersusRest("a"));
        Assert.Equal(Verdict.Pass, report.Verdict);
    }

    [Theory]
    [InlineData("""{"kind":"fair","by":[1],"metric":"DemographicParityDifference","atMost":0.1}""", "$.requirements[0].by")]
    [InlineData("""{"kind":"everySlice","by":["a"],"minRows":2.5,"requirements":[]}""", "$.requirements[0].minRows")]
    [InlineData("""{"kind":"everySlice","by":["a"],"minRows":1e300,"requirements":[]}""", "$.requirements[0].minRows")]
    [InlineData("""{"kind":"value","metric":"\ud800","atLeast":0.1}""", "$.requirements[0]")]
    [InlineData("""{"kind":"uplift","objective":{"id":"","statement":"x","recordedAt":"2026-03-01T12:00:00.0000000+00:00","baseline":"DoNothing","values":[0,0,0,0]}}""", "$.requirements[0]")]
    [InlineData("""{"kind":"data","contract":{"schema":"lifecycle.contract/1","name":"","columns":[]}}""", "$.requirements[0]")]
    public void OddJson_IsADefinitionErrorWithItsPath(string requirement, string path)
    {
        byte[] json = Encoding.UTF8.GetBytes($$"""{"schema":"lifecycle.gate/1","name":"g","requirements":[{{requirement}}]}""");
        Assert.Contains(path, Assert.Throws<GateDefinitionException>(() => Gate.FromJson(json)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ARangeWithoutAnyEnd_IsRefused() =>
        Assert.Throws<ArgumentException>(() => Slice.Between("x", double.NegativeInfinity, double.PositiveInfinity));

    [Fact]
    public void AFrozenGate_DoesNotChange_WithTheBuilderOfItsSlice()
    {
        GateBuilder? kept = null;
        Gate gate = Gate.For("g").OnSlice("a", Slice.Equal("group", "a"), g => kept = g.Require(Metric.Accuracy, atLeast: 0.9)).Build();
        kept!.AsAdvisory().Require(Metric.F1, atLeast: 0.1);
        SliceRequirement slice = Assert.IsType<SliceRequirement>(Assert.Single(gate.Requirements));
        Assert.False(Assert.Single(slice.Requirements).IsAdvisory);
        Assert.Equal(gate.Digest, Gate.FromJson(gate.ToJson()).Digest);
    }

    [Fact]
    public void AThresholdThatIsNoNumber_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => Baseline.FromScores(Scores, double.NaN));
        Assert.Throws<ArgumentException>(() => Baseline.FromPredictor((_, _, _) => ValueTask.CompletedTask, double.NaN));
        Assert.Throws<ArgumentException>(() => Set.WithScores(Scores, double.NaN));
    }

    [Fact]
    public void EveryDefinitionOfFairness_IsReadBackAsItWas()
    {
        Func<FairnessMetric, FairnessMetric>[] forms =
        [
            m => m, m => m.ToOverall(), m => m.Against("r"), m => m.OfClass("c"), m => m.Averaged().Against("r"), m => m.ToOverall().Against("r"),
            m => m.OfClass("c").Against("r"),
        ];
        int read = 0;
        foreach (FairnessMetric metric in FairnessMetric.All.SelectMany(m => forms.Select(f => f(m))).Where(m => m.WhyNotGated is null))
        {
            GateBuilder builder = Gate.For("g");
            Gate gate = (metric.IsRatio ? builder.RequireFairRatio("group", metric, 0.8) : builder.RequireFair("group", metric, 0.1)).Build();
            FairnessMetric back = Assert.IsType<FairRequirement>(Gate.FromJson(gate.ToJson()).Requirements[0]).Metric;
            Assert.Equal((metric.Name, metric.Comparison, metric.Combine, metric.Reference), (back.Name, back.Comparison, back.Combine, back.Reference));
            Assert.Equal(metric.Rates.Select(r => r.Name), back.Rates.Select(r => r.Name));
            read++;
        }

        Assert.True(read > 100, $"{read}");
    }

    [Theory]
    [InlineData("DemographicParityDifference", .4571175950486295)]
    [InlineData("DemographicParityRatio", .31432360742705573)]
    [InlineData("EqualizedOddsRatio", .19389684039967595)]
    [InlineData("EqualOpportunityRatio", .3592314118629908)]
    public void CompasByRace_HasTheGapsOfFairlearn(string metric, double value)
    {
        GroupMetrics groups = GroupMetrics.FromCounts(
            ["African-American", "Asian", "Caucasian", "Hispanic", "Native American", "Other"],
            [990, 21, 1139, 318, 5, 208], [805, 2, 349, 87, 3, 36], [532, 3, 461, 129, 1, 90], [1369, 6, 505, 103, 9, 43]);
        Assert.Equal(value, groups[FairnessMetric.Named(metric)].Value, 1e-12);
    }

    [Fact]
    public async Task RelativeChange_FromAMeasuredValueBelowZero_KeepsItsOrientation()
    {
        double[] labels = [.. Enumerable.Range(0, 500).Select(i => Math.Sin(i))], predictions = [.. labels.Select((_, i) => 2 * Math.Cos(1.7 * i))];
        EvaluationSet set = EvaluationSet.Of(labels, predictions);
        double own = Metric.RSquared.Compute(set).Value;
        Assert.InRange(own, -6, -3);
        Gate gate = Gate.For("g").RequireChange(Metric.RSquared, atLeast: 0, relative: true).Build();
        foreach ((double other, Verdict verdict) in new[] { (own / 2, Verdict.Fail), (own * 2, Verdict.Pass) })
        {
            GateReport report = await gate.EvaluateAsync(set, baseline: Baseline.FromValues([new BaselineValue(Metric.RSquared, other, 500)]));
            Assert.Equal(verdict, report.Verdict);
            Assert.InRange(report.Findings[0].Value!.Value.Value, report.Findings[0].Lower!.Value, report.Findings[0].Upper!.Value);
        }
    }

    [Fact]
    public async Task RelativeChange_FromAValueThatMayBeZero_CannotBeTold()
    {
        bool[] labels = [.. Enumerable.Range(0, 160).Select(i => i % 2 == 0)];
        double[] good = [.. labels.Select((l, i) => l == (i % 5 != 0) ? 0.9 : 0.1)], chance = [.. labels.Select((_, i) => i % 4 is 0 or 1 == (i != 1) ? 0.9 : 0.1)];
        GateReport report = await Gate.For("g").RequireChange(Metric.MatthewsCorrelation, atLeast: 1, relative: true)
            .EvaluateAsync(EvaluationSet.Of(labels, good), baseline: Baseline.FromScores(chance));
        Assert.Equal((Verdict.Inconclusive, UndefinedReason.TooFewRows), (report.Verdict, report.Findings[0].Value?.Reason));
    }

    [Theory]
    [InlineData(2, 0, 1)]
    [InlineData(3, 0, 0.9999)]
    [InlineData(10, 10, 0.5)]
    [InlineData(10, 0, 1)]
    public async Task FewRowsThatAreAllRightOrWrong_TellNoRatio(int rows, int wrong, double other)
    {
        bool[] labels = [.. Enumerable.Range(0, rows).Select(i => i % 2 == 0)];
        GateReport report = await Gate.For("g").RequireRatioToBaseline(Metric.Accuracy, atLeast: 0.9).RequireChange(Metric.Accuracy, atLeast: -0.1, relative: true)
            .EvaluateAsync(
                EvaluationSet.Of(labels, (bool[])[.. labels.Select((l, i) => l != (i < wrong))]),
                baseline: Baseline.FromValues([new BaselineValue(Metric.Accuracy, other, 10_000)]));
        Assert.All(report.Findings, f => Assert.Equal(wrong == 0, f.Verdict == Verdict.Inconclusive));
        Assert.All(report.Findings, f => Assert.NotEqual(Verdict.Pass, f.Verdict));
        Assert.All(report.Findings, f => Assert.InRange(f.Value!.Value.Value, f.Lower!.Value - 1e-12, f.Upper!.Value + 1e-12));
    }
}
