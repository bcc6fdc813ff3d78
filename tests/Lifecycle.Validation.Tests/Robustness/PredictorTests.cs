using Lifecycle.Validation.Tests.Gates;

namespace Lifecycle.Validation.Tests.Robustness;

/// <summary>Models that fail, seen from suites and attacks, and models that may be called several times at once.</summary>
public class PredictorTests
{
    private static readonly EvaluationSet Set = Samples.Scored(20_000);

    [Fact]
    public async Task FailuresNameTheFirstRow_AndOtherRequirementsAreJudged()
    {
        EvaluationSet set = Samples.Scored(10_000).Feature(
            "age", [.. Enumerable.Range(0, 10_000).Select(i => i == 0 ? -1.0 : i)], f => f.Range(0, 1e9));
        GateBuilder gate = Gate.For(
            "g").RequireRobust(Perturbation.Noise(0.01), 0.5).RequireWithstands(new GreedyCoordinateAttack(), 1).Require(Metric.AreaUnderRoc, atLeast: 0.5);
        GateReport thrown = await gate.EvaluateAsync(set, (rows, scores, token) =>
            rows.FirstRow > 0 ? throw new InvalidOperationException("gone") : Samples.Model()(rows, scores, token));
        Assert.Equal([Verdict.Fail, Verdict.Fail, Verdict.Pass], thrown.Findings.Select(f => f.Verdict));
        Assert.All(thrown.Findings.Take(2), f =>
            Assert.Equal((UndefinedReason.Error, ExitCode.Usage), (f.Value!.Value.Reason!.Value, f.ExitCode)));

        // Row 0 was left out, so the second batch begins with row 8193.
        Assert.Contains("row 8193 to row 9999", thrown.Findings[0].Message, StringComparison.Ordinal);
        GateReport odd = await gate.EvaluateAsync(set, async (rows, scores, token) =>
        {
            await Samples.Model()(rows, scores, token);
            scores.Span[5] = double.NaN;
        });
        Assert.Contains("row 6.", odd.Findings[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hang_EndsWithTheTimeoutOfTheRequirement()
    {
        PredictorException error = await Assert.ThrowsAsync<PredictorException>(async () =>
            await PerturbationSuite.Of([Perturbation.Noise(0.1)]).RunAsync(
            Samples.Scored(100), async (_, _, token) => await Task.Delay(Timeout.Infinite, token),
                options: new ValidationOptions { RequirementTimeout = TimeSpan.FromMilliseconds(40) }));
        Assert.Contains("the first is row 0, within the 0.04 seconds", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Timeout_IsForAllCallsOfARequirement()
    {
        int calls = 0;
        await Assert.ThrowsAsync<PredictorException>(async () =>
            await PerturbationSuite.Of(PerturbationFamily.Noise, PerturbationFamily.Jitter).RunAsync(
            Samples.Scored(100),
            async (rows, scores, token) =>
            {
                calls++;
                await Task.Delay(100, token);
                await Samples.Model()(rows, scores, token);
            },
            options: new ValidationOptions { RequirementTimeout = TimeSpan.FromMilliseconds(350) }));
        Assert.InRange(calls, 1, 5);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Concurrency_IsBounded_AndChangesNothing(int concurrency)
    {
        int inside = 0, most = 0;
        object gate = new();
        BatchPredictor model = Samples.Model();
        async ValueTask Watched(ColumnBatch rows, Memory<double> scores, CancellationToken token)
        {
            lock (gate)
            {
                most = Math.Max(most, ++inside);
            }

            await Task.Delay(5, token);
            await model(rows, scores, token);
            lock (gate)
            {
                inside--;
            }
        }

        PerturbationSuite suite = PerturbationSuite.Of([Perturbation.Noise(0.1), Perturbation.Shuffle(0.1)]);
        RobustnessReport report = await suite.RunAsync(Set, Watched,
            options: new ValidationOptions { MaxPredictorConcurrency = concurrency });
        RobustnessReport plain = await suite.RunAsync(Set, model);
        Assert.Equal(concurrency, most);
        Assert.Equal(plain.Levels, report.Levels);
        Assert.Equal((9L, 60_000L), (report.ModelCalls, report.ModelRows));
    }

    [Fact]
    public async Task WithSeveralCallsAtOnce_TheErrorOfTheEarliestRowsIsTold()
    {
        PredictorException error = await Assert.ThrowsAsync<PredictorException>(async () =>
            await PerturbationSuite.Of([Perturbation.Noise(0.1)]).RunAsync(
            Set,
            async (rows, _, token) =>
            {
                await Task.Delay(rows.FirstRow == 0 ? 30 : 1, token);
                throw new InvalidOperationException("no");
            },
            options: new ValidationOptions { MaxPredictorConcurrency = 3 }));
        Assert.Contains("row 0 to row 8191", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(async () =>
            await PerturbationSuite.Of([Perturbation.Noise(0.1)]).RunAsync(Set, Samples.Model(), options: new ValidationOptions { MaxPredictorConcurrency = 0 }));
    }
}
