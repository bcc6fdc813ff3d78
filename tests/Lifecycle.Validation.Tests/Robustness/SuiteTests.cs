using System.Text;
using Lifecycle.Validation.Tests.Gates;

namespace Lifecycle.Validation.Tests.Robustness;

/// <summary>What a suite reports by family and level.</summary>
public class SuiteTests
{
    private static EvaluationSet Applicants(int rows = 600) =>
        Samples.Scored(rows).Feature(BatchColumn.Of<string>("afam", Groups(rows)), f => f.Immutable());

    private static string[] Groups(int rows)
    {
        GroupColumn groups = Samples.Scored(rows).AttributeNamed("afam");
        return [.. Enumerable.Range(0, rows).Select(i => groups.Values[groups.Codes[i]])];
    }

    private static ValueTask Biased(ColumnBatch rows, Memory<double> scores, CancellationToken token)
    {
        double[] x = rows["x"].ToDoubles();
        for (int i = 0; i < x.Length; i++)
        {
            scores.Span[i] = double.IsNaN(x[i]) ? 0.5 : Samples.Score(x[i] + (rows["afam"].Text(i) == "yes" ? 0.5 : 0));
        }

        return ValueTask.CompletedTask;
    }

    private static ValueTask Tolerant(ColumnBatch rows, Memory<double> scores, CancellationToken token)
    {
        double[] x = rows["x"].ToDoubles();
        for (int i = 0; i < x.Length; i++)
        {
            scores.Span[i] = double.IsNaN(x[i]) ? 0.5 : Samples.Score(x[i]);
        }

        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Report_ByFamilyAndLevel()
    {
        EvaluationSet set = Applicants();
        RobustnessReport report = await PerturbationSuite.Of(PerturbationFamily.Noise, PerturbationFamily.Missing,
            PerturbationFamily.UnseenCategory).RunAsync(set, Tolerant);
        Assert.Equal((600, 0, "AreaUnderRoc"), (report.Rows, report.LeftOut, report.Metric));
        Assert.Equal(10, report.Levels.Count);
        Assert.Equal(5, report.NotTried.Count);
        Assert.Contains("no feature is a text that may change", report.NotTried[0], StringComparison.Ordinal);
        Assert.Equal([0.01, 0.02, 0.05, 0.10, 0.20], report.Levels.Take(5).Select(l => l.Level));
        Assert.Equal([1, 2, 3, 4, 5], report.Levels.Take(5).Select(l => l.Severity));
        Assert.Equal(Metric.AreaUnderRoc.Compute(Samples.Scored(600)).Value, report.Unchanged.Value, 1e-12);
        foreach (RobustnessLevel level in report.Levels)
        {
            Assert.Equal(report.Unchanged.Value - level.Value.Value, level.Drop.Value, 1e-12);
            Assert.InRange(level.Drop.Value, level.Lower!.Value, level.Upper!.Value);
            Assert.Equal(level.Drop.Value / report.Unchanged.Value, level.RelativeDrop!.Value.Value, 1e-12);
            Assert.InRange(level.FlipRate!.Value.Value, level.FlipLower!.Value, level.FlipUpper!.Value);
            Assert.Equal((1, 0.0, "paired DeLong"), (level.ModelCalls, level.InfeasibleShare, level.Method));
            Assert.StartsWith("afam=", level.WorstSlice!.Slice, StringComparison.Ordinal);
        }

        RobustnessLevel worst = report.Levels[9];
        Assert.True(worst.Drop.Value > 0.03 && worst.FlipRate!.Value.Value > 0.05, worst.ToString());
        Assert.Equal(1, report.Levels[8].SmallestFlip!.Cost);
        Assert.Equal(11, report.ModelCalls);
        double area = 0;
        for (int i = 0; i < 5; i++)
        {
            area += ((i == 0 ? report.Unchanged : report.Levels[4 + i].Value).Value + report.Levels[5 + i].Value.Value) / 2;
        }

        Assert.Equal(area, report.Area(PerturbationFamily.Missing)!.Value, 1e-12);
        Assert.Null(report.Area(PerturbationFamily.Shuffle));
    }

    [Fact]
    public async Task SmallestFlip_IsTheCheapestTurnedRow()
    {
        EvaluationSet set = Applicants();
        RobustnessReport report = await PerturbationSuite.Of([Perturbation.Noise(0.2)]).RunAsync(set, Tolerant);
        double[] x = set.FeatureNamed("x").Column.ToDoubles(), y = Perturbation.Noise(0.2).Apply(set)["x"].ToDoubles();
        double deviation = set.Table().Columns[0].Figures.StandardDeviation;
        (double Cost, int Row) expected = x.Zip(y).Select((p, i) =>
            (Math.Abs(p.First - p.Second) / deviation, i, Samples.Score(p.First) >= 0.5 != Samples.Score(p.Second) >= 0.5))
            .Where(p => p.Item3).Select(p => (p.Item1, p.i)).Min();
        Assert.Equal(expected.Row, report.Levels[0].SmallestFlip!.Row);
        Assert.Equal(expected.Cost, report.Levels[0].SmallestFlip!.Cost, 1e-12);
    }

    [Fact]
    public async Task ColumnMissing_ShowsTheMeanAndJudgesTheWorst()
    {
        EvaluationSet set = Samples.Scored(500).Feature("idle", [.. Enumerable.Range(0, 500).Select(i => (double)i)]);
        RobustnessReport report = await PerturbationSuite.Of([Perturbation.ColumnMissing(1)]).RunAsync(set, Tolerant);
        RobustnessLevel level = Assert.Single(report.Levels);
        Assert.Equal(report.Unchanged.Value - 0.5, level.Drop.Value, 1e-12);
        Assert.InRange(level.MeanDrop!.Value, 0.01, level.Drop.Value - 0.01);
        Assert.Equal(5, level.ModelCalls);
    }

    [Fact]
    public void Suite_FitsTheColumns()
    {
        EvaluationSet set = Applicants();
        string[] kinds = [.. PerturbationSuite.For(set).Perturbations.Select(p => p.Kind).Distinct()];
        Assert.Equal(
            ["batchInvariance", "noise", "jitter", "rounding", "scaleError", "offset", "missing", "shuffle", "outliers", "extrapolation", "signFlip", "precision", "worstShare", "protectedFlip"],
            kinds);
        EvaluationSet texts = EvaluationSet.Of([true, false], [0.9, 0.1]).Feature(
            BatchColumn.Of<string>("a", new[] { "x", "y" })).Feature(BatchColumn.Of<DateOnly>("d", new DateOnly[2]));
        Assert.Equal(
            ["batchInvariance", "missing", "columnMissing", "shuffle", "unseenCategory", "categorySwap", "textNoise", "dateShift", "worstShare"],
            PerturbationSuite.For(texts).Perturbations.Select(p => p.Kind).Distinct());
        Assert.All(PerturbationSuite.For(set).UpTo(2).Perturbations, p => Assert.InRange(p.Severity, 0, 2));
        Assert.Equal(2, PerturbationSuite.Of([Perturbation.Noise(0.3)]).With(Perturbation.Offset(1)).Perturbations.Count);
        Assert.Throws<ArgumentException>(() => PerturbationSuite.Of(PerturbationFamily.ProtectedFlip));
        Assert.Throws<ArgumentOutOfRangeException>(() => PerturbationSuite.For(set).UpTo(6));
        Assert.Throws<ArgumentOutOfRangeException>(() => Perturbation.At(PerturbationFamily.Noise, 6));
    }

    [Fact]
    public async Task ProtectedFlip_CountsDecisionsThatTurn()
    {
        EvaluationSet set = Applicants();
        RobustnessLevel level = (await PerturbationSuite.Of([Perturbation.ProtectedFlip("afam")]).RunAsync(set, Biased)).Levels[0];
        double[] x = set.FeatureNamed("x").Column.ToDoubles();
        int expected = x.Count(v => Samples.Score(v) >= 0.5 != Samples.Score(v + 0.5) >= 0.5);
        Assert.Equal((expected / 600.0, "Wilson", 0.0), (level.Drop.Value, level.Method, level.InfeasibleShare));
        RobustnessLevel fair = (await PerturbationSuite.Of([Perturbation.ProtectedFlip("afam")]).RunAsync(set, Tolerant)).Levels[0];
        Assert.Equal(0, fair.Drop.Value);
        await Assert.ThrowsAsync<UnknownColumnException>(async () =>
            await PerturbationSuite.Of([Perturbation.ProtectedFlip("sex")]).RunAsync(set, Biased));
    }

    [Fact]
    public async Task WorstShare_IsTheMeanLossOfTheWorst_WithoutTheModel()
    {
        EvaluationSet set = Samples.Scored(1_000);
        GateReport gate = await Gate.For("g").RequireRobust(Perturbation.WorstShare(0.1), maxDrop: 0.9).EvaluateAsync(set);
        double[] losses = [.. Enumerable.Range(0, 1_000).Select(i => Math.Pow(set.Scores[i] - (set.Labels[i] ? 1 : 0), 2))];
        double worst = losses.OrderDescending().Take(100).Average();
        Assert.Equal(worst - losses.Average(), gate.Findings[0].Value!.Value.Value, 1e-12);
        Assert.Equal(worst, gate.Findings[0].Robustness!.Levels[0].Value.Value, 1e-12);
        Assert.Equal((Verdict.Pass, 0L), (gate.Verdict, gate.Findings[0].Robustness!.ModelCalls));
        Assert.Equal(Verdict.Fail,
            (await Gate.For("g").RequireRobust(Perturbation.WorstShare(0.1), maxDrop: 0.1).EvaluateAsync(set)).Verdict);
        Assert.Equal(UndefinedReason.TooFewRows,
            (await Gate.For("g").RequireRobust(Perturbation.WorstShare(0.001), maxDrop: 0.1).EvaluateAsync(set)).Findings[0].Value!.Value.Reason);
    }

    [Fact]
    public async Task WorstShare_BoundCovers()
    {
        // The excess of the worst tenth of a squared uniform error: E[u² | u > .9] - 1/3 = 271/300 - 1/3.
        int covered = 0;
        for (ulong run = 0; run < 400; run++)
        {
            Lifecycle.Statistics.RandomStream random = new(3, run);
            double[] scores = [.. Enumerable.Range(0, 500).Select(_ => random.NextDouble())];
            RobustnessReport report = await PerturbationSuite.Of([Perturbation.WorstShare(0.1)]).RunAsync(
                EvaluationSet.Of(new bool[500], scores).Feature(
                    "x", scores), (_, _, _) => throw new InvalidOperationException("not to be called"), Metric.Accuracy);
            covered += report.Levels[0].Upper >= 271.0 / 300 - 1.0 / 3 ? 1 : 0;
        }

        Assert.InRange(covered / 400.0, 0.91, 0.99);
    }

    [Fact]
    public async Task BatchInvariance_FindsTheFirstDifference_AndMarksTheOthers()
    {
        EvaluationSet set = Samples.Scored(300);
        BatchPredictor moody = (rows, scores, token) =>
        {
            double[] x = rows["x"].ToDoubles();
            double shift = rows.RowCount == 7 ? 0.3 : 0;
            for (int i = 0; i < x.Length; i++)
            {
                scores.Span[i] = Samples.Score(x[i] + shift);
            }

            return ValueTask.CompletedTask;
        };
        GateBuilder gate = Gate.For("g").RequireRobust(Perturbation.Noise(0.01), 0.5).RequireRobust(Perturbation.BatchInvariance(), 0)
            .RequireWithstands(new GreedyCoordinateAttack(), 1).Require(Metric.AreaUnderRoc, atLeast: 0.5);
        GateReport report = await gate.EvaluateAsync(set, moody);
        Assert.Equal([Verdict.Inconclusive, Verdict.Fail, Verdict.Inconclusive, Verdict.Pass], report.Findings.Select(f => f.Verdict));
        Assert.Contains("Row 0 scores", report.Findings[1].Message, StringComparison.Ordinal);
        Assert.Contains("in batches of 7", report.Findings[1].Message, StringComparison.Ordinal);
        Assert.Contains("cannot be relied on", report.Findings[0].Message, StringComparison.Ordinal);
        GateReport fine = await gate.EvaluateAsync(set, Samples.Model());
        Assert.Equal([Verdict.Pass, Verdict.Pass, Verdict.Pass, Verdict.Pass], fine.Findings.Select(f => f.Verdict));
        Assert.True(fine.Findings[1].Robustness!.IsRepeatable);
        BatchPredictor slightly = (rows, scores, token) =>
        {
            double[] x = rows["x"].ToDoubles();
            for (int i = 0; i < x.Length; i++)
            {
                scores.Span[i] = Samples.Score(x[i]) + (rows.RowCount == 1 ? 1e-4 : 0);
            }

            return ValueTask.CompletedTask;
        };
        Assert.False((await PerturbationSuite.Of([Perturbation.BatchInvariance()]).RunAsync(set, slightly)).IsRepeatable);
        Assert.True((await PerturbationSuite.Of([Perturbation.BatchInvariance(1e-3)]).RunAsync(set, slightly)).IsRepeatable);
    }

    [Fact]
    public async Task Gate_WithASuite_JudgesTheWorst_AndItsReportReadsBack()
    {
        EvaluationSet set = Applicants();
        Gate gate = Gate.For("g")
            .RequireRobust(PerturbationSuite.For(set).UpTo(1), maxDrop: 0.9)
            .RequireRobust(PerturbationSuite.Of(PerturbationFamily.Noise, PerturbationFamily.Offset), maxDrop: 0.05, Metric.Accuracy)
            .RequireRobust(Perturbation.Missing(0.1, MissingFill.Sentinel, -9), 0.9)
            .RequireRobust(Perturbation.ProtectedFlip("afam"), 0.01)
            .RequireWithstands(new GreedyCoordinateAttack(2) { MaxCost = 1 }, 0.2)
            .RequireWithstands(new HopSkipJumpAttack(2, AttackNorm.Largest), 1).Build();
        GateReport report = await gate.EvaluateAsync(set, Biased);
        Assert.Equal([Verdict.Pass, Verdict.Fail, Verdict.Pass, Verdict.Fail, Verdict.Fail, Verdict.Pass],
            report.Findings.Select(f => f.Verdict));
        Assert.Contains("offset 1", report.Findings[1].Message, StringComparison.Ordinal);
        Assert.Contains("break the limit", report.Findings[1].Message, StringComparison.Ordinal);
        RobustnessLevel worst = report.Findings[1].Robustness!.Levels.MaxBy(l => l.Upper)!;
        Assert.Equal((worst.Drop.Value, worst.Upper), (report.Findings[1].Value!.Value.Value, report.Findings[1].Upper));
        Assert.Equal(report.Findings[4].Attack!.SuccessRate.Value, report.Findings[4].Value!.Value.Value);

        Gate again = Gate.FromJson(gate.ToJson());
        Assert.Equal(gate.Digest, again.Digest);
        GateReport read = GateReport.FromJson(report.ToJson());
        Assert.Equal(Text(report), Encoding.UTF8.GetString(JsonWriter.Write(read)));
        Assert.Equal(report.Findings[1].Robustness!.Levels.Select(l => l.ToString()),
            read.Findings[1].Robustness!.Levels.Select(l => l.ToString()));
        Assert.Equal(report.Findings[1].Robustness!.Area(PerturbationFamily.Noise),
            read.Findings[1].Robustness!.Area(PerturbationFamily.Noise));
        Assert.DoesNotContain("\"to\"", Text(report), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OnASlice_RowsKeepTheirNumbers_AndAttacksAreSearchedOnce()
    {
        EvaluationSet set = Applicants(400);
        GroupColumn groups = set.AttributeNamed("afam");
        long asked = 0;
        GateReport report = await Gate.For(
            "g").OnEverySlice(["afam"], 1, g => g.RequireWithstands(new GreedyCoordinateAttack(), 0.01).RequireRobust(Perturbation.Offset(1), 0, Metric.Accuracy))
            .EvaluateAsync(set, async (rows, scores, token) =>
            {
                asked += rows.RowCount;
                await Biased(rows, scores, token);
            });
        Finding[] attacks = [.. report.Findings.Where(f => f.Attack is not null)];
        Assert.Equal(2, attacks.Length);
        Assert.All(attacks, f =>
            Assert.All(f.Attack!.Examples, e => Assert.EndsWith($"={groups.Values[groups.Codes[e.Row]]}", f.Slice!, StringComparison.Ordinal)));
        Assert.Equal(attacks.Sum(f => f.Attack!.Queries) + 800, asked);
    }

    private static string Text(GateReport report) => Encoding.UTF8.GetString(report.ToJson());

    [Theory]
    [InlineData("""{"kind":"robust","metric":"Accuracy","perturbation":"fog","level":1,"maxDrop":0.1}""", "fog")]
    [InlineData("""{"kind":"robust","metric":"Accuracy","suite":[],"maxDrop":0.1}""", "suite is empty")]
    [InlineData(
        """{"kind":"robust","metric":"Accuracy","suite":[{"perturbation":"noise","level":0.1,"odd":1}],"maxDrop":0.1}""", "suite[0].odd")]
    [InlineData("""{"kind":"robust","metric":"Accuracy","perturbation":"noise","level":0.3,"severity":4,"maxDrop":0.1}""", "severity 4")]
    [InlineData("""{"kind":"withstands","attack":"magic","queries":100,"maxSuccess":0.1}""", "magic")]
    [InlineData("""{"kind":"withstands","attack":"greedyCoordinate","maxFeatures":1.5,"queries":100,"maxSuccess":0.1}""", "whole number")]
    public void WrongGateJson_NamesThePath(string requirement, string expected)
    {
        byte[] json = Encoding.UTF8.GetBytes($$"""{"schema":"lifecycle.gate/1","name":"g","requirements":[{{requirement}}]}""");
        Assert.Contains(expected, Assert.Throws<GateDefinitionException>(() => Gate.FromJson(json)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WrongLevels_AreRefusedAtBuild()
    {
        foreach (Perturbation wrong in new[]
        {
            Perturbation.Jitter(double.NaN), Perturbation.Rounding(0), Perturbation.ScaleError(1.5), Perturbation.Missing(0),
                Perturbation.Missing(0.1, MissingFill.Sentinel, double.NaN),
            Perturbation.ColumnMissing(0), Perturbation.DateShift(-1), Perturbation.Precision((NumberForm)9), Perturbation.WorstShare(1),
                Perturbation.BatchInvariance(-1), Perturbation.ProtectedFlip(""),
        })
        {
            Assert.Throws<GateDefinitionException>(() => Gate.For("g").RequireRobust(wrong, 0.1).Build());
        }

        Assert.Throws<GateDefinitionException>(() => Gate.For("g").RequireWithstands(new GreedyCoordinateAttack(), 1.5).Build());
    }
}
