using Lifecycle.Storage.Local;

namespace Lifecycle.Data.Tests;

/// <summary>Runs the tests; or, as a child of a crash test, commits until it is killed.</summary>
internal static class Program
{
    public const string CommittingChild = "commit-until-killed";
    public const string CommittingOnce = "commit-once";

    public static async Task<int> Main(string[] args)
    {
        if (Lifecycle.Storage.Specification.ChildProcess.Routine is { } routine)
        {
            return await DvcChild.RunAsync(routine, args);
        }

        if (args is [CommittingChild, var root, var source])
        {
            await CommitAsync(root, source);
            return 0;
        }

        if (args is [CommittingOnce, var shared, var file])
        {
            await using LocalWorkspace local = LocalWorkspace.Open(shared);
            await using DatasetCatalog datasets = new(local.Database, local.Blobs, local.Objects, local.Audit, local.Events);
            await Console.Out.WriteLineAsync((await datasets.CommitAsync("m", file)).Id);
            return 0;
        }

        return args.Any(a => a is "-automated" or "@@")
            ? await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args)
            : await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
    }

    // Two folders in turn, so that each commit is a new version; every acknowledged one is a line.
    private static async Task CommitAsync(string root, string source)
    {
        await using LocalWorkspace local = LocalWorkspace.Open(root);
        await using DatasetCatalog datasets = new(local.Database, local.Blobs, local.Objects, local.Audit, local.Events);
        await Console.Out.WriteLineAsync("ready");
        for (int i = 0; ; i++)
        {
            DatasetVersion v = await datasets.CommitAsync("t", Path.Combine(source, i % 2 == 0 ? "even" : "odd"));
            await Console.Out.WriteLineAsync($"{v.Number} {v.Id} {v.Digest}");
        }
    }
}
