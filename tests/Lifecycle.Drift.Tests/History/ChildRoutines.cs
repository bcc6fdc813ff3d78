using System.Globalization;
using Lifecycle.Storage.Local;

namespace Lifecycle.Drift.Tests;

/// <summary>What child processes do.</summary>
internal static class ChildRoutines
{
    /// <summary>Records without end, a block of values at a time; tells after each save how many values are in the database.</summary>
    public const string Record = "record";

    /// <summary>Holds a performance monitor: records what it is told to, line by line, and tells when it is done.</summary>
    public const string Hold = "hold";

    public const int Block = 500;

    /// <summary>The values of the nth block: what is recorded twice or not at all shows in the counts.</summary>
    public static double[] ValuesOf(int block) => Samples.Normal(Block, 77, (ulong)block, shift: 1.5);

    public static MonitorOptions Options(MonitorOptions options) => options.EveryRows(20 * Block).AtLeast(20 * Block).Raise(1, outOf: 1).Clear(after: 2).Named("live");

    public static async Task<int> RunAsync(string routine, string[] args)
    {
        if (routine == Hold)
        {
            return await HoldAsync(args[0], args.Length > 1 ? args[1] : "loans");
        }

        if (routine != Record)
        {
            await Console.Error.WriteLineAsync($"unknown routine {routine}");
            return 2;
        }

        // an unbuffered stream: a line is with the parent when the call returns
        using Stream output = Console.OpenStandardOutput();
        SteppedTime time = new();
        LocalWorkspace workspace = LocalWorkspace.Open(args[0], actor: new NamedActor("child"));
        DriftMonitors drift = new(workspace.Database, workspace.Blobs, workspace.Objects, workspace.Audit, workspace.Events, new NamedActor("child"), time);
        DriftMonitor monitor = await drift.OpenAsync("wages", "1", m => Options(m));
        for (int block = int.Parse(args[1], CultureInfo.InvariantCulture); ; block++)
        {
            monitor.Column("x").RecordRange(ValuesOf(block));
            await monitor.CheckNowAsync();
            time.Advance(TimeSpan.FromMinutes(1));
            await monitor.CheckNowAsync();
            output.Write(System.Text.Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"saved {block}\n")));
        }
    }

    /// <summary>
    /// Lines of input: <c>record 0 700</c> records those rows, <c>flush</c> saves, <c>end</c> disposes and ends. Each is answered by itself; the first
    /// line of all names the process.
    /// </summary>
    private static async Task<int> HoldAsync(string root, string model)
    {
        using Stream output = Console.OpenStandardOutput();
        await using LocalWorkspace workspace = LocalWorkspace.Open(root, actor: new NamedActor("child"));
        DriftMonitors drift = new(
            workspace.Database, workspace.Blobs, workspace.Objects, workspace.Audit, workspace.Events, new NamedActor("child"), TimeProvider.System);
        LogisticRows rows = PerformanceLives.Rows;
        await using PerformanceMonitor monitor = await PerformanceLives.OpenAsync(drift, q => q.SaveEvery(TimeSpan.FromDays(1)), model);
        Say(string.Create(CultureInfo.InvariantCulture, $"held by {Environment.ProcessId}"));
        while (await Console.In.ReadLineAsync() is { } line && line != "end")
        {
            string[] words = line.Split(' ');
            if (words[0] == "record")
            {
                PerformanceLives.Record(monitor, rows, int.Parse(words[1], CultureInfo.InvariantCulture), int.Parse(words[2], CultureInfo.InvariantCulture));
            }
            else
            {
                await monitor.FlushAsync();
            }

            Say(line);
        }

        return 0;

        void Say(string line) => output.Write(System.Text.Encoding.UTF8.GetBytes($"{line}\n"));
    }
}
