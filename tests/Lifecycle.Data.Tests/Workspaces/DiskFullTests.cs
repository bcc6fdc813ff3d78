using Lifecycle.Storage.Local;
using Lifecycle.Storage.Local.Tests;

namespace Lifecycle.Data.Tests;

/// <summary>A disk with room for so many pages and no more: whichever write is the one that fails, nothing of the user's is lost.</summary>
public sealed class DiskFullTests
{
    private static Dictionary<string, string> Content(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .ToDictionary(f => Path.GetRelativePath(folder, f), f => Digest.Of(File.ReadAllBytes(f)).Hex);

    [Fact]
    public async Task DiskFull_AtEveryWrite_LeavesSourceUntouched()
    {
        using SmallDisk disk = SmallDisk.Mount(12);
        await using TestWorkspace w = new();
        for (int i = 0; i < 12; i++)
        {
            w.Write($"f/{i:00}.bin", new string((char)('a' + i), 3000 + i));
        }

        // cut into chunks, with a recipe
        File.WriteAllBytes(w.Path("source", "f", "big.bin"), Random(1_572_864));
        w.Write("f/t.csv", "n\n" + string.Concat(Enumerable.Range(0, 12_000).Select(i => $"{i}\n")));
        string[] sources = [.. Directory.EnumerateFiles(w.Path("source"), "*", SearchOption.AllDirectories)];
        FileStamp[] stamps = [.. sources.Select(FileStamp.Of)];
        await using LocalWorkspace local = LocalWorkspace.Open(Path.Combine(disk.Path, "lifecycle"));
        await using DatasetCatalog datasets = new(local.Database, local.Blobs, local.Objects, local.Audit, local.Events);
        DatasetVersion one = await datasets.CommitAsync("f", w.Write("first.txt", "first"));
        DatasetVersion? two = null;
        int failures = await disk.GrowAsync(
            Depth.IsFull,
            async () => two = await datasets.CommitAsync("f", w.Path("source", "f")),
            async () =>
            {
                Assert.Equal(stamps, sources.Select(FileStamp.Of));
                Assert.Equal(1, (await datasets.GetAsync("f")).Number);
                Assert.Empty((await datasets.VerifyAsync(one)).Problems);
                Assert.DoesNotContain(disk.Files(), f => f.Contains("/.tmp-", StringComparison.Ordinal));
            });
        Assert.Equal(stamps, sources.Select(FileStamp.Of));
        Assert.InRange(failures, Depth.IsFull ? 380 : 30, 4000);
        Assert.Empty((await datasets.VerifyAsync(two!)).Problems);
        Assert.Empty((await datasets.VerifyAsync(one)).Problems);
        Assert.True((await local.Audit.VerifyAsync()).IsSound);
        Assert.Empty((await local.Objects.VerifyAsync()).Damaged);
    }

    [Fact]
    public async Task DiskFull_AtEveryWriteOfACheckout_ChangesNothing()
    {
        using SmallDisk disk = SmallDisk.Mount(8);
        await using TestWorkspace w = new();
        string out1 = Path.Combine(disk.Path, "work");
        string out2 = Path.Combine(disk.Path, "built");
        for (int i = 0; i < 20; i++)
        {
            w.Write($"f/d{i % 3}/{i}.bin", new string('1', 4000 * (1 + (i % 4))));
        }

        byte[] big = Random(1_200_000);
        File.WriteAllBytes(w.Path("source", "f", "big.bin"), big);
        DatasetVersion one = await w.Datasets.CommitAsync("f", w.Path("source", "f"));
        File.WriteAllBytes(w.Path("source", "f", "big.bin"), [.. big[..50_000], 1, .. big[50_000..]]);
        for (int i = 0; i < 20; i += 2)
        {
            w.Write($"f/d{i % 3}/{i}.bin", new string('2', 5000 * (1 + (i % 4))));
        }

        DatasetVersion two = await w.Datasets.CommitAsync("f", w.Path("source", "f"));
        Workspace work = await w.Datasets.OpenWorkspaceAsync("f", out1);
        await work.CheckoutAsync(one);
        Dictionary<string, string> before = Content(out1);
        Dictionary<string, string> after = Content(w.Path("source", "f"));
        int failures = await disk.GrowAsync(
            Depth.IsFull,
            async () => await work.CheckoutAsync(two),
            () =>
            {
                Assert.Equal(before, Content(out1));
                Assert.Equal(["work"], Directory.EnumerateFileSystemEntries(disk.Path).Select(Path.GetFileName));
                return Task.CompletedTask;
            });
        Assert.Equal(after, Content(out1));
        Assert.InRange(failures, Depth.IsFull ? 200 : 20, 4000);
        Assert.True((await work.StatusAsync()).IsClean);
        failures = await disk.GrowAsync(
            Depth.IsFull,
            async () => await two.CheckoutAsync(out2),
            () =>
            {
                Assert.Equal(["work"], Directory.EnumerateFileSystemEntries(disk.Path).Select(Path.GetFileName));
                return Task.CompletedTask;
            });
        Assert.Equal(after, Content(out2));
        Assert.InRange(failures, Depth.IsFull ? 200 : 20, 4000);
    }

    private static byte[] Random(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }
}
