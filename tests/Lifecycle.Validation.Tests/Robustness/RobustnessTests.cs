using Lifecycle.Validation.Tests.Gates;

namespace Lifecycle.Validation.Tests.Robustness;

public class RobustnessTests
{
    private static async Task<Finding> Try(BatchPredictor predict, EvaluationSet? set = null, ValidationOptions? options = null,
        CancellationToken token = default)
    {
        GateReport report = await Gate.For("g").RequireRobust(Perturbation.Noise(0.01), 0.5).Build()
            .EvaluateAsync(set ?? Samples.Scored(100), null, predict,
                context: new EvaluationContext { Options = options ?? new ValidationOptions() }, cancellationToken: token);
        return report.Findings[0];
    }

    [Fact]
    public async Task PredictorThatThrows_IsAFinding()
    {
        Finding finding = await Try((_, _, _) => throw new InvalidOperationException("model file is gone"));
        Assert.Equal((Verdict.Fail, ExitCode.Usage), (finding.Verdict, finding.ExitCode));
        Assert.Contains("model file is gone", finding.Message, StringComparison.Ordinal);
        Finding transient = await Try((_, _, _) => throw new LifecycleStorageException("s3", "get", "k", "try again", isTransient: true));
        Assert.Equal(ExitCode.Transient, transient.ExitCode);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public async Task PredictorThatAnswersWrongly_IsAFinding(double wrong)
    {
        Finding finding = await Try((_, scores, _) =>
        {
            scores.Span.Fill(0.5);
            scores.Span[7] = wrong;
            return ValueTask.CompletedTask;
        });
        Assert.Equal((Verdict.Fail, ExitCode.Usage), (finding.Verdict, finding.ExitCode));
        Assert.Contains("row 7", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PredictorThatAnswersTooFew_IsAFinding()
    {
        Finding finding = await Try((_, scores, _) =>
        {
            scores.Span[..40].Fill(0.5);
            return ValueTask.CompletedTask;
        });
        Assert.Contains("60 of 100", finding.Message, StringComparison.Ordinal);
        Assert.Equal(Verdict.Fail, finding.Verdict);
    }

    [Fact]
    public async Task PredictorThatHangs_IsAFinding()
    {
        Finding finding = await Try(async (_, _, _) => await Task.Delay(Timeout.Infinite, CancellationToken.None),
            options: new ValidationOptions { RequirementTimeout = TimeSpan.FromMilliseconds(50) });
        Assert.Equal((Verdict.Fail, ExitCode.Usage), (finding.Verdict, finding.ExitCode));
        Assert.Contains("did not answer", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancellation_GoesThrough()
    {
        using CancellationTokenSource source = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Try(
            async (_, _, token) =>
            {
                await source.CancelAsync();
                await Task.Delay(Timeout.Infinite, token);
            },
            token: source.Token));
    }

    [Fact]
    public async Task Predictor_SeesBatchesOf8192_OneAfterTheOther()
    {
        List<int> sizes = [];
        int inside = 0;
        BatchPredictor model = Samples.Model();
        await Try(
            async (rows, scores, token) =>
            {
                Assert.Equal(1, Interlocked.Increment(ref inside));
                sizes.Add(rows.RowCount);
                await Task.Yield();
                await model(rows, scores, token);
                Interlocked.Decrement(ref inside);
            },
            Samples.Scored(10_000));
        Assert.Equal([8192, 1808, 8192, 1808], sizes);
    }

    [Fact]
    public void Noise_ScalesWithColumn_AndKeepsTheRules()
    {
        int n = 20_000;
        EvaluationSet set = EvaluationSet.Of(new bool[n], new bool[n])
            .Feature("income", [.. Enumerable.Range(0, n).Select(i => 1e6 * (i % 100))])
            .Feature("share", [.. Enumerable.Range(0, n).Select(i => i % 100 / 200.0)], f => f.Range(0, 0.5))
            .Feature("fixed", [.. Enumerable.Range(0, n).Select(i => (double)i)], f => f.Immutable())
            .Feature(BatchColumn.Of<int>("count", Enumerable.Range(0, n).Select(i => i % 7).ToArray()), f => f.Range(0, 6))
            .Feature("whole", [.. Enumerable.Range(0, n).Select(i => i % 9 == 0 ? double.NaN : i % 9)], f => f.Integer())
            .Feature(BatchColumn.Of<string>("town", Enumerable.Range(0, n).Select(i => "x").ToArray()));
        ColumnBatch changed = Perturbation.Noise(0.1).Apply(set, 7)!;
        double[] before = set.FeatureBatch()["income"].ToDoubles(), after = changed["income"].ToDoubles();
        double[] moved = [.. after.Zip(before, (a, b) => a - b)];
        double spread = Math.Sqrt(before.Select(b => Math.Pow(b - before.Average(), 2)).Average());
        Assert.Equal(0.1 * spread, Math.Sqrt(moved.Select(m => m * m).Average()), 0.1 * spread * 0.03);
        Assert.All(changed["share"].ToDoubles(), v => Assert.InRange(v, 0, 0.5));
        Assert.Same(set.Features[2].Column, changed["fixed"]);
        Assert.Same(set.Features[5].Column, changed["town"]);
        Assert.All(changed["count"].ToDoubles(), v => Assert.InRange(v, 0, 6));
        Assert.All(changed["whole"].ToDoubles(), v => Assert.True(double.IsNaN(v) || v == Math.Round(v)));
        Assert.Equal(before.Length / 9 + 1, changed["whole"].ToDoubles().Count(double.IsNaN));
        Assert.Equal(after, Perturbation.Noise(0.1).Apply(set, 7)!["income"].ToDoubles());
        Assert.NotEqual(after, Perturbation.Noise(0.1).Apply(set, 8)!["income"].ToDoubles());
    }

    [Fact]
    public void EmptyRange_IsRefused() =>
        Assert.Throws<ArgumentException>(() => Samples.Scored(4).Feature("y", [1, 2, 3, 4], f => f.Range(2, 1)));
}
