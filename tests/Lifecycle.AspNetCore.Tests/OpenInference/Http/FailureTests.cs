using System.Diagnostics.Metrics;
using Lifecycle.Serving;
using Microsoft.Extensions.DependencyInjection;

namespace Lifecycle.AspNetCore.Tests;

/// <summary>Models that throw, hang or have too much to do, and callers that go away.</summary>
public sealed class FailureTests
{
    private static readonly string Hold = WireCase.X("INT32", "[1,1]", "[1]");
    private static readonly string Pass = WireCase.X("INT32", "[1,1]", "[0]");

    [Fact]
    public async Task Http_ModelThrows_Is500()
    {
        await using WireApp app = await WireApp.StartAsync();
        using WireClient client = app.Client();
        for (int i = 0; i < 3; i++)
        {
            WireAnswer answer = await client.PostAsync("/v2/models/poison/infer", WireCase.X("FP32", "[1,1]", "[13]", ",\"id\":\"a\""));
            Assert.Equal(500, answer.Status);
            Assert.Equal("model 'poison' failed (InvalidOperationException)", answer.Error);
            Assert.DoesNotContain("secret", answer.Text, StringComparison.Ordinal);
            Assert.Equal(200, (await client.PostAsync("/v2/models/poison/infer", WireCase.X("FP32", "[1,1]", "[12]"))).Status);
        }

        Assert.Equal(1, client.Connections);
        ServingStatistics statistics = app.Host.Model("poison").Versions[0].Statistics;
        Assert.Equal((3, 3), (statistics.Successes, statistics.Failures));
    }

    [Fact]
    public async Task Http_ClientDisconnect_QueuedItemRemoved()
    {
        using Gate gate = new();
        await using WireApp app = await WireApp.StartAsync(gate.Serve(queue: 1));
        using WireClient first = app.Client(), second = app.Client(), third = app.Client();
        Task<WireAnswer> running = first.PostAsync(gate.Path, Hold);
        await gate.EnteredAsync();
        using CancellationTokenSource gone = new();
        using HttpRequestMessage request = WireClient.Request(HttpMethod.Post, gate.Path, WireCase.Utf8(Hold));
        Task<WireAnswer> waiting = second.SendAsync(request, gone.Token);
        await gate.QueueIsAsync(1);
        Assert.Equal(503, (await third.PostAsync(gate.Path, Hold)).Status);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        // Gone from the queue while the first still runs.
        await gate.QueueIsAsync(0);
        Task<WireAnswer> next = third.PostAsync(gate.Path, Pass);
        await gate.QueueIsAsync(1);
        gate.Open();
        Assert.Equal(200, (await running).Status);
        Assert.Equal(200, (await next).Status);
        Assert.Equal(1, gate.Holds);
    }

    [Fact]
    public async Task Http_Timeout_Is504_AndTheModelAnswersOthers()
    {
        using Gate gate = new();
        await using WireApp app = await WireApp.StartAsync(gate.Serve(queue: 8));
        using WireClient first = app.Client(), second = app.Client();
        Task<WireAnswer> running = first.PostAsync(gate.Path, Hold);
        await gate.EnteredAsync();
        WireAnswer late = await second.PostAsync(gate.Path, WireCase.X("INT32", "[1,1]", "[0]", ",\"parameters\":{\"timeout\":30000}"));
        Assert.Equal(504, late.Status);
        Assert.Contains("did not answer within 30 ms", late.Error, StringComparison.Ordinal);
        gate.Open();
        Assert.Equal(200, (await running).Status);
        Assert.Equal(200, (await second.PostAsync(gate.Path, Pass)).Status);
        Assert.Equal(1, second.Connections);
    }

    [Fact]
    public async Task Http_TimeoutOfTheRunItself_Is504()
    {
        await using WireApp app = await WireApp.StartAsync();
        using WireClient client = app.Client();
        WireAnswer late = await client.PostAsync("/v2/models/slow/infer", WireCase.X("INT32", "[1,1]", "[60]", ",\"parameters\":{\"timeout\":20000}"));
        Assert.Equal(504, late.Status);
        Assert.Equal(200, (await client.PostAsync("/v2/models/slow/infer", WireCase.X("INT32", "[1,1]", "[1]"))).Status);
    }

    [Fact]
    public async Task Http_QueueFull_Is503WithRetryAfter()
    {
        using Gate gate = new();
        await using WireApp app = await WireApp.StartAsync(gate.Serve(queue: 0));
        using WireClient first = app.Client(), second = app.Client();
        Task<WireAnswer> running = first.PostAsync(gate.Path, Hold);
        await gate.EnteredAsync();
        WireAnswer refused = await second.PostAsync(gate.Path, Pass);
        Assert.Equal(503, refused.Status);
        Assert.InRange(int.Parse(refused.Header("Retry-After")!, System.Globalization.CultureInfo.InvariantCulture), 1, 3_600);
        Assert.Contains("refuses the call", refused.Error, StringComparison.Ordinal);
        gate.Open();
        Assert.Equal(200, (await running).Status);
        Assert.Equal(200, (await second.PostAsync(gate.Path, Pass)).Status);
        Assert.Equal(1, second.Connections);
    }

    [Fact]
    public async Task Http_DeadlineThatCannotBeKept_Is503BeforeWork()
    {
        using Gate gate = new();
        await using WireApp app = await WireApp.StartAsync(gate.Serve(queue: 8));
        using WireClient first = app.Client(), second = app.Client();

        // A run takes long enough that a call behind another cannot be in time.
        Task<WireAnswer> taught = first.PostAsync(gate.Path, Hold);
        await gate.EnteredAsync();
        await Task.Delay(300);
        gate.Open();
        Assert.Equal(200, (await taught).Status);
        gate.Close();
        Task<WireAnswer> running = first.PostAsync(gate.Path, Hold);
        await gate.EnteredAsync();
        WireAnswer refused = await second.PostAsync(gate.Path, WireCase.X("INT32", "[1,1]", "[0]", ",\"parameters\":{\"timeout\":5000}"));
        Assert.Equal(503, refused.Status);
        Assert.NotNull(refused.Header("Retry-After"));
        Assert.Contains("the call has 5 ms", refused.Error, StringComparison.Ordinal);
        gate.Open();
        Assert.Equal(200, (await running).Status);
    }

    [Fact]
    public async Task Http_StoppedModel_Is503_UntilItIsResumed()
    {
        await using WireApp app = await WireApp.StartAsync();
        using WireClient client = app.Client();
        await app.Host.Deployments.StopAsync("stamp", "complaint 4711");
        foreach (string path in new[] { "/v2/models/stamp/infer", "/v2/models/stamp/versions/2/infer" })
        {
            WireAnswer stopped = await client.PostAsync(path, Pass);
            Assert.Equal(503, stopped.Status);
            Assert.Equal("1", stopped.Header("Retry-After"));
            Assert.Contains("stopped: complaint 4711", stopped.Error, StringComparison.Ordinal);
        }

        Assert.Equal(503, (await client.GetAsync("/v2/models/stamp/ready")).Status);
        await app.Host.Deployments.ResumeAsync("stamp");
        Assert.Equal(200, (await client.PostAsync("/v2/models/stamp/infer", Pass)).Status);
        Assert.Equal(1, client.Connections);
    }

    /// <summary>A model that holds a call of 1 until it is opened, and lets others pass; one call runs at a time.</summary>
    private sealed class Gate : IDisposable
    {
        private static int _made;

        private readonly ManualResetEventSlim _open = new();
        private readonly SemaphoreSlim _entered = new(0);
        private readonly MeterListener _listener = new();
        private int _holds;
        private long _queue;

        public Gate()
        {
            Name = $"gate_{Interlocked.Increment(ref _made)}";
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "lifecycle.serving.queue.length")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((_, change, tags, _) =>
            {
                foreach (KeyValuePair<string, object?> tag in tags)
                {
                    Interlocked.Add(ref _queue, tag is { Key: "lifecycle.model.name", Value: string name } && name == Name ? change : 0);
                }
            });
            _listener.Start();
        }

        public string Name { get; }

        public string Path => WireClient.InferPath(Name);

        /// <summary>Calls that were held.</summary>
        public int Holds => Volatile.Read(ref _holds);

        public Action<LifecycleBuilder> Serve(int queue) => lifecycle => lifecycle.Serve(Name, s => s
            .Admission(a => (a.MaxConcurrency, a.QueueLength) = (1, queue))
            .FromFunction("1", WireModels.One(TensorElementType.Int32), Run));

        public async Task EnteredAsync() => Assert.True(await _entered.WaitAsync(WireClient.Hang));

        public async Task QueueIsAsync(long length)
        {
            using CancellationTokenSource hang = new(WireClient.Hang);
            while (Volatile.Read(ref _queue) != length)
            {
                await Task.Delay(2, hang.Token);
            }
        }

        public void Open() => _open.Set();

        public void Close() => _open.Reset();

        public void Dispose()
        {
            _listener.Dispose();
            _open.Dispose();
            _entered.Dispose();
        }

        private void Run(TensorSet inputs, TensorSet outputs)
        {
            if (inputs["x"].Span<int>()[0] == 1)
            {
                Interlocked.Increment(ref _holds);
                _entered.Release();
                _open.Wait(WireClient.Hang);
            }

            inputs["x"].CopyTo(WireModels.Like(outputs, "y", inputs["x"]));
        }
    }
}
