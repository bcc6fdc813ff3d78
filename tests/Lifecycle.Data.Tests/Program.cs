using Lifecycle.Storage.Local;

namespace Lifecycle.Data.Tests;

/// <summary>Runs the tests; or, as a child of a crash test, commits until it is killed.</summary>
internal static class Program
{
    public const string CommittingChild = "commit-until-killed";
    public const string CommittingOnce = "commit-once";
    public const string CheckingOut = "checkout-until-killed";
    public const string Publishing = "publish-and-die";

    public const string Scanning = "scan-without-newline";

    public const string DerivingChild = "derive-until-killed";

    public static async Task<int> Main(string[] args)
    {
        if (Lifecycle.Storage.Specification.ChildProcess.Routine is { } routine)
        {
            return await DvcChild.RunAsync(routine, args);
        }

        if (args is [DerivingChild, var safe, var vault, var keys])
        {
            await PrivacyCrashTests.DeriveUntilKilledAsync(safe, vault, keys);
            return 0;
        }

        if (args is [Scanning])
        {
            await CsvRowsTests.ScanWithoutNewlineAsync();
            return 0;
        }

        if (args is [CommittingChild, var root, var source])
        {
            await CommitAsync(root, source);
            return 0;
        }

        if (args is [CheckingOut, var of, var folder])
        {
            await CheckoutAsync(of, folder);
            return 0;
        }

        if (args is [Publishing, var where, var id, var when])
        {
            await PublishAsync(where, id, when == "inside");
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

    /// <summary>The line before each act: a process whose last line it is was killed inside of one.</summary>
    public const string Begin = "begin";

    /// <summary>The line behind an act that acknowledges nothing.</summary>
    public const string End = "end";

    // Two folders in turn, so that each commit is a new version; every acknowledged one is a line.
    private static async Task CommitAsync(string root, string source)
    {
        await using LocalWorkspace local = LocalWorkspace.Open(root);
        await using DatasetCatalog datasets = new(local.Database, local.Blobs, local.Objects, local.Audit, local.Events);
        await Console.Out.WriteLineAsync("ready");
        for (int i = 0; ; i++)
        {
            await Console.Out.WriteLineAsync(Begin);
            DatasetVersion v = await datasets.CommitAsync("t", Path.Combine(source, i % 2 == 0 ? "even" : "odd"));
            await Console.Out.WriteLineAsync($"{v.Number} {v.Id} {v.Digest}");
            Workspace same = await datasets.OpenWorkspaceAsync("same", Path.Combine(source, "even"));
            await Console.Out.WriteLineAsync(Begin);
            await same.CommitAsync();
            await same.StatusAsync();
            await Console.Out.WriteLineAsync(End);
        }
    }

    // Two versions in turn into one folder, and each of them into a new one.
    private static async Task CheckoutAsync(string root, string folder)
    {
        await using LocalWorkspace local = LocalWorkspace.Open(root);
        await using DatasetCatalog datasets = new(local.Database, local.Blobs, local.Objects, local.Audit, local.Events);
        Workspace work = await datasets.OpenWorkspaceAsync("f", Path.Combine(folder, "work"));
        DatasetVersion[] versions = await datasets.VersionsAsync("f").ToArrayAsync();
        await Console.Out.WriteLineAsync("ready");
        for (int i = 0; ; i++)
        {
            await Console.Out.WriteLineAsync(Begin);
            await work.CheckoutAsync(versions[i % 2], o => o.Exact = true);
            await versions[i % 2].CheckoutAsync(Path.Combine(folder, $"built-{Environment.ProcessId}-{i}"), o => o.Link(i % 3 == 0 ? LinkKind.Hardlink : LinkKind.Copy));
            await Console.Out.WriteLineAsync($"{i}");
        }
    }

    // The event is committed and its receiver has it, but never gets its edges committed.
    private static async Task PublishAsync(string root, string id, bool inside)
    {
        await using LocalWorkspace local = LocalWorkspace.Open(root);
        StuckDatabase stuck = new(local.Database, inside);
        await using DatasetLineage lineage = new(stuck, local.Events);
        LineageEdge edge = new(new LineageNode(LineageNode.Run, id), LineageEdge.Used, new LineageNode(LineageNode.External, "data"), DateTimeOffset.UnixEpoch, "ada");
        await local.Database.WriteAsync(async (t, token) =>
        {
            await local.Events.PublishAsync(t, "lifecycle.run.finished", "run/" + id, "{}", [edge], token);
            return true;
        });
        await lineage.StartAsync();
        await stuck.Reached.WaitAsync(TimeSpan.FromMinutes(1));
        System.Diagnostics.Process.GetCurrentProcess().Kill();
    }
}
