using System.Globalization;
using System.Text;
using Lifecycle.Data;
using Lifecycle.Tracking;

namespace Lifecycle.Sdk.Tests;

/// <summary>What a child process does. Arguments: the folder of the workspace, then what the routine asks for.</summary>
internal static class ChildRoutines
{
    public const string Join = "join";
    public const string Work = "work";

    public static async Task<int> RunAsync(string routine, string[] args)
    {
        switch (routine)
        {
            case Join:
                await JoinAsync(args[0], args[1], args[2]);
                return 0;
            case Work:
                await WorkAsync(args[0]);
                return 0;
            default:
                await Console.Error.WriteLineAsync($"No routine '{routine}'.");
                return ExitCode.Usage;
        }
    }

    /// <summary>The value of a metric at a step: every value stands for one step only.</summary>
    public static double Loss(long step) => 1 / (1.0 + step);

    /// <summary>Opens a workspace that may be new, at the same moment as others; commits the file and makes a run.</summary>
    private static async Task JoinAsync(string root, string csv, string name)
    {
        Say("ready");
        Console.ReadLine();
        await using ModelLifecycle lifecycle = await ModelLifecycle.OpenAsync(root);
        DatasetVersion data = await lifecycle.Datasets.CommitAsync("shared", csv);
        Run run = await lifecycle.Experiments.RunAsync(
            "joined",
            run =>
            {
                run.LogMetric("number", int.Parse(name, CultureInfo.InvariantCulture));
                return Task.CompletedTask;
            },
            start => start.With(data).Named(name));
        Say($"{data.Id} {run.Id}");
    }

    /// <summary>Logs metrics and models and registers versions until it is killed; says everything that was acknowledged.</summary>
    private static async Task WorkAsync(string root)
    {
        Say("started");
        await using ModelLifecycle lifecycle = await ModelLifecycle.OpenAsync(root);
        while (true)
        {
            await using Run run = await lifecycle.Experiments.StartRunAsync("killed");
            Say($"run {run.Id}");
            for (int round = 0; round < 3; round++)
            {
                for (int i = 0; i < 20; i++)
                {
                    long step = (20 * round) + i;
                    run.LogMetric("loss", Loss(step), step);
                    Say($"metric {run.Id} {step}");
                }

                ModelArtifact model = await run.LogModelAsync("net", new Dictionary<string, ReadOnlyMemory<byte>>
                {
                    ["weights.bin"] = Encoding.UTF8.GetBytes($"weights {run.Id} {round}"),
                    ["shared/vocabulary.txt"] = Encoding.UTF8.GetBytes("the same in every model"),
                });
                Say($"model {model.Id} {model.Digest}");
                ModelVersion version = await lifecycle.Registry.RegisterAsync("net", model);
                Say($"version {version.Number} {version.Digest} {run.Id}");
            }

            await run.CompleteAsync();
            Say($"finished {run.Id}");
        }
    }

    private static void Say(string line)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }
}
