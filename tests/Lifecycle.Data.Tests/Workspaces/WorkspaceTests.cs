using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Lifecycle.Data.Tests;

public sealed class WorkspaceTests
{
    private static async Task<Workspace> CommittedAsync(TestWorkspace w, int files = 5)
    {
        for (int i = 0; i < files; i++)
        {
            w.Write($"f/d{i % 7}/{i}.txt", $"content {i}");
        }

        Workspace f = await w.Datasets.OpenWorkspaceAsync("f", w.Path("source", "f"));
        w.Settle();
        await f.CommitAsync("first");
        w.Settle();
        return f;
    }

    [Fact]
    public async Task CancellingBehindTheCommit_ComesTooLate()
    {
        await using TestWorkspace w = new();
        WatchedDatabase database = new(w.Local.Database);
        await using DatasetCatalog datasets = w.Catalog(w.Local.Blobs, database);
        w.Write("f/a.txt", "1");
        Workspace f = await datasets.OpenWorkspaceAsync("f", w.Path("source", "f"));
        using CancellationTokenSource stop = new();
        database.Committed = stop.Cancel;
        DatasetVersion made = await f.CommitAsync("why", cancellationToken: stop.Token);
        Assert.True(stop.IsCancellationRequested);
        Assert.Equal(made.Id, (await f.VersionAsync())!.Id);

        // and so does the end of the database
        database.Committed = () => database.Before = () => throw new ObjectDisposedException("database");
        w.Write("f/a.txt", "2");
        Assert.Equal(2, (await f.CommitAsync()).Number);
    }

    private static string[] Paths(IEnumerable<DatasetFile> files) => [.. files.Select(f => f.Path)];

    [Fact]
    public async Task NewFolder_IsAllAdded_AndCleanAfterTheCommit()
    {
        await using TestWorkspace w = new();
        w.Write("f/a.txt", "1");
        w.Write("f/b/c.txt", "2");
        Workspace f = await w.Datasets.OpenWorkspaceAsync("f", w.Path("source", "f") + "/");
        WorkspaceStatus before = await f.StatusAsync();
        Assert.Null(before.Version);
        Assert.Null(await f.VersionAsync());
        Assert.False(before.IsClean);
        Assert.Equal(["a.txt", "b/c.txt"], Paths(before.Added));
        DatasetVersion v = await f.CommitAsync("why");
        Assert.Equal(("f", 1L, "why"), (v.Name, v.Number, v.Message));
        WorkspaceStatus after = await f.StatusAsync();
        Assert.True(after.IsClean);
        Assert.Equal((v.Id, 2L), (after.Version!.Id, after.Files));
        Assert.Equal("f@1: 0 added, 0 modified, 0 deleted, 0 renamed; 2 of 2 files hashed", after.ToString());
    }

    [Fact]
    public async Task OneChangedFile_HashesExactlyOne()
    {
        await using TestWorkspace w = new();
        int files = Depth.IsFull ? 50_000 : 2_000;
        Workspace f = await CommittedAsync(w, files);
        Assert.Equal((0L, files, true), await Told());
        File.AppendAllText(w.Path("source", "f", "d3", "10.txt"), "!");
        WorkspaceStatus status = await f.StatusAsync();
        Assert.Equal((1L, (long)files), (status.FilesHashed, status.Files));
        Assert.Equal(["d3/10.txt"], Paths(status.Modified));
        Assert.Empty(status.Added.Concat(status.Deleted));
        Assert.Equal((0L, files, false), await Told());

        async Task<(long, int, bool)> Told()
        {
            WorkspaceStatus s = await f.StatusAsync();
            return (s.FilesHashed, (int)s.Files, s.IsClean);
        }
    }

    // DVC compares length, time of writing and inode, and takes such a file for unchanged.
    [Fact]
    public async Task SameLengthEdit_RestoredMtime_IsSeen()
    {
        await using TestWorkspace w = new();
        Workspace f = await CommittedAsync(w);
        string file = w.Path("source", "f", "d1", "1.txt");
        File.SetLastWriteTimeUtc(file, new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc));
        await f.StatusAsync();
        Assert.Equal(0, (await f.StatusAsync()).FilesHashed);
        FileStamp before = FileStamp.Of(file);
        DateTime written = File.GetLastWriteTimeUtc(file);
        await using (FileStream edit = new(file, FileMode.Open, FileAccess.Write))
        {
            edit.Write("CONTENT"u8);
        }

        File.SetLastWriteTimeUtc(file, written);
        FileStamp after = FileStamp.Of(file);
        Assert.Equal((before.Length, before.Modified, before.Inode), (after.Length, after.Modified, after.Inode));
        WorkspaceStatus status = await f.StatusAsync();
        Assert.Equal(["d1/1.txt"], Paths(status.Modified));
        Assert.Equal(1, status.FilesHashed);
    }

    [Fact]
    public async Task FilesAsYoungAsTheIndex_AreHashedAgain()
    {
        await using TestWorkspace w = new();
        w.Write("f/a.txt", "1");
        Workspace f = await w.Datasets.OpenWorkspaceAsync("f", w.Path("source", "f"));
        w.Time.SetUtcNow(File.GetLastWriteTimeUtc(w.Path("source", "f", "a.txt")) + TimeSpan.FromSeconds(1));
        await f.CommitAsync();
        Assert.Equal(1, (await f.StatusAsync()).FilesHashed);
        w.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(1, (await f.StatusAsync()).FilesHashed);
        Assert.Equal(0, (await f.StatusAsync()).FilesHashed);
    }

    [Fact]
    public async Task EveryKindOfChange_IsTold()
    {
        await using TestWorkspace w = new();
        Workspace f = await CommittedAsync(w, 8);
        string root = w.Path("source", "f");
        File.WriteAllText(Path.Combine(root, "d0", "0.txt"), "other");
        File.Delete(Path.Combine(root, "d1", "1.txt"));
        File.Move(Path.Combine(root, "d2", "2.txt"), Path.Combine(root, "moved.txt"));
        File.SetUnixFileMode(Path.Combine(root, "d3", "3.txt"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.SetLastWriteTimeUtc(Path.Combine(root, "d4", "4.txt"), DateTime.UnixEpoch);
        w.Write("f/new/n.txt", "new");
        WorkspaceStatus status = await f.StatusAsync();
        Assert.Equal(["new/n.txt"], Paths(status.Added));
        Assert.Equal(["d0/0.txt", "d3/3.txt"], Paths(status.Modified));
        Assert.Equal(["d1/1.txt"], Paths(status.Deleted));
        Assert.Equal(("d2/2.txt", "moved.txt"), status.Renamed.Select(r => (r.From.Path, r.To.Path)).Single());
        Assert.Equal(5, status.FilesHashed);
        w.Settle();
        DatasetVersion two = await f.CommitAsync();
        Assert.Equal(2, two.Number);
        Assert.Equal((await w.Datasets.CommitAsync("again", root)).Digest, two.Digest);
        Assert.True((await f.StatusAsync()).IsClean);
    }

    [Fact]
    public async Task Commit_ReadsOnlyWhatChanged_AndTwiceIsOnce()
    {
        await using TestWorkspace w = new();
        Workspace f = await CommittedAsync(w, 20);
        File.WriteAllText(w.Path("source", "f", "d0", "0.txt"), "other");
        DatasetVersion two = await f.CommitAsync();
        Assert.Equal((2L, 20L), (two.Number, two.Files));
        // the changed file, the tree and the record
        Assert.Equal(3, two.Receipt.Blobs);
        Assert.True((await w.Datasets.VerifyAsync(two)).IsSound);
        w.Settle();
        Assert.True((await f.StatusAsync()).IsClean);
        int audited = (await w.AuditAsync()).Count;
        DatasetVersion same = await f.CommitAsync();
        Assert.Equal(two.Id, same.Id);
        Assert.Equal(0, same.Receipt.NewBlobs);
        Assert.Equal(audited, (await w.AuditAsync()).Count);
    }

    [Fact]
    public async Task CommitByPath_UsesTheWorkspaceOfTheFolder()
    {
        await using TestWorkspace w = new();
        Workspace f = await CommittedAsync(w, 20);
        File.WriteAllText(w.Path("source", "f", "d0", "0.txt"), "other");
        DatasetVersion two = await w.Datasets.CommitAsync("F", w.Path("source", "f"));
        Assert.Equal(("f", 2L, 3), (two.Name, two.Number, two.Receipt.Blobs));
        Assert.Equal(two.Id, (await f.VersionAsync())!.Id);
        DatasetVersion other = await w.Datasets.CommitAsync("g", w.Path("source", "f"));
        Assert.Equal(two.Digest, other.Digest);
        Assert.Equal(two.Id, (await f.VersionAsync())!.Id);
    }

    // What nobody read must still be in the store: the version that had it may have been removed, and its bytes collected.
    [Fact]
    public async Task BytesThatTheStoreLost_AreReadAgain()
    {
        await using TestWorkspace w = new();
        Workspace f = await CommittedAsync(w);
        DatasetVersion one = (await f.VersionAsync())!;
        DatasetFile lost = (await one.ListFilesAsync())[2];
        await w.Datasets.RemoveAsync(one, "gone");
        await w.Local.Blobs.DeleteAsync(lost.Digest);
        w.Write("f/new.txt", "new");
        DatasetVersion two = await f.CommitAsync();
        Assert.Equal(2, two.Number);
        Assert.Empty((await w.Datasets.VerifyAsync(two)).Problems);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ANewestTreeThatCannotBeRead_IsNoReasonNotToCommit(bool isLost)
    {
        await using TestWorkspace w = new();
        Workspace f = await CommittedAsync(w);
        DatasetVersion one = (await f.VersionAsync())!;
        if (isLost)
        {
            await w.Local.Blobs.DeleteAsync(one.Digest);
        }
        else
        {
            await w.FlipAsync(one.Digest, 3);
        }

        w.Write("f/new.txt", "new");
        DatasetVersion two = await f.CommitAsync();
        Assert.Equal(2, two.Number);
        Assert.Empty((await w.Datasets.VerifyAsync(two)).Problems);
    }

    [Fact]
    public async Task Status_WritesNothingButItsIndex()
    {
        await using TestWorkspace w = new();
        Workspace f = await CommittedAsync(w);
        w.Write("f/new.txt", "new");
        int blobs = await w.BlobsAsync();
        int audited = (await w.AuditAsync()).Count;
        string[] sources = Directory.GetFileSystemEntries(w.Path("source"), "*", SearchOption.AllDirectories);
        FileStamp[] stamps = [.. sources.Where(File.Exists).Select(FileStamp.Of)];
        await f.StatusAsync();
        Assert.Equal(sources, Directory.GetFileSystemEntries(w.Path("source"), "*", SearchOption.AllDirectories));
        Assert.Equal(stamps, sources.Where(File.Exists).Select(FileStamp.Of));
        Assert.Equal((blobs, audited), (await w.BlobsAsync(), (await w.AuditAsync()).Count));
        Assert.Equal(1, (await w.Datasets.GetAsync("f")).Number);
    }

    [Fact]
    public async Task DamagedIndex_CostsAReadingAndNothingElse()
    {
        await using TestWorkspace w = new();
        Workspace f = await CommittedAsync(w);
        await w.Local.Database.WriteAsync((t, token) => t.ExecuteAsync("UPDATE data_workspace SET stamps = x'00'", [], token));
        WorkspaceStatus status = await f.StatusAsync();
        Assert.Equal((true, 5L), (status.IsClean, status.FilesHashed));
        Assert.Equal((true, 0L), ((await f.StatusAsync()).IsClean, (await f.StatusAsync()).FilesHashed));
    }

    [Fact]
    public async Task FolderThatFollowsAnotherDataset_IsTold()
    {
        await using TestWorkspace w = new();
        Workspace f = await CommittedAsync(w);
        Workspace g = await w.Datasets.OpenWorkspaceAsync("g", f.Folder);
        Assert.Null(await g.VersionAsync());
        Assert.Contains("follows 'g'", (await Assert.ThrowsAsync<DatasetException>(async () => await f.StatusAsync())).Message, StringComparison.Ordinal);
        // what is known of the files is still true
        Assert.Equal(0, (await g.StatusAsync()).FilesHashed);
        await Assert.ThrowsAsync<ArgumentException>(async () => await g.CheckoutAsync(await w.Datasets.GetAsync("f")));
        await Assert.ThrowsAsync<SourceRefusedException>(async () => await w.Datasets.OpenWorkspaceAsync("h", Samples.Hmda));
        await Assert.ThrowsAsync<InvalidNameException>(async () => await w.Datasets.OpenWorkspaceAsync("../h", f.Folder));
        Assert.Contains("no such file or folder", (await Assert.ThrowsAsync<SourceRefusedException>(
            async () => await (await w.Datasets.OpenWorkspaceAsync("h", w.Path("nowhere"))).StatusAsync())).Message, StringComparison.Ordinal);
    }

    private static readonly string[] Names = ["a", "b", "d/a", "d/b", "d/e/a", "x y", "é"];

    // Random edits; the naive way reads everything each time.
    [Property(MaxTest = 6)]
    public Property Status_EqualsNaive() => Prop.ForAll(
        Gen.Choose(0, 5).SelectMany(kind => Gen.Choose(0, Names.Length - 1).Select(name => (kind, name))).ListOf().Select(l => l.Take(20).ToArray()).ToArbitrary(),
        edits => RunAsync(edits).GetAwaiter().GetResult());

    private static async Task RunAsync((int Kind, int Name)[] edits)
    {
        await using TestWorkspace w = new();
        Workspace f = await CommittedAsync(w, 3);
        int n = 0;
        foreach ((int kind, int name) in edits)
        {
            string path = w.Path("source", "f", Names[name]);
            switch (kind)
            {
                case 0 or 1:
                    w.Write("f/" + Names[name], kind == 0 ? $"{n++:000}" : "same");
                    break;
                case 2 when File.Exists(path):
                    File.Delete(path);
                    break;
                case 3 when File.Exists(path):
                    File.SetUnixFileMode(path, File.GetUnixFileMode(path) ^ UnixFileMode.UserExecute);
                    break;
                case 4:
                    w.Settle();
                    await f.CommitAsync();
                    break;
                default:
                    w.Settle();
                    await CompareAsync(w, f);
                    break;
            }
        }

        await CompareAsync(w, f);
    }

    private static async Task CompareAsync(TestWorkspace w, Workspace f)
    {
        WorkspaceStatus status = await f.StatusAsync();
        Dictionary<string, DatasetFile> before = (await status.Version!.ListFilesAsync()).ToDictionary(x => x.Path);
        Dictionary<string, DatasetFile> now = Directory.GetFiles(f.Folder, "*", SearchOption.AllDirectories)
            .Select(p => new DatasetFile(
                Path.GetRelativePath(f.Folder, p), new FileInfo(p).Length, Digest.Of(File.ReadAllBytes(p)), File.GetUnixFileMode(p).HasFlag(UnixFileMode.UserExecute)))
            .ToDictionary(x => x.Path);
        HashSet<DatasetFile> added = [.. now.Values.Where(x => !before.ContainsKey(x.Path))];
        HashSet<DatasetFile> deleted = [.. before.Values.Where(x => !now.ContainsKey(x.Path))];
        Assert.Equal(added, [.. status.Added, .. status.Renamed.Select(r => r.To)]);
        Assert.Equal(deleted, [.. status.Deleted, .. status.Renamed.Select(r => r.From)]);
        Assert.Equal([.. now.Values.Where(x => before.TryGetValue(x.Path, out DatasetFile? old) && old != x)], status.Modified.ToHashSet());
        Assert.All(status.Renamed, r => Assert.Equal(r.From.Digest, r.To.Digest));
        Assert.Empty(status.Added.Select(x => x.Digest).Intersect(status.Deleted.Select(x => x.Digest)));
        Assert.Equal(now.Count, status.Files);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    public async Task AFileThatCannotBeRead_IsTheSameError_AloneOrAmongMany(int count)
    {
        await using TestWorkspace w = new();
        List<ScannedFile> files = [];
        for (int i = 1; i < count; i++)
        {
            files.Add(new ScannedFile(w.Write($"f/{i}", $"{i}"), $"{i}", isExecutable: false));
        }

        files.Add(new ScannedFile(w.Folder, "folder", isExecutable: false));
        SourceRefusedException e = await Assert.ThrowsAsync<SourceRefusedException>(async () => await FileHasher.ReadAllAsync(files, default));
        Assert.Equal(w.Folder, e.Path);
        using CancellationTokenSource cancelled = new();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await FileHasher.ReadAllAsync(files, cancelled.Token));
    }
}
