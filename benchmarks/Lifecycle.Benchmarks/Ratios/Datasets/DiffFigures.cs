using System.Diagnostics;
using System.Globalization;
using Lifecycle.Data;

namespace Lifecycle.Benchmarks.Ratios.Datasets;

/// <summary>A keyed row diff of two tables of a million rows and twelve columns, 20,000 changes.</summary>
internal static class DiffFigures
{
    private const int Rounds = 5;
    private const int Rows = 1_000_000;
    private const int Moved = 5_000;

    /// <summary>Measured in a process of its own: what others use is not counted.</summary>
    public const string MemoryPart = "data.diff.rss";

    public static async IAsyncEnumerable<Figure> MeasureAsync()
    {
        (string folder, string old, string next) = Write();
        await using (OpenCatalog catalog = new("diff-store", o => o.Profile = ProfileDepth.None))
        {
            (DatasetVersion from, DatasetVersion to) = await CommitAsync(catalog, old, next);
            using Peer? peer = Peer.Start("data_diff_pandas.py", old, next, "loan_id");
            (double best, double theirs) = (double.MaxValue, double.MaxValue);
            for (int i = 0; i < Rounds; i++)
            {
                long started = Stopwatch.GetTimestamp();
                await DiffAsync(catalog, from, to);
                best = Math.Min(best, Stopwatch.GetElapsedTime(started).TotalSeconds);
                theirs = Math.Min(theirs, peer?.Seconds() ?? double.MaxValue);
            }

            yield return new Figure("data.diff.rows_1m", best, "s", AtLeast: false, 3);
            yield return new Figure("data.diff.rows_1m.vs_pandas", peer is null ? null : theirs / best, "x", AtLeast: true, 4, "python3-pandas");
        }

        Workload.Clear(folder);
        yield return await MemoryOfChildAsync();
    }

    public static async IAsyncEnumerable<Figure> MeasureMemoryAsync()
    {
        (string folder, string old, string next) = Write();
        await using (OpenCatalog catalog = new("diff-store", o => o.Profile = ProfileDepth.None))
        {
            (DatasetVersion from, DatasetVersion to) = await CommitAsync(catalog, old, next);
            await DiffAsync(catalog, from, to);
        }

        using Process self = Process.GetCurrentProcess();
        yield return Memory(self.PeakWorkingSet64 / 1048576.0);
        Workload.Clear(folder);
    }

    private static Figure Memory(double mebibytes) => new("data.diff.rows_1m.rss", mebibytes, "MiB", AtLeast: false, 1024);

    private static async Task<Figure> MemoryOfChildAsync()
    {
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        }

        start.ArgumentList.Add("ratios");
        start.ArgumentList.Add(MemoryPart);
        using Process child = Process.Start(start)!;
        string line = await child.StandardOutput.ReadToEndAsync();
        await child.WaitForExitAsync();
        return Memory(double.Parse(line.Split('\t')[1], CultureInfo.InvariantCulture));
    }

    private static (string Folder, string Old, string New) Write()
    {
        string folder = Workload.Scratch("diff");
        string old = WrittenTable.Write(Path.Combine(folder, "old", "loans.csv"), 0, Rows);
        return (folder, old, WrittenTable.Write(Path.Combine(folder, "new", "loans.csv"), Moved, Rows + Moved, edited: i => i < Rows && i % 100 == 7));
    }

    private static async Task<(DatasetVersion From, DatasetVersion To)> CommitAsync(OpenCatalog catalog, string old, string next) =>
        (await catalog.Datasets.CommitAsync("loans", old), await catalog.Datasets.CommitAsync("loans", next));

    private static async Task DiffAsync(OpenCatalog catalog, DatasetVersion from, DatasetVersion to)
    {
        long changes = 0;
        await foreach (RowChange change in catalog.Datasets.DiffRowsAsync(from, to, "loans.csv", key: ["loan_id"]))
        {
            changes++;
        }

        int edited = Enumerable.Range(Moved, Rows - Moved).Count(i => i % 100 == 7);
        if (changes != Moved + Moved + edited)
        {
            throw new InvalidOperationException($"The diff found {changes} changes.");
        }
    }
}
