using System.Diagnostics;
using System.Globalization;
using Lifecycle.Storage.Local;
using Lifecycle.Tracking;

namespace Lifecycle.Benchmarks.Ratios.Tracking;

/// <summary>From the journal into the database: of a living run until a search sees all of it, and of a process that was killed.</summary>
internal static class DrainFigures
{
    private const int Points = 2_000_000;
    private const int Threads = 2;
    private const int Left = 1_000_000;
    private const int Rounds = 2;

    internal static readonly string[] Keys = [.. Enumerable.Range(0, 10).Select(i => $"metric{i}")];

    public static async IAsyncEnumerable<Figure> MeasureAsync()
    {
        string folder = Directory.CreateTempSubdirectory("lifecycle-ratios-").FullName;
        try
        {
            string theirFolder = Directory.CreateDirectory(Path.Combine(folder, "peer")).FullName;
            using Peer? peer = Peer.Start("sqlite_points.py", theirFolder, Points.ToString(CultureInfo.InvariantCulture));
            double ours = double.MaxValue, theirs = double.MaxValue;
            for (int round = 0; round < Rounds; round++)
            {
                ours = Math.Min(ours, await DrainAsync(Path.Combine(folder, $"store-{round}")));
                theirs = Math.Min(theirs, peer?.Seconds() ?? double.MaxValue);
            }

            yield return new Figure("tracking.drain.throughput", Points / ours, "rows/s", AtLeast: true, 200_000);
            yield return new Figure("tracking.drain.vs_python_executemany", peer is null ? null : theirs / ours, "x", AtLeast: true, 0.8, "python3");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        await foreach (Figure figure in MeasureRecoveryAsync())
        {
            yield return figure;
        }
    }

    public static async IAsyncEnumerable<Figure> MeasureRecoveryAsync()
    {
        string folder = Directory.CreateTempSubdirectory("lifecycle-ratios-").FullName;
        try
        {
            double best = double.MaxValue;
            for (int round = 0; round < Rounds; round++)
            {
                best = Math.Min(best, await RecoverAsync(Path.Combine(folder, $"store-{round}")));
            }

            yield return new Figure("tracking.recovery.throughput", Left / best, "rows/s", AtLeast: true, 200_000);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Seconds from the first call until a search finds the last value of every key.</summary>
    private static async Task<double> DrainAsync(string root)
    {
        await using ModelLifecycle lifecycle = await ModelLifecycle.OpenAsync(root);
        await using Run run = await lifecycle.Experiments.StartRunAsync("figure");
        await lifecycle.Experiments.FlushAsync();
        long began = Stopwatch.GetTimestamp();
        Thread[] threads =
        [
            .. Enumerable.Range(0, Threads).Select(t => new Thread(() =>
            {
                for (int i = t; i < Points; i += Threads)
                {
                    run.LogMetric(Keys[i % Keys.Length], i, i);
                }
            })),
        ];
        Array.ForEach(threads, t => t.Start());
        Array.ForEach(threads, t => t.Join());
        await lifecycle.Experiments.FlushAsync();
        RunPage page = await lifecycle.Experiments.SearchAsync("figure", FormattableString.Invariant($"metrics.metric9 >= {Points - 1}"));
        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        return page.Runs.Count == 1 ? seconds : throw new InvalidOperationException("The search does not see the last point.");
    }

    /// <summary>Seconds to take over what a killed process left. Nothing of it is in the database, because somebody else wrote there while it logged.</summary>
    private static async Task<double> RecoverAsync(string root)
    {
        await using LocalWorkspace workspace = LocalWorkspace.Open(root);
        string id;
        using (TrackingChild child = TrackingChild.Start(TrackingChild.Log, root))
        {
            id = child.ReadLine();
            await workspace.Database.WriteAsync((_, _) =>
            {
                child.WriteLine(Left.ToString(CultureInfo.InvariantCulture));
                child.ReadLine();
                child.Kill();
                return ValueTask.FromResult(true);
            });
        }

        await using ExperimentCatalog experiments = new(
            workspace.Database, workspace.Blobs, workspace.Objects, workspace.Audit, workspace.Events, workspace.JournalFolder);
        long began = Stopwatch.GetTimestamp();
        RunRecord? run = await experiments.GetRunAsync(id);
        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        return run is { Status: RunStatus.Killed } && run.Metrics.Count == Keys.Length && run.Metrics.Values.Max(m => m.Value) == Left - 1
            ? seconds
            : throw new InvalidOperationException("The run of the killed process is not whole.");
    }
}
