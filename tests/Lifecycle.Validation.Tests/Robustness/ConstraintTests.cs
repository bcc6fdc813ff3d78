using Lifecycle.Statistics;

namespace Lifecycle.Validation.Tests.Robustness;

/// <summary>Rules of what is possible in the world: no changed row that reaches the model breaks one.</summary>
public class ConstraintTests
{
    private static readonly PerturbationFamily[] Families = [.. Enum.GetValues<PerturbationFamily>().Where(f =>
        f <= PerturbationFamily.Precision && f != PerturbationFamily.DateShift)];

    private static EvaluationSet Set(params double[] x) => EvaluationSet.Of(new bool[x.Length], new bool[x.Length]).Feature("x", x);

    private static EvaluationSet With(double[] x, Func<FeatureColumn, FeatureColumn> rule) =>
        EvaluationSet.Of(new bool[x.Length], new bool[x.Length]).Feature("x", x, rule);

    [Fact]
    public async Task OneMillionRandomRows_BreakNoRule()
    {
        int seen = 0;
        for (ulong book = 0; seen < 1_000_000; book++)
        {
            LawBook laws = new(2_000, book);
            RandomStream random = new(99, book);
            PerturbationSuite suite = PerturbationSuite.Of(
                Enumerable.Range(0, 5).Select(_ => Perturbation.At(Families[random.NextBelow(Families.Length)], 1 + random.NextBelow(5))));
            RobustnessReport report = await suite.RunAsync(laws.Set, laws.Predict, Metric.Accuracy);
            Assert.True(laws.Violations == 0,
                $"{laws.Violations} in book {book} under {string.Join(", ", suite.Perturbations)}: {laws.First}");
            Assert.Equal(laws.Set.Count, report.Rows + report.LeftOut);
            seen += laws.Seen;
        }
    }

    [Fact]
    public async Task WithoutRepair_TheSameRowsBreakRules()
    {
        LawBook laws = new(2_000, 0);
        Draft draft = Perturbation.Noise(1).Change(laws.Set.Table(), 1, 0)!;
        await laws.Predict(draft.Decode(), new double[2_000], default);
        Assert.True(laws.Violations > 1_000, laws.Violations.ToString());
    }

    [Fact]
    public void Repair_ClipsRoundsAndKeepsDirections()
    {
        double[] x = [.. Enumerable.Range(0, 1000).Select(i => i % 10.0)];
        double[] Changed(Func<FeatureColumn, FeatureColumn> rule) => Perturbation.Noise(1).Apply(With(x, rule))["x"].ToDoubles();
        Assert.All(Changed(f => f.Range(0, 9)), v => Assert.InRange(v, 0, 9));
        Assert.All(Changed(f => f.Integer()), v => Assert.Equal(Math.Round(v), v));
        Assert.All(Changed(f => f.OnlyUp()).Zip(x), p => Assert.True(p.First >= p.Second));
        Assert.All(Changed(f => f.OnlyDown()).Zip(x), p => Assert.True(p.First <= p.Second));
        Assert.Equal([.. Enumerable.Range(0, 10).Select(i => (double)i)],
            Changed(f => f.OneOf([.. Enumerable.Range(0, 10).Select(i => (double)i)])).Distinct().Order());
        Assert.Throws<InvalidOperationException>(() => Changed(f => f.Immutable()));
        BatchColumn single = BatchColumn.Of<float>("x", new[] { 0.05f, 0.02f, 0.01f });
        ColumnBatch wide = Perturbation.Offset(1).Apply(EvaluationSet.Of(new bool[3], new bool[3]).Feature(single, f => f.Range(0, 0.051)));
        Assert.All(wide["x"].ToDoubles(), v => Assert.InRange(v, 0, 0.051));
    }

    [Fact]
    public void Repair_OneHotGoesToItsLargestMember()
    {
        RuleSet rules = Choices().Table().Rules;
        Assert.Equal([0, 1, 0], Repaired(rules, [0.4, 0.7, 0.1], [1, 0, 0]));
        Assert.Equal([1, 0, 0], Repaired(rules, [0.5, 0.5, 0.1], [1, 0, 0]));
        Assert.Equal([0, 1, 0], Repaired(rules, [0.5, 0.5, 0.1], [0, 1, 0]));
        Assert.Equal([0, 0, 1], Repaired(rules, [double.NaN, -5, -2], [1, 0, 0]));
        Assert.Equal([double.NaN, double.NaN, double.NaN], Repaired(rules, [double.NaN, double.NaN, double.NaN], [1, 0, 0]));
    }

    private static EvaluationSet Choices() => Set(1, 0).Feature("y", [0.0, 1]).Feature("z", [0.0, 0]).OneHot("x", "y", "z");

    private static double[] Repaired(RuleSet rules, double[] row, double[] original)
    {
        Assert.True(rules.TryRepair(row, original));
        return row;
    }

    [Fact]
    public void Repair_MovesTheChangedMemberOfAPair()
    {
        RuleSet rules = Set(1, 2).Feature("y", [5.0, 6]).LessOrEqual("x", "y").Table().Rules;
        Assert.Equal([5, 5], Repaired(rules, [9, 5], [1, 5]));
        Assert.Equal([1, 1], Repaired(rules, [1, -3], [1, 5]));
        Assert.Equal([4, 4], Repaired(rules, [9, 4], [1, 5]));
        RuleSet whole = Set(1, 2).Feature("y", [5.5, 6.5], f => f.Immutable()).LessOrEqual("x", "y").Table().Rules;
        Assert.Equal([5.5, 5.5], Repaired(whole, [9, 5.5], [1, 5.5]));
        RuleSet stuck = With([1, 2], f =>
            f.Immutable()).Feature("y", [5.0, 6], f => f.OneOf(0.5, 5, 6)).LessOrEqual("x", "y").Table().Rules;
        Assert.Equal([1, 5], Repaired(stuck, [1, 0.6], [1, 5]));
    }

    [Fact]
    public async Task RowThatStillBreaksARule_GetsItsOriginalBack_AndCounts()
    {
        int n = 1000;
        string[] towns = [.. Enumerable.Range(0, n).Select(i => i % 2 == 0 ? "ulm" : "rom")];
        EvaluationSet set = EvaluationSet.Of([.. Enumerable.Range(0, n).Select(i => i % 2 == 0)], new double[n])
            .Feature("x", [.. Enumerable.Range(0, n).Select(i => (double)i)])
            .Feature(BatchColumn.Of<string>("town", towns), f => f.OneOf("ulm", "rom"));
        ColumnBatch? seen = null;
        RobustnessReport report = await PerturbationSuite.Of([Perturbation.UnseenCategory(0.2)]).RunAsync(
            set,
            (rows, scores, _) =>
            {
                seen = rows;
                scores.Span.Fill(0.4);
                return ValueTask.CompletedTask;
            },
            Metric.Accuracy);
        Assert.InRange(report.Levels[0].InfeasibleShare, 0.15, 0.25);
        Assert.Equal(towns, Enumerable.Range(0, n).Select(i => seen!["town"].Text(i)!));
    }

    [Fact]
    public async Task RowsOutsideAndContradictions_AreListedAndLeftOut()
    {
        EvaluationSet set = EvaluationSet.Of([true, false, true, false], [0.9, 0.1, 0.8, 0.2])
            .Feature("x", [1, 99, 3, 4], f => f.Range(0, 10))
            .Feature("y", [2, 100, 1, 5])
            .LessOrEqual("x", "y");
        List<int> sizes = [];
        RobustnessReport report = await PerturbationSuite.Of([Perturbation.Noise(0.1)]).RunAsync(
            set,
            (rows, scores, _) =>
            {
                sizes.Add(rows.RowCount);
                rows["x"].ToDoubles().Select(x => x / 10).ToArray().CopyTo(scores);
                return ValueTask.CompletedTask;
            },
            Metric.Accuracy);
        Assert.Equal((2, 2), (report.Rows, report.LeftOut));
        Assert.All(sizes, s => Assert.Equal(2, s));
        Assert.Contains(
            "1 of 4 rows break the rule that 'x' must lie between 0 and 10 as they are, the first is row 1", report.Problems[0], StringComparison.Ordinal);
        Assert.Contains("'x' must not exceed 'y'", report.Problems[1], StringComparison.Ordinal);

        Assert.Equal([99, 100], new[] { "x", "y" }.Select(c => Perturbation.Noise(0.1).Apply(set)[c].ToDoubles()[1]));

        EvaluationSet impossible = EvaluationSet.Of([true, false], [0.9, 0.1]).Feature("x", [0.3, 0.4], f => f.Integer().Range(0.2, 0.8));
        GateReport gate = await Gate.For(
            "g").RequireRobust(Perturbation.Noise(0.1), 0.5).EvaluateAsync(impossible, (_, _, _) => throw new InvalidOperationException("not to be called"));
        Assert.Equal((Verdict.Fail, UndefinedReason.NoRows), (gate.Findings[0].Verdict, gate.Findings[0].Value!.Value.Reason));
        Assert.Contains("contradict each other", gate.Findings[0].Message, StringComparison.Ordinal);
        Assert.Contains("No row keeps both rules", string.Join(" ", RuleCheck.Of(
            With([5, 6], f =>
                f.Range(5, 9)).Feature("y", [1.0, 2], f => f.Range(0, 3)).LessOrEqual("x", "y")).Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void WrongRules_AreRefused()
    {
        EvaluationSet set = Set(1, 2).Feature(
            "y", [1.0, 2]).Feature("z", [1.0, 2]).Feature(BatchColumn.Of<string>("town", new[] { "a", "b" }));
        Assert.Throws<UnknownColumnException>(() => set.OneHot("x", "nobody"));
        Assert.Throws<ArgumentException>(() => set.OneHot("x"));
        Assert.Throws<ArgumentException>(() => set.OneHot("x", "town"));
        Assert.Throws<ArgumentException>(() => set.OneHot("x", "y").OneHot("y", "z"));
        Assert.Throws<ArgumentException>(() => set.LessOrEqual("x", "x"));
        Assert.Throws<ArgumentException>(() => set.LessOrEqual("x", "town"));
        Assert.Throws<ArgumentException>(() => set.Feature(BatchColumn.Of<string>("t", new[] { "a", "b" }), f => f.Range(0, 1)));
        Assert.Throws<ArgumentException>(() => set.Feature("w", [1, 2], f => f.OneOf("a")));
        Assert.Throws<ArgumentException>(() => set.Feature("w", [1, 2], f => f.OneOf(double.NaN)));
        Assert.Equal(
            ["range", "onlyUp", "oneHot"], With([1, 2], f => f.OnlyUp().Range(0, 3)).Feature("y", [0.0, 1]).OneHot("x", "y").Constraints.Select(c => c.Kind));
        Assert.Equal(2, set.LessOrEqual("x", "y").OneHot("y", "z").Rows([1, 0]).Constraints.Count);
    }
}
