namespace Lifecycle.Storage.Local.Tests;

/// <summary>When nobody can tell what is needed, nothing is collected and nothing is touched.</summary>
public sealed class RefusalTests : IDisposable
{
    private readonly TendedStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Collect_UnknownSource_IsRefused()
    {
        await _store.BatchAsync((1, 300));
        _store.Time.Advance(_store.Young + TimeSpan.FromMinutes(1));
        Holder tracking = new("tracking");
        await new LocalBlobUpkeep(_store.Store, _store.Options, _store.Time).RegisterAsync(tracking);
        string message = await AssertRefusedAsync();
        Assert.Contains("'tracking'", message, StringComparison.Ordinal);
        Assert.Contains("AddTracking()", message, StringComparison.Ordinal);
        Assert.Contains("UpkeepOptions.Retire(\"tracking\")", message, StringComparison.Ordinal);
        await _store.Upkeep.RegisterAsync(tracking);
        Assert.Single((await _store.Upkeep.PlanCollectionAsync()).Dead);
    }

    [Fact]
    public async Task ARetiredSource_IsStruckOff_AndWhatItNeededIsGarbage()
    {
        Digest[] blobs = await _store.BatchAsync((1, 300), (2, 300));
        Holder gone = new("gone");
        await _store.Upkeep.RegisterAsync(gone);
        gone.Needs.Add(blobs[0]);
        _store.Holder.Needs.Add(blobs[1]);
        _store.Time.Advance(_store.Young + TimeSpan.FromMinutes(1));
        CollectionPlan plan = await _store.Upkeep.PlanCollectionAsync(u => u.Retire("gone"));
        Assert.Equal([blobs[0]], plan.Dead.Select(d => d.Digest));
        Assert.Equal(["holder", "gone"], await _store.Upkeep.SourcesAsync());
        Assert.Empty((await _store.Upkeep.PlanCollectionAsync()).Dead);
        await plan.ApplyAsync();
        Assert.Equal(["holder"], await _store.Upkeep.SourcesAsync());
        Assert.Equal(["objects.retired", "objects.collected"], _store.Audit.Select(a => a.Action));
        Assert.Equal("source/gone", _store.Audit[0].Subject);
    }

    [Fact]
    public async Task ASourceThatThrows_IsRefused()
    {
        await _store.BatchAsync((1, 300));
        _store.Holder.Failure = new InvalidOperationException("the table is locked.");
        string message = await AssertRefusedAsync();
        Assert.Contains("'holder'", message, StringComparison.Ordinal);
        Assert.Contains("the table is locked.", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ADamagedKeepList_IsRefusedUntilItExpires()
    {
        Digest[] blobs = await _store.BatchAsync((1, 300));
        await _store.Store.KeepAsync(blobs);
        string keep = Directory.GetFiles(_store.Folder["objects", "keep"]).Single();
        byte[] bytes = await File.ReadAllBytesAsync(keep);
        bytes[40] ^= 1;
        await File.WriteAllBytesAsync(keep, bytes);
        Assert.Contains("keep/", await AssertRefusedAsync(), StringComparison.Ordinal);
        _store.Time.Advance(_store.Young);
        await _store.CollectAsync();
        Assert.False(File.Exists(keep));
    }

    [Fact]
    public async Task AClockThatWentBack_IsRefused()
    {
        await _store.BatchAsync((1, 300));
        _store.Time.Advance(_store.Young + TimeSpan.FromDays(1));
        await _store.CollectAsync();
        LocalBlobUpkeep before = new(_store.Store, _store.Options, new Microsoft.Extensions.Time.Testing.FakeTimeProvider(_store.Time.GetUtcNow().AddSeconds(-1)));
        await before.RegisterAsync(_store.Holder);
        CollectionRefusedException error = await Assert.ThrowsAsync<CollectionRefusedException>(async () => await before.PlanCollectionAsync());
        Assert.Contains("Set the clock right", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnUnreadablePack_IsRefused()
    {
        await _store.BatchAsync((1, 300), (2, 3 << 20));
        string pack = Directory.GetFiles(_store.Folder["objects", "packs"], "*.pack").Single();
        byte[] bytes = await File.ReadAllBytesAsync(pack);
        File.Delete(pack);
        await File.WriteAllBytesAsync(pack, bytes[..^1]);
        Assert.Contains("packs/", await AssertRefusedAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ASecondCollection_IsRefusedWhileOneRuns()
    {
        await _store.BatchAsync((1, 300));
        CollectionPlan first = await _store.Upkeep.PlanCollectionAsync(), second = await _store.Upkeep.PlanCollectionAsync();
        LocalBlobUpkeep other = new(_store.Store, _store.Options, _store.Time);
        _store.Holder.WhenAsked = async () =>
        {
            _store.Holder.WhenAsked = null;
            Assert.True((await Assert.ThrowsAsync<CollectionRefusedException>(async () => await second.ApplyAsync())).IsTransient);
            await Assert.ThrowsAsync<CollectionRefusedException>(async () => await other.UndoCollectionAsync(first.Id));
            await Assert.ThrowsAsync<CollectionRefusedException>(async () => await other.RepairAsync(new LocalBlobStore(_store.Folder["other"])));
        };
        await first.ApplyAsync();
        Assert.Null(_store.Holder.WhenAsked);
        await second.ApplyAsync();
    }

    private async Task<string> AssertRefusedAsync()
    {
        string[] before = Contents();
        CollectionRefusedException error = await Assert.ThrowsAsync<CollectionRefusedException>(async () => await _store.Upkeep.PlanCollectionAsync());
        Assert.Contains("othing was touched", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, Contents());
        return error.Message;
    }

    private string[] Contents() => [.. _store.Folder.Files().Select(f => f + " " + Digest.Of(File.ReadAllBytes(_store.Folder[f])).Hex)];
}
