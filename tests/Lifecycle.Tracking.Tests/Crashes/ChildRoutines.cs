using System.Globalization;
using System.Runtime.InteropServices;

namespace Lifecycle.Tracking.Tests;

/// <summary>What child processes do; each line tells the parent what was promised.</summary>
internal static partial class ChildRoutines
{
    public const string Log = "log";
    public const string End = "end";
    public const string Resume = "resume";

    /// <summary>Promotes all versions of <c>m</c>, from 16 callers at once.</summary>
    public const string Promote = "promote";

    private const int Threads = 4;

    public static async Task<int> RunAsync(string routine, string[] args) => routine switch
    {
        Log => await LogAsync(args[0]),
        End => await EndAsync(args[0], args[1]),
        Resume => await ResumeAsync(args[0], args[1], args[2]),
        Promote => await PromoteAsync(args[0], args[1]),
        _ => throw new ArgumentException($"unknown routine {routine}", nameof(routine)),
    };

    // an unbuffered stream: a line is with the parent when the call returns
    private static void Promise(Stream output, string line)
    {
        lock (output)
        {
            output.Write(System.Text.Encoding.UTF8.GetBytes(line + "\n"));
        }
    }

    private static async Task<int> LogAsync(string root)
    {
        using Stream output = Console.OpenStandardOutput();
        await using TrackingWorkspace workspace = TrackingWorkspace.At(
            root, options: new TrackingOptions { Journal = { FirstSegmentBytes = 16 * 1024, DrainInterval = TimeSpan.FromMilliseconds(2) } });
        await using Run run = await workspace.Experiments.StartRunAsync("crash");
        Promise(output, $"run {run.Id}");
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(thread => new Thread(() => LogForEver(run, output, thread)))];
        Array.ForEach(threads, t => t.Start());
        for (int n = 1; ; n++)
        {
            ModelArtifact model = await run.LogModelAsync("model", TrackingWorkspace.Files(("model.bin", $"{run.Id} {n}"), ("schema.json", "{}")));
            ModelVersion version = await workspace.Registry.RegisterAsync("crash", model);
            Promise(output, string.Create(CultureInfo.InvariantCulture, $"version {version.Number}"));
            AliasPeriod period = await workspace.Registry.PromoteAsync(version, "champion");
            Promise(output, string.Create(CultureInfo.InvariantCulture, $"champion {period.Version}"));
            await Task.Delay(20);
        }
    }

    private static void LogForEver(Run run, Stream output, int thread)
    {
        MetricSeries series = run.Metric(string.Create(CultureInfo.InvariantCulture, $"m{thread}"));
        for (int step = 0; ; step++)
        {
            series.Log(step * 0.5, step);
            if (step % 16 == 0)
            {
                Promise(output, string.Create(CultureInfo.InvariantCulture, $"metric {thread} {step}"));
            }

            if (step % 200 == 10)
            {
                string key = string.Create(CultureInfo.InvariantCulture, $"p{thread}-{step}");
                run.LogParam(key, step);
                run.SetTag(string.Create(CultureInfo.InvariantCulture, $"step{thread}"), step.ToString(CultureInfo.InvariantCulture));
                Promise(output, string.Create(CultureInfo.InvariantCulture, $"param {thread} {step}"));
            }
        }
    }

    private static async Task<int> EndAsync(string root, string how)
    {
        using Stream output = Console.OpenStandardOutput();
        TrackingWorkspace workspace = TrackingWorkspace.At(root);
        using PosixSignalRegistration? handler = how == "handled" ? PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => context.Cancel = true) : null;
        Run run = await workspace.Experiments.StartRunAsync("e");
        run.LogMetric("m", 1);
        Promise(output, run.Id);
        switch (how)
        {
            case "exit":
                Environment.Exit(3);
                break;
            case "throw":
                new Thread(() => throw new InvalidOperationException("nobody catches this")).Start();
                await Task.Delay(Timeout.Infinite);
                break;
            default:
                _ = Kill(Environment.ProcessId, how == "sigint" ? 2 : 15);
                await Task.Delay(how == "handled" ? 200 : Timeout.Infinite);
                break;
        }

        run.LogMetric("m", 1, 2);
        await run.DisposeAsync();
        await workspace.DisposeAsync();
        return 0;
    }

    private static async Task<int> ResumeAsync(string root, string id, string key)
    {
        using Stream output = Console.OpenStandardOutput();
        await using TrackingWorkspace workspace = TrackingWorkspace.At(root, options: new TrackingOptions { Journal = { FirstSegmentBytes = 16 * 1024 } });
        await using Run run = await workspace.Experiments.ResumeRunAsync(id);
        for (int step = 0; step < 3000; step++)
        {
            run.LogMetric(key, step, step);
        }

        run.LogParam("p", key);
        Promise(output, "3000");
        Console.ReadLine();
        return 0;
    }

    private static async Task<int> PromoteAsync(string root, string name)
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.At(root);
        IReadOnlyList<ModelVersion> versions = await workspace.Registry.VersionsAsync("m");
        await Console.In.ReadLineAsync();
        await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(
            async () => await workspace.Registry.PromoteAsync(versions[i % versions.Count], "champion", $"{name} {i}"))));
        return 0;
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
