using Lifecycle.Drift;
using Lifecycle.Serving;
using Lifecycle.Statistics;
using Microsoft.Extensions.DependencyInjection;

namespace Lifecycle.Sdk.Tests;

public sealed class PerformanceTests
{
    [Fact]
    public async Task ServedScoresAreEstimated_AndLabelsFindThemByRequestId()
    {
        await using Workspace workspace = new();
        ModelLifecycle lifecycle = await workspace.OpenAsync(Serve(Estimator()));
        ModelPerformance performance = lifecycle.PerformanceOf("coins");
        await performance.ReadyAsync();
        Assert.Null(performance.Problem);
        Predictor<Coin, Guess> predictor = lifecycle.Predictor<Coin, Guess>("coins");
        RandomStream random = new(4);
        List<(Guid Id, bool Actual)> late = [];
        for (int i = 0; i < 800; i++)
        {
            Coin coin = new() { Bias = random.NextDouble() };
            late.Add(((await predictor.PredictAsync(coin)).RequestId, random.NextDouble() < coin.Bias));
        }

        PerformancePoint now = performance.Monitor!.Current;
        Assert.Equal((800, 0), (now.Rows, now.Labelled));
        Assert.InRange(now.Estimated.Value, .70, .80);
        late.ForEach(label => performance.RecordLabel(label.Id, label.Actual));
        now = performance.Monitor.Current;
        Assert.Equal(800, now.Labelled);
        Assert.True(now.Estimated.Interval!.Value.Contains(now.Realized.Value), now.ToString());
        Assert.Equal(0, performance.Unwatched);
        await performance.Monitor.CloseWindowAsync();
        Assert.Equal(800, Assert.Single(await lifecycle.Drift.PerformanceHistoryAsync("coins", "1")).Labelled);
    }

    [Fact]
    public async Task WithoutAReference_TheReasonIsTold_AndTheModelAnswers()
    {
        await using Workspace workspace = new();
        ModelLifecycle lifecycle = await workspace.OpenAsync(builder => builder.Serve<Coin, Guess>("coins", configure: served =>
        {
            served.FromFunction<Coin, Guess>("1", c => new Guess { Probability = c.Bias });
            served.MonitorPerformance(p => p.Score(g => g.Probability).Reference((version, _) => throw new InvalidOperationException($"none for {version}")));
        }));
        Assert.Equal(.5, lifecycle.Predictor<Coin, Guess>("coins").Predict(new Coin { Bias = .5 }).Probability);
        ModelPerformance performance = lifecycle.PerformanceOf("coins");
        LifecycleException error = await Assert.ThrowsAsync<LifecycleException>(() => performance.ReadyAsync());
        Assert.Contains("none for 1", error.Message, StringComparison.Ordinal);
        performance.RecordLabel(Guid.Empty, true);
        Assert.Equal(1, performance.Unwatched);
        Assert.Contains("MonitorPerformance", Assert.Throws<LifecycleException>(() => lifecycle.PerformanceOf("other")).Message, StringComparison.Ordinal);
    }

    private static PerformanceEstimator Estimator()
    {
        RandomStream random = new(3);
        double[] scores = [.. Enumerable.Range(0, 4000).Select(_ => random.NextDouble())];
        bool[] labels = [.. scores.Select(s => random.NextDouble() < s)];
        return PerformanceEstimator.Fit(scores, labels, q => q.Metrics(PerformanceMetric.Accuracy));
    }

    private static Action<LifecycleBuilder> Serve(PerformanceEstimator estimator) => builder =>
        builder.Serve<Coin, Guess>("coins", configure: served =>
        {
            served.FromFunction<Coin, Guess>("1", c => new Guess { Probability = c.Bias });
            served.MonitorPerformance(p => p.Score(g => g.Probability).Predicted(g => g.Probability >= .5).Reference(estimator));
        });

    public sealed class Coin
    {
        public double Bias { get; set; }
    }

    public sealed class Guess
    {
        public double Probability { get; set; }
    }
}
