using Lifecycle.Storage.Specification;

namespace Lifecycle.Storage.Local.Tests;

/// <summary>Collections and repairs on a disk with room for so many pages and no more.</summary>
public sealed class FullDiskTests : IDisposable
{
    private static readonly bool IsFull = Environment.GetEnvironmentVariable("LIFECYCLE_DEPTH") == "full";

    private readonly TendedStore _clock = new();
    private readonly Holder _holder = new();
    private readonly LocalStorageOptions _options = new() { Durability = Durability.Relaxed };

    public void Dispose() => _clock.Dispose();

    [Fact]
    public async Task AtEveryWriteOfACollection_NothingNeededIsGone_AndTheNextWorks()
    {
        using SmallDisk disk = SmallDisk.Mount(24);
        string folder = Path.Combine(disk.Path, "objects");
        LocalBlobStore store = Open(folder);
        byte[] shared = TendedStore.Content(7, 1_200_000);
        Digest[] half = await BatchAsync(store, [.. Enumerable.Range(0, 10).Select(i => TendedStore.Content(i, 60_000))]);
        Digest[] cut = await BatchAsync(store, [[.. shared, .. TendedStore.Content(8, 100_000)], [.. shared, .. TendedStore.Content(9, 100_000)]]);
        await BatchAsync(store, [.. Enumerable.Range(20, 5).Select(i => TendedStore.Content(i, 40_000))]);
        await store.PutAsync(new MemoryStream(TendedStore.Content(30, 50_000)));
        _holder.Needs.UnionWith([.. half[..4], cut[1]]);
        LocalBlobUpkeep upkeep = await UpkeepAsync(store);
        _clock.Time.Advance(_clock.Young + TimeSpan.FromMinutes(1));
        await (await upkeep.PlanCollectionAsync()).ApplyAsync();
        _clock.Time.Advance(_clock.Grace);
        StoreImage image = StoreImage.Of(folder);
        IReadOnlyList<Digest> all = (await (await upkeep.PlanCollectionAsync()).ApplyAsync()).Removed;
        Assert.True(all.Count > 10);
        int refused = 0, partly = 0;
        for (int pages = 0; ; pages = SmallDisk.Next(pages, IsFull))
        {
            Assert.InRange(pages, 0, 3000);
            Restore(image);
            upkeep = await UpkeepAsync(store = Open(folder));
            CollectionPlan plan = await upkeep.PlanCollectionAsync();
            disk.Leave(pages);
            IReadOnlyList<Digest> removed = [];
            try
            {
                removed = (await plan.ApplyAsync()).Removed;
                partly += removed.Count < all.Count ? 1 : 0;
            }
            catch (LifecycleStorageException error)
            {
                SmallDisk.AssertFull(error, disk.Path);
                refused++;
            }

            disk.Free();
            Assert.Subset(all.ToHashSet(), removed.ToHashSet());
            await AssertNeededAsync(folder);
            Assert.True((await upkeep.VerifyAsync()).IsSound);
            if (removed.Count == all.Count)
            {
                break;
            }

            await (await upkeep.PlanCollectionAsync()).ApplyAsync();
            await AssertNeededAsync(folder);
            LocalBlobStore after = Open(folder);
            foreach (Digest digest in all)
            {
                Assert.Null(await after.FindAsync(digest));
            }
        }

        Assert.InRange(refused, 1, 3000);
        Assert.InRange(partly, 4, 3000);
    }

    [Fact]
    public async Task AtEveryWriteOfARepair_NothingSoundIsLost_AndTheNextWorks()
    {
        using SmallDisk disk = SmallDisk.Mount(24);
        using TemporaryFolder other = new();
        string folder = Path.Combine(disk.Path, "objects");
        LocalBlobStore store = Open(folder);
        LocalBlobStore second = Open(other["objects"]);
        byte[][] contents = [TendedStore.Content(1, 1_300_000), .. Enumerable.Range(2, 9).Select(i => TendedStore.Content(i, 30_000))];
        Digest[] digests = await BatchAsync(store, contents);
        Digest loose = (await store.PutAsync(new MemoryStream(TendedStore.Content(30, 1_100_000)))).Digest;
        await BatchAsync(second, [.. contents, TendedStore.Content(30, 1_100_000)]);
        _holder.Needs.UnionWith([.. digests, loose]);
        StoreImage sound = StoreImage.Of(folder);
        foreach (string file in sound.Files.Where(f => f.EndsWith(".pack", StringComparison.Ordinal) || f.EndsWith(loose.Hex[2..], StringComparison.Ordinal)))
        {
            byte[] bytes = [.. sound[file]];
            for (int at = 1000; at < bytes.Length - 20_000; at += 300_000)
            {
                bytes[at] ^= 16;
            }

            sound.Write(file, bytes);
        }

        StoreImage image = StoreImage.Of(folder);
        LocalBlobUpkeep upkeep = await UpkeepAsync(Open(folder));
        int refused = 0;
        for (int pages = 0; ; pages = SmallDisk.Next(pages, IsFull))
        {
            Assert.InRange(pages, 0, 3000);
            Restore(image);
            upkeep = await UpkeepAsync(Open(folder));
            HashSet<Digest> readable = await ReadableAsync(folder);
            disk.Leave(pages);
            bool done = false;
            try
            {
                done = (await upkeep.RepairAsync(second)).IsSound;
            }
            catch (LifecycleStorageException error)
            {
                SmallDisk.AssertFull(error, disk.Path);
                refused++;
            }

            disk.Free();
            Assert.Subset(await ReadableAsync(folder), readable);
            if (done)
            {
                break;
            }

            Assert.True((await upkeep.RepairAsync(second)).IsSound);
        }

        await AssertNeededAsync(folder);
        Assert.InRange(refused, 4, 3000);
    }

    // What is gone stays mapped, and so takes room, until nobody refers to it.
    private static void Restore(StoreImage image)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        image.Restore();
    }

    private LocalBlobStore Open(string folder) => new(folder, _options, _clock.Time);

    private async Task<LocalBlobUpkeep> UpkeepAsync(LocalBlobStore store)
    {
        LocalBlobUpkeep upkeep = new(store, _options, _clock.Time);
        await upkeep.RegisterAsync(_holder);
        return upkeep;
    }

    private async Task AssertNeededAsync(string folder) => Assert.Equal(_holder.Needs.Order(), (await ReadableAsync(folder)).Order());

    private async Task<HashSet<Digest>> ReadableAsync(string folder)
    {
        LocalBlobStore store = Open(folder);
        HashSet<Digest> readable = [];
        foreach (Digest digest in _holder.Needs)
        {
            try
            {
                await using Stream content = await store.OpenAsync(digest);
                Assert.Equal(digest, await Digest.OfAsync(content));
                readable.Add(digest);
            }
            catch (Exception error) when (error is BlobCorruptedException or BlobNotFoundException)
            {
                Assert.Contains(digest.Hex, error.Message, StringComparison.Ordinal);
            }
        }

        return readable;
    }

    private static async Task<Digest[]> BatchAsync(LocalBlobStore store, byte[][] contents)
    {
        await using BlobBatch batch = await store.BeginBatchAsync();
        List<Digest> digests = [];
        foreach (byte[] content in contents)
        {
            digests.Add((await batch.PutAsync(content)).Digest);
        }

        await batch.CompleteAsync();
        return [.. digests];
    }
}
