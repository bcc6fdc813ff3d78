using Lifecycle.Serving.TestModels;
using Lifecycle.Storage.Specification;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lifecycle.Serving.Tests;

/// <summary>Spools that cannot be sealed, and those behind them.</summary>
public sealed class SegmentSealerTests
{
    private static readonly Guid Left = new(1, 2, 3, new byte[8]);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sealing_SomebodyRemovedASpool_ItsRecordsAreCountedAsLost_AndTheNextIsSealed()
    {
        const string Model = "removed";
        await using LogWorkspace world = LogWorkspace.New();
        using DroppedRecords dropped = new(Model);
        LogRing ring = await world.OpenAsync(model: Model);
        world.Record(ring, 1, model: Model);
        world.Record(ring, 2, model: Model);
        await world.Log.WrittenAsync(Model);
        File.Delete(Assert.Single(world.Spools()));
        world.Clock.Advance(TimeSpan.FromMinutes(5));
        await Eventually.Holds(() => dropped.Of("write_failed") == 2, "two records are lost");
        Guid third = world.Record(ring, 3, model: Model);
        await world.Log.WrittenAsync(Model);
        world.Clock.Advance(TimeSpan.FromMinutes(5));
        await Eventually.Holds(() => world.Spools().Length == 0, "the next spool is sealed");
        Assert.Equal(third, Assert.Single(await world.ReadAsync(model: Model)).RequestId);
        Assert.Empty(Directory.EnumerateFiles(world.Journal, "inference-*.lock"));
        Assert.Equal(2, dropped.Of("write_failed"));
    }

    [Fact]
    public async Task Sealing_OneSpoolFailsForEver_TheNextAreSealed_AndItIsLeft()
    {
        await using LogWorkspace world = LogWorkspace.New();
        LogRing ring = await world.OpenAsync();
        world.Record(ring, 1);
        await world.Log.WrittenAsync(LogWorkspace.Model);
        string spool = Assert.Single(world.Spools());
        File.Delete(spool);
        Directory.CreateDirectory(spool);
        for (int i = 2; i < 5; i++)
        {
            world.Clock.Advance(TimeSpan.FromMinutes(5));
            world.Record(ring, i);
            await world.Log.WrittenAsync(LogWorkspace.Model);
        }

        await Eventually.Holds(
            () =>
            {
                world.Clock.Advance(TimeSpan.FromMinutes(1));
                return world.Spools().Length == 0;
            },
            "all but one are sealed");
        Assert.Equal([2f, 3, 4], (await world.ReadAsync()).Select(r => r.Inputs["x"].Span<float>()[0]).Order());
        Assert.Equal(3, (await world.SegmentsAsync()).Sum(s => s.Rows));
        Assert.Single(Directory.EnumerateFiles(world.Journal, "inference-*.lock"));
        Directory.Delete(spool);
    }

    [Fact]
    public async Task Add_WhatTheSystemStillHolds_IsFlushedFirst()
    {
        await using LogWorkspace world = LogWorkspace.New();
        LogStorage storage = new(
            world.Store.Database, world.Store.Blobs, world.Store.Objects, world.Journal, new NamedActor("ada"), world.Time, NullLogger.Instance);
        using SegmentSealer sealer = new(storage);
        SpoolFile spool = SpoolFile.Create(world.Journal, Left, LogWorkspace.Model);
        Assert.False(spool.IsDirty);
        spool.Append("{}\n"u8, 1);
        Assert.True(spool.IsDirty);
        sealer.Add(spool);
        Assert.False(spool.IsDirty, "it may wait for long, and the power may go");
        await sealer.CompleteAsync(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Rescue_OneSpoolCannotBeTaken_TheOthersAre()
    {
        await using LogWorkspace world = LogWorkspace.New();
        LogRing ring = await world.OpenAsync();
        await world.Log.Rescued.WaitAsync(TimeSpan.FromMinutes(1), Token);
        Guid id = world.Record(ring, 1);
        await world.Log.WrittenAsync(LogWorkspace.Model);
        string left = Path.Combine(world.Journal, $"inference-{Left:N}.jsonl");
        await File.WriteAllTextAsync(left, Assert.Single(world.Lines()).Replace(LogWorkspace.Model, "orphaned", StringComparison.Ordinal) + "\n", Token);

        // a lock without a spool is removed with it, and what is there cannot be removed
        string odd = Path.Combine(world.Journal, $"inference-{new Guid(9, 2, 3, new byte[8]):N}");
        await File.WriteAllTextAsync(odd + ".lock", string.Empty, Token);
        Directory.CreateDirectory(odd + ".jsonl");
        await using (InferenceLog other = world.Another())
        {
            await other.OpenAsync("another", 1, new InferenceLogOptions(), Token);
            await other.Rescued.WaitAsync(TimeSpan.FromMinutes(1), Token);
            Assert.Equal(id, Assert.Single(await world.ReadAsync(model: "orphaned")).RequestId);
            Assert.False(File.Exists(left));
            Assert.True(File.Exists(odd + ".lock"));

            // its lock is free: whoever starts next may try
            Directory.Delete(odd + ".jsonl");
            Assert.Empty(SpoolFile.Inherit(world.Journal, (_, error) => throw error));
            Assert.False(File.Exists(odd + ".lock"));
        }
    }

    [Fact]
    public async Task Writer_SpoolBytes_CountWhatDeadProcessesLeft()
    {
        await using LogWorkspace world = LogWorkspace.New();
        LogRing ring = await world.OpenAsync();
        for (int i = 0; i < 400; i++)
        {
            world.Record(ring, i);
        }

        await world.Log.WrittenAsync(LogWorkspace.Model);
        string left = Path.Combine(world.Journal, $"inference-{Left:N}.jsonl");
        File.Copy(Assert.Single(world.Spools()), left);
        Assert.True(new FileInfo(left).Length > 1 << 16);
        await world.RestartAsync();
        FaultPlan plan = FaultPlan.HangAt(1, "blobs.put");
        InferenceLog next = world.Another(b => new FaultyBlobStore(b, plan));
        LogRing other = await next.OpenAsync("unlike", 1, new InferenceLogOptions(), Token);
        LogRing mine = await next.OpenAsync(LogWorkspace.Model, 1, new InferenceLogOptions { SealBytes = 1 << 16, SpoolBytes = 1 << 16 }, Token);
        await plan.Reached.WaitAsync(TimeSpan.FromMinutes(1), Token);
        world.Record(mine, 1);
        await next.WrittenAsync(LogWorkspace.Model);
        Assert.Equal([left], world.Spools());
        world.Record(other, 1, model: "unlike");
        await next.WrittenAsync("unlike");
        Assert.Equal(2, world.Spools().Length);
        await world.GiveUpAsync(next);
    }
}
