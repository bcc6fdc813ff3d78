using System.Diagnostics;
using System.Globalization;
using Lifecycle.Storage.Local;
using Lifecycle.Storage.Specification;

namespace Lifecycle.Data.Tests;

public sealed class CrashTests
{
    [Fact]
    public async Task Killed_AtAnyMoment_KeepsWhatWasAcknowledged_AndTheSource()
    {
        await using TestWorkspace w = new();
        for (int i = 0; i < 30; i++)
        {
            w.Write($"even/{i}.csv", $"n\n{i}\n");
            w.Write($"odd/{i}.csv", $"n\n{i + 1000}\n");
        }

        string[] sources = [.. Directory.EnumerateFiles(w.Path("source"), "*", SearchOption.AllDirectories)];
        FileStamp[] before = [.. sources.Select(FileStamp.Of)];
        HashSet<string> acknowledged = [];
        for (int round = 0; round < (Depth.IsFull ? 120 : 8); round++)
        {
            List<string> lines = await KillAsync(Program.CommittingChild, w.Path("lifecycle"), w.Path("source"), round % 4, TimeSpan.FromMilliseconds(round * 37 % 100));
            acknowledged.UnionWith(lines);
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
        Assert.Equal(before, sources.Select(FileStamp.Of));
        Assert.Equal(30, (await (await w.Datasets.GetAsync("t")).ListFilesAsync()).Count);
        await w.Datasets.CommitAsync("t", w.Write("last.csv", "n\n1\n"));
        Assert.Empty((await w.Local.Objects.VerifyAsync()).Missing);
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
        int done = 0;
        for (int round = 0; round < (Depth.IsFull ? 120 : 8); round++)
        {
            done += (await KillAsync(Program.CheckingOut, w.Path("lifecycle"), w.Path("out"), round % 3, TimeSpan.FromMilliseconds(round * 23 % 70))).Count;
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
        Assert.Empty((await w.Datasets.VerifyAsync(two)).Problems);
        Assert.DoesNotContain(await w.AuditAsync(), e => e.Action == "dataset.overwrote");
    }

    private static async Task<Digest> TreeOfAsync(string folder)
    {
        List<DatasetFile> files = [];
        foreach (ScannedFile file in TreeScanner.Scan(folder, SourceLinks.Refuse, default))
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

    // The moment differs from round to round: some lie in the opening, some in the midst of a commit.
    private static async Task<List<string>> KillAsync(string routine, string root, string source, int commits, TimeSpan after)
    {
        using Process child = Start(routine, root, source);
        Assert.Equal("ready", await child.StandardOutput.ReadLineAsync());
        List<string> lines = [];
        while (lines.Count < commits && await child.StandardOutput.ReadLineAsync() is { } line)
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
