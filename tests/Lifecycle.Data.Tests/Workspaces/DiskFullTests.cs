using Lifecycle.Storage.Local;
using Lifecycle.Storage.Local.Tests;

namespace Lifecycle.Data.Tests;

/// <summary>A disk with room for so many pages and no more: whichever write is the one that fails, nothing of the user's is lost.</summary>
public sealed class DiskFullTests
{
    private const int Page = 4096;

    private static int Step => Depth.IsFull ? 1 : 4;

    // Written until there is no room, then cut: what the system says is free is not always what can be had.
    private static void Fill(SmallDisk disk, int freePages)
    {
        using Microsoft.Win32.SafeHandles.SafeFileHandle ballast = File.OpenHandle(Path.Combine(disk.Path, "ballast"), FileMode.Create, FileAccess.Write);
        byte[] page = new byte[Page];
        long pages = 0;
        try
        {
            for (; ; pages++)
            {
                RandomAccess.Write(ballast, page, pages * Page);
            }
        }
        catch (IOException)
        {
            RandomAccess.SetLength(ballast, Math.Max(0, pages - freePages) * Page);
        }
    }

    private static void Empty(SmallDisk disk) => File.Delete(Path.Combine(disk.Path, "ballast"));

    private static Dictionary<string, string> Content(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .ToDictionary(f => Path.GetRelativePath(folder, f), f => Digest.Of(File.ReadAllBytes(f)).Hex);

    [Fact]
    public async Task DiskFull_AtEveryWrite_LeavesSourceUntouched()
    {
        using SmallDisk disk = SmallDisk.Mount(8);
        await using TestWorkspace w = new();
        for (int i = 0; i < 12; i++)
        {
            w.Write($"f/{i:00}.bin", new string((char)('a' + i), 3000 + i));
        }

        w.Write("f/t.csv", "n\n" + string.Concat(Enumerable.Range(0, 12_000).Select(i => $"{i}\n")));
        string[] sources = [.. Directory.EnumerateFiles(w.Path("source"), "*", SearchOption.AllDirectories)];
        FileStamp[] stamps = [.. sources.Select(FileStamp.Of)];
        await using LocalWorkspace local = LocalWorkspace.Open(Path.Combine(disk.Path, "lifecycle"));
        await using DatasetCatalog datasets = new(local.Database, local.Blobs, local.Objects, local.Audit, local.Events);
        DatasetVersion one = await datasets.CommitAsync("f", w.Write("first.txt", "first"));
        int failures = 0;
        DatasetVersion? two = null;
        for (int free = 0; two is null; free += Step)
        {
            Fill(disk, free);
            try
            {
                two = await datasets.CommitAsync("f", w.Path("source", "f"));
            }
            catch (LifecycleStorageException e)
            {
                failures++;
                Assert.Contains(disk.Path, e.Message, StringComparison.Ordinal);
            }

            Empty(disk);
            Assert.Equal(stamps, sources.Select(FileStamp.Of));
            Assert.InRange(free, 0, 1000);
            if (two is null)
            {
                Assert.Equal(1, (await datasets.GetAsync("f")).Number);
                Assert.Empty((await datasets.VerifyAsync(one)).Problems);
            }
        }

        Assert.InRange(failures, 8, 1000);
        Assert.Empty((await datasets.VerifyAsync(two)).Problems);
        Assert.Empty((await datasets.VerifyAsync(one)).Problems);
        Assert.True((await local.Audit.VerifyAsync()).IsSound);
        Assert.Empty((await local.Objects.VerifyAsync()).Damaged);
    }

    [Fact]
    public async Task DiskFull_AtEveryWriteOfACheckout_ChangesNothing()
    {
        using SmallDisk disk = SmallDisk.Mount(4);
        await using TestWorkspace w = new();
        string out1 = Path.Combine(disk.Path, "work");
        string out2 = Path.Combine(disk.Path, "built");
        for (int i = 0; i < 20; i++)
        {
            w.Write($"f/d{i % 3}/{i}.bin", new string('1', 4000 * (1 + (i % 4))));
        }

        DatasetVersion one = await w.Datasets.CommitAsync("f", w.Path("source", "f"));
        for (int i = 0; i < 20; i += 2)
        {
            w.Write($"f/d{i % 3}/{i}.bin", new string('2', 5000 * (1 + (i % 4))));
        }

        DatasetVersion two = await w.Datasets.CommitAsync("f", w.Path("source", "f"));
        Workspace work = await w.Datasets.OpenWorkspaceAsync("f", out1);
        await work.CheckoutAsync(one);
        Dictionary<string, string> before = Content(out1);
        Dictionary<string, string> after = Content(w.Path("source", "f"));
        int failures = 0;
        for (int free = 0; ; free += Step)
        {
            Assert.InRange(free, 0, 1000);
            Fill(disk, free);
            bool written = await TryAsync(() => work.CheckoutAsync(two));
            Assert.Equal(written ? after : before, Content(out1));
            if (written)
            {
                break;
            }

            failures++;
            Assert.False(await TryAsync(() => two.CheckoutAsync(out2)));
            Assert.False(Directory.Exists(out2));
            Empty(disk);
            Assert.Equal(["work"], Directory.EnumerateFileSystemEntries(disk.Path).Select(Path.GetFileName));
        }

        Empty(disk);
        Assert.InRange(failures, 4, 1000);
        Assert.True((await work.StatusAsync()).IsClean);
        await two.CheckoutAsync(out2);
        Assert.Equal(after, Content(out2));

        async Task<bool> TryAsync(Func<ValueTask<CheckoutReport>> checkout)
        {
            try
            {
                await checkout();
                return true;
            }
            catch (DatasetException e)
            {
                Assert.Contains("Make room", e.Message, StringComparison.Ordinal);
                return false;
            }
        }
    }
}
