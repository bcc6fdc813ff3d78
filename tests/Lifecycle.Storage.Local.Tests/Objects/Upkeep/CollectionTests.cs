namespace Lifecycle.Storage.Local.Tests;

public sealed class CollectionTests : IDisposable
{
    private readonly TendedStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task APlan_TouchesNothing()
    {
        await _store.BatchAsync((1, 300), (2, 3 << 20));
        await _store.PutAsync(3);
        _store.Time.Advance(TimeSpan.FromDays(30));
        IReadOnlyList<string> before = _store.Folder.Files();
        CollectionPlan plan = await _store.Upkeep.PlanCollectionAsync();
        Assert.Equal(before, _store.Folder.Files());
        Assert.Equal(0, plan.Live);
        Assert.True(plan.Dead.Count > 40, "the chunks are listed, too");
        Assert.Empty(plan.Removable);
        Assert.All(plan.Dead, d => Assert.Equal((plan.At, plan.At + _store.Grace), (d.Since, d.RemovableFrom)));
        Assert.Empty(_store.Audit);
    }

    [Fact]
    public async Task WhatNobodyNeeds_IsMarked_ThenRemovedAfterItsGrace()
    {
        Digest[] batch = await _store.BatchAsync((1, 300), (2, 3 << 20), (4, 200));
        Digest loose = await _store.PutAsync(3, 2 << 20);
        _store.Holder.Needs.UnionWith([batch[0]]);
        Assert.Empty((await _store.Upkeep.PlanCollectionAsync()).Dead);
        _store.Time.Advance(_store.Young + TimeSpan.FromSeconds(1));
        CollectionReport first = await _store.CollectAsync();
        Assert.Empty(first.Removed);
        Assert.True(first.Marked > 20);
        _store.Time.Advance(_store.Grace - TimeSpan.FromSeconds(1));
        Assert.Empty((await _store.CollectAsync()).Removed);
        Assert.True(await _store.HoldsAsync(batch[1]) && await _store.HoldsAsync(loose), "the grace is not over");
        _store.Time.Advance(TimeSpan.FromSeconds(1));
        CollectionReport second = await _store.CollectAsync();
        Assert.Subset(second.Removed.ToHashSet(), new HashSet<Digest> { batch[1], batch[2], loose });
        Assert.DoesNotContain(batch[0], second.Removed);
        Assert.True(second.FreedBytes > 5 << 20);
        Assert.Equal([batch[0]], await _store.Store.ListAsync().Select(b => b.Digest).ToListAsync());
        Assert.Equal(TendedStore.Content(1), await _store.ReadAsync(batch[0]));
        Assert.Equal(["objects.collected", "objects.collected", "objects.collected"], _store.Audit.Select(a => a.Action));
        await _store.AssertSoundAsync();
    }

    [Fact]
    public async Task AChunkedBlob_KeepsTheChunksItShares()
    {
        byte[] shared = TendedStore.Content(7, 3 << 20);
        Digest first = (await PutInBatchAsync([.. shared, .. TendedStore.Content(8, 400_000)]))!.Value;
        Digest second = (await PutInBatchAsync([.. shared, .. TendedStore.Content(9, 400_000)]))!.Value;
        _store.Holder.Needs.Add(second);
        CollectionReport report = await _store.CollectThroughAsync();
        Assert.Contains(first, report.Removed);
        Assert.False(await _store.HoldsAsync(first));
        Assert.Equal(second, Digest.Of(await _store.ReadAsync(second)));
        await _store.AssertSoundAsync();
    }

    [Fact]
    public async Task APut_AKeep_OrAReference_TakesABlobOutOfTheTrash()
    {
        Digest[] packed = await _store.BatchAsync((1, 300), (2, 300), (3, 300), (4, 2 << 20));
        Digest loose = await _store.PutAsync(5), kept = await _store.PutAsync(6);
        _store.Time.Advance(_store.Young + TimeSpan.FromMinutes(1));
        await _store.CollectAsync();
        _store.Time.Advance(_store.Grace - TimeSpan.FromHours(1));
        await _store.PutAsync(1);
        Assert.Empty(await _store.Store.KeepAsync([packed[1], kept]));
        _store.Holder.Needs.Add(packed[2]);
        await _store.BatchAsync((4, 2 << 20));
        await _store.PutAsync(5);
        _store.Time.Advance(TimeSpan.FromHours(2));
        Assert.Empty((await _store.CollectAsync()).Removed);

        // Young again: the grace starts anew when their youth is over, although they had been marked before.
        _store.Time.Advance(_store.Young);
        _store.Holder.Needs.Clear();
        Assert.Empty((await _store.CollectAsync()).Removed);
        _store.Time.Advance(_store.Grace - TimeSpan.FromMinutes(1));
        Assert.Empty((await _store.CollectAsync()).Removed);
        foreach (Digest digest in (Digest[])[.. packed, loose, kept])
        {
            Assert.True(await _store.HoldsAsync(digest));
        }

        _store.Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Subset((await _store.CollectAsync()).Removed.ToHashSet(), ((Digest[])[.. packed, loose, kept]).ToHashSet());
    }

    [Fact]
    public async Task Undo_StartsTheGraceAnew_AndListsWhatIsGone()
    {
        Digest[] first = await _store.BatchAsync((1, 300));
        _store.Time.Advance(_store.Young + TimeSpan.FromMinutes(1));
        await _store.CollectAsync();
        _store.Time.Advance(_store.Grace - _store.Young);
        Digest[] second = await _store.BatchAsync((2, 300));
        _store.Time.Advance(_store.Young + TimeSpan.FromMinutes(1));
        CollectionPlan plan = await _store.Upkeep.PlanCollectionAsync();
        Assert.Equal(first, (await plan.ApplyAsync()).Removed);
        UndoReport undone = await _store.Upkeep.UndoCollectionAsync(plan.Id);
        Assert.Equal(first, undone.Removed);
        Assert.Equal(second, undone.Spared);
        _store.Time.Advance(_store.Grace);
        Assert.Empty((await _store.CollectAsync()).Removed);
        _store.Time.Advance(_store.Grace);
        Assert.Equal(second, (await _store.CollectAsync()).Removed);
        Assert.Contains("objects.undone", _store.Audit.Select(a => a.Action));
    }

    [Fact]
    public async Task Undo_OfAnOlderCollection_TakesItsMarksOutOfTheNewest()
    {
        Digest[] marked = await _store.BatchAsync((1, 300));
        _store.Time.Advance(_store.Young + TimeSpan.FromMinutes(1));
        CollectionPlan plan = await _store.Upkeep.PlanCollectionAsync();
        await plan.ApplyAsync();
        _store.Time.Advance(TimeSpan.FromDays(1));
        await _store.CollectAsync();
        Assert.Equal(marked, (await _store.Upkeep.UndoCollectionAsync(plan.Id)).Spared);
        _store.Time.Advance(_store.Grace);
        Assert.Empty((await _store.CollectAsync()).Removed);
        CollectionRefusedException twice = await Assert.ThrowsAsync<CollectionRefusedException>(async () => await _store.Upkeep.UndoCollectionAsync(plan.Id));
        Assert.Contains("was undone", twice.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task APlan_IsAppliedOnce_AndLooksAgain()
    {
        Digest[] blobs = await _store.BatchAsync((1, 300), (2, 300));
        _store.Time.Advance(_store.Young + TimeSpan.FromMinutes(1));
        await _store.CollectAsync();
        _store.Time.Advance(_store.Grace);
        CollectionPlan plan = await _store.Upkeep.PlanCollectionAsync();
        Assert.Equal(2, plan.Removable.Count);
        Assert.Equal(600, plan.RemovableBytes);
        _store.Holder.Needs.Add(blobs[0]);
        CollectionReport report = await plan.ApplyAsync();
        Assert.Equal([blobs[1]], report.Removed);
        Assert.True(await _store.HoldsAsync(blobs[0]));
        Assert.Contains("was applied already", (await Assert.ThrowsAsync<CollectionRefusedException>(async () => await plan.ApplyAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task APackThatIsHalfDead_IsWrittenAnew_OneThatIsNot_Stays()
    {
        Digest[] half = await _store.BatchAsync([.. Enumerable.Range(0, 10).Select(i => (i, 5000))]);
        Digest[] little = await _store.BatchAsync([.. Enumerable.Range(100, 10).Select(i => (i, 5000))]);
        _store.Holder.Needs.UnionWith(half[..5]);
        _store.Holder.Needs.UnionWith(little[..6]);
        string[] before = Packs();
        CollectionReport report = await _store.CollectThroughAsync();
        Assert.Equal(half[5..].Order(), report.Removed);
        Assert.Equal(4, report.Marked);
        Assert.Single(before.Intersect(Packs()));
        Assert.Equal(2, Packs().Length);
        Assert.InRange(report.FreedBytes, 25_000, 26_000);
        foreach (Digest digest in half[..5].Concat(little))
        {
            Assert.Equal(digest, Digest.Of(await _store.ReadAsync(digest)));
        }

        await _store.AssertSoundAsync();
    }

    [Fact]
    public async Task Collect_DuringBatch_KeepsItsHits()
    {
        Digest[] old = await _store.BatchAsync((1, 300), (2, 3 << 20));
        _store.Time.Advance(_store.Young + TimeSpan.FromMinutes(1));
        await _store.CollectAsync();
        _store.Time.Advance(_store.Grace - TimeSpan.FromMinutes(1));

        // Hits on blobs that wait in the trash, and new ones; the collection runs before the batch completes.
        await using (BlobBatch batch = await _store.Store.BeginBatchAsync())
        {
            Assert.False((await batch.PutAsync(TendedStore.Content(1))).IsNew);
            Assert.False((await batch.PutAsync(TendedStore.Content(2, 3 << 20))).IsNew);
            Digest fresh = (await batch.PutAsync(TendedStore.Content(3))).Digest;
            Assert.Empty((await _store.CollectAsync()).Removed);
            BlobReceipt receipt = await batch.CompleteAsync();
            Assert.Empty(receipt.Missing);
            _store.Time.Advance(TimeSpan.FromMinutes(2));
            Assert.Empty((await _store.CollectAsync()).Removed);
            foreach (Digest digest in (Digest[])[.. old, fresh])
            {
                Assert.Equal(digest, Digest.Of(await _store.ReadAsync(digest)));
            }
        }
    }

    [Fact]
    public async Task Collect_DuringBatch_TellsItWhatIsGone()
    {
        Digest[] old = await _store.BatchAsync((1, 300), (2, 3 << 20));
        Digest loose = await _store.PutAsync(4);
        _store.Time.Advance(_store.Young + TimeSpan.FromMinutes(1));
        await _store.CollectAsync();
        _store.Time.Advance(_store.Grace);
        await using BlobBatch batch = await _store.Store.BeginBatchAsync();
        foreach ((int number, int length) in ((int, int)[])[(1, 300), (2, 3 << 20), (4, 300)])
        {
            Assert.False((await batch.PutAsync(TendedStore.Content(number, length))).IsNew);
        }

        Assert.NotEmpty((await _store.CollectAsync()).Removed);
        BlobReceipt receipt = await batch.CompleteAsync();
        Assert.Equal(((Digest[])[.. old, loose]).Order(), receipt.Missing);
        Assert.Equal(old, await _store.BatchAsync((1, 300), (2, 3 << 20)));
        Assert.Equal(old[1], Digest.Of(await _store.ReadAsync(old[1])));
        await _store.AssertSoundAsync();
    }

    [Fact]
    public async Task WhatIsYoungerThanALivingBatch_Stays()
    {
        await using BlobBatch batch = await _store.Store.BeginBatchAsync();
        _store.Time.Advance(TimeSpan.FromMinutes(1));
        await _store.BatchAsync((1, 300));
        _store.Time.Advance(_store.Young + TimeSpan.FromDays(1));
        Assert.Empty((await _store.Upkeep.PlanCollectionAsync()).Dead);
        await batch.DisposeAsync();
        Assert.Single((await _store.Upkeep.PlanCollectionAsync()).Dead);
    }

    [Fact]
    public async Task AReferenceCommittedWhileSourcesAreAsked_IsKept()
    {
        Digest[] old = [.. await _store.BatchAsync((1, 300)), .. await _store.BatchAsync((2, 3 << 20)), .. await _store.BatchAsync((3, 300))];
        Digest loose = await _store.PutAsync(4);
        _store.Time.Advance(_store.Young + TimeSpan.FromMinutes(1));
        await _store.CollectAsync();
        _store.Time.Advance(_store.Grace);
        CollectionPlan plan = await _store.Upkeep.PlanCollectionAsync();
        _store.Holder.WhenAsked = async () =>
        {
            // The source has told everything; now a feature keeps what it finds and commits its reference.
            Assert.Empty(await _store.Store.KeepAsync([old[1], loose]));
            _store.Holder.Needs.UnionWith([old[1], loose]);
        };
        Assert.Equal(((Digest[])[old[0], old[2]]).Order(), (await plan.ApplyAsync()).Removed.Intersect([.. old, loose]));
        Assert.Equal(old[1], Digest.Of(await _store.ReadAsync(old[1])));
        Assert.True(await _store.HoldsAsync(loose));
        _store.Holder.WhenAsked = null;
        await _store.AssertSoundAsync();
    }

    /// <summary>The survey sees the keep list of a batch and not its packs, which name parts that are past their grace.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ABatchThatCompletesWhileASurveyLooks_KeepsThePartsItUses(bool isLooseAndRotten)
    {
        byte[] content = TendedStore.Content(2, 3 << 20), longer = [.. content, .. TendedStore.Content(3, 1000)];
        Digest digest = Digest.Of(longer);
        Digest old = Assert.Single(await _store.BatchAsync((2, 3 << 20)));
        if (isLooseAndRotten)
        {
            string file = _store.Store.Layout.FileOf(digest);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllBytesAsync(file, new byte[longer.Length]);
        }

        _store.Time.Advance(_store.Young + TimeSpan.FromMinutes(1));
        await _store.CollectAsync();
        _store.Time.Advance(_store.Grace);
        CollectionPlan plan = await _store.Upkeep.PlanCollectionAsync();
        Assert.Contains(old, plan.Removable.Select(d => d.Digest));
        using ManualResetEventSlim asked = new();
        _store.Holder.WhenAsked = () =>
        {
            asked.Set();
            return Task.CompletedTask;
        };
        Task<CollectionReport>? collection = null;
        await using (BlobBatch batch = await _store.Store.BeginBatchAsync())
        {
            Assert.True((await batch.PutAsync(longer)).IsNew);
            await batch.PutAsync(new MemoryStream(TendedStore.Content(4)), new BlobPutOptions { Layout = BlobLayout.Whole });
            DiskSteps disk = _store.Store.Layout.Disk;
            disk.Recorder = step =>
            {
                if (step.Kind == DiskStepKind.Rename && step.Target!.StartsWith(_store.Store.Layout.Loose, StringComparison.Ordinal))
                {
                    disk.Recorder = null;
                    collection = Task.Run(async () => await plan.ApplyAsync());
                    Assert.True(asked.Wait(TimeSpan.FromSeconds(20)), "the survey never came to the sources");
                }
            };
            Assert.Empty((await batch.CompleteAsync()).Missing);
        }

        Assert.DoesNotContain(digest, (await collection!).Removed);
        _store.Holder.WhenAsked = null;
        Assert.Equal(digest, Digest.Of(await _store.ReadAsync(digest)));
        await _store.AssertSoundAsync();
    }

    /// <summary>A crash must not bring a recipe back whose parts stay gone.</summary>
    [Fact]
    public async Task ThatRecipesAreGone_IsDurable_BeforeAPartGoes()
    {
        _store.Store.Layout.SealPacksFrom = 1 << 20;
        await _store.BatchAsync((2, 5 << 20));
        Digest loose = await _store.PutAsync(3);
        int packs = Packs().Length;
        Assert.True(packs > 3);
        _store.Time.Advance(_store.Young + TimeSpan.FromMinutes(1));
        await _store.CollectAsync();
        _store.Time.Advance(_store.Grace);
        LocalBlobStore store = _store.Store;
        List<DiskStep> steps = [];
        store.Layout.Disk.Recorder = steps.Add;
        Assert.Contains(loose, (await _store.CollectAsync()).Removed);
        string order = string.Concat(steps.Select(s => s switch
        {
            { Kind: DiskStepKind.Rename } when s.Path.EndsWith(".pack", StringComparison.Ordinal) => "R",
            { Kind: DiskStepKind.FlushFolder } when s.Path == store.Layout.Packs => "F",
            { Kind: DiskStepKind.Delete } when s.Path == store.Layout.FileOf(loose) => "D",
            { Kind: DiskStepKind.FlushFolder } when s.Path == store.Layout.Shelf(loose.Hex) => "S",
            _ => "",
        }));
        Assert.Equal(packs, order.Count(c => c == 'R'));
        Assert.StartsWith("RFR", order, StringComparison.Ordinal);
        Assert.EndsWith("RFDS", order, StringComparison.Ordinal);
    }

    private string[] Packs() => [.. _store.Folder.Files().Where(f => f.EndsWith(".pack", StringComparison.Ordinal))];

    private async Task<Digest?> PutInBatchAsync(byte[] bytes)
    {
        await using BlobBatch batch = await _store.Store.BeginBatchAsync();
        StoredBlob blob = await batch.PutAsync(bytes);
        await batch.CompleteAsync();
        return blob.Digest;
    }
}
