using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Lifecycle.Data.Tests;

public sealed partial class TreeScannerTests
{
    // What the thread may do with files; root's right to everything goes with the user.
    [LibraryImport("libc", EntryPoint = "setfsuid")]
    private static partial int SetFileUser(uint user);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();

    private static string[] Scan(string path, SourceLinks links = SourceLinks.Refuse) =>
        [.. DatasetCatalog.InTreeOrder(TreeScanner.Scan(path, links, null, default)).Select(f => f.Path)];

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }

    [Fact]
    public async Task Scan_EqualsNaive_OverManyAndDeepFolders()
    {
        await using TestWorkspace w = new();
        for (int i = 0; i < 300; i++)
        {
            w.Write($"f/{i % 40:00}/{i % 3}/{i}", new string('x', i));
        }

        w.Write("f/" + string.Join('/', Enumerable.Repeat("deep", 200)) + "/end", "e");
        string root = w.Path("source", "f");
        List<ScannedFile> found = TreeScanner.Scan(root, SourceLinks.Refuse, null, default);
        string[] naive = [.. Directory.GetFiles(root, "*", SearchOption.AllDirectories)];
        Assert.Equal(naive.Order(StringComparer.Ordinal), found.Select(f => f.FullPath).Order(StringComparer.Ordinal));
        Assert.All(found, f =>
        {
            Assert.Equal(Path.GetRelativePath(root, f.FullPath), f.Path);
            Assert.Equal(FileStamp.Of(f.FullPath), f.Stamp);
        });
    }

    // As many folders as may be open at once are fewer than those that lie side by side.
    [Fact]
    public async Task ManyFoldersSideBySide_KeepFewOpen()
    {
        await using TestWorkspace w = new();
        for (int i = 0; i < 3000; i++)
        {
            Directory.CreateDirectory(w.Path("source", "f", $"{i}", "in"));
        }

        w.Write("f/7/in/file", "1");
        int most = 0;
        using (CancellationTokenSource stop = new())
        {
            Task watching = Task.Run(() =>
            {
                while (!stop.IsCancellationRequested)
                {
                    most = Math.Max(most, Directory.GetFileSystemEntries("/proc/self/fd").Length);
                }
            });
            Assert.Equal(["7/in/file"], Scan(w.Path("source", "f")));
            await stop.CancelAsync();
            await watching;
        }

        Assert.InRange(most, 0, 1000);
    }

    [Fact]
    public async Task FoldersOfOtherTools_AndTemporaries_AreOut()
    {
        await using TestWorkspace w = new();
        foreach (string name in new[] { ".git", ".hg", ".dvc", ".lifecycle" })
        {
            w.Write($"f/{name}/x", "1");
            w.Write($"f/in/{name}/x", "1");
        }

        w.Write($"f/.tmp-{new string('0', 32)}", "half");
        w.Write($"f/.tmp-{new string('1', 32)}/built/half", "half");
        File.CreateSymbolicLink(w.Path("source", "f", $".tmp-{new string('2', 32)}"), "nowhere");
        w.Write($"f/.tmp-{new string('0', 31)}", "mine");
        w.Write($"f/.tmp-{new string('G', 32)}", "mine");
        w.Write("f/.gitignore", "x");
        Assert.Equal([".gitignore", $".tmp-{new string('0', 31)}", $".tmp-{new string('G', 32)}"], Scan(w.Path("source", "f")));
        Assert.Equal(
            Scan(w.Path("source", "f")),
            DatasetCatalog.InTreeOrder(TreeScanner.PortableScan(w.Path("source", "f"), SourceLinks.Refuse, null, default)).Select(f => f.Path));
    }

    [Fact]
    public async Task IgnoreFile_LeavesOut_AndIsKeptItself()
    {
        await using TestWorkspace w = new();
        w.Write("f/.lifecycleignore", "*.tmp\nlogs/\n!keep.tmp\n");
        w.Write("f/a.tmp", "1");
        w.Write("f/keep.tmp", "1");
        w.Write("f/logs/x", "1");
        w.Write("f/sub/logs/x", "1");
        w.Write("f/sub/.lifecycleignore", "/only-here\n");
        w.Write("f/sub/only-here", "1");
        w.Write("f/only-here", "1");
        // what is left out may be anything
        File.CreateSymbolicLink(w.Path("source", "f", "link.tmp"), "/nowhere");
        Assert.Equal([".lifecycleignore", "keep.tmp", "only-here", "sub/.lifecycleignore"], Scan(w.Path("source", "f")));
        w.Write("f/.lifecycleignore", "ok\n!\n");
        DvcFormatException e = Assert.Throws<DvcFormatException>(() => Scan(w.Path("source", "f")));
        Assert.Contains(".lifecycleignore", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NameThatIsNotUtf8_IsRefusedWithItsHex()
    {
        await using TestWorkspace w = new();
        w.Write("f/good", "1");
        await RunAsync("sh", "-c", $"printf 1 > \"$(printf '{w.Path("source", "f")}/bad\\377name')\"");
        SourceRefusedException e = await Assert.ThrowsAsync<SourceRefusedException>(async () => await w.Datasets.CommitAsync("f", w.Path("source", "f")));
        Assert.Contains("626164ff6e616d65", e.Message, StringComparison.Ordinal);
        await CommitTests.AssertNothingAsync(w);

        // .NET cannot even delete it
        await RunAsync("rm", "-r", w.Path("source", "f"));
    }

    [Fact]
    public async Task Links_AreRefused_OrFollowedWhenAskedFor()
    {
        await using TestWorkspace w = new();
        w.Write("f/real/data", "inside");
        string outside = w.Write("outside", "outside");
        string root = w.Path("source", "f");
        File.CreateSymbolicLink(Path.Combine(root, "in"), "real/data");
        SourceRefusedException e = Assert.Throws<SourceRefusedException>(() => Scan(root));
        Assert.Equal(Path.Combine(root, "in"), e.Path);
        Assert.Contains("SourceLinks.FollowInside", e.Message, StringComparison.Ordinal);
        Assert.Contains("SourceLinks.FollowAll", e.Message, StringComparison.Ordinal);
        DatasetVersion v = await w.Datasets.CommitAsync("f", root, configure: c => c.Links = SourceLinks.FollowInside);
        Assert.Equal(["in", "real/data"], (await v.ListFilesAsync()).Select(f => f.Path));
        Assert.Single((await v.ListFilesAsync()).Select(f => f.Digest).Distinct());

        File.CreateSymbolicLink(Path.Combine(root, "out"), outside);
        Assert.Contains("outside the folder", Assert.Throws<SourceRefusedException>(() => Scan(root, SourceLinks.FollowInside)).Message, StringComparison.Ordinal);
        Assert.Equal(["in", "out", "real/data"], Scan(root, SourceLinks.FollowAll));
        Assert.Equal(["out"], Scan(Path.Combine(root, "out"), SourceLinks.FollowAll));

        // a way out through a folder that is a link is a way out
        File.Delete(Path.Combine(root, "out"));
        Directory.CreateSymbolicLink(w.Path("source", "f", ".git"), w.Path("source"));
        File.CreateSymbolicLink(Path.Combine(root, "sly"), ".git/outside");
        Assert.Throws<SourceRefusedException>(() => Scan(root, SourceLinks.FollowInside));
        File.Delete(Path.Combine(root, "sly"));
        File.Delete(Path.Combine(root, ".git"));

        Directory.CreateSymbolicLink(Path.Combine(root, "folder"), "real");
        foreach (SourceLinks links in Enum.GetValues<SourceLinks>())
        {
            Assert.Contains("never followed", Assert.Throws<SourceRefusedException>(() => Scan(root, links)).Message, StringComparison.Ordinal);
        }

        File.Delete(Path.Combine(root, "folder"));
        File.CreateSymbolicLink(Path.Combine(root, "loop"), "loop");
        Assert.Throws<SourceRefusedException>(() => Scan(root, SourceLinks.FollowAll));
        File.Delete(Path.Combine(root, "loop"));
        File.CreateSymbolicLink(Path.Combine(root, "null"), "/dev/null");
        Assert.Throws<SourceRefusedException>(() => Scan(root, SourceLinks.FollowAll));
    }

    [Fact]
    public async Task Links_OfTheOptions_HoldForWorkspacesToo()
    {
        await using TestWorkspace w = new();
        w.Write("f/a", "1");
        File.CreateSymbolicLink(w.Path("source", "f", "b"), "a");
        DatasetCatalog datasets = w.Catalog(w.Local.Blobs, options: new DatasetOptions { Links = SourceLinks.FollowInside });
        Workspace f = await datasets.OpenWorkspaceAsync("f", w.Path("source", "f"));
        Assert.Equal(2, (await f.CommitAsync()).Files);
        Assert.True((await f.StatusAsync()).IsClean);
        await Assert.ThrowsAsync<SourceRefusedException>(async () => await f.CommitAsync(configure: c => c.Links = SourceLinks.Refuse));
    }

    [Fact]
    public async Task NamesThatWindowsCannotHold_AreCommittedAndListed()
    {
        await using TestWorkspace w = new();
        w.Write("f/ok.txt", "1");
        w.Write("f/a:b", "1");
        w.Write("f/NUL.txt", "1");
        w.Write("f/Read", "1");
        w.Write("f/READ", "1");
        DatasetVersion v = await w.Datasets.CommitAsync("f", w.Path("source", "f"));
        Assert.Equal(5, v.Files);
        Assert.Equal(3, v.PortabilityWarnings.Count);
        Assert.Contains(v.PortabilityWarnings, p => p.StartsWith("'a:b'", StringComparison.Ordinal));
        Assert.Contains(v.PortabilityWarnings, p => p.StartsWith("'NUL.txt'", StringComparison.Ordinal));
        Assert.Contains(v.PortabilityWarnings, p => p.Contains("cannot be told apart", StringComparison.Ordinal));
        Assert.Equal(3, (await Assert.ThrowsAsync<UnsafePathException>(async () => await v.CheckoutAsync(w.Path("out"), o => o.PortableNames = true))).Paths.Count);
        Assert.Equal(5, (await v.CheckoutAsync(w.Path("out"))).Written);
    }

    [Fact]
    public async Task PortableScan_FindsTheSame()
    {
        await using TestWorkspace w = new();
        w.Write("f/.lifecycleignore", "*.tmp\n");
        w.Write("f/a.tmp", "1");
        w.Write("f/b/c", "1");
        w.Write("f/.git/x", "1");
        string root = w.Path("source", "f");
        Assert.Equal(
            TreeScanner.Scan(root, SourceLinks.Refuse, null, default).OrderBy(f => f.Path, StringComparer.Ordinal),
            TreeScanner.PortableScan(root, SourceLinks.Refuse, null, default).OrderBy(f => f.Path, StringComparer.Ordinal));
        File.CreateSymbolicLink(Path.Combine(root, "link"), "b/c");
        Assert.Throws<SourceRefusedException>(() => TreeScanner.PortableScan(root, SourceLinks.Refuse, null, default));
        Assert.Contains("link", TreeScanner.PortableScan(root, SourceLinks.FollowInside, null, default).Select(f => f.Path));
        Assert.Contains("link", TreeScanner.PortableScan(root, null, null, default).Select(f => f.Path));
    }

    // Names can be read and files cannot be looked at: a folder without the right to search.
    [Fact]
    public async Task AFileThatCannotBeLookedAt_IsRefusedByName_NotLeftOut()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("Needs the user of a thread, which only Linux has.");
        }

        await using TestWorkspace w = new();
        w.Write("f/in/unread.csv", "n\n1\n");
        string folder = w.Path("source", "f", "in");
        const UnixFileMode All = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        File.SetUnixFileMode(w.Folder, All);
        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        Exception? error = OperatingSystem.IsLinux() ? ListAsNobody(folder) : null;
        File.SetUnixFileMode(folder, All);
        SourceRefusedException refused = Assert.IsType<SourceRefusedException>(error);
        Assert.Equal(Path.Combine(folder, "unread.csv"), refused.Path);
        Assert.Contains("Permission denied", refused.Message, StringComparison.Ordinal);
    }

    [SupportedOSPlatform("linux")]
    private static Exception? ListAsNobody(string folder)
    {
        Exception? error = null;
        Thread thread = new(() =>
        {
            bool isRoot = EffectiveUser() == 0;
            _ = isRoot ? SetFileUser(65534) : 0;
            error = Record.Exception(() =>
            {
                using LinuxFolder open = LinuxFolder.Open(folder);
                using FolderListing listing = new();
                listing.Read(open, (ReadOnlySpan<byte> name, in NativeStamp found) => Assert.NotEqual(0, name.Length));
            });
            _ = isRoot ? SetFileUser(0) : 0;
        });
        thread.Start();
        thread.Join();
        return error;
    }
}
