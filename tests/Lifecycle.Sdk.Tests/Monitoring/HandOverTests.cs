using Lifecycle.Drift;
using Lifecycle.Serving;
using Lifecycle.Statistics;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lifecycle.Sdk.Tests;

/// <summary>What opens while something else happens: a shutdown, another version, a label.</summary>
public sealed class HandOverTests
{
    private static readonly PerformanceEstimator Estimator = Fit();

    [Fact]
    public async Task APerformanceMonitorThatOpensWhileAllIsClosed_IsNotLeftOpen()
    {
        await using Workspace workspace = new();
        TaskCompletionSource asked = new(), gate = new();
        ServedPerformance<double, double> performance = Serve(await workspace.OpenAsync(), () => "1", async (_, _) =>
        {
            asked.SetResult();
            await gate.Task;
            return Estimator;
        });
        Task ready = performance.ReadyAsync();
        await asked.Task;
        Task closing = performance.DisposeAsync().AsTask();
        Assert.False(closing.IsCompleted);
        gate.SetResult();
        await closing;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ready);
        Assert.Null(performance.Monitor);
        Assert.Contains("it is closed", (await Assert.ThrowsAsync<LifecycleException>(() => performance.ReadyAsync())).Message, StringComparison.Ordinal);
        await performance.DisposeAsync();
    }

    [Fact]
    public async Task ADriftMonitorThatOpensWhileAllIsClosed_IsClosedToo()
    {
        await using Workspace workspace = new();
        ModelLifecycle lifecycle = await workspace.OpenAsync();
        await lifecycle.Drift.RegisterReferenceAsync("loans", "1", Applicants.Profile());
        using ManualResetEventSlim asked = new(), gate = new();
        MonitoringSetup<Applicant> setup = new MonitoringSetup<Applicant>().Columns(columns =>
        {
            asked.Set();
            gate.Wait();
            columns.Numeric("income", a => a.Income).Category("Region", a => a.Region).Numeric("years_at_job", a => a.YearsAtJob);
        });
        PredictionMonitoring<Applicant, Decision> monitoring = new("loans", lifecycle.Drift, () => "1", setup, NullLogger.Instance);
        Task ready = Task.Run(() => monitoring.ReadyAsync());
        await Task.Run(asked.Wait);
        Task closing = monitoring.DisposeAsync().AsTask();
        gate.Set();
        await closing;
        await ready;
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await monitoring.Monitor!.CheckNowAsync());
    }

    [Fact]
    public async Task VersionsThatCannotBeWatched_PushOutNoneThatIs()
    {
        await using Workspace workspace = new();
        string answering = "1";
        ServedPerformance<double, double> performance = Serve(await workspace.OpenAsync(), () => answering, (version, _) =>
            version.Length > 1 ? throw new InvalidOperationException($"none for {version}") : ValueTask.FromResult(Estimator));
        await performance.ReadyAsync();
        PerformanceMonitor first = performance.Monitor!;
        Guid id = IdOf(1);
        performance.Record(new InferenceStamp("coins", "1", id, DateTimeOffset.UnixEpoch), .7, .7);
        for (int i = 10; i < 16; i++)
        {
            answering = $"{i}";
            await Assert.ThrowsAsync<LifecycleException>(() => performance.ReadyAsync());
            Assert.Equal($"none for {i}", performance.Problem);
        }

        performance.RecordLabel(id, true);
        Assert.Equal((1, 1), (first.Current.Rows, first.Current.Labelled));
        answering = "10";
        Assert.Equal("the reference is being looked for", performance.Problem);
        for (int i = 2; i < 6; i++)
        {
            answering = $"{i}";
            await performance.ReadyAsync();
            answering = "1";
            Assert.Equal(i < 5, performance.Monitor is not null);
        }

        await performance.DisposeAsync();
    }

    [Fact]
    public async Task LabelsThatComeWhileAVersionOpens_AllReachIt()
    {
        const int Threads = 3;
        await using Workspace workspace = new();
        ModelLifecycle lifecycle = await workspace.OpenAsync();
        for (int round = 0; round < 30; round++)
        {
            TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
            ServedPerformance<double, double> performance = Serve(lifecycle, () => "1", async (_, _) =>
            {
                await gate.Task;
                return Estimator;
            }, model: $"coins-{round}");
            Task ready = performance.ReadyAsync();
            int labels = 0;
            bool isOver = false;
            Task[] recording = [.. Enumerable.Range(0, Threads).Select(_ => Task.Run(() =>
            {
                while (!Volatile.Read(ref isOver) && Volatile.Read(ref labels) < 50_000)
                {
                    int label = Interlocked.Increment(ref labels);
                    performance.RecordLabel(IdOf(label), label % 2 == 0);
                    Thread.SpinWait(200);
                }
            }))];
            gate.SetResult();
            await ready;
            Volatile.Write(ref isOver, true);
            await Task.WhenAll(recording);
            LabelCounts counts = performance.Monitor!.Labels.Counts;
            Assert.Equal(labels, counts.Waiting + counts.Orphans);
            await performance.DisposeAsync();
        }
    }

    private static Guid IdOf(int number) => new(number, 0, 0, new byte[8]);

    private static ServedPerformance<double, double> Serve(
        ModelLifecycle lifecycle, Func<string> answering, Func<string, CancellationToken, ValueTask<PerformanceEstimator>> reference, string model = "coins")
    {
        PerformanceSetup<double> setup = new PerformanceSetup<double>().Score(s => s).Reference(reference);
        return new ServedPerformance<double, double>(model, lifecycle.Drift, answering, setup, TimeProvider.System, NullLogger.Instance);
    }

    private static PerformanceEstimator Fit()
    {
        RandomStream random = new(5);
        double[] scores = [.. Enumerable.Range(0, 1000).Select(_ => random.NextDouble())];
        bool[] labels = [.. scores.Select(s => random.NextDouble() < s)];
        return PerformanceEstimator.Fit(scores, labels, q => q.Metrics(PerformanceMetric.Accuracy).Calibrate(CalibrationMethod.None));
    }
}
