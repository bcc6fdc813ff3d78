using Lifecycle.Drift;
using Lifecycle.Serving;
using Lifecycle.Statistics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;

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

    [Fact]
    public async Task A_monitor_that_is_opened_by_hand_takes_the_name_and_the_served_one_says_so()
    {
        await using Workspace workspace = new();
        FakeTimeProvider time = new(DateTimeOffset.UnixEpoch.AddYears(56));
        PerformanceEstimator estimator = Estimator();
        (ModelLifecycle lifecycle, ModelPerformance performance, Predictor<Coin, Guess> predictor) = await ServedAsync(workspace, Serve(estimator, time));
        predictor.Predict(new Coin { Bias = .4 });
        await using PerformanceMonitor mine = await lifecycle.Drift.OpenPerformanceAsync("coins", "1", estimator);
        Assert.Equal(1, mine.Current.Rows);
        await UntilAsync(() => performance.Monitor is null);
        Assert.Contains("opened again in this process", performance.Problem, StringComparison.Ordinal);
        for (int i = 0; i < 5; i++)
        {
            time.Advance(TimeSpan.FromMinutes(2));
            predictor.Predict(new Coin { Bias = .4 });
        }

        await Task.Delay(50);
        Assert.Equal(5, performance.Unwatched);
        await mine.FlushAsync();
    }

    [Fact]
    public async Task A_name_that_another_process_took_is_asked_for_every_minute_and_labels_wait()
    {
        await using Workspace workspace = new();
        FakeTimeProvider time = new(DateTimeOffset.UnixEpoch.AddYears(56));
        (ModelLifecycle lifecycle, ModelPerformance performance, Predictor<Coin, Guess> predictor) = await ServedAsync(workspace, Serve(Estimator(), time));
        Guid first = (await predictor.PredictAsync(new Coin { Bias = .4 })).RequestId;
        await performance.Monitor!.FlushAsync();
        LifecycleDatabase database = lifecycle.Services.GetRequiredService<LifecycleDatabase>();
        await SetAsync($"owner = 'elsewhere/x|1|2|3|4', heard = {time.GetUtcNow().AddHours(1).UtcTicks}");
        await predictor.PredictAsync(new Coin { Bias = .4 });
        await Assert.ThrowsAsync<MonitorHeldException>(async () => await performance.Monitor!.FlushAsync());
        await UntilAsync(() => performance.Monitor is null);
        performance.RecordLabel(first, true);
        for (int i = 0; i < 3; i++)
        {
            time.Advance(TimeSpan.FromMinutes(1));
            await predictor.PredictAsync(new Coin { Bias = .4 });
            await UntilAsync(() => performance.Problem!.Contains("is held by process 1 on 'elsewhere'", StringComparison.Ordinal));
        }

        Assert.Equal(3, performance.Unwatched);
        await SetAsync("owner = NULL");
        time.Advance(TimeSpan.FromMinutes(1));
        performance.RecordLabel(Guid.Empty, true);
        await UntilAsync(() => performance.Monitor is not null);
        Assert.Equal((1, 1, 0L), (performance.Monitor!.Current.Rows, performance.Monitor.Current.Labelled, performance.UnwatchedLabels));
        Assert.Null(performance.Problem);

        async Task SetAsync(string what) => await database.WriteAsync(
            async (transaction, token) => await transaction.ExecuteAsync($"UPDATE drift_performance_monitor SET {what}", [], token), CommitDurability.Buffered);
    }

    [Fact]
    public async Task A_name_that_another_monitor_of_this_process_took_is_taken_back_once_it_is_free()
    {
        await using Workspace workspace = new();
        FakeTimeProvider time = new(DateTimeOffset.UnixEpoch.AddYears(56));
        PerformanceEstimator estimator = Estimator();
        (ModelLifecycle lifecycle, ModelPerformance performance, Predictor<Coin, Guess> predictor) = await ServedAsync(workspace, Serve(estimator, time));
        await using (PerformanceMonitor mine = await lifecycle.Drift.OpenPerformanceAsync("coins", "1", estimator))
        {
            await UntilAsync(() => performance.Monitor is null);
            time.Advance(TimeSpan.FromMinutes(2));
            predictor.Predict(new Coin { Bias = .4 });
            await mine.FlushAsync();
        }

        time.Advance(TimeSpan.FromMinutes(2));
        predictor.Predict(new Coin { Bias = .4 });
        await UntilAsync(() => performance.Monitor is not null);
        Assert.Null(performance.Problem);
    }

    [Fact]
    public async Task What_comes_to_a_monitor_that_records_no_more_is_counted_and_labels_wait()
    {
        await using Workspace workspace = new();
        FakeTimeProvider time = new(DateTimeOffset.UnixEpoch.AddYears(56));
        PerformanceEstimator estimator = Estimator();
        (ModelLifecycle lifecycle, ModelPerformance performance, Predictor<Coin, Guess> predictor) = await ServedAsync(workspace, Serve(estimator, time));
        PerformanceMonitor served = performance.Monitor!;
        using ManualResetEventSlim slow = new();

        // Handlers are told one after the other: the first one keeps the next waiting.
        served.Closed += _ => slow.Wait();
        Guid id = (await predictor.PredictAsync(new Coin { Bias = .4 })).RequestId;
        Task<PerformancePoint?> closing = served.CloseWindowAsync().AsTask();
        _ = served.DisposeAsync().AsTask();
        for (int i = 0; i < 3; i++)
        {
            predictor.Predict(new Coin { Bias = .4 });
        }

        performance.RecordLabel(id, true);
        Assert.Equal((3, 0L, 0L), (performance.Unwatched, served.Labels.Counts.Refused, served.Labels.Counts.RefusedLabels));
        slow.Set();
        await closing;
    }

    [Fact]
    public async Task A_label_that_comes_after_the_end_throws_nothing()
    {
        await using Workspace workspace = new();
        ModelLifecycle lifecycle = await workspace.OpenAsync(Serve(Estimator()));
        ModelPerformance performance = lifecycle.PerformanceOf("coins");
        await lifecycle.DisposeAsync();
        performance.RecordLabel(Guid.Empty, true);
        Assert.Null(performance.Monitor);
        Assert.NotNull(performance.Problem);
    }

    /// <summary>A model that is served and watched.</summary>
    private static async Task<(ModelLifecycle Lifecycle, ModelPerformance Performance, Predictor<Coin, Guess> Predictor)> ServedAsync(
        Workspace workspace, Action<LifecycleBuilder> serve)
    {
        ModelLifecycle lifecycle = await workspace.OpenAsync(serve);
        ModelPerformance performance = lifecycle.PerformanceOf("coins");
        await performance.ReadyAsync();
        return (lifecycle, performance, lifecycle.Predictor<Coin, Guess>("coins"));
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(30));
        while (!condition())
        {
            await Task.Delay(5, patience.Token);
        }
    }

    private static PerformanceEstimator Estimator()
    {
        RandomStream random = new(3);
        double[] scores = [.. Enumerable.Range(0, 4000).Select(_ => random.NextDouble())];
        bool[] labels = [.. scores.Select(s => random.NextDouble() < s)];
        return PerformanceEstimator.Fit(scores, labels, q => q.Metrics(PerformanceMetric.Accuracy));
    }

    private static Action<LifecycleBuilder> Serve(PerformanceEstimator estimator, TimeProvider? time = null) => builder =>
    {
        if (time is not null)
        {
            builder.Services.Replace(ServiceDescriptor.Singleton(time));
        }

        builder.Serve<Coin, Guess>("coins", configure: served =>
        {
            served.FromFunction<Coin, Guess>("1", c => new Guess { Probability = c.Bias });
            served.MonitorPerformance(p => p.Score(g => g.Probability).Predicted(g => g.Probability >= .5).Reference(estimator));
        });
    };

    public sealed class Coin
    {
        public double Bias { get; set; }
    }

    public sealed class Guess
    {
        public double Probability { get; set; }
    }
}
