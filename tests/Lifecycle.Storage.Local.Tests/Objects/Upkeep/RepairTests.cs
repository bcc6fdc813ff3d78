using Lifecycle.Storage.Specification;

namespace Lifecycle.Storage.Local.Tests;

public sealed class RepairTests : IDisposable
{
    private readonly TendedStore _store = new();
    private readonly TemporaryFolder _other = new();
    private readonly LocalBlobStore _second;

    public RepairTests() => _second = new LocalBlobStore(_other["objects"], _store.Options);

    public void Dispose()
    {
        _store.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task ADamagedChunk_IsTracedToTheBlobsAndTheirHolders()
    {
        byte[] shared = TendedStore.Content(7, 2 << 20);
        byte[][] contents = [[.. shared, 1], [.. shared, .. TendedStore.Content(8, 300_000)], TendedStore.Content(9, 1 << 20)];
        Digest[] blobs = [await PutInBatchAsync(contents[0]), await PutInBatchAsync(contents[1]), await PutInBatchAsync(contents[2])];
        _store.Holder.Needs.UnionWith(blobs);
        PackReader pack = Assert.Single(_store.Store.Packs.FindAll(blobs[0])).Pack;
        PackEntry chunk = pack.Entries().OrderBy(e => e.Offset).First();
        Assert.True(chunk.IsPart);
        Flip(pack.Path, chunk.PayloadOffset + 5);
        DamagedBlob damaged = Assert.Single((await _store.Upkeep.VerifyAsync()).Damaged);
        Assert.Equal(chunk.Id, damaged.Expected);
        Assert.Equal(((Digest[])[chunk.Id, blobs[0], blobs[1]]).Order(), damaged.Affected);
        Assert.Equal(((Digest[])[blobs[0], blobs[1]]).Order().Select(b => new BlobHolder(b, "thing", b.Hex[..8])), damaged.NeededBy);

        // Fetched out of the middle of a blob that the second store holds as one file.
        await _second.PutAsync(new MemoryStream(contents[1]), new BlobPutOptions { Layout = BlobLayout.Whole });
        RepairReport report = await _store.Upkeep.RepairAsync(_second);
        Assert.True(report.IsSound);
        Assert.Equal([chunk.Id], report.Restored);
        Assert.Equal(blobs[0], Digest.Of(await _store.ReadAsync(blobs[0])));
    }

    [Fact]
    public async Task ADamagedNode_ComesOutOfTheBlobThatIsCutAgain()
    {
        byte[] content = TendedStore.Content(7, 2 << 20);
        Digest blob = await PutInBatchAsync(content);
        PackReader pack = _store.Store.Packs.Packs[0];
        Digest node = RecipeParts.Recipe(new PackSpot(pack, pack.Entries().Single(e => e.Kind == PackEntryKind.Recipe)))!.Nodes[0].Id;
        Flip(pack.Path, pack.Entries().Single(e => e.Id == node).PayloadOffset);
        await _second.PutAsync(new MemoryStream(content), new BlobPutOptions { Layout = BlobLayout.Whole });
        RepairReport report = await _store.Upkeep.RepairAsync(_second);
        Assert.True(report.IsSound);
        Assert.Equal([node], report.Restored);
        Assert.Equal(blob, Digest.Of(await _store.ReadAsync(blob)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(3000)]
    public async Task APackWithoutAFooter_IsSalvagedEntryByEntry(int cut)
    {
        Digest[] blobs = await _store.BatchAsync([.. Enumerable.Range(0, 30).Select(i => (i, 40 * i)), (50, 2 << 20)]);
        string pack = _store.Store.Packs.Packs[0].Path;
        Cut(pack, cut);
        LocalBlobStore reader = new(_store.Store.Folder, _store.Options, _store.Time);
        await Assert.ThrowsAnyAsync<LifecycleStorageException>(async () => await reader.OpenAsync(blobs[0]));
        _store.Holder.Needs.UnionWith(blobs);
        VerificationReport damaged = await _store.Upkeep.VerifyAsync();
        Assert.Equal(blobs.Order(), damaged.Damaged.Single().NeededBy.Select(h => h.Digest).Order());

        // The second store is empty: everything is still in the file.
        RepairReport report = await _store.Upkeep.RepairAsync(_second);
        Assert.True(report.IsSound, string.Join("; ", report.After.Damaged.Select(d => d.Problem)));
        Assert.Empty(report.Restored);
        Assert.False(File.Exists(pack));
        foreach (Digest digest in blobs)
        {
            Assert.Equal(digest, Digest.Of(await _store.ReadAsync(digest)));
        }
    }

    [Fact]
    public async Task APackThatIsCutInTheMiddle_IsFilledUpFromTheSecondStore()
    {
        (int, int)[] numbers = [.. Enumerable.Range(0, 30).Select(i => (i, 40 * i)), (50, 2 << 20)];
        Digest[] blobs = await _store.BatchAsync(numbers);
        foreach ((int number, int length) in numbers)
        {
            await _second.PutAsync(new MemoryStream(TendedStore.Content(number, length)));
        }

        _store.Holder.Needs.UnionWith(blobs);
        string pack = _store.Store.Packs.Packs[0].Path;
        Cut(pack, (int)new FileInfo(pack).Length - 900_000);
        RepairReport report = await _store.Upkeep.RepairAsync(_second);
        Assert.True(report.IsSound, string.Join("; ", report.After.Damaged.Select(d => d.Problem)));
        Assert.InRange(report.Restored.Count, 5, 30);
        Assert.Contains(blobs[^1], report.Restored);
        foreach (Digest digest in blobs)
        {
            Assert.Equal(digest, Digest.Of(await _store.ReadAsync(digest)));
        }
    }

    [Fact]
    public async Task AnEntryTheDiskDoesNotGive_IsNamed_AndItsNeighboursAreRead()
    {
        Digest[] blobs = await _store.BatchAsync((1, 300), (2, 300), (3, 2 << 20));
        _store.Holder.Needs.UnionWith(blobs);
        PackReader pack = _store.Store.Packs.FindAll(blobs[0]).Single().Pack;
        long bad = pack.Entries().Single(e => e.Id == blobs[0]).PayloadOffset + 7;
        Spoil(pack.Path, bad);
        Assert.Equal(TendedStore.Content(2), await _store.ReadAsync(blobs[1]));
        Assert.Equal(blobs[2], Digest.Of(await _store.ReadAsync(blobs[2])));
        await Assert.ThrowsAsync<BlobCorruptedException>(async () => await _store.ReadAsync(blobs[0]));
        LifecycleStorageException kept = await Assert.ThrowsAsync<LifecycleStorageException>(async () => await _store.Store.DeleteAsync(blobs[1]));
        Assert.Contains(blobs[0].ToString(), kept.Message, StringComparison.Ordinal);
        DamagedBlob damaged = Assert.Single((await _store.Upkeep.VerifyAsync()).Damaged);
        Assert.Equal(blobs[0], damaged.Expected);
        Assert.Null(damaged.Actual);
        Assert.Contains("cannot be read at offset", damaged.Problem, StringComparison.Ordinal);

        await _second.PutAsync(new MemoryStream(TendedStore.Content(1)));
        RepairReport report = await _store.Upkeep.RepairAsync(_second);
        Assert.True(report.IsSound);
        Assert.Equal([blobs[0]], report.Restored);
        Assert.Equal(TendedStore.Content(1), await _store.ReadAsync(blobs[0]));
    }

    [Fact]
    public async Task AFooterTheDiskDoesNotGive_StopsNoOtherPack()
    {
        Digest[] first = await _store.BatchAsync((1, 300)), second = await _store.BatchAsync((2, 300));
        string pack = _store.Store.Packs.FindAll(first[0]).Single().Pack.Path;
        Spoil(pack, new FileInfo(pack).Length - 1);
        LocalBlobStore fresh = new(_store.Store.Folder, _store.Options, _store.Time);
        fresh.Layout.Disk.Reading = _store.Store.Layout.Disk.Reading;
        Assert.Equal(300, await fresh.FindAsync(second[0]));
        await Assert.ThrowsAsync<BlobCorruptedException>(async () => await fresh.OpenAsync(first[0]));
        DamagedBlob damaged = Assert.Single((await _store.Upkeep.VerifyAsync()).Damaged);
        Assert.Contains("cannot be read (no such luck)", damaged.Problem, StringComparison.Ordinal);
        Assert.True((await _store.Upkeep.RepairAsync(_second)).IsSound);
        Assert.Equal(TendedStore.Content(1), await _store.ReadAsync(first[0]));
    }

    /// <summary>What an older list marked may have been needed again since, so its marks must not come back.</summary>
    [Fact]
    public async Task ADamagedDeadList_BringsNoOlderMarksBack()
    {
        Digest[] blobs = await _store.BatchAsync((1, 300));
        _store.Time.Advance(_store.Young + TimeSpan.FromMinutes(1));
        await _store.CollectAsync();
        string older = Assert.Single(Lists());
        _store.Time.Advance(_store.Grace - TimeSpan.FromHours(1));
        _store.Holder.Needs.UnionWith(blobs);
        await _store.CollectAsync();
        string newest = Assert.Single(Lists(), f => f != older);
        Flip(newest, new FileInfo(newest).Length - 5);
        _store.Holder.Needs.Clear();
        RepairReport report = await _store.Upkeep.RepairAsync(_second);
        Assert.True(report.IsSound);
        Assert.Equal([Path.GetFileNameWithoutExtension(newest)], [DeadList.Parse(await File.ReadAllBytesAsync(newest))!.Id.ToString("N")]);
        _store.Time.Advance(TimeSpan.FromHours(2));
        Assert.Empty((await _store.CollectAsync()).Removed);
        _store.Time.Advance(_store.Grace);
        Assert.Equal(blobs, (await _store.CollectAsync()).Removed);

        string[] Lists() => Directory.GetFiles(_store.Folder["objects", "dead"], "*.dead");
    }

    [Fact]
    public async Task WhatTheSecondStoreLacks_StaysAndIsNamed()
    {
        Digest[] blobs = await _store.BatchAsync((1, 300), (2, 300));
        Digest loose = await _store.PutAsync(3);
        PackReader pack = _store.Store.Packs.Packs[0];
        Flip(pack.Path, pack.Entries().Single(e => e.Id == blobs[0]).PayloadOffset);
        Flip(_store.Store.Layout.FileOf(loose), 0);
        RepairReport report = await _store.Upkeep.RepairAsync(_second);
        Assert.False(report.IsSound);
        Assert.Equal(((Digest[])[blobs[0], loose]).Order(), report.After.Damaged.Select(d => d.Expected!.Value).Order());
        Assert.Equal(blobs[1], Digest.Of(await _store.ReadAsync(blobs[1])));
        Assert.True(File.Exists(pack.Path));
    }

    [Fact]
    public async Task AMissingBlob_IsFetched()
    {
        Digest small = (await _second.PutAsync(new MemoryStream(TendedStore.Content(1)))).Digest;
        Digest big = (await _second.PutAsync(new MemoryStream(TendedStore.Content(2, 2 << 20)))).Digest;
        _store.Holder.Needs.UnionWith([small, big]);
        Assert.Equal([("holder", 2)], (await _store.Upkeep.VerifyAsync()).Missing.GroupBy(m => m.Source).Select(g => (g.Key, g.Count())));
        Assert.True((await _store.Upkeep.RepairAsync(_second)).IsSound);
        Assert.Equal(TendedStore.Content(1), await _store.ReadAsync(small));
        Assert.Equal(TendedStore.Content(2, 2 << 20), await _store.ReadAsync(big));
    }

    [Fact]
    public async Task ASoundStore_IsNotTouched()
    {
        await _store.BatchAsync((1, 300));
        IReadOnlyList<string> before = _store.Folder.Files();
        RepairReport report = await _store.Upkeep.RepairAsync(_second);
        Assert.True(report.IsSound);
        Assert.Empty(report.Restored);
        Assert.Empty(_store.Audit);
        Assert.Equal(before, _store.Folder.Files().Where(f => f != "objects/dead/lock"));
        await Assert.ThrowsAsync<ArgumentException>(async () => await _store.Upkeep.RepairAsync(_store.Store));
    }

    /// <summary>A collection writes the pack anew in which the parts of a needed blob lie, after the packs were listed.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task Verify_BesideACollection_MissesNothing(int pack)
    {
        byte[] content = TendedStore.Content(2, 1 << 20), longer = [.. content, .. TendedStore.Content(3, 1000)];
        await _store.BatchAsync((1, 300));
        _store.Time.Advance(TimeSpan.FromSeconds(1));
        await _store.BatchAsync((2, 1 << 20), (4, 3 << 20));
        _store.Time.Advance(TimeSpan.FromSeconds(1));
        Digest needed = await PutInBatchAsync(longer);
        _store.Holder.Needs.Add(needed);
        _store.Time.Advance(_store.Young + TimeSpan.FromMinutes(1));
        await _store.CollectAsync();
        _store.Time.Advance(_store.Grace);
        await _store.BatchAsync((1, 300));
        string[] packs = [.. _store.Store.Packs.Packs.Select(p => p.Path)];
        Assert.Equal(3, packs.Length);
        DiskSteps disk = _store.Store.Layout.Disk;
        Task<CollectionReport>? collection = null;
        disk.Reading = (path, _, _) =>
        {
            if (path == packs[pack])
            {
                disk.Reading = null;
                collection = Task.Run(_store.CollectAsync);
                Assert.True(((IAsyncResult)collection).AsyncWaitHandle.WaitOne(TimeSpan.FromSeconds(20)));
            }
        };
        VerificationReport report = await _store.Upkeep.VerifyAsync();
        Assert.NotEmpty((await collection!).Removed);
        Assert.False(File.Exists(packs[1]));
        Assert.Empty(report.Damaged);
        Assert.Empty(report.Missing);
        Assert.Equal(needed, Digest.Of(await _store.ReadAsync(needed)));
    }

    [Fact]
    public async Task Verify_OfASample_OfTheReachable_AndSlowly()
    {
        Digest[] blobs = await _store.BatchAsync([.. Enumerable.Range(0, 400).Select(i => (i, 1000))]);
        Assert.Equal(400, (await _store.Upkeep.VerifyAsync()).Blobs);
        Assert.InRange((await _store.Upkeep.VerifyAsync(v => v.Sample(0.25))).Blobs, 50, 150);
        _store.Holder.Needs.UnionWith(blobs[..7]);
        VerificationReport reachable = await _store.Upkeep.VerifyAsync(v => v.ReachableOnly());
        Assert.Equal((7, 7000), (reachable.Blobs, reachable.Bytes));
        LocalBlobUpkeep timed = new(_store.Store, _store.Options);
        long start = TimeProvider.System.GetTimestamp();
        await timed.VerifyAsync(v => v.Limit(bytesPerSecond: 2_000_000));
        Assert.True(TimeProvider.System.GetElapsedTime(start) > TimeSpan.FromMilliseconds(190), "400,000 bytes at 2,000,000 a second take 200 ms");
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await _store.Upkeep.VerifyAsync(v => v.Sample(0)));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await _store.Upkeep.VerifyAsync(v => v.Limit(0)));
    }

    [Fact]
    public async Task Verify_TellsWhatSourcesFindWrong_AndWhoIsNotThere()
    {
        _store.Holder.Problems.Add("a row contradicts its record.");
        await new LocalBlobUpkeep(_store.Store, _store.Options).RegisterAsync(new Holder("elsewhere"));
        VerificationReport report = await _store.Upkeep.VerifyAsync();
        Assert.Equal(["holder: a row contradicts its record."], report.Problems);
        Assert.False(report.IsSound);
        Assert.Equal(["elsewhere"], report.UnknownSources);
    }

    [Fact]
    public async Task Verify_NamesWhatASourceCannotRead_BesideOtherDamage()
    {
        Digest loose = await _store.PutAsync(3), read = await _store.PutAsync(4);
        Flip(_store.Store.Layout.FileOf(loose), 0);
        _store.Holder.Failure = new BlobCorruptedException(read, "elsewhere", 0, null);
        Assert.Equal(new[] { loose, read }.Order(), (await _store.Upkeep.VerifyAsync()).Damaged.Select(d => d.Expected!.Value).Order());
        _store.Holder.Failure = new BlobCorruptedException(loose, "elsewhere", 0, null);
        Assert.Equal(loose, Assert.Single((await _store.Upkeep.VerifyAsync()).Damaged).Expected);
    }

    private async Task<Digest> PutInBatchAsync(byte[] content)
    {
        await using BlobBatch batch = await _store.Store.BeginBatchAsync();
        Digest digest = (await batch.PutAsync(content)).Digest;
        await batch.CompleteAsync();
        return digest;
    }

    /// <summary>The disk does not give one byte of a pack any more.</summary>
    private void Spoil(string pack, long at) => _store.Store.Layout.Disk.Reading = (path, offset, length) =>
    {
        if (path == pack && offset <= at && at < offset + length)
        {
            throw new IOException("no such luck");
        }
    };

    private static void Flip(string file, long at)
    {
        byte[] bytes = File.ReadAllBytes(file);
        bytes[at] ^= 4;
        File.Delete(file);
        File.WriteAllBytes(file, bytes);
    }

    private static void Cut(string file, int bytes)
    {
        byte[] left = File.ReadAllBytes(file)[..^bytes];
        File.Delete(file);
        File.WriteAllBytes(file, left);
    }
}
