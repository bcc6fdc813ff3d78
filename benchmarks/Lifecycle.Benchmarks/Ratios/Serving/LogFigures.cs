using System.Diagnostics.Metrics;
using Lifecycle.Serving;
using Lifecycle.Serving.TestModels;
using Microsoft.Extensions.DependencyInjection;

namespace Lifecycle.Benchmarks.Ratios.Serving;

/// <summary>What a caller pays when every request of <c>linear</c>, ten floats, is logged into a workspace.</summary>
internal static class LogFigures
{
    private const string Name = "linear";
    private const int Width = 10;

    // Fewer than the log holds, so that none is dropped, which would cost less.
    private const int Burst = 4_000;
    private const int Bursts = 5;

    public static async IAsyncEnumerable<Figure> MeasureAsync()
    {
        long dropped = 0;
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Name == "lifecycle.serving.log.dropped")
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, count, _, _) => Interlocked.Add(ref dropped, count));
        listener.Start();

        await using ModelHost plain = await OnnxFigures.HostAsync(Name, OnnxModels.Linear());
        await using ServiceProvider services = Workspace();
        ModelHost logged = services.GetRequiredService<ModelHost>();
        await logged.StartAsync();
        (double with, double without) = await ServingRounds.InterleavedAsync(() => BurstsAsync(logged, isLogged: true), () => BurstsAsync(plain, isLogged: false));
        listener.RecordObservableInstruments();
        ServingRounds.Note($"serving.log.enqueue: {with:F0} ns a call with the log, {without:F0} ns without; {Interlocked.Read(ref dropped)} records were dropped");
        yield return new Figure("serving.log.enqueue", with - without, "ns", AtLeast: false, 500);

        (double late, double base99) = await ServingRounds.InterleavedAsync(
            async () =>
            {
                double p99 = await Callers.P99Async(logged.Model(Name), Width, Callers.HalfLoad, ServingRounds.Window);
                await logged.InferenceLog.WrittenAsync(Name);
                return p99;
            },
            () => Callers.P99Async(plain.Model(Name), Width, Callers.HalfLoad, ServingRounds.Window));
        listener.RecordObservableInstruments();
        ServingRounds.Note($"serving.log.p99: {late / 1e3:F2} us with the log, {base99 / 1e3:F2} us without; {Interlocked.Read(ref dropped)} records were dropped");
        yield return new Figure("serving.log.p99", late / base99, "x", AtLeast: false, 1.03);
    }

    private static ServiceProvider Workspace()
    {
        string file = Path.Combine(Workload.Scratch("logged"), Name + ".onnx");
        File.WriteAllBytes(file, OnnxModels.Linear());
        ServiceCollection services = new();
        services.AddLogging();
        services.AddModelLifecycleCore().UseLocalStorage(Workload.Scratch("log-workspace")).UseOnnxRuntime().Serve(Name, s => s.FromFile(file).LogInferences());
        return services.BuildServiceProvider();
    }

    /// <summary>The nanoseconds of a call in the fastest burst; between bursts everything is written.</summary>
    private static async Task<double> BurstsAsync(ModelHost host, bool isLogged)
    {
        ServedModel model = host.Model(Name);
        using TensorSet inputs = OnnxPeer.Inputs(1, Width), outputs = new();
        double best = double.MaxValue;
        for (int burst = 0; burst < Bursts; burst++)
        {
            long started = System.Diagnostics.Stopwatch.GetTimestamp();
            for (int i = 0; i < Burst; i++)
            {
                await model.InferAsync(inputs, outputs).ConfigureAwait(false);
            }

            best = Math.Min(best, System.Diagnostics.Stopwatch.GetElapsedTime(started).TotalNanoseconds / Burst);
            if (isLogged)
            {
                await host.InferenceLog.WrittenAsync(Name);
            }
        }

        return best;
    }
}
