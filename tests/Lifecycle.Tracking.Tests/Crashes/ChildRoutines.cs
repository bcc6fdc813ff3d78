using System.Globalization;

namespace Lifecycle.Tracking.Tests;

/// <summary>What child processes do; each line tells the parent what was promised.</summary>
internal static class ChildRoutines
{
    public const string Log = "log";

    /// <summary>Promotes versions 1 to 8 of <c>m</c>, each from a caller of its own, all at once.</summary>
    public const string Promote = "promote";

    public static async Task<int> RunAsync(string routine, string[] args)
    {
        if (routine == Promote)
        {
            return await PromoteAsync(args[0], args[1]);
        }

        if (routine != Log)
        {
            await Console.Error.WriteLineAsync($"unknown routine {routine}");
            return 2;
        }

        // an unbuffered stream: a line is with the parent when the call returns
        using Stream output = Console.OpenStandardOutput();
        void Promise(string line) => output.Write(System.Text.Encoding.UTF8.GetBytes(line + "\n"));

        await using TrackingWorkspace workspace = TrackingWorkspace.At(
            args[0], options: new TrackingOptions { Journal = { FirstSegmentBytes = 16 * 1024, DrainInterval = TimeSpan.FromMilliseconds(5) } });
        await using Run run = await workspace.Experiments.StartRunAsync("crash");
        Promise($"run {run.Id}");
        MetricSeries series = run.Metric("m");
        for (int step = 0; ; step++)
        {
            series.Log(step * 0.5, step);
            Promise(string.Create(CultureInfo.InvariantCulture, $"metric {step}"));
            if (step % 100 == 10)
            {
                run.LogParam(string.Create(CultureInfo.InvariantCulture, $"p{step}"), step);
                run.SetTag("step", step.ToString(CultureInfo.InvariantCulture));
                Promise(string.Create(CultureInfo.InvariantCulture, $"param {step}"));
            }

            if (step % 400 == 200)
            {
                ModelArtifact model = await run.LogModelAsync("model", TrackingWorkspace.Files(("model.bin", $"{run.Id} {step}"), ("schema.json", "{}")));
                ModelVersion version = await workspace.Registry.RegisterAsync("crash", model);
                Promise(string.Create(CultureInfo.InvariantCulture, $"version {version.Number}"));
                AliasPeriod period = await workspace.Registry.PromoteAsync(version, "champion");
                Promise(string.Create(CultureInfo.InvariantCulture, $"champion {period.Version}"));
            }
        }
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
}
