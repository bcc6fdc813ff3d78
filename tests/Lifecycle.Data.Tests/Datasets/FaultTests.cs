using Lifecycle.Storage.Specification;

namespace Lifecycle.Data.Tests;

public sealed class FaultTests
{
    private static async Task CommitAsync(TestWorkspace w, FaultPlan plan, CancellationToken cancellationToken = default)
    {
        await using DatasetCatalog datasets = w.Catalog(
            new FaultyBlobStore(w.Local.Blobs, plan), new FaultyDatabase(w.Local.Database, plan), new FaultyAuditLog(w.Local.Audit, plan));
        await datasets.CommitAsync("t", w.Path("source", "f"), cancellationToken: cancellationToken);
    }

    private static async Task<TestWorkspace> StartAsync()
    {
        TestWorkspace w = new();
        w.Write("f/a.csv", "n\n1\n");
        w.Write("f/b.bin", new string('b', 5000));
        await w.Datasets.CommitAsync("t", w.Path("source", "f"));
        w.Write("f/a.csv", "n\n1\n2\n");
        return w;
    }

    private static async Task AssertUnchangedAsync(TestWorkspace w, string when)
    {
        DatasetVersion only = Assert.Single(await w.Datasets.VersionsAsync("t").ToListAsync());
        Assert.True((await w.Datasets.VerifyAsync(only)).IsSound, when);
        Assert.True((await w.AuditAsync()).Count == 1, when);
        Assert.Empty(Directory.EnumerateFiles(w.Path("lifecycle", "objects"), ".tmp-*", SearchOption.AllDirectories));
        Assert.Equal("n\n1\n2\n", await File.ReadAllTextAsync(w.Path("source", "f", "a.csv")));
    }

    [Fact]
    public async Task FaultAtEachOperation_LeavesNothingVisible()
    {
        FaultPlan count = FaultPlan.None();
        await using (TestWorkspace w = await StartAsync())
        {
            await CommitAsync(w, count);
            Assert.Equal(2, (await w.Datasets.GetAsync("t")).Number);
        }

        Assert.InRange(count.Operations, 9, 40);
        await using TestWorkspace one = await StartAsync();
        for (int at = 1; at <= count.Operations; at++)
        {
            await Assert.ThrowsAsync<LifecycleStorageException>(() => CommitAsync(one, FaultPlan.FailAt(at)));
            await AssertUnchangedAsync(one, $"fail at {at}");
            await Assert.ThrowsAsync<LifecycleStorageException>(() => CommitAsync(one, FaultPlan.HalfAt(at)));
            await AssertUnchangedAsync(one, $"half at {at}");
            using CancellationTokenSource cancel = new();
            FaultPlan hang = FaultPlan.HangAt(at);
            Task commit = CommitAsync(one, hang, cancel.Token);
            await hang.Reached;
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => commit);
            await AssertUnchangedAsync(one, $"cancelled at {at}");
        }

        await CommitAsync(one, FaultPlan.None());
        Assert.Equal(2, (await one.Datasets.GetAsync("t")).Number);
    }

    [Fact]
    public async Task FullDisk_IsToldAsItIs()
    {
        await using TestWorkspace w = await StartAsync();
        LifecycleStorageException full = new("objects", "put", "x", "The disk is full: 0 bytes free and 5,000 needed. Make room.");
        foreach (string operation in new[] { "blobs.batch.put", "blobs.batch.complete" })
        {
            Assert.Same(full, await Assert.ThrowsAsync<LifecycleStorageException>(() => CommitAsync(w, FaultPlan.HalfAt(1, operation, full))));
            await AssertUnchangedAsync(w, operation);
        }
    }

    [Fact]
    public async Task SplitFault_LeavesNoSplit()
    {
        await using TestWorkspace w = await StartAsync();
        foreach (string operation in new[] { "blobs.put", "database.write", "audit.append", "database.commit", "blobs.open" })
        {
            FaultPlan plan = FaultPlan.FailAt(1, operation);
            await using DatasetCatalog datasets = w.Catalog(
                new FaultyBlobStore(w.Local.Blobs, plan), new FaultyDatabase(w.Local.Database, plan), new FaultyAuditLog(w.Local.Audit, plan));
            DatasetVersion v = await datasets.GetAsync("t");
            await Assert.ThrowsAsync<LifecycleStorageException>(async () => await v.SplitAsync(s => s.Into(("a", .5), ("b", .5))));
            Assert.Single(await w.AuditAsync());
        }

        await (await w.Datasets.GetAsync("t")).SplitAsync(s => s.Into(("a", .5), ("b", .5)));
        Assert.Equal(2, (await w.AuditAsync()).Count);
    }
}
