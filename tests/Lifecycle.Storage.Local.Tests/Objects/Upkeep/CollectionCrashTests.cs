using Lifecycle.Storage.Specification;

namespace Lifecycle.Storage.Local.Tests;

/// <summary>A collection that ends between any two things it does to the disk.</summary>
public sealed class CollectionCrashTests : IDisposable
{
    private readonly TendedStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task KilledAfterAnyStep_NothingNeededIsGone_AndTheNextCollectionWorks()
    {
        byte[] shared = TendedStore.Content(7, 1_500_000);
        Digest[] small = await _store.BatchAsync([.. Enumerable.Range(0, 20).Select(i => (i, 2000))]);
        Digest first = await PutInBatchAsync([.. shared, .. TendedStore.Content(8, 300_000)]);
        Digest second = await PutInBatchAsync([.. shared, .. TendedStore.Content(9, 300_000)]);
        Digest third = await PutInBatchAsync(TendedStore.Content(10, 1_500_000));
        Digest loose = await _store.PutAsync(30, 2_000_000), dead = await _store.PutAsync(31, 2_000_000);
        _store.Holder.Needs.UnionWith([.. small[..5], second, loose]);
        _store.Time.Advance(_store.Young + TimeSpan.FromMinutes(1));
        await _store.CollectAsync();
        _store.Time.Advance(_store.Grace);
        CollectionPlan plan = await _store.Upkeep.PlanCollectionAsync();
        List<StoreImage> images = [];
        _store.Store.Layout.Disk.Recorder = _ => images.Add(StoreImage.Of(_store.Store.Folder));
        CollectionReport report = await plan.ApplyAsync();
        _store.Store.Layout.Disk.Recorder = null;
        Assert.Subset(report.Removed.ToHashSet(), new HashSet<Digest> { first, third, dead, small[9] });
        Assert.True(images.Count > 10, $"only {images.Count} steps");
        for (int i = 0; i < images.Count; i++)
        {
            using TemporaryFolder copy = new();
            images[i].CopyTo(copy["objects"]);
            LocalBlobStore store = new(copy["objects"], _store.Options, _store.Time);
            LocalBlobUpkeep upkeep = new(store, _store.Options, _store.Time);
            await upkeep.RegisterAsync(_store.Holder);
            VerificationReport found = await upkeep.VerifyAsync();
            Assert.True(found.IsSound, $"after step {i}: {string.Join("; ", found.Damaged.Select(d => d.Problem))} {found.Missing.Count} missing");
            await AssertNeededAsync(store);
            await AssertOfferedBlobsAreWholeAsync(store);
            await (await upkeep.PlanCollectionAsync()).ApplyAsync();
            await AssertNeededAsync(store);
            Assert.True((await upkeep.VerifyAsync()).IsSound);
            Assert.Null(await store.FindAsync(dead));
            Assert.Null(await store.FindAsync(third));
        }
    }

    [Fact]
    public async Task AFullDisk_StopsNothingThatNeedsNoRoom()
    {
        using SmallDisk disk = SmallDisk.Mount(12);
        LocalStorageOptions options = new() { Durability = Durability.Relaxed };
        LocalBlobStore store = new(Path.Combine(disk.Path, "objects"), options, _store.Time);
        LocalBlobUpkeep upkeep = new(store, options, _store.Time);
        await upkeep.RegisterAsync(_store.Holder);
        Digest[] half = await BatchAsync(store, [.. Enumerable.Range(0, 10).Select(i => TendedStore.Content(i, 400_000))]);
        Digest[] dead = await BatchAsync(store, [.. Enumerable.Range(20, 5).Select(i => TendedStore.Content(i, 400_000))]);
        _store.Holder.Needs.UnionWith(half[..5]);
        _store.Time.Advance(_store.Young + TimeSpan.FromMinutes(1));
        await (await upkeep.PlanCollectionAsync()).ApplyAsync();
        _store.Time.Advance(_store.Grace);
        long free = new DriveInfo(disk.Path).AvailableFreeSpace;
        await File.WriteAllBytesAsync(Path.Combine(disk.Path, "big"), new byte[free - 100_000]);

        // Room for the marks, none for writing a pack anew: the pack that is all dead goes, the other stays as it is.
        CollectionReport report = await (await upkeep.PlanCollectionAsync()).ApplyAsync();
        Assert.Equal(dead.Order(), report.Removed);
        Assert.True((await upkeep.VerifyAsync()).IsSound);

        // By now there is.
        Assert.Equal(half[5..].Order(), (await (await upkeep.PlanCollectionAsync()).ApplyAsync()).Removed);
        Assert.True((await upkeep.VerifyAsync()).IsSound);
        await AssertNeededAsync(store);

        // What is gone stays mapped until nobody refers to it.
        GC.Collect();
        GC.WaitForPendingFinalizers();

        // And no room for the marks: nothing is touched.
        Digest[] more = await BatchAsync(store, [TendedStore.Content(40, 300_000)]);
        _store.Time.Advance(_store.Young + _store.Grace);
        CollectionPlan plan = await upkeep.PlanCollectionAsync();
        free = new DriveInfo(disk.Path).AvailableFreeSpace;
        await File.WriteAllBytesAsync(Path.Combine(disk.Path, "more"), new byte[free]);
        string[] before = [.. disk.Files()];
        LifecycleStorageException full = await Assert.ThrowsAsync<LifecycleStorageException>(async () => await plan.ApplyAsync());
        Assert.Contains("is full", full.Message, StringComparison.Ordinal);
        Assert.Equal(before, disk.Files());
        Assert.Equal(more[0], Digest.Of(await ReadAsync(store, more[0])));
    }

    private async Task AssertNeededAsync(LocalBlobStore store)
    {
        foreach (Digest digest in _store.Holder.Needs)
        {
            Assert.Equal(digest, Digest.Of(await ReadAsync(store, digest)));
        }
    }

    /// <summary>A blob that is still offered is whole: a put may rely on it.</summary>
    private static async Task AssertOfferedBlobsAreWholeAsync(LocalBlobStore store)
    {
        await foreach (StoredBlob blob in store.ListAsync())
        {
            Assert.Equal(blob.Digest, Digest.Of(await ReadAsync(store, blob.Digest)));
        }
    }

    private static async Task<byte[]> ReadAsync(LocalBlobStore store, Digest digest)
    {
        await using Stream stream = await store.OpenAsync(digest);
        using MemoryStream bytes = new();
        await stream.CopyToAsync(bytes);
        return bytes.ToArray();
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

    private async Task<Digest> PutInBatchAsync(byte[] content) => (await BatchAsync(_store.Store, [content]))[0];
}
