using System.Diagnostics;
using System.Globalization;
using Lifecycle.Statistics;
using Lifecycle.Storage.Local;
using Lifecycle.Storage.Specification;

namespace Lifecycle.Data.Tests;

/// <summary>Processes that are killed at moments drawn at random: CI draws 8 for commits and 8 for checkouts, <c>LIFECYCLE_DEPTH=full</c> 160 and 160.</summary>
public sealed class CrashTests
{
    private static readonly int Kills = Depth.IsFull ? 160 : 8;

    [Fact]
    public async Task Killed_AtAnyMoment_KeepsWhatWasAcknowledged_AndTheSource()
    {
        await using TestWorkspace w = new();
        for (int i = 0; i < 30; i++)
        {
            w.Write($"even/{i}.csv", $"n\n{i}\n");
            w.Write($"odd/{i}.csv", $"n\n{i + 1000}\n");
        }

        // cut into chunks most of which both folders share
        byte[] big = new byte[1_200_000];
        new Random(5).NextBytes(big);
        File.WriteAllBytes(w.Path("source", "even", "big.bin"), big);
        File.WriteAllBytes(w.Path("source", "odd", "big.bin"), [.. big[..700_000], 1, .. big[700_000..]]);
        RandomStream random = new(61);
        int inside = 0;
        string[] sources = [.. Directory.EnumerateFiles(w.Path("source"), "*", SearchOption.AllDirectories)];
        FileStamp[] before = [.. sources.Select(FileStamp.Of)];
        HashSet<string> acknowledged = [];
        for (int round = 0; round < Kills; round++)
        {
            List<string> lines = await KillAsync(
                Program.CommittingChild, w.Path("lifecycle"), w.Path("source"), round % 4, TimeSpan.FromMicroseconds(random.NextBelow(100_000)));
            inside += lines is [.., Program.Begin] ? 1 : 0;
            acknowledged.UnionWith(lines.Where(l => l is not (Program.Begin or Program.End)));
            Dictionary<string, DatasetVersion> stored = (await w.Datasets.VersionsAsync("t").ToListAsync())
                .ToDictionary(v => string.Create(CultureInfo.InvariantCulture, $"{v.Number} {v.Id} {v.Digest}"));
            Assert.Empty(acknowledged.Except(stored.Keys));
            Assert.Equal(Enumerable.Range(1, stored.Count).Select(n => (long)n), stored.Values.Select(v => v.Number));
            foreach (DatasetVersion v in stored.Values.TakeLast(4))
            {
                Assert.Empty((await w.Datasets.VerifyAsync(v)).Problems);
            }

            Assert.True((await w.Local.Audit.VerifyAsync()).IsSound);
        }

        Assert.NotEmpty(acknowledged);
        Assert.True(inside >= Kills / 4, $"only {inside} of {Kills} were killed inside of a commit");
        Assert.Equal(before, sources.Select(FileStamp.Of));
        foreach (string name in new[] { "t", "same" })
        {
            foreach (DatasetVersion v in await w.Datasets.VersionsAsync(name).ToListAsync())
            {
                Assert.Empty((await w.Datasets.VerifyAsync(v)).Problems);
            }
        }

        Assert.Equal(31, (await (await w.Datasets.GetAsync("t")).ListFilesAsync()).Count);
        await w.Datasets.CommitAsync("t", w.Write("last.csv", "n\n1\n"));
        Assert.True((await w.Local.Objects.VerifyAsync()).IsSound);
        Assert.Single(await w.Datasets.VersionsAsync("same").ToListAsync());
    }

    [Fact]
    public async Task Checkout_Killed_AtAnyMoment_LeavesEveryFileWhole_AndTheUsersOwnAlone()
    {
        await using TestWorkspace w = new();
        for (int i = 0; i < 60; i++)
        {
            w.Write($"f/d{i % 5}/{i}.bin", new string('1', 100 * i));
        }

        DatasetVersion one = await w.Datasets.CommitAsync("f", w.Path("source", "f"));
        for (int i = 0; i < 60; i += 2)
        {
            w.Write($"f/d{i % 5}/{i}.bin", new string('2', 100 * i));
        }

        File.Delete(w.Path("source", "f", "d1", "1.bin"));
        w.Write("f/e/new.bin", "new");
        DatasetVersion two = await w.Datasets.CommitAsync("f", w.Path("source", "f"));
        HashSet<(string, Digest)> known = [.. (await one.ListFilesAsync()).Concat(await two.ListFilesAsync()).Select(f => (f.Path, f.Digest))];
        HashSet<Digest> trees = [one.Digest, two.Digest];
        Workspace work = await w.Datasets.OpenWorkspaceAsync("f", w.Path("out", "work"));
        await work.CheckoutAsync(one);
        string mine = w.Path("out", "work", ".git", "mine");
        Directory.CreateDirectory(Path.GetDirectoryName(mine)!);
        await File.WriteAllTextAsync(mine, "mine");
        await File.WriteAllTextAsync(w.Path("out", "beside"), "mine");
        FileStamp[] before = [FileStamp.Of(mine), FileStamp.Of(w.Path("out", "beside"))];
        RandomStream random = new(62);
        int done = 0, inside = 0;
        for (int round = 0; round < Kills; round++)
        {
            List<string> lines = await KillAsync(
                Program.CheckingOut, w.Path("lifecycle"), w.Path("out"), round % 3, TimeSpan.FromMicroseconds(random.NextBelow(70_000)));
            inside += lines is [.., Program.Begin] ? 1 : 0;
            done += lines.Count(l => l != Program.Begin);
            FileStamp[] now = [FileStamp.Of(mine), FileStamp.Of(w.Path("out", "beside"))];
            Assert.Equal(before, now);
            foreach (string file in Directory.EnumerateFiles(work.Folder, "*.bin", SearchOption.AllDirectories))
            {
                Assert.Contains((Path.GetRelativePath(work.Folder, file), Digest.Of(await File.ReadAllBytesAsync(file))), known);
            }

            foreach (string built in Directory.EnumerateDirectories(w.Path("out"), "built-*"))
            {
                Assert.Contains(await TreeOfAsync(built), trees);
                Directory.Delete(built, recursive: true);
            }

            await work.CheckoutAsync(round % 2 == 0 ? two : one, o => o.Exact = true);
            Assert.True((await work.StatusAsync()).IsClean);
        }

        Assert.NotEqual(0, done);
        Assert.True(inside >= Kills / 4, $"only {inside} of {Kills} were killed inside of a checkout");
        Assert.Empty((await w.Datasets.VerifyAsync(two)).Problems);
        Assert.DoesNotContain(await w.AuditAsync(), e => e.Action == "dataset.overwrote");
    }

    private static async Task<Digest> TreeOfAsync(string folder)
    {
        List<DatasetFile> files = [];
        foreach (ScannedFile file in TreeScanner.Scan(folder, SourceLinks.Refuse, null, default))
        {
            files.Add(new DatasetFile(file.Path, file.Stamp.Length, Digest.Of(await File.ReadAllBytesAsync(file.FullPath)), file.IsExecutable));
        }

        return Digest.Of(DatasetTree.Write(files));
    }

    [Fact]
    public async Task ManyProcesses_OpenANewWorkspaceAtOnce_AndCommitOneVersion()
    {
        using TemporaryFolder folder = new();
        Process[] children = [.. Enumerable.Range(0, 16).Select(_ => Start(Program.CommittingOnce, folder["lifecycle"], Samples.Hmda))];
        string[] ids = await Task.WhenAll(children.Select(async child =>
        {
            string id = await child.StandardOutput.ReadToEndAsync();
            await child.WaitForExitAsync();
            Assert.Equal(0, child.ExitCode);
            child.Dispose();
            return id;
        }));
        Assert.Single(ids.Distinct());
        await using LocalWorkspace local = LocalWorkspace.Open(folder["lifecycle"]);
        await using DatasetCatalog datasets = new(local.Database, local.Blobs, local.Objects, local.Audit, local.Events);
        DatasetVersion only = Assert.Single(await datasets.VersionsAsync("m").ToListAsync());
        Assert.Equal(ids[0].Trim(), only.Id);
        Assert.True((await datasets.VerifyAsync(only)).IsSound);
        Assert.Single(await local.Audit.ReadAsync().ToListAsync());
    }

    private static Process Start(params string[] arguments)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardOutput = true };
        arguments.ToList().ForEach(start.ArgumentList.Add);
        return Process.Start(start)!;
    }

    // Acts follow one upon the other, so that nearly every moment lies inside of one.
    private static async Task<List<string>> KillAsync(string routine, string root, string source, int acts, TimeSpan after)
    {
        using Process child = Start(routine, root, source);
        Assert.Equal("ready", await child.StandardOutput.ReadLineAsync());
        List<string> lines = [];
        while (lines.Count(l => l != Program.Begin) < acts && await child.StandardOutput.ReadLineAsync() is { } line)
        {
            lines.Add(line);
        }

        await Task.Delay(after);
        child.Kill();

        // the last line may have been cut by the end of the process
        lines.AddRange((await child.StandardOutput.ReadToEndAsync()).Split('\n')[..^1]);
        await child.WaitForExitAsync();
        return lines;
    }
}
