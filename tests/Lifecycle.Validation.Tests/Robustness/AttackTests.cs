using Lifecycle.Statistics;

namespace Lifecycle.Validation.Tests.Robustness;

/// <summary>Searches for the smallest lawful change that turns a decision.</summary>
public class AttackTests
{
    private static readonly double[] Weights = [2, -1, 0.5, 3, -0.25];
    private static readonly double[] Scales = [1, 10, 1000, 0.1, 5];

    /// <summary>Rows of five numbers in different units and a linear model whose margin in standard deviations is known.</summary>
    private static (EvaluationSet Set, BatchPredictor Model, Func<int, (double Euclidean, double Largest)> Distance) Linear(int rows)
    {
        RandomStream random = new(11);
        double[][] x = [.. Scales.Select(s => Enumerable.Range(0, rows).Select(_ => s * random.NextGaussian()).ToArray())];
        double Margin(Func<int, double> cell) => 0.3 + Weights.Select((w, c) => w * cell(c) / Scales[c]).Sum();
        bool[] labels = [.. Enumerable.Range(0, rows).Select(i => Margin(c => x[c][i]) >= 0)];
        EvaluationSet set = EvaluationSet.Of(labels, new double[rows]);
        for (int c = 0; c < x.Length; c++)
        {
            set = set.Feature($"x{c}", x[c]);
        }

        double[] steep = [.. Weights.Select((w, c) => w / Scales[c] * set.Table().Columns[c].Figures.StandardDeviation)];
        ValueTask Model(ColumnBatch batch, Memory<double> scores, CancellationToken token)
        {
            double[][] cells = [.. batch.Columns.Select(b => b.ToDoubles())];
            for (int i = 0; i < batch.RowCount; i++)
            {
                int row = i;
                scores.Span[i] = 1 / (1 + Math.Exp(-Margin(c => cells[c][row])));
            }

            return ValueTask.CompletedTask;
        }

        return (set, Model, row => (
            Math.Abs(Margin(c => x[c][row])) / Math.Sqrt(steep.Sum(s => s * s)),
            Math.Abs(Margin(c => x[c][row])) / steep.Sum(Math.Abs)));
    }

    [Fact]
    public async Task HopSkipJump_ReachesTheAnalyticDistance_OnALinearModel()
    {
        (EvaluationSet set, BatchPredictor model, Func<int, (double Euclidean, double Largest)> distance) = Linear(24);
        AttackResult result = await new HopSkipJumpAttack().RunAsync(set, model);
        Assert.Equal((24, 24, 0), (result.Rows, result.Successes, result.Unconfirmed));
        Assert.All(result.Examples, e => Assert.InRange(e.Cost / distance(e.Row).Euclidean, 1 - 1e-9, 1.05));
        Assert.All(result.Examples, e => Assert.InRange(e.Queries, 1_000, 25_000));
    }

    [Fact]
    public async Task HopSkipJump_LargestChange_ReachesTheAnalyticDistance()
    {
        (EvaluationSet set, BatchPredictor model, Func<int, (double Euclidean, double Largest)> distance) = Linear(12);
        AttackResult result = await new HopSkipJumpAttack(norm: AttackNorm.Largest).RunAsync(set, model);
        Assert.Equal(12, result.Successes);
        Assert.All(result.Examples, e => Assert.InRange(e.Cost / distance(e.Row).Largest, 1 - 1e-9, 1.05));
    }

    [Fact]
    public async Task Greedy_FindsTheSteepestFeature_OnALinearModel()
    {
        (EvaluationSet set, BatchPredictor model, Func<int, (double Euclidean, double Largest)> distance) = Linear(200);
        AttackResult result = await new GreedyCoordinateAttack(maxFeatures: 3).RunAsync(set, model);
        Assert.True(result.SuccessRate.Value > 0.9, result.SuccessRate.ToString());
        Assert.All(result.Examples, e => Assert.InRange(e.Changes.Count, 1, 3));
        Assert.All(result.Examples, e => Assert.True(e.Cost >= distance(e.Row).Euclidean * (1 - 1e-9)));
        Assert.All(result.Examples.Where(e => e.Changes.Count == 1 && distance(e.Row).Euclidean > 0.02), e =>
            Assert.Equal("x3", e.Changes[0].Feature));
        Assert.All(result.Examples, e => Assert.InRange(e.Queries, 1, 2_000));
        AttackResult cheap = await new GreedyCoordinateAttack(maxFeatures: 3) { MaxCost = 0.5 }.RunAsync(set, model);
        Assert.InRange(cheap.Successes, 1, result.Successes - 1);
        Assert.All(cheap.Examples, e => Assert.InRange(e.Cost, 0, 0.5));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Attacks_NeverBreakConstraints(bool isGreedy)
    {
        int found = 0;
        for (ulong book = 0; book < 12; book++)
        {
            LawBook laws = new(40, 1000 + book);
            Attack attack = isGreedy ? new GreedyCoordinateAttack() { Budget = new(600) }
                : new HopSkipJumpAttack(iterations: 5) { Budget = new(1_000) };
            AttackResult result = await attack.RunAsync(laws.Set, laws.Predict);
            Assert.True(laws.Violations == 0, $"{laws.Violations} in book {book}: {laws.First}");
            Assert.All(result.Examples, e => Assert.DoesNotContain(e.Changes, c => laws.Set.FeatureNamed(c.Feature).IsImmutable));
            found += result.Successes;
        }

        Assert.True(found > 50, found.ToString());
    }

    [Fact]
    public async Task Attacks_BatchAcrossRows()
    {
        (EvaluationSet set, BatchPredictor model, _) = Linear(150);
        AttackResult greedy = await new GreedyCoordinateAttack().RunAsync(set, model);
        Assert.True(greedy.Queries > 20_000, greedy.Queries.ToString());
        Assert.InRange(greedy.ModelCalls, 1, 60);
        AttackResult walk = await new HopSkipJumpAttack(iterations: 10).RunAsync(set, model);
        Assert.True(walk.Queries / walk.ModelCalls > 1_000, $"{walk.Queries} in {walk.ModelCalls} calls");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Attack_ReturnsBestFound(bool isGreedy)
    {
        (EvaluationSet set, BatchPredictor model, _) = Linear(10);
        set = set.Feature("id", [.. Enumerable.Range(0, 10).Select(i => (double)i)], f => f.Immutable());
        double[] deviations = [.. set.Table().Columns.Select(c => c.Figures.StandardDeviation)];
        double[][] original = [.. set.Features.Select(f => f.Column.ToDoubles())];
        Dictionary<int, double> cheapest = [];
        async ValueTask Watched(ColumnBatch rows, Memory<double> scores, CancellationToken token)
        {
            await model(rows.Select("x0", "x1", "x2", "x3", "x4"), scores, token);
            double[][] cells = [.. rows.Columns.Select(c => c.ToDoubles())];
            for (int i = 0; i < rows.RowCount; i++)
            {
                int row = (int)cells[5][i], at = i;
                if (scores.Span[i] >= 0.5 != set.Labels[row])
                {
                    double cost = Math.Sqrt(
                        Enumerable.Range(0, 5).Sum(c => Math.Pow((cells[c][at] - original[c][row]) / deviations[c], 2)));
                    cheapest[row] = Math.Min(cheapest.GetValueOrDefault(row, double.MaxValue), cost);
                }
            }
        }

        Attack attack = isGreedy ? new GreedyCoordinateAttack() : new HopSkipJumpAttack(iterations: 8);
        AttackResult result = await attack.RunAsync(set, Watched);
        Assert.Equal(cheapest.Keys.Order(), result.Examples.Select(e => e.Row));
        Assert.All(result.Examples, e => Assert.Equal(cheapest[e.Row], e.Cost, 1e-12));
        double[] scores = new double[result.Successes];
        await model(result.ExampleRows!.Select("x0", "x1", "x2", "x3", "x4"), scores, default);
        Assert.All(result.Examples.Zip(scores), p => Assert.NotEqual(set.Labels[p.First.Row], p.Second >= 0.5));
    }

    [Fact]
    public async Task Attack_ChangesCategoriesFlagsAndChoices()
    {
        int n = 60;
        EvaluationSet set = EvaluationSet.Of([.. Enumerable.Repeat(true, n)], new double[n])
            .Feature(BatchColumn.Of<string>("town", Enumerable.Range(0, n).Select(i => i % 3 == 0 ? "ulm" : "rom").ToArray()))
            .Feature(BatchColumn.Of<bool>("flag", Enumerable.Range(0, n).Select(i => i % 2 == 0).ToArray()))
            .Feature(
                "own", [.. Enumerable.Range(0, n).Select(i => i % 4 == 0 ? 0.0 : 1)]).Feature("rent", [.. Enumerable.Range(0, n).Select(i => i % 4 == 0 ? 1.0 : 0)])
            .OneHot("own", "rent");
        BatchPredictor On(Func<ColumnBatch, int, bool> right) => (rows, scores, _) =>
        {
            for (int i = 0; i < rows.RowCount; i++)
            {
                scores.Span[i] = right(rows, i) ? 0.8 : 0.2;
            }

            return ValueTask.CompletedTask;
        };
        AttackResult town = await new GreedyCoordinateAttack().RunAsync(set, On((r, i) => r["town"].Text(i) == "rom"));
        Assert.Equal((40, 20, 40), (town.Rows, town.WrongRows, town.Successes));
        Assert.All(town.Examples, e => Assert.Equal((1.0, new FeatureChange("town", "rom", "ulm")), (e.Cost, Assert.Single(e.Changes))));
        AttackResult flag = await new GreedyCoordinateAttack().RunAsync(set, On((r, i) => (bool)r["flag"][i]!));
        Assert.All(flag.Examples, e => Assert.Equal(new FeatureChange("flag", "true", "false"), Assert.Single(e.Changes)));
        AttackResult choice = await new GreedyCoordinateAttack(1).RunAsync(set, On((r, i) => (double)r["own"][i]! == 1));
        Assert.Equal(45, choice.Successes);
        Assert.All(choice.Examples, e => Assert.Equal((1.0, 2), (e.Cost, e.Changes.Count)));
        AttackResult none = await new HopSkipJumpAttack().RunAsync(set, On((r, i) => (bool)r["flag"][i]!));
        Assert.Equal((0, 30), (none.Successes, none.Rows));
    }

    [Fact]
    public async Task Budget_IsKept_AndResultsDependOnSeedOnly()
    {
        (EvaluationSet set, BatchPredictor model, _) = Linear(40);
        foreach (
            Attack attack in new Attack[] { new GreedyCoordinateAttack() { Budget = new(120) }, new HopSkipJumpAttack() { Budget = new(700) } })
        {
            AttackResult one = await attack.RunAsync(set, model, new ValidationOptions());
            AttackResult many = await attack.RunAsync(set, model, new ValidationOptions { MaxPredictorConcurrency = 4 });
            Assert.All(one.Examples, e => Assert.InRange(e.Queries, 1, attack.Budget.PerRow));
            Assert.True(one.Queries <= 40L * attack.Budget.PerRow);
            Assert.Equal(one.Examples.Select(e => (e.Row, e.Cost, e.Queries)), many.Examples.Select(e => (e.Row, e.Cost, e.Queries)));
        }

        AttackResult first = await new HopSkipJumpAttack(3).RunAsync(set, model),
            other = await new HopSkipJumpAttack(3).RunAsync(set, model, new ValidationOptions { Seed = 5 });
        Assert.NotEqual(first.Examples.Select(e => e.Cost), other.Examples.Select(e => e.Cost));
    }

    [Fact]
    public async Task ExampleThatDoesNotTurnAgain_IsNoSuccess()
    {
        (EvaluationSet set, BatchPredictor model, _) = Linear(20);
        set = set.Feature("id", [.. Enumerable.Range(0, 20).Select(i => (double)i)], f => f.Immutable());
        HashSet<string> asked = [];
        AttackResult result = await new GreedyCoordinateAttack(1).RunAsync(set, async (rows, scores, token) =>
        {
            await model(rows.Select("x0", "x1", "x2", "x3", "x4"), scores, token);
            double[] id = rows["id"].ToDoubles();
            for (int i = 0; i < rows.RowCount; i++)
            {
                // Asked a second time, the model takes its answer back.
                string key = string.Join(" ", rows.Columns.Select(c => c.Text(i)));
                scores.Span[i] = asked.Add(key) ? scores.Span[i] : set.Labels[(int)id[i]] ? 1 : 0;
            }
        });
        Assert.True(result.Unconfirmed > 10, result.Unconfirmed.ToString());
        Assert.Equal(0, result.Successes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AnAttackThatCannotTryAnything_IsNoEvidence(bool isGreedy)
    {
        (EvaluationSet set, BatchPredictor model, _) = Linear(300);
        EvaluationSet held = EvaluationSet.Of([.. Enumerable.Range(0, set.Count).Select(i => set.Labels[i])], new double[set.Count]);
        foreach (FeatureColumn feature in set.Features)
        {
            held = held.Feature(feature.Column, f => f.Immutable());
        }

        Attack attack = isGreedy ? new GreedyCoordinateAttack() : new HopSkipJumpAttack();
        GateReport report = await Gate.For("g").RequireWithstands(attack, maxSuccess: 0.5).EvaluateAsync(held, model);
        Assert.Equal((Verdict.Fail, UndefinedReason.MissingMetric), (report.Verdict, report.Findings[0].Value!.Value.Reason!.Value));
        Assert.Contains("nothing was tried", report.Findings[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WrongSettings_AreRefused()
    {
        (EvaluationSet set, BatchPredictor model, _) = Linear(4);
        foreach (Attack attack in new Attack[]
        {
            new GreedyCoordinateAttack(0), new GreedyCoordinateAttack() { Budget = new(3) }, new GreedyCoordinateAttack() { MaxCost = 0 },
                new HopSkipJumpAttack(0),
            new HopSkipJumpAttack() { MaxCost = double.NaN },
        })
        {
            await Assert.ThrowsAsync<ArgumentException>(async () => await attack.RunAsync(set, model));
            Assert.Throws<GateDefinitionException>(() => Gate.For("g").RequireWithstands(attack, 0.1).Build());
        }

        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
            await new GreedyCoordinateAttack().RunAsync(EvaluationSet.Of([true], [0.9]), model));
    }
}
