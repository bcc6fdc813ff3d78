using System.Diagnostics;
using Lifecycle.Benchmarks.Ratios.Datasets;
using Lifecycle.Benchmarks.Ratios.Drift;
using Lifecycle.Benchmarks.Ratios.Objects;
using Lifecycle.Benchmarks.Ratios.Serving;
using Lifecycle.Benchmarks.Ratios.Tracking;
using Lifecycle.Benchmarks.Ratios.Validation;

namespace Lifecycle.Benchmarks.Ratios;

/// <summary>Prints the figures of a suite, one tab-separated line each, and nothing else on standard output.</summary>
internal static class RatioRunner
{
    private static readonly Dictionary<string, Func<IAsyncEnumerable<Figure>>> Suites = new(StringComparer.Ordinal)
    {
        ["foundation"] = FoundationSuite.MeasureAsync,
        ["drift"] = DriftSuite.MeasureAsync,
        ["tracking"] = TrackingSuite.MeasureAsync,
        ["validation"] = ValidationSuite.MeasureAsync,
        ["objects"] = ObjectsSuite.MeasureAsync,
        ["data"] = DataSuite.MeasureAsync,
        ["serving"] = ServingSuite.MeasureAsync,
    };

    private static readonly Dictionary<string, Func<IAsyncEnumerable<Figure>>> Parts = new(
        DriftSuite.Groups.Concat(ValidationSuite.Groups).Select(g => KeyValuePair.Create(g.Key, (Func<IAsyncEnumerable<Figure>>)(() => g.Value().ToAsyncEnumerable())))
            .Concat(TrackingSuite.Groups).Concat(TrackingSuite.Parts).Concat(ObjectsSuite.Groups).Concat(DataSuite.Groups).Concat(DataSuite.Parts).Concat(ServingSuite.Groups),
        StringComparer.Ordinal);

    public static async Task<int> RunAsync(string[] names)
    {
        string[] wanted = names.Length == 0 ? [.. Suites.Keys] : names;
        if (wanted.FirstOrDefault(n => !Suites.ContainsKey(n) && !Parts.ContainsKey(n)) is { } unknown)
        {
            await Console.Error.WriteLineAsync($"There is no suite '{unknown}'. Suites: {string.Join(", ", Suites.Keys)}. Parts: {string.Join(", ", Parts.Keys)}.");
            return ExitCode.Usage;
        }

        try
        {
            foreach (string name in wanted)
            {
                await foreach (Figure figure in (Suites.GetValueOrDefault(name) ?? Parts[name])())
                {
                    Console.WriteLine(figure);
                }
            }
        }
        finally
        {
            Workload.Remove();
        }

        return ExitCode.Done;
    }

    /// <summary>Best of <paramref name="rounds"/> for ours and the peer, taken in turn.</summary>
    public static (double Ours, double Theirs) Interleaved(int rounds, Func<double> ours, Func<double> theirs)
    {
        double best = double.MaxValue;
        double peer = double.MaxValue;
        for (int i = 0; i < rounds; i++)
        {
            best = Math.Min(best, ours());
            peer = Math.Min(peer, theirs());
        }

        return (best, peer);
    }

    /// <summary>Seconds that the action takes.</summary>
    public static double Time(Action action)
    {
        long started = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
