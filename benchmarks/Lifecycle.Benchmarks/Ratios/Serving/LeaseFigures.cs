using Lifecycle.Serving;

namespace Lifecycle.Benchmarks.Ratios.Serving;

/// <summary>What it costs to find a model by its name, pin the version that answers and give it back.</summary>
internal static class LeaseFigures
{
    private const string Name = "echo";

    public static async IAsyncEnumerable<Figure> MeasureAsync()
    {
        await using ModelHost host = await ModelHost.StartAsync(h => h.Serve(Name, s => s.FromFunction<int, int>("v1", x => x)));
        int calls = ServingRounds.Calls(10_000_000);
        double one = double.MaxValue, two = double.MaxValue, object1 = double.MaxValue;
        for (int round = 0; round <= ServingRounds.Count; round++)
        {
            double first = ServingRounds.NanosecondsPerCall(calls, n => Resolve(host, n));
            double both = ServingRounds.OnThreads(2, () => Resolve(host, calls)) * 1e9 / calls;
            double handed = ServingRounds.NanosecondsPerCall(calls, n => Hand(host, n));
            if (round > 0)
            {
                (one, two, object1) = (Math.Min(one, first), Math.Min(two, both), Math.Min(object1, handed));
            }
        }

        ServingRounds.Note($"serving.lease: ModelHost.Lease, which hands out an object, {object1:F1} ns");
        yield return new Figure("serving.lease.resolve", one, "ns", AtLeast: false, 25);
        yield return new Figure("serving.lease.resolve.2threads", two, "ns", AtLeast: false, 40);
    }

    // What a call does: every Predict and every request over HTTP.
    private static void Resolve(ModelHost host, int calls)
    {
        for (int i = 0; i < calls; i++)
        {
            if (host.TryGetModel(Name, out ServedModel? model))
            {
                model.Acquire().Release();
            }
        }
    }

    private static void Hand(ModelHost host, int calls)
    {
        for (int i = 0; i < calls; i++)
        {
            host.Lease(Name).Dispose();
        }
    }
}
