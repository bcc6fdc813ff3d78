using System.Diagnostics;
using Lifecycle.Serving;

namespace Lifecycle.Benchmarks.Ratios.Serving;

/// <summary>Callers that ask a model one row after the other, each with the next row when it has its answer.</summary>
internal static class Callers
{
    /// <summary>As many callers as keep half of the cores busy.</summary>
    public static int HalfLoad { get; } = Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>The time of each call within a window.</summary>
    public static async Task<long[]> TimesAsync(ServedModel model, int width, int callers, TimeSpan window)
    {
        long end = Stopwatch.GetTimestamp() + (long)(window.TotalSeconds * Stopwatch.Frequency);
        List<long>[] times = await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(() => CallAsync(model, width, end))));
        return [.. times.SelectMany(t => t)];
    }

    /// <summary>The nanoseconds within which 99 % of the calls of a window are answered.</summary>
    public static async Task<double> P99Async(ServedModel model, int width, int callers, TimeSpan window) =>
        ServingRounds.Percentile(await TimesAsync(model, width, callers, window), 0.99);

    private static async Task<List<long>> CallAsync(ServedModel model, int width, long end)
    {
        using TensorSet inputs = OnnxPeer.Inputs(1, width), outputs = new();
        List<long> times = new(1 << 14);
        for (long started = Stopwatch.GetTimestamp(); started < end; started = Stopwatch.GetTimestamp())
        {
            await model.InferAsync(inputs, outputs).ConfigureAwait(false);
            times.Add(Stopwatch.GetTimestamp() - started);
        }

        return times;
    }
}
