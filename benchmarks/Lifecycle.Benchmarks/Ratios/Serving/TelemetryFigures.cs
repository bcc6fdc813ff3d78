using System.Diagnostics.Metrics;
using Lifecycle.Serving;

namespace Lifecycle.Benchmarks.Ratios.Serving;

/// <summary>What a listener on all instruments of the host adds to a call.</summary>
internal static class TelemetryFigures
{
    private const string Name = "echo";

    public static async IAsyncEnumerable<Figure> MeasureAsync()
    {
        await using ModelHost host = await ModelHost.StartAsync(h => h.Serve(Name, s => s.FromFunction<int, int>("v1", x => x)));
        Predictor<int, int> predictor = host.Predictor<int, int>(Name);
        int calls = ServingRounds.Calls(2_000_000);
        long heard = 0;
        (double on, double off) = ServingRounds.Interleaved(
            () =>
            {
                using MeterListener listener = new();
                listener.InstrumentPublished = (instrument, l) =>
                {
                    if (instrument.Meter.Name == "Lifecycle.Serving")
                    {
                        l.EnableMeasurementEvents(instrument);
                    }
                };
                listener.SetMeasurementEventCallback<long>((_, _, _, _) => heard++);
                listener.SetMeasurementEventCallback<double>((_, _, _, _) => heard++);
                listener.Start();
                return ServingRounds.NanosecondsPerCall(calls, n => Predict(predictor, n));
            },
            () => ServingRounds.NanosecondsPerCall(calls, n => Predict(predictor, n)));
        if (heard < calls)
        {
            throw new InvalidOperationException($"The listener heard {heard} measurements of {calls} calls.");
        }

        ServingRounds.Note($"serving.telemetry: {on:F1} ns a call with a listener, {off:F1} ns without");
        yield return new Figure("serving.telemetry.on", on - off, "ns", AtLeast: false, 100);
    }

    private static void Predict(Predictor<int, int> predictor, int calls)
    {
        int answer = 0;
        for (int i = 0; i < calls; i++)
        {
            predictor.Predict(i, ref answer);
        }
    }
}
