using System.Text;
using Lifecycle.Statistics;

namespace Lifecycle.Validation.Tests.Gates;

public class SliceTests
{
    private static EvaluationSet Set { get; } = Compas.RaceAndSex.Feature("x", [.. Enumerable.Range(0, 7214).Select(i => i < 10 ? double.NaN : (double)i)]);

    [Fact]
    public async Task Slice_IsJudgedOnItsRows()
    {
        GateReport report = await Gate.For("g")
            .OnSlice("women", Slice.Equal("sex", "Female"), g => g.Require(Metric.Accuracy, atLeast: 0.60).Require(Metric.Count, atLeast: 1395))
            .OnSlice("asian men", Slice.In("race", "Asian").And(Slice.Equal("sex", "Male")), g => g.Require(Metric.Count, between: (30, 30)))
            .OnSlice("early", Slice.Between("x", 10, 19), g => g.Require(Metric.Count, between: (10, 10)))
            .OnSlice("unknown", Slice.Missing("x"), g => g.Require(Metric.Count, between: (10, 10)).AsAdvisory())
            .EvaluateAsync(Set);
        Assert.Equal(["women", "women", "asian men", "early", "unknown"], report.Findings.Select(f => f.Slice));
        Assert.All(report.Findings, f => Assert.Equal(Verdict.Pass, f.Verdict));
        Assert.True(report.Findings[^1].IsAdvisory);
        Assert.Equal("women", GateReport.FromJson(report.ToJson()).Findings[0].Slice);
        Assert.Contains("classname=\"g.women\"", Encoding.UTF8.GetString(report.ToJUnit()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SliceWithoutRows_Fails_AndUnknownColumnToo()
    {
        GateReport empty = await Gate.For("g").OnSlice("martians", Slice.Equal("race", "Martian"), g => g.Require(Metric.Accuracy, atLeast: 0.1)).EvaluateAsync(Set);
        Assert.Equal((Verdict.Fail, UndefinedReason.MissingSlice, ExitCode.Missing), (empty.Verdict, empty.Findings[0].Value!.Value.Reason, empty.ExitCode));
        GateReport unknown = await Gate.For("g").OnSlice("s", Slice.Equal("planet", "Mars"), g => g.Require(Metric.Accuracy, atLeast: 0.1)).EvaluateAsync(Set);
        Assert.Equal((Verdict.Fail, ExitCode.Usage), (unknown.Verdict, unknown.ExitCode));
        Assert.Contains("race", unknown.Findings[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EverySlice_ListsThoseTooSmall()
    {
        GateReport report = await Gate.For("g").OnEverySlice("race", 100, g => g.Require(Metric.Accuracy, atLeast: 0.5)).EvaluateAsync(Set);
        Assert.Equal(["race=African-American", "race=Caucasian", "race=Hispanic", "race=Other", null], report.Findings.Select(f => f.Slice));
        Assert.Equal((Verdict.Skipped, "smallSlices"), (report.Findings[^1].Verdict, report.Findings[^1].Kind));
        Assert.Contains("Asian (32 rows)", report.Findings[^1].Message, StringComparison.Ordinal);
        Assert.True(report is { Passed: true, FirstRun: false });
        GateReport none = await Gate.For("g").OnEverySlice("race", 10_000, g => g.Require(Metric.Accuracy, atLeast: 0.5)).EvaluateAsync(Set);
        Assert.Equal((Verdict.Inconclusive, ExitCode.DecisionPending), (none.Verdict, none.ExitCode));
        GateReport both = await Gate.For("g").OnEverySlice(["race", "sex"], 0, g => g.Require(Metric.Count, atLeast: 1)).EvaluateAsync(Set);
        Assert.Equal(12, both.Findings.Count);
    }

    [Fact]
    public async Task OnEverySlice_UsesHolm()
    {
        int failed = 0, failedAlone = 0;
        for (int r = 0; r < 150; r++)
        {
            EvaluationSet set = Fair((ulong)r, 20, 100, 0.8);
            GateReport report = await Gate.For("g").OnEverySlice("s", 0, g => g.Require(Metric.Accuracy, atLeast: 0.8)).EvaluateAsync(set);
            failed += report.Findings.Any(f => f.Verdict == Verdict.Fail) ? 1 : 0;
            failedAlone += report.Findings.Any(f => f.Verdict == Verdict.Fail || f.Message.Contains("Holm", StringComparison.Ordinal)) ? 1 : 0;
        }

        Assert.InRange(failedAlone, 70, 150);
        Assert.InRange(failed, 0, 16);
    }

    [Fact]
    public async Task OnEverySlice_FindsABadSliceAllTheSame()
    {
        EvaluationSet set = Fair(3, 20, 400, 0.8, bad: 7);
        GateReport report = await Gate.For("g").OnEverySlice("s", 0, g => g.Require(Metric.Accuracy, atLeast: 0.7)).EvaluateAsync(set);
        Finding failed = Assert.Single(report.Findings, f => f.Verdict == Verdict.Fail);
        Assert.Equal(("s=07", ExitCode.GateFailed), (failed.Slice, report.ExitCode));
    }

    [Fact]
    public void Gate_RoundTrips_AndMistakesAreTold()
    {
        Gate gate = Gate.For("g")
            .OnSlice("a", Slice.In("race", "Asian", "Other").And(Slice.Between("x", 0.5, double.PositiveInfinity)).And(Slice.Missing("sex")), g => g.Require(Metric.Accuracy, atLeast: 0.5).AsAdvisory())
            .OnEverySlice(["race", "sex"], 30, g => g.RequireFair("sex", FairnessMetric.DemographicParityDifference, atMost: 0.2, confidence: 0.9)).AsAdvisory()
            .Build();
        Assert.Equal(gate.Digest, Gate.FromJson(gate.ToJson()).Digest);
        GateDefinitionException error = Assert.Throws<GateDefinitionException>(() => Gate.For("g")
            .OnSlice("", Slice.Equal("a", "b"), g => { })
            .OnEverySlice("race", -1, g => g.Require(Metric.Accuracy, atLeast: 2).OnSlice("x", Slice.Missing("a"), h => h.Require(Metric.Accuracy, atLeast: 0.5)))
            .Build());
        foreach (string part in new[] { "needs a name", "asks for nothing", "minRows -1", "limit 2", "slice inside a slice" })
        {
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
        }

        Assert.Throws<ArgumentException>(() => Slice.Between("x", 2, 1));
        Assert.Throws<ArgumentException>(() => Slice.In("x"));
        Assert.Contains("$.requirements[0].where[0]", Assert.Throws<GateDefinitionException>(() => Gate.FromJson(Encoding.UTF8.GetBytes(
            """{"schema":"lifecycle.gate/1","name":"g","requirements":[{"kind":"slice","name":"a","where":[{"column":"x","in":["a"],"minimum":1}],"requirements":[]}]}"""))).Message, StringComparison.Ordinal);
    }

    private static EvaluationSet Fair(ulong seed, int slices, int rowsEach, double right, int bad = -1)
    {
        RandomStream random = new(seed);
        bool[] labels = new bool[slices * rowsEach], decisions = new bool[labels.Length];
        string[] names = new string[labels.Length];
        for (int i = 0; i < labels.Length; i++)
        {
            int slice = i / rowsEach;
            labels[i] = i % 2 == 0;
            decisions[i] = random.NextDouble() < (slice == bad ? 0.55 : right) == labels[i];
            names[i] = $"{slice:00}";
        }

        return EvaluationSet.Of(labels, decisions).Attribute("s", names);
    }
}
