using Lifecycle.Storage.Local.Tests;

namespace Lifecycle.Data.Tests;

public sealed class CheckoutTests
{
    private static async Task<DatasetVersion> MixedAsync(TestWorkspace w)
    {
        w.Write("m/a.txt", "aaa");
        w.Write("m/sub/deep/b.txt", "bb");
        w.Write("m/empty", "");
        File.SetUnixFileMode(w.Write("m/run.sh", "#!/bin/sh\n"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return await w.Datasets.CommitAsync("mixed", w.Path("source", "m"));
    }

    private static Dictionary<string, string> Content(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .ToDictionary(f => Path.GetRelativePath(folder, f), File.ReadAllText);

    [Theory]
    [InlineData(LinkKind.Copy)]
    [InlineData(LinkKind.Reflink)]
    [InlineData(LinkKind.Hardlink)]
    public async Task MissingFolder_BecomesTheTree(LinkKind link)
    {
        await using TestWorkspace w = new();
        DatasetVersion v = await MixedAsync(w);
        CheckoutReport report = await v.CheckoutAsync(w.Path("out", "x"), o => o.Link(link));
        Assert.Equal(Content(w.Path("source", "m")), Content(w.Path("out", "x")));
        Assert.Equal((4L, 0L, 15L), (report.Written, report.Unchanged, report.Bytes));
        Assert.True(File.GetUnixFileMode(w.Path("out", "x", "run.sh")).HasFlag(UnixFileMode.UserExecute));
        Assert.False(File.GetUnixFileMode(w.Path("out", "x", "a.txt")).HasFlag(UnixFileMode.UserExecute));
        Assert.Equal(link != LinkKind.Hardlink, File.GetUnixFileMode(w.Path("out", "x", "a.txt")).HasFlag(UnixFileMode.UserWrite));
        // the empty file and the executable one are files of their own
        Assert.Equal(link == LinkKind.Hardlink ? 2 : 0, report.Linked);
        Assert.Equal(["x"], Directory.EnumerateFileSystemEntries(w.Path("out")).Select(Path.GetFileName));
        Assert.True((await w.Datasets.VerifyAsync(v)).IsSound);
        Assert.True((await w.Local.Objects.VerifyAsync()).IsSound);
        Assert.Equal(v.Digest, (await w.Datasets.CommitAsync("again", w.Path("out", "x"))).Digest);
    }

    [Fact]
    public async Task EmptyFolder_StaysWhatItIs_AndSecondCheckoutChangesNothing()
    {
        await using TestWorkspace w = new();
        DatasetVersion v = await MixedAsync(w);
        const UnixFileMode Mine = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(w.Path("out"), Mine);
        ulong inode = SourceFile.LookAt(w.Path("out")).Stamp.Inode;
        Assert.Equal(4, (await v.CheckoutAsync(w.Path("out"))).Written);
        Assert.Equal(Mine, File.GetUnixFileMode(w.Path("out")));
        Assert.Equal(inode, SourceFile.LookAt(w.Path("out")).Stamp.Inode);
        Assert.Empty(Directory.EnumerateFileSystemEntries(w.Path("out"), ".tmp-*", SearchOption.AllDirectories));
        FileStamp before = FileStamp.Of(w.Path("out", "a.txt"));
        CheckoutReport second = await v.CheckoutAsync(w.Path("out"));
        Assert.Equal((0L, 4L), (second.Written, second.Unchanged));
        Assert.Equal(before, FileStamp.Of(w.Path("out", "a.txt")));
    }

    [Fact]
    public async Task OtherContent_IsAConflict_UnlessOverwritten_AndThatIsAudited()
    {
        await using TestWorkspace w = new();
        DatasetVersion v = await MixedAsync(w);
        Directory.CreateDirectory(w.Path("out", "sub", "deep"));
        await File.WriteAllTextAsync(w.Path("out", "sub", "deep", "b.txt"), "mine");
        await File.WriteAllTextAsync(w.Path("out", "keep.txt"), "kept");
        WorkspaceModifiedException e = await Assert.ThrowsAsync<WorkspaceModifiedException>(async () => await v.CheckoutAsync(w.Path("out")));
        Assert.Equal(["sub/deep/b.txt"], e.Paths);
        Assert.False(File.Exists(w.Path("out", "a.txt")));
        int audited = (await w.AuditAsync()).Count;

        CheckoutReport report = await v.CheckoutAsync(w.Path("out"), o => o.Overwrite = true);
        Assert.Equal(["sub/deep/b.txt"], report.Overwritten);
        Assert.Equal("bb", await File.ReadAllTextAsync(w.Path("out", "sub", "deep", "b.txt")));
        Assert.Equal("kept", await File.ReadAllTextAsync(w.Path("out", "keep.txt")));
        AuditEntry entry = Assert.Single((await w.AuditAsync()).Skip(audited));
        Assert.Equal(("dataset.overwrote", "dataset/mixed@1"), (entry.Action, entry.Subject));
        Assert.Contains("sub/deep/b.txt", entry.After!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LinkedParent_IsRefused_AndLinkedFileIsNotWrittenThrough()
    {
        await using TestWorkspace w = new();
        DatasetVersion v = await MixedAsync(w);
        Directory.CreateDirectory(w.Path("elsewhere"));
        Directory.CreateDirectory(w.Path("out"));
        Directory.CreateSymbolicLink(w.Path("out", "sub"), w.Path("elsewhere"));
        UnsafePathException e = await Assert.ThrowsAsync<UnsafePathException>(async () => await v.CheckoutAsync(w.Path("out"), o => o.Overwrite = true));
        Assert.Equal("sub/deep/b.txt", Assert.Single(e.Paths).Path);
        Assert.Empty(Directory.EnumerateFileSystemEntries(w.Path("elsewhere")));
        Assert.False(File.Exists(w.Path("out", "a.txt")));

        File.Delete(w.Path("out", "sub"));
        await File.WriteAllTextAsync(w.Path("elsewhere", "victim"), "untouched");
        File.CreateSymbolicLink(w.Path("out", "a.txt"), w.Path("elsewhere", "victim"));
        await Assert.ThrowsAsync<WorkspaceModifiedException>(async () => await v.CheckoutAsync(w.Path("out")));
        await v.CheckoutAsync(w.Path("out"), o => o.Overwrite = true);
        Assert.Equal("untouched", await File.ReadAllTextAsync(w.Path("elsewhere", "victim")));
        Assert.Equal("aaa", await File.ReadAllTextAsync(w.Path("out", "a.txt")));
        Assert.Null(new FileInfo(w.Path("out", "a.txt")).LinkTarget);
    }

    [Fact]
    public async Task FolderInTheWayOfAFile_IsNeverRemoved()
    {
        await using TestWorkspace w = new();
        DatasetVersion v = await MixedAsync(w);
        Directory.CreateDirectory(w.Path("out", "a.txt"));
        await File.WriteAllTextAsync(w.Path("out", "sub"), "a file");
        WorkspaceModifiedException e = await Assert.ThrowsAsync<WorkspaceModifiedException>(
            async () => await v.CheckoutAsync(w.Path("out"), o => o.Overwrite = true));
        Assert.Equal(["a.txt", "sub"], e.Paths.Order(StringComparer.Ordinal));
        Assert.True(Directory.Exists(w.Path("out", "a.txt")));
        await Assert.ThrowsAsync<WorkspaceModifiedException>(async () => await v.CheckoutAsync(w.Path("out", "sub")));
    }

    [Fact]
    public async Task LinkToAnEmptyFolder_StaysALink()
    {
        await using TestWorkspace w = new();
        DatasetVersion v = await MixedAsync(w);
        Directory.CreateDirectory(w.Path("real"));
        Directory.CreateSymbolicLink(w.Path("out"), w.Path("real"));
        Assert.Equal(4, (await v.CheckoutAsync(w.Path("out"))).Written);
        Assert.Equal(w.Path("real"), new DirectoryInfo(w.Path("out")).LinkTarget);
        Assert.True(File.Exists(w.Path("real", "a.txt")));
    }

    [Fact]
    public async Task MountPoint_IsWrittenInto()
    {
        using SmallDisk disk = SmallDisk.Mount(4);
        await using TestWorkspace w = new();
        DatasetVersion v = await MixedAsync(w);
        Assert.Equal(4, (await v.CheckoutAsync(disk.Path)).Written);
        Assert.True(File.Exists(Path.Combine(disk.Path, "a.txt")));
    }

    [Fact]
    public async Task CancelledOrFailed_LeavesNoFolder()
    {
        await using TestWorkspace w = new();
        DatasetVersion v = await MixedAsync(w);
        using CancellationTokenSource cancelled = new();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await v.CheckoutAsync(w.Path("out"), cancellationToken: cancelled.Token));
        await w.FlipAsync((await v.ListFilesAsync())[^1].Digest, 1);
        await Assert.ThrowsAsync<BlobCorruptedException>(async () => await v.CheckoutAsync(w.Path("out")));
        Assert.False(Directory.Exists(w.Path("out")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(w.Folder, ".tmp-*"));
    }

    [Fact]
    public async Task UnwritableFolder_IsOneClearError()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("Needs a folder in which not even a privileged process can make files: /proc.");
        }

        await using TestWorkspace w = new();
        DatasetVersion v = await MixedAsync(w);
        DatasetException e = await Assert.ThrowsAsync<DatasetException>(async () => await v.CheckoutAsync("/proc/out"));
        Assert.Contains("mixed@1 could not be written to '/proc/out'", e.Message, StringComparison.Ordinal);
    }
}
