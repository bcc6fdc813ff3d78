using System.Diagnostics;

namespace Lifecycle.Benchmarks.Ratios.Tracking;

/// <summary>What a new process pays for tracking: the time until its first run is started, and memory.</summary>
internal static class OpenFigures
{
    private const int Runs = 10_000;
    private const int Rounds = 9;

    public static async IAsyncEnumerable<Figure> MeasureAsync()
    {
        await using SearchStore store = await SearchStore.MakeAsync(Runs);
        double cold = double.MaxValue;
        double[] with = new double[Rounds], without = new double[Rounds];
        for (int round = 0; round < Rounds; round++)
        {
            cold = Math.Min(cold, Milliseconds(store.Root));
            with[round] = Megabytes(TrackingChild.Host, store.Root);
            without[round] = Megabytes(TrackingChild.Host);
        }

        yield return new Figure("tracking.open.cold", cold, "ms", AtLeast: false, 150);
        yield return new Figure("tracking.open.memory", Median(with) - Median(without), "MB", AtLeast: false, 40);
    }

    /// <summary>From the start of a process until it has started a run, the start of the runtime included.</summary>
    private static double Milliseconds(string root)
    {
        long began = Stopwatch.GetTimestamp();
        using TrackingChild child = TrackingChild.Start(TrackingChild.Open, root);
        child.ReadLine();
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }

    private static double Megabytes(params ReadOnlySpan<string> arguments)
    {
        using TrackingChild child = TrackingChild.Start(arguments);
        child.ReadLine();
        return child.ResidentBytes / 1e6;
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }
}
