using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Lifecycle.Serving.TestModels;

namespace Lifecycle.Serving.Tests;

/// <summary>Every instrument with its tags, and the spans.</summary>
public sealed class ServingTelemetryTests
{
    private const string Model = "measured";

    private static readonly TensorSignature Signature = new([new("x", TensorElementType.Int32, [-1, 1])], [new("y", TensorElementType.Int32, [-1, 1])]);

    private static readonly Dictionary<string, string[]> Closed = new()
    {
        ["lifecycle.serving.role"] = ["primary", "shadow", "fallback"],
        ["lifecycle.serving.reason"] = ["not_ready", "queue_full", "deadline", "stopped", "draining", "ring_full", "write_failed", "sink_failed"],
        ["lifecycle.serving.release"] = ["full", "idle", "delay", "deadline", "stop"],
        ["lifecycle.serving.outcome"] = ["published", "rejected", "failed"],
        ["lifecycle.serving.result"] = ["match", "mismatch", "error", "timeout", "dropped"],
        ["lifecycle.model.name"] = [Model],
        ["lifecycle.model.version"] = ["1", "2", "3", "fallback"],
        ["lifecycle.serving.arm"] = ["champion", "candidate", "fallback"],
        ["error.type"] = ["System.ArithmeticException", typeof(PredictionRejectedException).FullName!, typeof(OperationCanceledException).FullName!, typeof(TaskCanceledException).FullName!],
    };

    private readonly ScriptRuntime _runtime = new();
    private readonly StampShelf _shelf = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Telemetry_EveryInstrumentAppears_WithTagsOutOfClosedSets()
    {
        using Measured measured = new();
        await using RegistryWorkspace world = new();
        using ManualResetEventSlim go = new();
        int arrived = 0, answeredOfMore = 0;
        ScriptModel model = new(Signature, (i, o, _) =>
        {
            Interlocked.Increment(ref arrived);
            Span<int> x = i["x"].Span<int>(), y = o.Prepare("y", TensorElementType.Int32, [x.Length, 1]).Span<int>();
            for (int row = 0; row < x.Length; row++)
            {
                if (x[row] == 77)
                {
                    go.Wait(TimeSpan.FromMinutes(1), CancellationToken.None);
                }

                y[row] = x[row] == 13 ? throw new ArithmeticException("13 is poison") : x[row];
            }
        }, isBatched: true);
        ScriptModel shadow = new(Signature, (_, o, _) => o.Prepare("y", TensorElementType.Int32, [1, 1]).Span<int>()[0] = 5);
        _shelf.Has(_runtime.Revision("1", model)).Has(_runtime.Revision("2", shadow)).Has("bad", "bad").Points("champion", "1").Points("candidate", "2");
        await using (ModelHost host = await ModelHost.StartAsync(
            h => h.UseServices(world).UseRuntime(_runtime).Configure(o => o.DrainTimeout = TimeSpan.FromSeconds(10))
                .Serve<Row, Answer>(Model, configure: m => m
                    .FromSource(_shelf).Split(("champion", 100)).Shadow("candidate").LogInferences().Tap(new Thrower()).Fallback(r => new Answer { Y = -r.X })
                    .Admission(a => (a.MaxConcurrency, a.QueueLength) = (2, 3)).Batching(b => b.Workers = 1)),
            Token))
        {
            ServedModel served = host.Model(Model);
            Predictor<Row, Answer> predictor = host.Predictor<Row, Answer>(Model);
            Assert.Equal(5, predictor.Predict(new Row { X = 5 }).Y);
            Assert.Equal(6, (await predictor.PredictAsync(new Row { X = 6 }, Token)).Value.Y);
            Assert.Throws<PredictionFailedException>(() => predictor.Predict(new Row { X = 13 }));
            await Eventually.Holds(() => served.ShadowReport is { Matches: 1, Mismatches: 1 }, "both copies ran");

            // One call runs, three wait, among them a poisoned one, and the fifth finds no room.
            Task<Prediction<Answer>> running = Task.Run(() => predictor.PredictAsync(new Row { X = 77 }, Token).AsTask());
            await Eventually.Holds(() => model.Running == 1, "a call runs");
            Assert.Equal(1, measured.Active());
            Task<Prediction<Answer>>[] waiting = [.. new[] { 1, 13, 2 }.Select(x => predictor.PredictAsync(new Row { X = x }, Token).AsTask())];
            await Eventually.Holds(() => model.Running == 2 || measured.Sum("lifecycle.serving.queue.length") == 3, "the others wait");
            Task<Prediction<Answer>>[] more = [.. Enumerable.Range(0, 8).Select(x => predictor.PredictAsync(new Row { X = x }, Token).AsTask())];
            go.Set();
            await Assert.ThrowsAsync<PredictionFailedException>(() => waiting[1]);
            await Task.WhenAll(running, waiting[0], waiting[2]);
            await Task.WhenAll(more.Select(m => m.ContinueWith(_ => { }, TaskScheduler.Default)));
            answeredOfMore = more.Count(m => m.IsCompletedSuccessfully);
            Assert.Contains(more, m => m.Exception?.InnerException is PredictionRejectedException { Reason: RejectionReason.QueueFull });
            Assert.Equal((0.0, 0.0), (measured.Sum("lifecycle.serving.queue.length"), measured.Active()));

            await host.Deployments.StopAsync(Model, "why", Token);
            Assert.Equal(-4, predictor.Predict(new Row { X = 4 }).Y);
            await host.Deployments.ResumeAsync(Model, Token);
            await host.InferenceLog.FeedbackAsync(Model, LifecycleId.New(TimeProvider.System), "1", Token);

            // A version without runtime is rejected, the next one takes over.
            _shelf.Points("champion", "bad");
            await Eventually.Holds(() => served.Reason is not null, "the bad one is rejected");
            ModelLease lease = host.Lease(Model);
            _shelf.Has(_runtime.Revision("3", new ScriptModel(Signature, (_, _, _) => { }))).Points("champion", "3");
            await Eventually.Holds(() => served.Version == "3", "version 3 answers");
            await Eventually.Holds(() => measured.Sum("lifecycle.serving.version.draining") == 1, "version 1 drains");
            Assert.Equal(2, measured.Sum("lifecycle.serving.version.ready"));
            lease.Dispose();
            await Eventually.Holds(() => measured.Sum("lifecycle.serving.version.draining") == 0, "version 1 is gone");
            await host.InferenceLog.WrittenAsync(Model);
        }

        Assert.Equal((0.0, 0.0), (measured.Sum("lifecycle.serving.version.ready"), measured.Sum("lifecycle.serving.version.draining")));
        Assert.Equal(
            [
                "lifecycle.serving.batch.isolated", "lifecycle.serving.batch.rows", "lifecycle.serving.feedback.received", "lifecycle.serving.log.dropped",
                "lifecycle.serving.model.load.duration", "lifecycle.serving.model.swap", "lifecycle.serving.prediction.duration", "lifecycle.serving.prediction.rows",
                "lifecycle.serving.queue.duration", "lifecycle.serving.queue.length", "lifecycle.serving.request.active", "lifecycle.serving.request.rejected",
                "lifecycle.serving.shadow.result", "lifecycle.serving.version.draining", "lifecycle.serving.version.ready",
            ],
            measured.Seen.Select(s => s.Name).Distinct().Order(StringComparer.Ordinal));
        Assert.All(measured.Published, i => Assert.Contains(i, measured.Seen.Select(s => s.Name)));
        foreach ((string name, _, KeyValuePair<string, object?>[] tags) in measured.Seen)
        {
            foreach ((string key, object? value) in tags)
            {
                Assert.True(Closed.TryGetValue(key, out string[]? values) && values.Contains((string?)value), $"{name} has {key} = {value}");
            }
        }

        string?[] roles = [.. measured.Tags("lifecycle.serving.prediction.duration", "lifecycle.serving.role").Distinct().Order(StringComparer.Ordinal)];
        Assert.Equal(["fallback", "primary", "shadow"], roles);
        Assert.Contains("System.ArithmeticException", measured.Tags("lifecycle.serving.prediction.duration", "error.type"));
        Assert.Equal(["published", "published", "published", "rejected"], measured.Tags("lifecycle.serving.model.swap", "lifecycle.serving.outcome").Order(StringComparer.Ordinal));
        Assert.Contains("queue_full", measured.Tags("lifecycle.serving.request.rejected", "lifecycle.serving.reason"));

        // Rows that were answered, and no others: neither those of the shadow nor those that failed or were refused.
        Assert.Equal(2 + 3 + answeredOfMore + 1, measured.Sum("lifecycle.serving.prediction.rows"));
    }

    [Fact]
    public async Task Telemetry_Span_NamesModelVersionArmRequestAndError()
    {
        List<Activity> spans = [];
        using ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name == "Lifecycle.Serving",
            Sample = (ref ActivityCreationOptions<ActivityContext> o) =>
                o.Name.EndsWith(" traced", StringComparison.Ordinal) ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None,
            ActivityStopped = activity =>
            {
                lock (spans)
                {
                    spans.Add(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        await using ModelHost host = await ModelHost.StartAsync(
            h => h.Serve("traced", m => m.FromFunction<int, int>("1", x => x == 13 ? throw new ArithmeticException("13") : x)), Token);
        Predictor<int, int> predictor = host.Predictor<int, int>("traced");
        spans.Clear();
        Prediction<int> prediction = await predictor.PredictAsync(1, Token);
        predictor.Predict(2);
        Assert.Throws<PredictionFailedException>(() => predictor.Predict(13));
        using TensorSet inputs = TensorSet.Of(("input", TensorValue.From([3], [1, 1]))), outputs = new();
        InferenceStamp stamp = await host.Model("traced").InferAsync(inputs, outputs, cancellationToken: Token);
        using (ModelLease lease = host.Lease("traced"))
        {
            lease.Run(inputs, outputs, Token);
        }

        Assert.Equal(5, spans.Count);
        Assert.All(spans, s => Assert.Equal(
            ("predict traced", "traced", "1", "latest"),
            (s.OperationName, s.GetTagItem("lifecycle.model.name"), s.GetTagItem("lifecycle.model.version"), s.GetTagItem("lifecycle.serving.arm"))));
        Guid[] requests = [.. spans.Select(s => Guid.ParseExact((string)s.GetTagItem("lifecycle.serving.request")!, "N"))];
        Assert.Equal((prediction.RequestId, stamp.RequestId), (requests[0], requests[3]));
        Assert.Equal(5, requests.Where(r => r != Guid.Empty).Distinct().Count());
        Assert.Equal([ActivityStatusCode.Unset, ActivityStatusCode.Unset, ActivityStatusCode.Error, ActivityStatusCode.Unset, ActivityStatusCode.Unset], spans.Select(s => s.Status));
        Assert.Equal("System.ArithmeticException", spans[2].GetTagItem("error.type"));
    }

    [Fact]
    public async Task Telemetry_CallThatTimedOutOrWasRefused_IsNoAnsweredRow()
    {
        using Measured measured = new("refused");
        using ManualResetEventSlim go = new();
        await using ModelHost host = await ModelHost.StartAsync(
            h => h.Serve("refused", m => m.FromFunction<int, int>("1", x => go.Wait(TimeSpan.FromMinutes(1), CancellationToken.None) ? x : 0).Admission(a => (a.MaxConcurrency, a.QueueLength) = (1, 1))), Token);
        Predictor<int, int> predictor = host.Predictor<int, int>("refused");
        Task<Prediction<int>> running = Task.Run(() => predictor.PredictAsync(1, Token).AsTask());
        await Eventually.Holds(() => measured.Active() == 1, "a call runs");
        using CancellationTokenSource giveUp = new();
        Task<Prediction<int>> waiting = predictor.PredictAsync(2, giveUp.Token).AsTask();
        await Assert.ThrowsAsync<PredictionRejectedException>(async () => await predictor.PredictAsync(3, Token));
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        go.Set();
        await running;
        Assert.Equal(1, measured.Sum("lifecycle.serving.prediction.rows"));
        Assert.Equal(3, measured.Seen.Count(s => s.Name == "lifecycle.serving.prediction.duration"));
        Assert.Equal(2, measured.Tags("lifecycle.serving.prediction.duration", "error.type").Count);
        Assert.Equal(0, measured.Active());
    }

    /// <summary>Who listens and throws loses what it was to hear; nobody loses an answer, a place or a lease by it.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Telemetry_ListenersThatThrow_TakeNothingFromAnybody(bool isBatched)
    {
        int thrown = 0;
        Exception Thrown(string what)
        {
            Interlocked.Increment(ref thrown);
            return new InvalidOperationException(what);
        }

        using ActivityListener spans = new()
        {
            ShouldListenTo = source => source.Name == "Lifecycle.Serving",
            Sample = (ref ActivityCreationOptions<ActivityContext> o) =>
                o.Name == "predict hostile" ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None,
            ActivityStarted = a => _ = a.OperationName == "predict hostile" && thrown % 2 == 0 ? throw Thrown("start") : 0,
            ActivityStopped = a => _ = a.OperationName == "predict hostile" ? throw Thrown("stop") : 0,
        };
        ActivitySource.AddActivityListener(spans);
        using MeterListener numbers = new();
        numbers.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Lifecycle.Serving")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        void Hear(ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            foreach (KeyValuePair<string, object?> tag in tags)
            {
                if (tag.Value is "hostile")
                {
                    throw Thrown("number");
                }
            }
        }

        numbers.SetMeasurementEventCallback<long>((_, _, tags, _) => Hear(tags));
        numbers.SetMeasurementEventCallback<double>((_, _, tags, _) => Hear(tags));
        numbers.Start();
        using ManualResetEventSlim go = new();
        ScriptModel model = new(
            Signature,
            (i, o, _) =>
            {
                Span<int> x = i["x"].Span<int>(), y = o.Prepare("y", TensorElementType.Int32, i["x"].Shape).Span<int>();
                if (x.Contains(77))
                {
                    go.Wait(TimeSpan.FromMinutes(1), CancellationToken.None);
                }

                x.CopyTo(x.Contains(13) ? throw new ArithmeticException("13 is poison") : y);
            },
            isBatched);
        _shelf.Has(_runtime.Revision("1", model)).Points("latest", "1");
        ModelHost host = await ModelHost.StartAsync(
            h => h.UseRuntime(_runtime).Serve<Row, Answer>("hostile", configure: m => m.FromSource(_shelf).Admission(a => a.MaxConcurrency = 1)), Token);
        Predictor<Row, Answer> predictor = host.Predictor<Row, Answer>("hostile");
        for (int i = 1; i <= 4; i++)
        {
            Assert.Equal(i, predictor.Predict(new Row { X = i }).Y);
            Assert.Null(Activity.Current);
            Assert.Equal(i, (await predictor.PredictAsync(new Row { X = i }, Token)).Value.Y);
            using TensorSet inputs = TensorSet.Of(("x", TensorValue.From([i, i], [2, 1]))), outputs = new();
            await host.Model("hostile").InferAsync(inputs, outputs, cancellationToken: Token);
            Assert.Equal([i, i], outputs["y"].Span<int>().ToArray());
            using ModelLease lease = host.Lease("hostile");
            lease.Run(inputs, outputs, Token);
            Assert.Null(Activity.Current);
            Assert.Throws<PredictionFailedException>(() => predictor.Predict(new Row { X = 13 }));
        }

        // Also where calls wait, share a run that fails, and are told one by one.
        Task<Prediction<Answer>> running = Task.Run(() => predictor.PredictAsync(new Row { X = 77 }, Token).AsTask());
        await Eventually.Holds(() => model.Running == 1, "a call runs");
        Task<Prediction<Answer>>[] waiting = [.. new[] { 5, 13, 6 }.Select(x => predictor.PredictAsync(new Row { X = x }, Token).AsTask())];
        go.Set();
        await Assert.ThrowsAsync<PredictionFailedException>(() => waiting[1]);
        Assert.Equal([77, 5, 6], (await Task.WhenAll(running, waiting[0], waiting[2])).Select(p => p.Value.Y));
        Assert.True(thrown > 50, $"{thrown} were thrown");
        await host.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1), Token);
        Assert.Equal((VersionState.Retired, 1, 0), (host.Model("hostile").Versions[0].State, model.Disposals, model.Wrongs));
    }

    private sealed class Row
    {
        public int X { get; set; }
    }

    private sealed class Answer
    {
        public int Y { get; set; }
    }

    private sealed class Thrower : IInferenceSink<Row, Answer>
    {
        public void Record(in InferenceStamp stamp, Row input, Answer output) => throw new InvalidOperationException("no");
    }

    /// <summary>What the instruments say of one model.</summary>
    private sealed class Measured : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly string _model;

        public Measured(string model = Model)
        {
            _model = model;
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Lifecycle.Serving")
                {
                    Published.Add(instrument.Name);
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((i, value, tags, _) => Take(i, value, tags));
            _listener.SetMeasurementEventCallback<double>((i, value, tags, _) => Take(i, value, tags));
            _listener.Start();
        }

        public ConcurrentQueue<(string Name, double Value, KeyValuePair<string, object?>[] Tags)> Seen { get; } = [];

        public ConcurrentBag<string> Published { get; } = [];

        public double Sum(string name) => Seen.Where(s => s.Name == name).Sum(s => s.Value);

        /// <summary>The active calls now, which are observed and not told.</summary>
        public double Active()
        {
            int before = Seen.Count;
            _listener.RecordObservableInstruments();
            return Seen.Skip(before).Where(s => s.Name == "lifecycle.serving.request.active").Sum(s => s.Value);
        }

        public List<string?> Tags(string name, string tag) =>
            [.. Seen.Where(s => s.Name == name).SelectMany(s => s.Tags).Where(t => t.Key == tag).Select(t => (string?)t.Value)];

        public void Dispose() => _listener.Dispose();

        // Other tests count what they allocate: what is not of this model costs them nothing.
        private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            foreach (KeyValuePair<string, object?> tag in tags)
            {
                if (tag.Key == "lifecycle.model.name" && tag.Value is string name && name == _model)
                {
                    Seen.Enqueue((instrument.Name, value, tags.ToArray()));
                    return;
                }
            }
        }
    }
}
