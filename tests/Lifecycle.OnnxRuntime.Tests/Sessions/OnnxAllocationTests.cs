using Lifecycle.Serving;
using Lifecycle.Serving.TestModels;

namespace Lifecycle.OnnxRuntime.Tests;

public sealed class OnnxAllocationTests
{
    [Fact]
    public async Task A_run_into_tensors_of_an_earlier_run_allocates_nothing()
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("onnx-").FullName, "linear.onnx");
        await File.WriteAllBytesAsync(file, OnnxModels.Linear(), TestContext.Current.CancellationToken);
        await using ModelHost host = await ModelHost.StartAsync(
            h => h.UseOnnxRuntime().Serve("linear", s => s.FromFile(file)), TestContext.Current.CancellationToken);
        using ModelLease lease = host.Lease("linear");
        foreach (int rows in Enumerable.Range(1, 32))
        {
            using TensorSet inputs = TensorSet.Of(("x", TensorValue.From<float>(new float[rows * 10], [rows, 10])));
            using TensorSet outputs = new();
            Assert.Equal(0, Measure(lease, inputs, outputs));
        }
    }

    private static long Measure(ModelLease lease, TensorSet inputs, TensorSet outputs)
    {
        // A thread that moves to another core makes a slot there once; the least of several rounds is the steady state.
        long least = long.MaxValue;
        for (int round = 0; round < 20 && least > 0; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
            {
                lease.Run(inputs, outputs);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
