using System.Data.Common;
using Lifecycle.Storage.Specification;

namespace Lifecycle.Storage.Local.Tests;

/// <summary>A write as features do it (a blob, then a row, an audit entry and an event in one transaction) fails or is cancelled at each of its steps.</summary>
public sealed class FaultTests
{
    private static readonly byte[] Big = [.. Enumerable.Range(0, (1 << 20) + 5).Select(i => (byte)((i * 31) ^ (i >> 8)))];

    private static readonly MigrationSet Tables = new("fault", Migration.Sqlite(1, "thing", "CREATE TABLE fault_thing (id INTEGER PRIMARY KEY, digest BLOB NOT NULL) STRICT"));

    [Fact]
    public async Task AFailureAtAnyStep_LeavesAllOrNothing()
    {
        long steps = await CountAsync();
        for (int step = 1; step <= steps; step++)
        {
            foreach (FaultPlan plan in new[] { FaultPlan.FailAt(step), FaultPlan.HalfAt(step), FaultPlan.FailAt(step, error: new InvalidTimeZoneException()) })
            {
                await using Workspaces workspaces = new();
                LocalWorkspace workspace = workspaces.Open();
                await Assert.ThrowsAnyAsync<Exception>(() => WriteAsync(workspace, plan, default));
                Assert.True(plan.Reached.IsCompleted);
                await AssertAllOrNothingAsync(workspace, 0);
                await WriteAsync(workspace, FaultPlan.None(), default);
                await AssertAllOrNothingAsync(workspace, 1);
            }
        }
    }

    [Fact]
    public async Task ACancelledTokenAtAnyStep_LeavesAllOrNothing()
    {
        long steps = await CountAsync();
        for (int step = 1; step <= steps; step++)
        {
            await using Workspaces workspaces = new();
            LocalWorkspace workspace = workspaces.Open();
            using CancellationTokenSource cancel = new();
            FaultPlan plan = FaultPlan.HangAt(step);
            Task write = WriteAsync(workspace, plan, cancel.Token);
            await plan.Reached;
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write);
            await AssertAllOrNothingAsync(workspace, 0);
            await WriteAsync(workspace, FaultPlan.None(), default);
            await AssertAllOrNothingAsync(workspace, 1);
        }
    }

    [Fact]
    public async Task AReceiverOnAnOutboxThatFails_GetsItsEventLater()
    {
        await using Workspaces workspaces = new();
        LocalWorkspace workspace = workspaces.Open();
        FaultPlan plan = FaultPlan.FailAt(2, "database.open");
        await using LocalEvents events = new(new FaultyDatabase(workspace.Database, plan), options: workspaces.Options);
        TaskCompletionSource<string> seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using IAsyncDisposable subscription = await events.SubscribeAsync("one", (happened, _) =>
        {
            seen.TrySetResult(happened.Subject);
            return ValueTask.CompletedTask;
        });
        await plan.Reached;
        await workspace.Database.WriteAsync(async (transaction, token) =>
        {
            await events.PublishAsync(transaction, "lifecycle.x", "s", "{}", null, token);
            return 0;
        });
        Assert.Equal("s", await seen.Task.WaitAsync(TimeSpan.FromMinutes(1)));
    }

    private static async Task<long> CountAsync()
    {
        await using Workspaces workspaces = new();
        FaultPlan plan = FaultPlan.None();
        await WriteAsync(workspaces.Open(), plan, default);
        Assert.True(plan.Operations >= 7, $"only {plan.Operations} steps");
        return plan.Operations;
    }

    private static async Task WriteAsync(LocalWorkspace workspace, FaultPlan plan, CancellationToken cancellationToken)
    {
        FaultyBlobStore blobs = new(workspace.Blobs, plan);
        FaultyDatabase database = new(workspace.Database, plan);
        FaultyAuditLog audit = new(workspace.Audit, plan);
        FaultyEvents events = new(workspace.Events, plan);
        await database.MigrateAsync(Tables, cancellationToken);
        StoredBlob blob;
        await using (BlobBatch batch = await blobs.BeginBatchAsync(cancellationToken))
        {
            blob = await batch.PutAsync(new MemoryStream([1, 2, 3]), cancellationToken);
            await batch.PutAsync(new MemoryStream(Big), cancellationToken);
            await batch.PutAsync(new MemoryStream([4, 5]), new BlobPutOptions { Layout = BlobLayout.Whole }, cancellationToken);
            await batch.CompleteAsync(cancellationToken);
        }

        await database.WriteAsync(
            async (transaction, token) =>
            {
                await database.BulkInsertAsync(transaction, new BulkInsert("fault_thing", ["id", "digest"]), [[1L, blob.Digest.ToByteArray()], [2L, blob.Digest.ToByteArray()]], token);
                await audit.AppendAsync(transaction, new AuditRecord("thing.made", "thing/1"), token);
                await events.PublishAsync(transaction, "lifecycle.thing.made", "thing/1", "{}", null, token);
                return 0;
            },
            cancellationToken: cancellationToken);
    }

    private static async Task AssertAllOrNothingAsync(LocalWorkspace workspace, int writes)
    {
        await workspace.Database.MigrateAsync(Tables);
        Assert.Equal(2 * writes, await CountAsync(workspace, "fault_thing"));
        Assert.Equal(writes, await CountAsync(workspace, "storage_outbox"));
        Assert.Equal(writes, (await workspace.Audit.HeadAsync()).Count);
        Assert.True((await workspace.Audit.VerifyAsync()).IsSound);
        Assert.True((await workspace.Objects.VerifyAsync()).IsSound);
        Assert.DoesNotContain(Directory.EnumerateFiles(workspace.Root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }), f => f.Contains(".tmp-", StringComparison.Ordinal) && !f.Contains("journal", StringComparison.Ordinal));
    }

    private static async Task<long> CountAsync(LocalWorkspace workspace, string table)
    {
        await using DbConnection connection = await workspace.Database.DataSource.OpenConnectionAsync();
        await using DbCommand command = connection.Command($"SELECT count(*) FROM {table}");
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
