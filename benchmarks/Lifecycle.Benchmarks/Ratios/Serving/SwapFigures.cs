using System.Diagnostics;
using Lifecycle.OnnxRuntime;
using Lifecycle.Serving;
using Lifecycle.Serving.TestModels;
using Lifecycle.Tracking;

namespace Lifecycle.Benchmarks.Ratios.Serving;

/// <summary>What 64 callers notice of an alias that moves every 300 ms, and how soon the new version answers.</summary>
internal static class SwapFigures
{
    private const string Name = "mlp";
    private const string Alias = "champion";
    private const int Width = 64;
    private const int Callers64 = 64;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(300);

    public static async IAsyncEnumerable<Figure> MeasureAsync()
    {
        await using RegistryWorkspace workspace = new();
        ModelVersion[] versions = new ModelVersion[2];
        for (int i = 0; i < versions.Length; i++)
        {
            // A producer's name makes other bytes of the same model.
            versions[i] = await workspace.RegisterAsync(Name, ("model.onnx", [.. OnnxModels.Mlp(), 0x12, 0x01, (byte)('0' + i)]));
        }

        await workspace.Registry.PromoteAsync(versions[0], Alias);
        await using ModelHost host = await ModelHost.StartAsync(
            h => h.UseRegistry(workspace.Registry, workspace.Blobs).UseOnnxRuntime().Serve(Name, s => s.FromRegistry(Name, Alias)));
        ServedModel model = host.Model(Name);
        int swaps = 0;
        (double swapping, double steady) = await ServingRounds.InterleavedAsync(
            async () =>
            {
                (double p99, int moved) = await WhileSwappingAsync(model, workspace.Registry, versions);
                swaps += moved;
                return p99;
            },
            () => Callers.P99Async(model, Width, Callers64, ServingRounds.Window));
        ServingRounds.Note($"serving.swap.p99: steady {steady / 1e3:F0} us, swapping {swapping / 1e3:F0} us, {swaps} swaps");
        yield return new Figure("serving.swap.p99", swapping / steady, "x", AtLeast: false, 2);
        yield return new Figure("serving.swap.visible", await VisibleAsync(model, workspace.Registry, versions), "ms", AtLeast: false, 250);
    }

    private static async Task<(double P99, int Swaps)> WhileSwappingAsync(ServedModel model, ModelRegistry registry, ModelVersion[] versions)
    {
        using CancellationTokenSource over = new();
        Task<int> swapping = SwapAsync(model, registry, versions, over.Token);
        double p99 = await Callers.P99Async(model, Width, Callers64, ServingRounds.Window);
        await over.CancelAsync();
        return (p99, await swapping);
    }

    private static async Task<int> SwapAsync(ServedModel model, ModelRegistry registry, ModelVersion[] versions, CancellationToken over)
    {
        int swaps = 0;
        string? before = model.Version;
        while (!over.IsCancellationRequested)
        {
            await registry.PromoteAsync(Other(model, versions), Alias, cancellationToken: CancellationToken.None);
            await Task.Delay(Interval, CancellationToken.None);
            swaps += model.Version == before ? 0 : 1;
            before = model.Version;
        }

        return swaps;
    }

    /// <summary>The slowest of the rounds: the time from the call that moves the alias to the first answer with the new version's number.</summary>
    private static async Task<double> VisibleAsync(ServedModel model, ModelRegistry registry, ModelVersion[] versions)
    {
        using TensorSet inputs = OnnxPeer.Inputs(1, Width), outputs = new();
        double slowest = 0;
        for (int round = 0; round <= ServingRounds.Count; round++)
        {
            string old = (await model.InferAsync(inputs, outputs)).Version;
            long started = Stopwatch.GetTimestamp();
            await registry.PromoteAsync(Other(model, versions), Alias);
            while ((await model.InferAsync(inputs, outputs)).Version == old)
            {
                await Task.Delay(1);
            }

            double taken = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            slowest = round == 0 ? 0 : Math.Max(slowest, taken);
            await Task.Delay(Interval);
        }

        return slowest;
    }

    private static ModelVersion Other(ServedModel model, ModelVersion[] versions) =>
        versions.First(v => v.Number.ToString(System.Globalization.CultureInfo.InvariantCulture) != model.Version);
}
