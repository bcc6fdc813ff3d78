using System.Diagnostics;
using System.Globalization;
using System.Runtime;
using Lifecycle.Tracking;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Lifecycle.Benchmarks.Ratios.Tracking;

/// <summary>This program started again as a process of its own, for figures of a whole process: it says one line when it is ready and lives until its input ends.</summary>
internal sealed class TrackingChild : IDisposable
{
    /// <summary>The first argument of a child.</summary>
    public const string Verb = "tracking-child";

    /// <summary>Starts a run in the workspace.</summary>
    public const string Open = "open";

    /// <summary>Starts a run and logs as many metrics as the next line of its input says.</summary>
    public const string Log = "log";

    /// <summary>A host with tracking, with a run started; an empty host when there is no workspace.</summary>
    public const string Host = "host";

    private readonly Process _process;

    private TrackingChild(Process process) => _process = process;

    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    public static TrackingChild Start(params ReadOnlySpan<string> arguments)
    {
        string self = Environment.ProcessPath!;
        ProcessStartInfo start = new(self) { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(self) == "dotnet")
        {
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Lifecycle.Benchmarks.dll"));
        }

        start.ArgumentList.Add(Verb);
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return new TrackingChild(Process.Start(start)!);
    }

    public string ReadLine() => _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The child process ended.");

    public void WriteLine(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
    }

    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.StandardInput.Close();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    /// <summary>What the child does.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        switch (arguments)
        {
            case [Open, var root]:
                await OpenAsync(root);
                break;
            case [Log, var root]:
                await LogAsync(root);
                break;
            case [Host, .. var root]:
                await HostAsync(root.Length == 0 ? null : root[0]);
                break;
            default:
                return ExitCode.Usage;
        }

        return ExitCode.Done;
    }

    private static async Task OpenAsync(string root)
    {
        double entered = Age();
        await using ModelLifecycle lifecycle = await ModelLifecycle.OpenAsync(root);
        double opened = Age();
        await using Run run = await lifecycle.Experiments.StartRunAsync(SearchStore.Experiment);
        Say(run.Id);
        double started = Age();
        await Console.Error.WriteLineAsync(FormattableString.Invariant($"since the start of the process: entered {entered:F0} ms, opened {opened:F0} ms, run started {started:F0} ms"));
        await Console.Error.WriteLineAsync(FormattableString.Invariant($"{JitInfo.GetCompiledMethodCount()} methods were compiled in {JitInfo.GetCompilationTime().TotalMilliseconds:F0} ms"));
        Console.In.ReadToEnd();
    }

    private static async Task LogAsync(string root)
    {
        await using ModelLifecycle lifecycle = await ModelLifecycle.OpenAsync(root);
        await using Run run = await lifecycle.Experiments.StartRunAsync(SearchStore.Experiment);
        await lifecycle.Experiments.FlushAsync();
        Say(run.Id);
        int count = int.Parse(Console.In.ReadLine()!, CultureInfo.InvariantCulture);
        for (int i = 0; i < count; i++)
        {
            run.LogMetric(DrainFigures.Keys[i % DrainFigures.Keys.Length], i, i);
        }

        Say("logged");
        Console.In.ReadToEnd();
    }

    private static async Task HostAsync(string? root)
    {
        HostApplicationBuilder builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        if (root is not null)
        {
            builder.Services.AddModelLifecycleCore().UseLocalStorage(root).AddTracking();
        }

        using IHost host = builder.Build();
        await host.StartAsync();
        Run? run = root is null ? null : await host.Services.GetRequiredService<ExperimentCatalog>().StartRunAsync(SearchStore.Experiment);
        Say("ready");
        Console.In.ReadToEnd();
        if (run is not null)
        {
            await run.DisposeAsync();
        }

        await host.StopAsync();
    }

    private static double Age()
    {
        using Process self = Process.GetCurrentProcess();
        return (TimeProvider.System.GetUtcNow() - self.StartTime.ToUniversalTime()).TotalMilliseconds;
    }

    private static void Say(string line)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }
}
