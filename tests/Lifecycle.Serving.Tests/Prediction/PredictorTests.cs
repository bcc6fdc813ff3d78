using System.Diagnostics.Metrics;
using Microsoft.Extensions.Time.Testing;

namespace Lifecycle.Serving.Tests;

public sealed class PredictorTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_prediction_allocates_nothing_of_ours()
    {
        Stamped answer = new(1, "1");
        await using ModelHost host = await ModelHost.StartAsync(h => h.Serve("x", s => s.FromFunction<int, Stamped>("1", _ => answer)), Token);
        Predictor<int, Stamped> predictor = host.Predictor<int, Stamped>("x");
        Assert.Equal(0, Measure(predictor, answer));
    }

    [Fact]
    public async Task What_the_model_throws_is_kept_and_counted()
    {
        StampSource source = new();
        source.Name(StampSource.Files("7", "7"));
        await using ModelHost host = await ModelHost.StartAsync(
            h => h.UseRuntime(new StampRuntime()).Serve<int, Stamped>("x", configure: s => s.FromSource(source)), Token);
        Predictor<int, Stamped> predictor = host.Predictor<int, Stamped>("x");
        PredictionFailedException error = Assert.Throws<PredictionFailedException>(() => predictor.Predict(13));
        Assert.IsType<ArithmeticException>(error.InnerException);
        Assert.Equal(("x", "7"), (error.Model, error.Version));
        await Assert.ThrowsAsync<PredictionFailedException>(() => predictor.PredictAsync(13, Token).AsTask());
        Assert.Equal(4, predictor.Predict(4).Value);
        Assert.Equal((1L, 2L), (host.Model("x").Versions[0].Predictions, host.Model("x").Versions[0].Failures));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => predictor.PredictAsync(4, new CancellationToken(canceled: true)).AsTask());
    }

    /// <summary>A model whose own request times out throws a cancellation that no caller asked for.</summary>
    [Fact]
    public async Task Cancellation_ByTheModel_IsAFailure_AndOnlyTheCallersOwnIsACancellation()
    {
        using CancellationTokenSource own = new();
        await using ModelHost host = await ModelHost.StartAsync(
            h => h.Serve("m", s => s.FromFunction<int, int>("1", x =>
            {
                if (x == 2)
                {
                    own.Cancel();
                }

                throw x == 1 ? new TaskCanceledException("the other service did not answer in time") : new OperationCanceledException(own.Token);
            })), Token);
        Predictor<int, int> predictor = host.Predictor<int, int>("m");
        using TensorSet one = TensorSet.Of(("input", TensorValue.From([1], [1, 1]))), two = TensorSet.Of(("input", TensorValue.From([2], [1, 1]))), outputs = new();
        using ModelLease lease = host.Lease("m");
        Exception[] failed =
        [
            Assert.Throws<PredictionFailedException>(() => predictor.Predict(1)),
            await Assert.ThrowsAsync<PredictionFailedException>(async () => await predictor.PredictAsync(1, own.Token)),
            await Assert.ThrowsAsync<PredictionFailedException>(async () => await host.Model("m").InferAsync(one, outputs, cancellationToken: own.Token)),
            Assert.Throws<PredictionFailedException>(() => lease.Run(one, outputs, own.Token)),
            await Assert.ThrowsAsync<PredictionFailedException>(async () => await predictor.ScoreAsync([1], ct: own.Token).ToListAsync(Token)),
        ];
        Assert.All(failed, f => Assert.IsType<TaskCanceledException>(f.InnerException));
        Assert.Equal(5, host.Model("m").Versions[0].Failures);
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await host.Model("m").InferAsync(two, outputs, cancellationToken: own.Token));
        Assert.Equal((6L, 0L), (host.Model("m").Versions[0].Failures, host.Model("m").Versions[0].Predictions));
    }

    /// <summary>What a run throws counts, whosever fault it is; what is refused before a run does not.</summary>
    [Fact]
    public async Task Failures_AreCountedForAllThatARunThrows()
    {
        await using ModelHost host = await ModelHost.StartAsync(
            h => h.Serve("m", s => s.FromFunction<int, int>("1", x => throw (x == 1
                ? new InvalidInputException("1 is no input")
                : new PredictionRejectedException(RejectionReason.QueueFull, "the next model is full", TimeSpan.FromSeconds(1))))), Token);
        Predictor<int, int> predictor = host.Predictor<int, int>("m");
        Assert.Throws<InvalidInputException>(() => predictor.Predict(1));
        Assert.Throws<PredictionRejectedException>(() => predictor.Predict(2));
        await Assert.ThrowsAsync<InvalidInputException>(async () => await predictor.PredictAsync(1, Token));
        await Assert.ThrowsAsync<PredictionRejectedException>(async () => await predictor.PredictAsync(2, Token));
        using TensorSet one = TensorSet.Of(("input", TensorValue.From([1], [1, 1]))), wrong = TensorSet.Of(("input", TensorValue.From([1f], [1, 1]))), outputs = new();
        using ModelLease lease = host.Lease("m");
        Assert.Throws<InvalidInputException>(() => lease.Run(one, outputs, Token));
        await Assert.ThrowsAsync<InvalidInputException>(async () => await host.Model("m").InferAsync(one, outputs, cancellationToken: Token));
        Assert.Equal(6, host.Model("m").Versions[0].Failures);
        Assert.Throws<InvalidInputException>(() => lease.Run(wrong, outputs, Token));
        await Assert.ThrowsAsync<InvalidInputException>(async () => await host.Model("m").InferAsync(wrong, outputs, cancellationToken: Token));
        Assert.Equal(6, host.Model("m").Versions[0].Failures);
    }

    /// <summary>No rows are answered by the host: a function of tensors that nobody told of empty ones is not called with them.</summary>
    [Fact]
    public async Task NoRows_AreAnsweredWithoutARun_BothWays()
    {
        int runs = 0;
        TensorSignature signature = new(
            [new("x", TensorElementType.Float32, [-1, 4])],
            [new("a", TensorElementType.Float32, [-1, 3]), new("b", TensorElementType.Bytes, [-1, -1]), new("c", TensorElementType.Int64, [-1]), new("d", TensorElementType.Int32, TensorShape.Create([]))]);
        await using ModelHost host = await ModelHost.StartAsync(
            h => h.Serve("m", s => s.UseTensors(next => run =>
            {
                Interlocked.Increment(ref runs);
                next(run);
            }).FromFunction("1", signature, (_, _) => throw new DivideByZeroException("0 rows"))), Token);
        using TensorSet inputs = TensorSet.Of(("x", TensorValue.From<float>([], [0, 4]))), outputs = new();
        outputs.Prepare("d", TensorElementType.Int32, TensorShape.Create([])).Span<int>()[0] = 7;
        await host.Model("m").InferAsync(inputs, outputs, cancellationToken: Token);
        Assert.Equal("a FP32[0,3], b BYTES[0,0], c INT64[0], d INT32[]", outputs.ToString());
        Assert.Equal(0, outputs["d"].Span<int>()[0]);
        using ModelLease lease = host.Lease("m");
        using TensorSet again = lease.Run(inputs, Token);
        Assert.Equal(outputs.ToString(), again.ToString());
        ServingStatistics statistics = host.Model("m").Versions[0].Statistics;
        Assert.Equal((0, 2L, 0L, 0L, 0L), (runs, statistics.Successes, statistics.Failures, statistics.Rows, statistics.Executions));
    }

    [Fact]
    public async Task Tensors_ForAModelWithoutThem_AreRefusedWithTheReasonOfTheModel()
    {
        await using ModelHost host = await ModelHost.StartAsync(h => h.Serve("m", s => s.FromFunction<Dictionary<string, float>, float>("1", d => d.Count)), Token);
        using TensorSet inputs = TensorSet.Of(("x", TensorValue.From([1f], [1, 1]))), outputs = new();
        using ModelLease lease = host.Lease("m");
        const string why = "takes no tensors: Dictionary<string, float> is no type with columns. Call it through its Predictor";
        Assert.Contains(why, Assert.Throws<InvalidInputException>(() => lease.Run(inputs, outputs, Token)).Message, StringComparison.Ordinal);
        Assert.Contains(
            why,
            (await Assert.ThrowsAsync<InvalidInputException>(async () => await host.Model("m").InferAsync(inputs, outputs, cancellationToken: Token))).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(-5_000_000)]
    public async Task PredictAsync_TimeThatIsNone_IsRefused_AndNothingRuns(long ticks)
    {
        int runs = 0;
        await using ModelHost host = await ModelHost.StartAsync(h => h.Serve("m", s => s.FromFunction<int, int>("1", x =>
        {
            runs++;
            return x;
        })), Token);
        PredictionOptions options = new() { Timeout = new TimeSpan(ticks) };
        ArgumentOutOfRangeException refused = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await host.Predictor<int, int>("m").PredictAsync(1, options, Token));
        Assert.Equal((nameof(PredictionOptions.Timeout), new TimeSpan(ticks)), (refused.ParamName, refused.ActualValue));
        Assert.StartsWith("PredictionOptions.Timeout is more than zero; leave it null, or say Timeout.InfiniteTimeSpan,", refused.Message, StringComparison.Ordinal);
        using TensorSet inputs = TensorSet.Of(("input", TensorValue.From<int>([1], [1, 1]))), outputs = new();
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await host.Model("m").InferAsync(inputs, outputs, options, Token));
        Assert.Equal((0, 0), (runs, host.Model("m").Versions[0].Failures));
    }

    [Fact]
    public async Task PredictAsync_NoTimeOrInfinite_HasThatOfTheModel()
    {
        FakeTimeProvider clock = new();
        await using ModelHost host = await ModelHost.StartAsync(
            h => h.UseTime(clock).Serve("m", s => s.Admission(a => a.Timeout = TimeSpan.FromSeconds(3)).FromFunction<int, int>("1", x =>
            {
                clock.Advance(TimeSpan.FromSeconds(x));
                return x;
            })),
            Token);
        Predictor<int, int> predictor = host.Predictor<int, int>("m");
        foreach (TimeSpan? time in new TimeSpan?[] { null, Timeout.InfiniteTimeSpan })
        {
            PredictionOptions options = new() { Timeout = time };
            Assert.Equal(2, (await predictor.PredictAsync(2, options, Token)).Value);
            Assert.Equal(TimeSpan.FromSeconds(3), (await Assert.ThrowsAsync<PredictionTimeoutException>(async () => await predictor.PredictAsync(4, options, Token))).Timeout);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task PredictAsync_AnsweredAfterItsTime_IsATimeout_AndCountsAsFailure(bool asTensors)
    {
        FakeTimeProvider clock = new();
        await using ModelHost host = await ModelHost.StartAsync(
            h => h.UseTime(clock).Serve("slow", s => s.FromFunction<int, int>("1", x =>
            {
                clock.Advance(TimeSpan.FromSeconds(x));
                return x;
            })), Token);
        Predictor<int, int> predictor = host.Predictor<int, int>("slow");
        PredictionOptions limit = new() { Timeout = TimeSpan.FromSeconds(2) };
        Assert.Equal(1, (await predictor.PredictAsync(1, limit, Token)).Value);
        PredictionTimeoutException late = await Assert.ThrowsAsync<PredictionTimeoutException>(async () =>
        {
            if (asTensors)
            {
                using TensorSet inputs = TensorSet.Of(("input", TensorValue.From([3], [1, 1]))), outputs = new();
                await host.Model("slow").InferAsync(inputs, outputs, limit, Token);
            }
            else
            {
                await predictor.PredictAsync(3, limit, Token);
            }
        });
        Assert.Equal("slow", late.Model);
        Assert.Equal((1L, 1L), (host.Model("slow").Versions[0].Predictions, host.Model("slow").Versions[0].Failures));
    }

    [Fact]
    public async Task PredictAsync_WithoutATimeLimit_MayTakeAnyTime()
    {
        FakeTimeProvider clock = new();
        await using ModelHost host = await ModelHost.StartAsync(
            h => h.UseTime(clock).Serve("slow", s => s.Admission(a => a.Timeout = Timeout.InfiniteTimeSpan).FromFunction<int, int>("1", x =>
            {
                clock.Advance(TimeSpan.FromDays(x));
                return x;
            })), Token);
        Assert.Equal(400, (await host.Predictor<int, int>("slow").PredictAsync(400, Token)).Value);
    }

    [Fact]
    public async Task A_sink_that_throws_hurts_nobody_and_is_counted()
    {
        using MeterListener listener = new();
        long dropped = 0;
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Name == "lifecycle.serving.log.dropped")
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            if (tags.ToArray().Contains(new("lifecycle.model.name", "sinking")))
            {
                Interlocked.Add(ref dropped, value);
            }
        });
        listener.Start();
        Keeper keeper = new();
        await using ModelHost host = await ModelHost.StartAsync(
            h => h.Serve<int, int>("sinking", configure: s => s.Tap(new Thrower()).Tap(keeper).FromFunction<int, int>("1", x => -x)), Token);
        for (int i = 0; i < 10; i++)
        {
            Assert.Equal(-i, host.Predictor<int, int>("sinking").Predict(i));
        }

        Assert.Equal(10, dropped);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => (i, -i)), keeper.Seen.Select(s => (s.In, s.Out)));
        Assert.Equal(10, keeper.Seen.Select(s => s.Id).Distinct().Count());
        Assert.All(keeper.Seen, s => Assert.Equal(7, s.Id.Version));
    }

    [Fact]
    public async Task A_sink_hears_nothing_of_a_call_that_failed()
    {
        Keeper keeper = new();
        await using ModelHost host = await ModelHost.StartAsync(
            h => h.Serve<int, int>("x", configure: s => s.Tap(keeper).FromFunction<int, int>("1", x => 100 / x)), Token);
        Assert.Throws<PredictionFailedException>(() => host.Predictor<int, int>("x").Predict(0));
        Assert.Empty(keeper.Seen);
    }

    [Fact]
    public async Task Durations_and_rows_are_measured_per_version()
    {
        using MeterListener listener = new();
        Dictionary<string, int> seen = [];
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name == "Lifecycle.Serving")
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        void Count(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (tags.ToArray().Contains(new("lifecycle.model.name", "measured")))
            {
                string error = tags.ToArray().FirstOrDefault(t => t.Key == "error.type").Value as string ?? string.Empty;
                lock (seen)
                {
                    seen[$"{instrument.Name} {error}"] = seen.GetValueOrDefault($"{instrument.Name} {error}") + 1;
                }
            }
        }

        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Count(instrument, tags));
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Count(instrument, tags));
        listener.Start();
        await using ModelHost host = await ModelHost.StartAsync(h => h.Serve("measured", s => s.FromFunction<int, int>("1", x => 100 / x)), Token);
        host.Predictor<int, int>("measured").Predict(1);
        host.Predictor<int, int>("measured").Predict(2);
        Assert.Throws<PredictionFailedException>(() => host.Predictor<int, int>("measured").Predict(0));
        Assert.Equal(2, seen["lifecycle.serving.prediction.duration "]);
        Assert.Equal(1, seen["lifecycle.serving.prediction.duration System.DivideByZeroException"]);
        Assert.Equal(2, seen["lifecycle.serving.prediction.rows "]);
        Assert.Equal(1, seen["lifecycle.serving.model.swap "]);
        Assert.Equal(1, seen["lifecycle.serving.model.load.duration "]);
        Assert.Equal(1, seen["lifecycle.serving.version.ready "]);
    }

    private static long Measure(Predictor<int, Stamped> predictor, Stamped output)
    {
        long least = long.MaxValue;
        for (int round = 0; round < 20 && least > 0; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1_000; i++)
            {
                predictor.Predict(i, ref output);
                predictor.Predict(i);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }

    private sealed class Thrower : IInferenceSink<int, int>
    {
        public void Record(in InferenceStamp stamp, int input, int output) => throw new InvalidOperationException("full");
    }

    private sealed class Keeper : IInferenceSink<int, int>
    {
        public List<(Guid Id, int In, int Out)> Seen { get; } = [];

        public void Record(in InferenceStamp stamp, int input, int output) => Seen.Add((stamp.RequestId, input, output));
    }
}
