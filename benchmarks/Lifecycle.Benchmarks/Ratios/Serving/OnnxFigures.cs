using Lifecycle.OnnxRuntime;
using Lifecycle.Serving;
using Lifecycle.Serving.TestModels;

namespace Lifecycle.Benchmarks.Ratios.Serving;

/// <summary>One row of <c>linear</c> through a lease, against ONNX Runtime called by hand.</summary>
internal static class OnnxFigures
{
    private const int Width = 10;

    public static async IAsyncEnumerable<Figure> MeasureAsync()
    {
        byte[] model = OnnxModels.Linear();
        await using ModelHost host = await HostAsync("linear", model);
        using ModelLease lease = host.Lease("linear");
        using OnnxPeer peer = new(model, Width);
        using TensorSet inputs = OnnxPeer.Inputs(1, Width), outputs = new();
        int calls = ServingRounds.Calls(200_000);
        double ours = double.MaxValue, prepared = double.MaxValue, named = double.MaxValue;
        for (int round = 0; round <= ServingRounds.Count; round++)
        {
            double o = ServingRounds.NanosecondsPerCall(calls, n => Run(lease, inputs, outputs, n));
            double p = ServingRounds.NanosecondsPerCall(calls, peer.RunPreallocated);
            double v = ServingRounds.NanosecondsPerCall(calls, peer.RunNamed);
            if (round > 0)
            {
                (ours, prepared, named) = (Math.Min(ours, o), Math.Min(prepared, p), Math.Min(named, v));
            }
        }

        ServingRounds.Note($"serving.onnx: ours {ours:F0} ns, OrtValue + Run {prepared:F0} ns, NamedOnnxValue + Run {named:F0} ns");
        yield return new Figure("serving.onnx.vs_ortvalue", prepared / ours, "x", AtLeast: true, 1.05);
        yield return new Figure("serving.onnx.vs_named", named / ours, "x", AtLeast: true, 2.2);
        yield return new Figure("serving.onnx.alloc", Enumerable.Range(1, 32).Max(rows => Allocated(lease, rows)), "B", AtLeast: false, 0);
    }

    /// <summary>A host of one ONNX model without types.</summary>
    public static Task<ModelHost> HostAsync(string name, byte[] model, Action<ServedModelBuilder>? configure = null)
    {
        string file = Path.Combine(Workload.Scratch("onnx-" + name), name + ".onnx");
        File.WriteAllBytes(file, model);
        return ModelHost.StartAsync(h => h.UseOnnxRuntime().Serve(name, s =>
        {
            s.FromFile(file);
            configure?.Invoke(s);
        }));
    }

    private static void Run(ModelLease lease, TensorSet inputs, TensorSet outputs, int calls)
    {
        for (int i = 0; i < calls; i++)
        {
            lease.Run(inputs, outputs);
        }
    }

    private static double Allocated(ModelLease lease, int rows)
    {
        using TensorSet inputs = OnnxPeer.Inputs(rows, Width), outputs = new();
        return ServingRounds.BytesPerCall(2_000, n => Run(lease, inputs, outputs, n));
    }
}
