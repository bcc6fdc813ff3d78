using System.Text;
using FsCheck.Xunit;
using Microsoft.Extensions.Time.Testing;

namespace Lifecycle.Validation.Tests.Gates;

public class GateTests
{
    private static GateBuilder Full() => Gate.For("mortgage")
        .Require(Metric.AreaUnderRoc, atLeast: 0.80)
        .Require(Metric.ErrorRate, atMost: 0.2).AsAdvisory()
        .RequireNotWorse(Metric.Accuracy, margin: 0.01)
        .RequireBetter(Metric.AreaUnderRoc, 0.001, Confidence.None)
        .RequireFair(by: "afam", FairnessMetric.EqualOpportunityDifference, atMost: 0.10, confidence: 0.95)
        .RequireFair(["afam", "sex"], FairnessMetric.StatisticalParityDifference("no|m"), 0.2, smallGroups: SmallGroups.ReportOnly, below: 0.02, missing: MissingGroup.Fail)
        .RequireFairRatio("afam", FairnessMetric.DemographicParityRatio, atLeast: 0.8)
        .RequireRobust(Perturbation.Noise(0.05), maxDrop: 0.02)
        .WhenInconclusive(WhenInconclusive.Fail)
        .WhenNoBaseline(FirstRun.ValueLimitsOnly);

    [Fact]
    public void JsonForm_IsGolden()
    {
        const string Golden =
            """{"schema":"lifecycle.gate/1","name":"mortgage","whenInconclusive":"fail","firstRun":"valueLimitsOnly","requirements":["""
            + """{"kind":"value","metric":"AreaUnderRoc","atLeast":0.8,"confidence":0.95},"""
            + """{"kind":"value","metric":"ErrorRate","atMost":0.2,"confidence":0.95,"advisory":true},"""
            + """{"kind":"notWorse","metric":"Accuracy","margin":0.01,"confidence":0.95},"""
            + """{"kind":"better","metric":"AreaUnderRoc","by":0.001,"confidence":0},"""
            + """{"kind":"fair","by":["afam"],"metric":"EqualOpportunityDifference","atMost":0.1,"smallGroups":"inconclusive","missing":"report","confidence":0.95},"""
            + """{"kind":"fair","by":["afam","sex"],"metric":"StatisticalParityDifference","reference":"no|m","atMost":0.2,"smallGroups":"reportOnly","below":0.02,"missing":"fail","confidence":0.95},"""
            + """{"kind":"fair","by":["afam"],"metric":"DemographicParityRatio","atLeast":0.8,"smallGroups":"inconclusive","missing":"report","confidence":0.95},"""
            + """{"kind":"robust","metric":"AreaUnderRoc","perturbation":"noise","level":0.05,"maxDrop":0.02,"confidence":0.95}]}""";
        Gate gate = Full().Build();
        Assert.Equal(Golden, Encoding.UTF8.GetString(gate.ToJson()));
        Assert.Equal(Digest.Of(gate.ToJson()), gate.Digest);
        Gate read = Gate.FromJson(gate.ToJson());
        Assert.Equal(gate.Digest, read.Digest);
        Assert.Equal(gate.Requirements.Select(r => r.Text), read.Requirements.Select(r => r.Text));
    }

    [Theory]
    [InlineData("[]", "$")]
    [InlineData("{", "not the JSON")]
    [InlineData("""{"schema":"lifecycle.gate/2"}""", "$.schema")]
    [InlineData("""{"schema":"lifecycle.gate/1","name":"g","requirements":[],"extra":1}""", "$.extra")]
    [InlineData("""{"schema":"lifecycle.gate/1","name":"g","requirements":[{"kind":"value","metric":"Accuracy","atLeast":0.5,"atleast":1}]}""", "$.requirements[0].atleast")]
    [InlineData("""{"schema":"lifecycle.gate/1","name":"g","requirements":[{"kind":"value","metric":"Auc","atLeast":0.5}]}""", "AreaUnderRoc")]
    [InlineData("""{"schema":"lifecycle.gate/1","name":"g","requirements":[{"kind":"magic"}]}""", "'magic'")]
    [InlineData("""{"schema":"lifecycle.gate/1","name":"g","requirements":[{"kind":"value","metric":"Accuracy","atLeast":"0.5"}]}""", "$.requirements[0].atLeast")]
    [InlineData("""{"schema":"lifecycle.gate/1","name":"g","requirements":[{"kind":"robust","metric":"Accuracy","perturbation":"fog","level":1,"maxDrop":1}]}""", "'fog'")]
    [InlineData("""{"schema":"lifecycle.gate/1","name":"g","requirements":[{"kind":"custom","custom":"mine"}]}""", "'mine'")]
    [InlineData("""{"schema":"lifecycle.gate/1","name":"g","whenInconclusive":"maybe","requirements":[]}""", "hold")]
    public void WrongJson_IsTold_WithItsPath(string json, string expected) =>
        Assert.Contains(expected, Assert.Throws<GateDefinitionException>(() => Gate.FromJson(Encoding.UTF8.GetBytes(json))).Message, StringComparison.Ordinal);

    [Fact]
    public void HugeOrDeepJson_IsRefused()
    {
        string deep = """{"schema":"lifecycle.gate/1","name":"g","requirements":""" + new string('[', 40) + new string(']', 40) + "}";
        string twice = """{"schema":"lifecycle.gate/1","name":"g","name":"h","requirements":[]}""";
        Assert.Contains("32 levels", Assert.Throws<GateDefinitionException>(() => Gate.FromJson(Encoding.UTF8.GetBytes(deep))).Message, StringComparison.Ordinal);
        Assert.Contains("$.name stands twice", Assert.Throws<GateDefinitionException>(() => Gate.FromJson(Encoding.UTF8.GetBytes(twice))).Message, StringComparison.Ordinal);
        Assert.Contains("1,048,577 bytes", Assert.Throws<GateDefinitionException>(() => Gate.FromJson(new byte[1_048_577])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"kind":"fair","by":[1],"metric":"EqualOpportunityDifference","atMost":0.1}""", "$.requirements[0].by is Number")]
    [InlineData("""{"kind":"fair","by":["\ud800"],"metric":"EqualOpportunityDifference","atMost":0.1}""", "A text in $.requirements[0].by holds half a surrogate pair")]
    [InlineData("""{"kind":"value","metric":"\udfff"}""", "$.requirements[0].metric holds half")]
    [InlineData("""{"kind":"value","\ud800":1}""", "A name in $.requirements[0] holds half")]
    [InlineData("""{"kind":"everySlice","by":["a"],"minRows":30.7,"requirements":[]}""", "$.requirements[0].minRows is 30.7; a whole number")]
    [InlineData("""{"kind":"everySlice","by":["a"],"minRows":1e20,"requirements":[]}""", "$.requirements[0].minRows is 1e20; a whole number")]
    public void WrongValuesInAFile_AreToldWithTheirPath(string requirement, string expected)
    {
        byte[] json = Encoding.UTF8.GetBytes($$"""{"schema":"lifecycle.gate/1","name":"g","requirements":[{{requirement}}]}""");
        Assert.Contains(expected, Assert.Throws<GateDefinitionException>(() => Gate.FromJson(json)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AGateThatJudgedNothing_DoesNotPass()
    {
        GateReport skipped = await Gate.For("g").RequireNotWorse(Metric.AreaUnderRoc, margin: 0.01).WhenNoBaseline(FirstRun.ValueLimitsOnly).EvaluateAsync(Samples.Scored(500));
        Assert.Equal(Verdict.Skipped, skipped.Findings.Single().Verdict);
        Assert.Equal(Verdict.Inconclusive, skipped.Verdict);
        Assert.Equal(ExitCode.DecisionPending, skipped.ExitCode);
    }

    [Fact]
    public void AGateOfAdviceOnly_IsRefused() =>
        Assert.Contains("advisory", Assert.Throws<GateDefinitionException>(() => Gate.For("g").Require(Metric.Accuracy, atLeast: 0.99).AsAdvisory().Build()).Message, StringComparison.Ordinal);

    [Fact]
    public void AllMistakes_AreToldAtOnce()
    {
        GateDefinitionException error = Assert.Throws<GateDefinitionException>(() => Gate.For("../x")
            .AsAdvisory()
            .Require(Metric.Accuracy, atLeast: 1.5)
            .Require(Metric.ErrorRate)
            .Require(Metric.F1, atLeast: double.NaN)
            .Require(Metric.Precision, atLeast: 0.5, confidence: 0.5)
            .Require(Metric.TruePositiveRate, atLeast: 0.8, atMost: 0.2)
            .Require(Metric.BaseRate, atLeast: 0.1, between: (0.2, 0.3))
            .RequireNotWorse(Metric.BaseRate, 0.1)
            .RequireNotWorse(Metric.Accuracy, -0.1)
            .RequireFair("a", FairnessMetric.DemographicParityRatio, 0.8)
            .RequireFairRatio("a", FairnessMetric.EqualOpportunityDifference, 0.8)
            .RequireFair("a", FairnessMetric.EqualizedOddsDifference.Averaged(), 0.8)
            .RequireFair("a", FairnessMetric.AverageAbsoluteOddsDifference("r"), 0.8)
            .RequireFairRatio("a", FairnessMetric.DemographicParityRatio.ToOverall(), 0.8)
            .RequireFair("a", FairnessMetric.AccuracyDifference, 1.1)
            .RequireFair(["a", "a"], FairnessMetric.AccuracyDifference, 0.1)
            .RequireRobust(Perturbation.Noise(-1), 0.1)
            .RequireRobust(Perturbation.Noise(1), 0.1, Metric.F1)
            .RequireCustom(" ", _ => new CustomFinding(Verdict.Pass, ""))
            .Build());
        Assert.True(error.Problems.Count >= 19, string.Join("\n", error.Problems));
        Assert.Contains("BaseRate cannot be compared with a baseline", error.Message, StringComparison.Ordinal);
        Assert.Contains("use the worst of its rates", error.Message, StringComparison.Ordinal);
        Assert.Contains("asks for nothing", Assert.Throws<GateDefinitionException>(() => Gate.For("g").Build()).Message, StringComparison.Ordinal);
        Assert.Contains("stands 2 times", Assert.Throws<GateDefinitionException>(() => Gate.For("g").Require(Metric.Accuracy, atLeast: 0.5).Require(Metric.Accuracy, atLeast: 0.5).Build()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ABuiltGate_DoesNotChangeWithItsBuilder()
    {
        GateBuilder builder = Gate.For("g").Require(Metric.Accuracy, atLeast: 0.5);
        Gate gate = builder.Build();
        builder.AsAdvisory().Require(Metric.F1, atLeast: 0.1);
        Assert.False(Assert.Single(gate.Requirements).IsAdvisory);
    }

    [Fact]
    public async Task UnknownAttribute_IsOneClearError()
    {
        UnknownColumnException error = await Assert.ThrowsAsync<UnknownColumnException>(
            () => Gate.For("g").RequireFair("rase", FairnessMetric.DemographicParityDifference, 0.1).EvaluateAsync(Compas.RaceAndSex).AsTask());
        Assert.Contains("'rase'", error.Message, StringComparison.Ordinal);
        Assert.Contains("race, sex", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BaselineEqualToCandidate_OrOfOtherRows_IsRefused()
    {
        Gate gate = Gate.For("g").RequireNotWorse(Metric.Accuracy, 0.1).Build();
        EvaluationSet set = Samples.Decided(9, 1);
        Digest model = Digest.Of("model"u8);
        await Assert.ThrowsAsync<ArgumentException>(() => gate.EvaluateAsync(set, new GateSubject(model), baseline: Baseline.FromDecisions(set.Predictions, model)).AsTask());
        await Assert.ThrowsAsync<ArgumentException>(() => gate.EvaluateAsync(set, baseline: Baseline.FromDecisions(new bool[9])).AsTask());
        Assert.Contains("row 1", Assert.Throws<ArgumentException>(() => Baseline.FromScores([0.1, double.NaN])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DecimalLookingLimits_Pass()
    {
        GateReport report = await Gate.For("g").Require(Metric.Accuracy, atLeast: 0.80 + 0.05, confidence: Confidence.None).EvaluateAsync(Samples.Decided(85, 15));
        Assert.True(report.Passed);
        Assert.True(Limits.Reaches(0.3, 0.1 + 0.2) && Limits.Keeps(0.1 + 0.2, 0.3) && !Limits.Reaches(0.3, 0.3001));
    }

    [Fact]
    public async Task Verdict_UsesTheBound_NotThePoint()
    {
        EvaluationSet few = Samples.Decided(17, 3);
        Assert.True((await Gate.For("g").Require(Metric.Accuracy, atLeast: 0.8, confidence: Confidence.None).EvaluateAsync(few)).Passed);
        Assert.Equal(Verdict.Inconclusive, (await Gate.For("g").Require(Metric.Accuracy, atLeast: 0.8).EvaluateAsync(few)).Verdict);
    }

    [Theory]
    [InlineData(WhenInconclusive.Hold, 12)]
    [InlineData(WhenInconclusive.Fail, 10)]
    [InlineData(WhenInconclusive.Pass, 0)]
    public async Task Inconclusive_KeepsItsWord_WhateverIsChosen(WhenInconclusive action, int code)
    {
        GateReport report = await Gate.For("g").Require(Metric.Accuracy, atLeast: 0.8).WhenInconclusive(action).EvaluateAsync(
            Samples.Decided(17, 3), new GateSubject(Digest.Of("m"u8)));
        Assert.Equal((Verdict.Inconclusive, false, code), (report.Verdict, report.Passed, report.ExitCode));
        Evidence evidence = report;
        Assert.Equal(EvidenceVerdict.Inconclusive, evidence.Verdict);
        if (code == 0)
        {
            report.EnsurePassed();
        }
        else
        {
            Assert.Equal(code, Assert.Throws<GateNotPassedException>(report.EnsurePassed).ExitCode);
        }
    }

    [Fact]
    public async Task TheMostUrgentExitCode_Wins_AndAdvisoriesDoNotCount()
    {
        EvaluationSet set = Samples.Decided(90, 10);
        GateBuilder failing = Gate.For("g").Require(Metric.Accuracy, atLeast: 0.99);
        Assert.Equal(10, (await failing.EvaluateAsync(set)).ExitCode);
        Assert.Equal(3, (await failing.Require(Metric.AreaUnderRoc, atLeast: 0.5).EvaluateAsync(set)).ExitCode);
        Assert.Equal(2, (await failing.RequireCustom("c", _ => throw new FormatException()).EvaluateAsync(set)).ExitCode);
        GateReport advised = await Gate.For("g").Require(Metric.Accuracy, atLeast: 0.5).Require(Metric.F1, atLeast: 0.99).AsAdvisory().EvaluateAsync(set);
        Assert.True(advised.Passed);
        Assert.Equal(Verdict.Fail, advised.Findings[1].Verdict);
        Assert.Equal(0, advised.ExitCode);
    }

    [Property(MaxTest = 80)]
    public bool NoGatePasses_WithAnUndefinedFigure((bool Y, bool P, byte G)[] rows, byte which)
    {
        if (rows.Length == 0)
        {
            return true;
        }

        EvaluationSet set = EvaluationSet.Of([.. rows.Select(r => r.Y)], (bool[])[.. rows.Select(r => r.P)]).Attribute("g", rows.Select(r => r.G % 4 == 0 ? null : $"g{r.G % 4}"));
        Metric[] metrics = [.. Metric.All.Where(m => m != Metric.Count && !m.IsOfGroups)];
        Metric metric = metrics[which % metrics.Length];
        FairnessMetric fairness = FairnessMetric.All[which % FairnessMetric.All.Count];
        double confidence = which % 2 == 0 ? 0.9 : Confidence.None;

        // Limits that every defined value keeps: what does not pass here is undefined, and what is undefined must not pass.
        GateBuilder value = Gate.For("g").Require(metric, atLeast: double.IsFinite(metric.Minimum) ? metric.Minimum : -1e300, confidence: confidence);
        GateBuilder fair = fairness.IsRatio
            ? Gate.For("g").RequireFairRatio("g", fairness, 1e-300, confidence)
            : Gate.For("g").RequireFair("g", fairness, 1, confidence);
        EvaluationContext quick = new() { Options = new ValidationOptions { Replicates = 100, DisparityDraws = 100 } };
        return new[] { value, fair }.All(gate =>
        {
            GateReport report = gate.Build().EvaluateAsync(set, null, context: quick).AsTask().GetAwaiter().GetResult();
            Finding finding = report.Findings[0];
            bool isSound = finding.Value is { IsDefined: true } && finding.NotJudged.Count == 0;
            return isSound || !report.Passed;
        });
    }

    [Fact]
    public async Task CancelledEvaluation_Stops()
    {
        using CancellationTokenSource source = new();
        Gate gate = Gate.For("g").RequireCustom("slow", async (_, token) =>
        {
            await source.CancelAsync();
            token.ThrowIfCancellationRequested();
            return new CustomFinding(Verdict.Pass, "");
        }).Build();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gate.EvaluateAsync(Samples.Decided(9, 1), cancellationToken: source.Token).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gate.EvaluateAsync(Samples.Decided(9, 1), cancellationToken: source.Token).AsTask());
    }

    [Fact]
    public async Task WordsOfALoanOfficer()
    {
        EvaluationSet set = Compas.Make([(["yes"], 243, 96, 0, 0), (["no"], 1852, 189, 0, 0)], "afam").Meaning("denied");
        Finding finding = (await Gate.For("g").RequireFair("afam", FairnessMetric.DemographicParityDifference, 0.10).EvaluateAsync(set)).Findings[0];
        Assert.StartsWith("Share predicted denied, by afam: 9.3 % for no, 28.3 % for yes: 19.1 points apart. With 95 % confidence the widest gap is at least ", finding.Message, StringComparison.Ordinal);
        Assert.EndsWith("at most 10.0 points are allowed.", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FrozenAt_IsTheTimeOfTheBuild()
    {
        FakeTimeProvider time = new(Samples.Noon);
        Gate gate = Gate.For("g").Require(Metric.Accuracy, atLeast: 0.5).Build(time);
        time.Advance(TimeSpan.FromHours(1));
        GateReport report = await gate.EvaluateAsync(Samples.Decided(9, 1), null, context: new EvaluationContext { Time = time, Actor = new NamedActor("ada") });
        Assert.Equal((Samples.Noon, Samples.Noon.AddHours(1), "ada"), (report.FrozenAt, report.CreatedAt, report.Actor));
    }
}
