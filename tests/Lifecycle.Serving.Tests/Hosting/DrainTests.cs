using Lifecycle.Serving.TestModels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Lifecycle.Serving.Tests;

/// <summary>How a host stops.</summary>
public sealed class DrainTests
{
    private static readonly TensorSignature Signature = new([new("x", TensorElementType.Int32, [-1, 1])], [new("y", TensorElementType.Int32, [-1, 1])]);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Drain_ReadinessTurnsAtTheFirstWord_AndCallsAreAnsweredThroughTheGrace()
    {
        FakeTimeProvider clock = new();
        HostApplicationBuilder app = Host.CreateEmptyApplicationBuilder(null);
        app.Services.AddSingleton<TimeProvider>(clock);
        app.Services.AddModelLifecycleCore().AddServing(o => o.ReadinessGrace = TimeSpan.FromSeconds(5)).Serve("m", m => m.FromFunction<int, int>("1", x => x));
        using IHost host = app.Build();
        await host.StartAsync(Token);
        ModelHost models = host.Services.GetRequiredService<ModelHost>();
        Assert.True(models.IsReady);
        Task<bool>? atTheFirstWord = null;
        host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(() => atTheFirstWord ??= Task.FromResult(models.IsReady));
        host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        Assert.False(models.IsReady);
        Assert.True(models.IsDraining);
        Task stop = host.StopAsync(Token);
        Predictor<int, int> predictor = models.Predictor<int, int>("m");
        clock.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal((7, 8), (predictor.Predict(7), (await predictor.PredictAsync(8, Token)).Value));
        Assert.False(stop.IsCompleted);
        await Eventually.Holds(
            () =>
            {
                clock.Advance(TimeSpan.FromSeconds(1));
                return stop.IsCompleted;
            },
            "the host stops");
        await stop;
        Assert.Throws<ObjectDisposedException>(() => predictor.Predict(7));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await predictor.PredictAsync(7, Token));
        Assert.NotNull(atTheFirstWord);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Drain_QueuedCallsAreAnswered_NewOnesAreRefused(bool isBatched)
    {
        using ManualResetEventSlim go = new();
        ScriptRuntime runtime = new();
        StampSource source = new();
        ScriptModel model = new(
            Signature,
            (i, o, _) =>
            {
                go.Wait(TimeSpan.FromMinutes(1), CancellationToken.None);
                i["x"].Span<int>().CopyTo(o.Prepare("y", TensorElementType.Int32, i["x"].Shape).Span<int>());
            },
            isBatched);
        source.Name(runtime.Revision("1", model));
        ModelHost host = await ModelHost.StartAsync(
            h => h.UseRuntime(runtime).Serve("m", m => m.FromSource(source).Admission(a => a.MaxConcurrency = 1).Batching(b => b.MaxBatchRows = 2)), Token);
        Task<int> first = Task.Run(() => AskAsync(host, 0));
        await Eventually.Holds(() => model.Running == 1, "a call runs");
        Task<int>[] waiting = [.. Enumerable.Range(1, 5).Select(x => AskAsync(host, x))];
        Task stop = host.DisposeAsync().AsTask();
        Assert.False(host.IsReady);
        PredictionRejectedException? refused = null;
        await Eventually.Holds(
            () =>
            {
                try
                {
                    using CancellationTokenSource now = new(TimeSpan.FromMilliseconds(1));
                    AskAsync(host, 9, now.Token).GetAwaiter().GetResult();
                }
                catch (PredictionRejectedException error)
                {
                    refused = error;
                }
                catch (OperationCanceledException)
                {
                }

                return refused is not null;
            },
            "new calls are refused");
        Assert.Equal(RejectionReason.Draining, refused!.Reason);
        Assert.False(stop.IsCompleted);
        go.Set();
        int[] answers = await Task.WhenAll([first, .. waiting]);
        Assert.Equal([0, 1, 2, 3, 4, 5], answers);
        await stop.WaitAsync(TimeSpan.FromMinutes(1), Token);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => AskAsync(host, 9));
        Assert.Equal((1, 0), (model.Disposals, model.Wrongs));
    }

    /// <summary>A call that nobody will answer any more is told so when the time of the stop is over, and not when its own is.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Drain_TimeOver_RefusesWhatStillWaits(bool isBatched)
    {
        FakeTimeProvider clock = new();
        using ManualResetEventSlim go = new();
        ScriptRuntime runtime = new();
        StampSource source = new();
        ScriptModel model = new(
            Signature,
            (i, o, _) =>
            {
                go.Wait(TimeSpan.FromMinutes(1), CancellationToken.None);
                i["x"].Span<int>().CopyTo(o.Prepare("y", TensorElementType.Int32, i["x"].Shape).Span<int>());
            },
            isBatched);
        source.Name(runtime.Revision("1", model));
        ModelHost host = await ModelHost.StartAsync(
            h => h.UseRuntime(runtime).UseTime(clock).Configure(o => o.DrainTimeout = TimeSpan.FromSeconds(5))
                .Serve("m", m => m.FromSource(source).Admission(a => (a.MaxConcurrency, a.Timeout) = (1, Timeout.InfiniteTimeSpan))), Token);
        Task<int> first = Task.Run(() => AskAsync(host, 0));
        await Eventually.Holds(() => model.Running == 1, "a call runs");
        Task<int>[] waiting = [.. Enumerable.Range(1, 5).Select(x => AskAsync(host, x))];
        Task stop = host.DisposeAsync().AsTask();
        await Eventually.Holds(
            () =>
            {
                clock.Advance(TimeSpan.FromSeconds(1));
                return Array.TrueForAll(waiting, w => w.IsCompleted);
            },
            "who waits is told");
        foreach (Task<int> call in waiting)
        {
            Assert.Equal(RejectionReason.Draining, (await Assert.ThrowsAsync<PredictionRejectedException>(() => call)).Reason);
        }

        Assert.False(first.IsCompleted);
        go.Set();
        Assert.Equal(0, await first);
        await Eventually.Holds(
            () =>
            {
                clock.Advance(TimeSpan.FromSeconds(1));
                return stop.IsCompleted;
            },
            "the host stops");
        Assert.Equal(1, model.Runs);
    }

    [Fact]
    public async Task Drain_StuckLease_EndsInTime_AndTheLogIsSealed()
    {
        FakeTimeProvider clock = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        await using RegistryWorkspace world = new();
        ModelHost host = await ModelHost.StartAsync(
            h => h.UseServices(world).UseTime(clock).Serve("m", m => m.FromFunction<int, int>("1", x => x).LogInferences()), Token);
        for (int i = 0; i < 10; i++)
        {
            host.Predictor<int, int>("m").Predict(i);
        }

        ModelLease stuck = host.Lease("m");
        DateTimeOffset began = clock.GetUtcNow();
        Task stop = host.DisposeAsync().AsTask();
        await Eventually.Holds(
            () =>
            {
                if (!stop.IsCompleted)
                {
                    clock.Advance(TimeSpan.FromSeconds(0.5));
                }

                return stop.IsCompleted;
            },
            "the host stops");
        await stop;

        // The clock was moved until the stop was seen, so a step or two too far.
        Assert.InRange(clock.GetUtcNow() - began, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(27));
        Assert.Equal(VersionState.Draining, host.Model("m").Versions[0].State);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(world.Folder, "journal"), "inference-*.jsonl"));
        Assert.Equal(10, (await host.InferenceLog.ReadAsync("m", DateTimeOffset.MinValue, DateTimeOffset.MaxValue, Token).ToListAsync(Token)).Count);
        using TensorSet inputs = TensorSet.Of(("input", TensorValue.From([3], [1, 1])));
        using (TensorSet outputs = stuck.Run(inputs, Token))
        {
            Assert.Equal(3, outputs["output"].Span<int>()[0]);
        }

        stuck.Dispose();
        await Eventually.Holds(() => host.Model("m").Versions[0].State == VersionState.Retired, "it is freed when the lease is back");
    }

    [Fact]
    public async Task Drain_WithoutLeases_WaitsForNothing()
    {
        FakeTimeProvider clock = new();
        await using RegistryWorkspace world = new();
        ModelHost host = await ModelHost.StartAsync(
            h => h.UseServices(world).UseTime(clock).Serve("m", m => m.FromFunction<int, int>("1", x => x).LogInferences()).Serve("n", m => m.FromFunction<int, int>("1", x => x)), Token);
        host.Predictor<int, int>("m").Predict(1);

        // The clock stands still, and both who stop wait for the same stop.
        Task one = host.DisposeAsync().AsTask(), two = host.DisposeAsync().AsTask();
        await Task.WhenAll(one, two).WaitAsync(TimeSpan.FromMinutes(1), Token);
        Assert.All(host.Models, m => Assert.Equal(VersionState.Retired, m.Versions[0].State));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(world.Folder, "journal"), "inference-*.jsonl"));
        Assert.Contains("serving.version.retired", (await world.Audit.ReadAsync(cancellationToken: Token).ToListAsync(Token)).Select(e => e.Action));
    }

    [Fact]
    public async Task Unload_WhileAVersionLoads_LeavesNothingLoaded()
    {
        using ManualResetEventSlim loading = new(), go = new();
        StampRuntime runtime = new();
        StampSource source = new();
        source.Name(StampSource.Files("1", "1"));
        await using ModelHost host = await ModelHost.StartAsync(h => h.UseRuntime(runtime).Serve("m", m => m.FromSource(source)), Token);
        source.Name(StampSource.Files("2", "2", read: () =>
        {
            loading.Set();
            go.Wait(TimeSpan.FromMinutes(1));
        }));
        Assert.True(loading.Wait(TimeSpan.FromMinutes(1), Token));
        host.Model("m").Unload();
        go.Set();
        await Eventually.Holds(() => runtime.Loaded.Count == 2 && runtime.Loaded.All(m => m.Disposals == 1), "both versions are freed");
        Assert.False(host.Model("m").IsReady);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Drain_LoadOrReadHangs_EndsInTime_AndWhatComesLateIsFreed(bool inLoad)
    {
        using ManualResetEventSlim hangs = new(), go = new();
        FakeTimeProvider clock = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        await using RegistryWorkspace world = new();
        ScriptModel late = new(Signature, (_, _, _) => { });
        ScriptRuntime runtime = new();
        StampSource source = new();
        ModelHost host = await ModelHost.StartAsync(
            h => h.UseServices(world).UseTime(clock).UseRuntime(runtime).Configure(o => o.StartupTimeout = TimeSpan.FromMilliseconds(1))
                .Serve("f", m => m.FromFunction<int, int>("1", x => x).LogInferences()).Serve("m", m => m.FromSource(source)),
            Token).Advancing(clock);
        await Eventually.Holds(() => host.Model("f").IsReady, "the function answers");
        host.Predictor<int, int>("f").Predict(1);
        ModelRevision revision = runtime.Revision("1", late);
        Action hang = () =>
        {
            hangs.Set();
            go.Wait(TimeSpan.FromMinutes(2));
        };
        if (inLoad)
        {
            runtime.Loading = hang;
        }

        source.Name(inLoad ? revision : ModelRevision.FromFiles("1", revision.Digest!.Value, async token =>
        {
            hang();
            return await revision.Read!(token);
        }));
        Assert.True(hangs.Wait(TimeSpan.FromMinutes(1), Token), "it does not come so far");
        DateTimeOffset began = clock.GetUtcNow();
        await host.DisposeAsync().AsTask().Advancing(clock);
        Assert.InRange(clock.GetUtcNow() - began, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(27));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(world.Folder, "journal"), "inference-*.jsonl"));
        Assert.Equal(0, late.Disposals);
        go.Set();
        await Eventually.Holds(() => host.Model("m").Versions[0].State == VersionState.Failed, "the load ends");
        Assert.Contains("the host stopped", host.Model("m").Versions[0].Reason, StringComparison.Ordinal);
        await Eventually.Holds(() => late.Disposals == (inLoad ? 1 : 0), "what was loaded is freed");
        Assert.False(host.Model("m").IsReady);
    }

    private static async Task<int> AskAsync(ModelHost host, int x, CancellationToken token = default)
    {
        using TensorSet inputs = TensorSet.Of(("x", TensorValue.From([x], [1, 1]))), outputs = new();
        await host.Model("m").InferAsync(inputs, outputs, cancellationToken: token);
        return outputs["y"].Span<int>()[0];
    }
}

/// <summary>Waits on a clock that stands still.</summary>
internal static class ClockWaits
{
    /// <summary>Moves the clock until the task ends.</summary>
    public static async Task Advancing(this Task task, FakeTimeProvider clock)
    {
        await Eventually.Holds(
            () =>
            {
                if (!task.IsCompleted)
                {
                    clock.Advance(TimeSpan.FromSeconds(0.5));
                }

                return task.IsCompleted;
            },
            "it ends");
        await task;
    }

    /// <inheritdoc cref="Advancing(Task, FakeTimeProvider)"/>
    public static async Task<T> Advancing<T>(this Task<T> task, FakeTimeProvider clock)
    {
        await ((Task)task).Advancing(clock);
        return await task;
    }
}
