using System.Diagnostics;
using Lifecycle.Serving;
using Lifecycle.Serving.TestModels;

namespace Lifecycle.Benchmarks.Ratios.Serving;

/// <summary>What 64 callers in the process gain when their rows share runs, and what a single caller loses.</summary>
internal static class BatchFigures
{
    private const int Callers = 64;

    private static readonly (string Name, Func<byte[]> Model, int Width, int Calls, double Goal)[] Cases =
    [
        ("linear", () => OnnxModels.Linear(), 10, 4_000, 5),
        ("trees", OnnxTrees.Model, 10, 2_000, 2.5),
        ("mlp", OnnxModels.Mlp, 64, 1_000, 3),
        ("bigmlp", OnnxModels.BigMlp, 256, 40, 1.2),
    ];

    public static async IAsyncEnumerable<Figure> MeasureAsync()
    {
        foreach ((string name, Func<byte[]> make, int width, int full, double goal) in Cases)
        {
            byte[] bytes = make();
            await using ModelHost host = await OnnxFigures.HostAsync(name, bytes);
            using OnnxPeer peer = new(bytes, width);
            int calls = ServingRounds.Calls(full);
            (double ours, double theirs) = await ServingRounds.InterleavedAsync(
                () => SecondsAsync(host.Model(name), width, calls), () => SecondsAsync(peer, calls));
            ServingRounds.Note($"serving.batch.{name}.c64: ours {Callers * calls / ours:F0} calls/s, one run a call {Callers * calls / theirs:F0} calls/s");
            yield return new Figure($"serving.batch.{name}.c64", theirs / ours, "x", AtLeast: true, goal);
        }

        yield return await SingleAsync();
    }

    private static async Task<Figure> SingleAsync()
    {
        const int Width = 64;
        byte[] bytes = OnnxModels.Mlp();
        await using ModelHost host = await OnnxFigures.HostAsync("mlp", bytes);
        using OnnxPeer peer = new(bytes, Width);
        int calls = ServingRounds.Calls(20_000);
        (double ours, double theirs) = await ServingRounds.InterleavedAsync(
            () => MedianAsync(host.Model("mlp"), Width, calls), () => Task.FromResult(Median(peer, calls)));
        ServingRounds.Note($"serving.batch.added.c1: ours {ours / 1e3:F2} us, one run a call {theirs / 1e3:F2} us");
        return new Figure("serving.batch.added.c1", (ours - theirs) / 1e3, "us", AtLeast: false, 1);
    }

    private static async Task<double> SecondsAsync(ServedModel model, int width, int calls)
    {
        long started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            using TensorSet inputs = OnnxPeer.Inputs(1, width), outputs = new();
            for (int i = 0; i < calls; i++)
            {
                await model.InferAsync(inputs, outputs).ConfigureAwait(false);
            }
        })));
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task<double> SecondsAsync(OnnxPeer peer, int calls)
    {
        long started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            for (int i = 0; i < calls; i++)
            {
                // Without it as many callers as there are cores would run from their first call to their last while the others wait.
                await Task.Yield();
                peer.RunFresh();
            }
        })));
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task<double> MedianAsync(ServedModel model, int width, int calls)
    {
        using TensorSet inputs = OnnxPeer.Inputs(1, width), outputs = new();
        long[] times = new long[calls];
        for (int i = 0; i < calls; i++)
        {
            long started = Stopwatch.GetTimestamp();
            await model.InferAsync(inputs, outputs).ConfigureAwait(false);
            times[i] = Stopwatch.GetTimestamp() - started;
        }

        return ServingRounds.Percentile(times, 0.5);
    }

    private static double Median(OnnxPeer peer, int calls)
    {
        long[] times = new long[calls];
        for (int i = 0; i < calls; i++)
        {
            long started = Stopwatch.GetTimestamp();
            peer.RunFresh();
            times[i] = Stopwatch.GetTimestamp() - started;
        }

        return ServingRounds.Percentile(times, 0.5);
    }
}
