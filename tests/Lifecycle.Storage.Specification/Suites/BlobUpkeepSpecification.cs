#pragma warning disable CS1591 // the names of the tests are sentences
using Xunit;

namespace Lifecycle.Storage.Specification;

/// <summary>What every <see cref="BlobUpkeep"/> must hold: nothing that is needed goes, nothing goes unwarned, every flipped bit is found and mended from a copy.</summary>
/// <typeparam name="TUpkeep">The housekeeping under test.</typeparam>
public abstract partial class BlobUpkeepSpecification<TUpkeep>
    where TUpkeep : BlobUpkeep
{
    private readonly Needs _holder = new("holder");

    /// <summary>The store that is kept; empty when the test began.</summary>
    protected abstract IBlobStore Blobs { get; }

    /// <summary>The housekeeping of <see cref="Blobs"/>.</summary>
    protected abstract TUpkeep Upkeep { get; }

    /// <summary>A second store, empty when the test began, with a clock of its own or the same.</summary>
    protected abstract IBlobStore Copy { get; }

    /// <summary>Age under which nothing is removed.</summary>
    protected abstract TimeSpan Young { get; }

    /// <summary>How long what nobody needs is kept.</summary>
    protected abstract TimeSpan Grace { get; }

    /// <summary>Housekeeping of the same store, as another process would open it.</summary>
    protected abstract TUpkeep OpenAnother();

    /// <summary>Sets the clock of the store ahead.</summary>
    protected abstract void Pass(TimeSpan time);

    /// <summary>Flips one bit of the bytes of a blob where the backend keeps them, behind the back of the store.</summary>
    /// <param name="content">The content of the blob, or of a part of it.</param>
    protected abstract void Flip(ReadOnlySpan<byte> content);

    /// <summary>Everything that lies in the backend: names and what is in them.</summary>
    protected abstract IReadOnlyList<string> Everything();

    [Fact]
    public async Task Register_EntersAName_Once_ForAllProcesses()
    {
        Assert.Empty(await Upkeep.SourcesAsync());
        await Upkeep.RegisterAsync(_holder);
        await Upkeep.RegisterAsync(_holder);
        await OpenAnother().RegisterAsync(_holder);
        await OpenAnother().RegisterAsync(new Needs("other"));
        Assert.Equal(["holder", "other"], await Upkeep.SourcesAsync());
        Assert.Equal(["holder", "other"], await OpenAnother().SourcesAsync());
    }

    [Fact]
    public async Task Plan_TouchesNothing()
    {
        (Digest[] needed, Digest[] garbage) = await FillAsync();
        Assert.Empty((await Upkeep.PlanCollectionAsync()).Dead);
        Pass(Young + TimeSpan.FromMinutes(1));
        IReadOnlyList<string> before = Everything();
        CollectionPlan plan = await Upkeep.PlanCollectionAsync();
        Assert.Equal(before, Everything());
        Assert.Subset(plan.Dead.Select(d => d.Digest).ToHashSet(), garbage.ToHashSet());
        Assert.DoesNotContain(plan.Dead, d => needed.Contains(d.Digest));
        Assert.Equal(plan.Dead.Select(d => d.Digest).Order(), plan.Dead.Select(d => d.Digest));
        Assert.All(plan.Dead, d => Assert.Equal((plan.At, plan.At + Grace), (d.Since, d.RemovableFrom)));
        Assert.Empty(plan.Removable);
    }

    [Fact]
    public async Task WhatNobodyNeeds_GoesAfterItsGrace_AndNothingElse()
    {
        (Digest[] needed, Digest[] garbage) = await FillAsync();
        Pass(Young + TimeSpan.FromMinutes(1));
        CollectionReport marked = await CollectAsync();
        Assert.Empty(marked.Removed);
        Assert.True(marked.Marked >= garbage.Length, $"{marked.Marked} marked");
        Pass(Grace - TimeSpan.FromMinutes(1));
        Assert.Empty((await CollectAsync()).Removed);
        Assert.Empty(await MissingAsync([.. needed, .. garbage]));
        Pass(TimeSpan.FromMinutes(1));
        CollectionPlan plan = await Upkeep.PlanCollectionAsync();
        Assert.Subset(plan.Removable.Select(d => d.Digest).ToHashSet(), garbage.ToHashSet());
        CollectionReport removed = await plan.ApplyAsync();
        Assert.Equal(plan.Removable.Select(d => d.Digest), removed.Removed);
        Assert.True(removed.FreedBytes > 0);
        Assert.Equal(garbage.ToHashSet(), await MissingAsync([.. needed, .. garbage]));
        await AssertReadableAsync(needed);
        Assert.True((await Upkeep.VerifyAsync()).IsSound);
        Assert.Empty((await Upkeep.PlanCollectionAsync()).Dead);
    }

    [Fact]
    public async Task APut_AKeep_OrAReference_TakesABlobOutOfTheTrash_AlsoBehindAPlan()
    {
        (_, Digest[] garbage) = await FillAsync();
        Pass(Young + TimeSpan.FromMinutes(1));
        await CollectAsync();
        Pass(Grace);
        CollectionPlan plan = await Upkeep.PlanCollectionAsync();
        Assert.Subset(plan.Removable.Select(d => d.Digest).ToHashSet(), garbage.ToHashSet());
        Assert.False((await Blobs.PutAsync(new MemoryStream(_contents[garbage[0]]))).IsNew);
        Assert.Empty(await Blobs.KeepAsync([garbage[1]]));
        _holder.Digests.Add(garbage[2]);
        CollectionReport report = await plan.ApplyAsync();
        Assert.DoesNotContain(report.Removed, d => garbage.Take(3).Contains(d));
        Assert.Equal(garbage[3..].ToHashSet(), await MissingAsync(garbage));
        await AssertReadableAsync(garbage[..3]);
        Assert.True((await Upkeep.VerifyAsync()).IsSound);
    }

    [Fact]
    public async Task ABatchUnderWay_KeepsWhatItHits()
    {
        (_, Digest[] garbage) = await FillAsync();
        Pass(Young + TimeSpan.FromMinutes(1));
        await CollectAsync();
        Pass(Grace);
        await using BlobBatch batch = await Blobs.BeginBatchAsync();
        foreach (Digest digest in garbage)
        {
            await batch.PutAsync(new MemoryStream(_contents[digest]));
        }

        await CollectAsync();
        foreach (Digest lost in (await batch.CompleteAsync()).Missing)
        {
            await Blobs.PutAsync(new MemoryStream(_contents[lost]));
        }

        await CollectAsync();
        await AssertReadableAsync(garbage);
    }

    [Fact]
    public async Task Undo_DropsTheMarks_SoThatTheGraceStartsAnew()
    {
        (Digest[] needed, Digest[] garbage) = await FillAsync();
        Pass(Young + TimeSpan.FromMinutes(1));
        CollectionPlan plan = await Upkeep.PlanCollectionAsync();
        await plan.ApplyAsync();
        Pass(Grace - TimeSpan.FromMinutes(1));
        UndoReport undone = await OpenAnotherRegistered().UndoCollectionAsync(plan.Id);
        Assert.Equal(plan.Id, undone.Id);
        Assert.Empty(undone.Removed);
        Assert.Subset(undone.Spared.ToHashSet(), garbage.ToHashSet());
        Pass(TimeSpan.FromMinutes(2));
        Assert.Empty((await CollectAsync()).Removed);
        Pass(Grace);
        CollectionPlan last = await Upkeep.PlanCollectionAsync();
        Assert.Subset((await last.ApplyAsync()).Removed.ToHashSet(), garbage.ToHashSet());
        UndoReport late = await Upkeep.UndoCollectionAsync(last.Id);
        Assert.Subset(late.Removed.ToHashSet(), garbage.ToHashSet());
        Assert.Empty(late.Spared);
        Assert.Equal(garbage.ToHashSet(), await MissingAsync([.. needed, .. garbage]));
        await Assert.ThrowsAsync<CollectionRefusedException>(async () => await Upkeep.UndoCollectionAsync(Guid.Parse("00000000-0000-7000-8000-000000000001")));
    }

    [Fact]
    public async Task WhileASourceDoesNotAnswer_NothingIsCollected()
    {
        (Digest[] needed, Digest[] garbage) = await FillAsync();
        await OpenAnother().RegisterAsync(new Needs("elsewhere"));
        Pass(Young + TimeSpan.FromMinutes(1));
        IReadOnlyList<string> before = Everything();
        CollectionRefusedException unknown = await Assert.ThrowsAsync<CollectionRefusedException>(async () => await Upkeep.PlanCollectionAsync());
        Assert.Contains("elsewhere", unknown.Message, StringComparison.Ordinal);
        Assert.Equal(["elsewhere"], (await Upkeep.VerifyAsync()).UnknownSources);
        Assert.Equal(before, Everything());

        CollectionPlan plan = await Upkeep.PlanCollectionAsync(o => o.Retire("elsewhere"));
        Assert.Equal(["elsewhere"], plan.Retired);
        Assert.Equal(["holder", "elsewhere"], await Upkeep.SourcesAsync());
        await plan.ApplyAsync();
        Assert.Equal(["holder"], await Upkeep.SourcesAsync());

        _holder.Error = new TimeoutException("nobody there");
        Pass(Grace);
        await Assert.ThrowsAsync<CollectionRefusedException>(async () => await Upkeep.PlanCollectionAsync());
        await Assert.ThrowsAsync<CollectionRefusedException>(async () => await plan.ApplyAsync());
        _holder.Error = null;
        Assert.Empty(await MissingAsync([.. needed, .. garbage]));
    }
}
