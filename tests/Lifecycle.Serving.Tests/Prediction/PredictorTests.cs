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
