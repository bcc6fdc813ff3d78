using System.Diagnostics;
using Lifecycle.Data;

namespace Lifecycle.Benchmarks.Ratios.Datasets;

/// <summary>Profiles, row diffs and splits of tables.</summary>
internal static class TableFigures
{
    private const int Rounds = 5;
    private const int Rows = 1_000_000;

    public static async IAsyncEnumerable<Figure> MeasureProfileAsync()
    {
        string folder = Workload.Scratch("profile");
        string csv = WrittenTable.Write(Path.Combine(folder, "loans.csv"), 0, Rows);
        double bytes = new FileInfo(csv).Length;
        using Peer? peer = Peer.Start("data_profile_pandas.py", csv);
        (double alone, double best, double theirs) = (double.MaxValue, double.MaxValue, double.MaxValue);
        for (int i = 0; i < Rounds; i++)
        {
            alone = Math.Min(alone, await ProfileAsync(csv, threads: 1));
            best = Math.Min(best, await ProfileAsync(csv, Environment.ProcessorCount));
            theirs = Math.Min(theirs, peer?.Seconds() ?? double.MaxValue);
        }

        yield return new Figure("data.profile.csv", bytes / alone / 1e6, "MB/s", AtLeast: true, 200);
        yield return new Figure("data.profile.csv.vs_pandas", peer is null ? null : theirs / best, "x", AtLeast: true, 10, "python3-pandas");
        Workload.Clear(folder);
    }

    public static async IAsyncEnumerable<Figure> MeasureSplitAsync()
    {
        ColumnBatch rows = new([BatchColumn.Of<long>("loan_id", Enumerable.Range(0, Rows).Select(i => (long)i).ToArray())]);
        double best = Enumerable.Range(0, Rounds).Min(_ => RatioRunner.Time(() => RowHash.Positions(rows, key: ["loan_id"])));
        yield return new Figure("data.split.keys", Rows / best / 1e6, "M/s", AtLeast: true, 4);
        await Task.CompletedTask;
    }

    // what a commit does with a file of tables; one thread is one core, a commit takes all
    private static async Task<double> ProfileAsync(string csv, int threads)
    {
        byte[] buffer = new byte[1 << 20];
        long started = Stopwatch.GetTimestamp();
        TableScan scan = new CsvScan("loans.csv", new CsvOptions(), ProfileDepth.Full, threads);
        await using FileStream content = new(csv, FileMode.Open, FileAccess.Read, FileShare.Read, 0);
        for (int read; (read = await content.ReadAsync(buffer)) > 0;)
        {
            scan.Write(buffer.AsSpan(0, read));
        }

        scan.Complete();
        DatasetProfile profile = (await scan.ProfileAsync(() => File.OpenRead(csv)))!;
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return profile.Rows == Rows ? seconds : throw new InvalidOperationException($"The profile has {profile.Rows} rows.");
    }
}
