using Lifecycle.Serving;
using Lifecycle.Serving.TestModels;

namespace Lifecycle.OnnxRuntime.Tests;

public sealed class OnnxAllocationTests
{
    public static TheoryData<string> Models() => ["linear", "simple", "row by row", "whole", "fixed rows"];

    [Theory]
    [MemberData(nameof(Models))]
    public void Run_IntoTensorsOfAnEarlierRun_AllocatesNothing(string name)
    {
        (byte[] bytes, int[] rowCounts) = name switch
        {
            "linear" => (OnnxModels.Linear(), Enumerable.Range(1, 32).ToArray()),
            "simple" => (OnnxModels.Simple(), [.. Enumerable.Range(1, 32)]),
            "row by row" => (OnnxModels.Linear(rows: 1), [1, 2, 9]),
            "whole" => (OnnxModels.Linear(rows: 2, outputRows: 2), [2]),
            _ => (OnnxModels.Identity(TensorElementType.Int64, 3, 2), [3]),
        };
        using LoadedModel model = OnnxRuns.Load(bytes);
        foreach (int rows in rowCounts)
        {
            using TensorSet inputs = new();
            foreach (TensorSpec input in model.Signature.Inputs)
            {
                inputs.Prepare(input.Name, input.Type, input.Shape.WithRows(rows)).Raw.Clear();
            }

            using TensorSet outputs = new();
            model.Signature.Check(inputs);
            Assert.Equal(0, Measure(model, inputs, outputs, CancellationToken.None));
        }
    }

    [Fact]
    public void Run_ThatCanBeCancelled_AllocatesNothing()
    {
        using CancellationTokenSource stop = new();
        using TensorSet inputs = TensorSet.Of(("x", OnnxRuns.Floats([1, 10], new float[10])));
        using TensorSet outputs = new();

        // Each run is said to take 5 ms, so each is watched.
        using OnnxModel slow = OnnxRuns.Load(OnnxModels.Linear(), time: new Slow());
        Assert.Equal(0, Measure(slow, inputs, outputs, stop.Token));
        Assert.True(slow.RunsAreStopped);
    }

    [Fact]
    public async Task Run_ThroughALease_AllocatesNothing()
    {
        string folder = Directory.CreateTempSubdirectory("onnx-").FullName;
        string file = Path.Combine(folder, "linear.onnx");
        await File.WriteAllBytesAsync(file, OnnxModels.Linear(), TestContext.Current.CancellationToken);
        await using (ModelHost host = await ModelHost.StartAsync(
            h => h.UseOnnxRuntime().Serve("linear", s => s.FromFile(file)), TestContext.Current.CancellationToken))
        {
            using ModelLease lease = host.Lease("linear");
            using TensorSet inputs = TensorSet.Of(("x", OnnxRuns.Floats([4, 10], new float[40])));
            using TensorSet outputs = new();
            Assert.Equal(0, Least(() => lease.Run(inputs, outputs)));
        }

        Directory.Delete(folder, recursive: true);
    }

    private static long Measure(LoadedModel model, TensorSet inputs, TensorSet outputs, CancellationToken cancellationToken) =>
        Least(() => model.Run(inputs, outputs, cancellationToken));

    private static long Least(Action run)
    {
        // A thread that moves to another core makes a binding there once; the least of several rounds is the steady state.
        long least = long.MaxValue;
        for (int round = 0; round < 20 && least > 0; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 50; i++)
            {
                run();
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }

    private sealed class Slow : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks += 5 * TimeSpan.TicksPerMillisecond;
    }
}
