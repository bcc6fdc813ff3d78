using Lifecycle.Storage.Specification;
using Microsoft.Extensions.Logging;

namespace Lifecycle.Drift.Tests;

/// <summary>An operation that fails as long as a switch is on.</summary>
internal sealed class Outage(string operation)
{
    public bool IsOn { get; set; }

    /// <summary>Operations that work although the switch is on.</summary>
    public int Passes { get; set; }

    /// <summary>Done just before the next operation, once.</summary>
    public Action? Before { get; set; }

    public DriftMonitors Over(Ledgers world, ListLogger log) => world.Over(
        operation.StartsWith("database", StringComparison.Ordinal) ? new SwitchedDatabase(world.Workspace.Database, Check) : null,
        operation == "blobs.put" ? new SwitchedBlobs(world.Workspace.Blobs, Check) : null,
        operation == "events.publish" ? new SwitchedEvents(world.Workspace.Events, Check) : null,
        log: log);

    private FaultPlan Check()
    {
        (Action? before, Before) = (Before, null);
        before?.Invoke();
        return IsOn && Passes-- <= 0 ? FaultPlan.FailAt(1, operation) : FaultPlan.None();
    }

    private sealed class SwitchedDatabase(LifecycleDatabase inner, Func<FaultPlan> plan) : LifecycleDatabase
    {
        public override SqlDialect Dialect => inner.Dialect;

        public override string Identity => inner.Identity;

        public override bool IsInsideWrite => inner.IsInsideWrite;

        public override System.Data.Common.DbDataSource DataSource => inner.DataSource;

        public override ValueTask<T> WriteAsync<T>(
            Func<LifecycleTransaction, CancellationToken, ValueTask<T>> work, CommitDurability durability = CommitDurability.Flushed,
            CancellationToken cancellationToken = default) => new FaultyDatabase(inner, plan()).WriteAsync(work, durability, cancellationToken);

        public override ValueTask<long> BulkInsertAsync(
            LifecycleTransaction transaction, BulkInsert insert, IEnumerable<object?[]> rows, CancellationToken cancellationToken = default) =>
            new FaultyDatabase(inner, plan()).BulkInsertAsync(transaction, insert, rows, cancellationToken);

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

        protected override async ValueTask ApplyAsync(MigrationSet migrations, CancellationToken cancellationToken) => await inner.MigrateAsync(migrations, cancellationToken);
    }

    private sealed class SwitchedBlobs(IBlobStore inner, Func<FaultPlan> plan) : IBlobStore
    {
        public ValueTask<StoredBlob> PutAsync(Stream content, BlobPutOptions? options = null, CancellationToken cancellationToken = default) =>
            new FaultyBlobStore(inner, plan()).PutAsync(content, options, cancellationToken);

        public ValueTask<BlobBatch> BeginBatchAsync(CancellationToken cancellationToken = default) => inner.BeginBatchAsync(cancellationToken);

        public ValueTask<Stream> OpenAsync(Digest digest, BlobOpenOptions? options = null, CancellationToken cancellationToken = default) =>
            inner.OpenAsync(digest, options, cancellationToken);

        public ValueTask<long?> FindAsync(Digest digest, CancellationToken cancellationToken = default) => inner.FindAsync(digest, cancellationToken);

        public IAsyncEnumerable<StoredBlob> ListAsync(CancellationToken cancellationToken = default) => inner.ListAsync(cancellationToken);

        public ValueTask<IReadOnlyList<Digest>> KeepAsync(IReadOnlyCollection<Digest> digests, CancellationToken cancellationToken = default) =>
            inner.KeepAsync(digests, cancellationToken);

        public ValueTask<LinkKind> PlaceAsync(Digest digest, string path, LinkKind link = LinkKind.Copy, CancellationToken cancellationToken = default) =>
            inner.PlaceAsync(digest, path, link, cancellationToken);

        public ValueTask<bool> DeleteAsync(Digest digest, CancellationToken cancellationToken = default) => inner.DeleteAsync(digest, cancellationToken);
    }

    private sealed class SwitchedEvents(ILifecycleEvents inner, Func<FaultPlan> plan) : ILifecycleEvents
    {
        public ValueTask PublishAsync(
            LifecycleTransaction transaction, string name, string subject, string payload, IReadOnlyList<LineageEdge>? edges = null,
            CancellationToken cancellationToken = default) => new FaultyEvents(inner, plan()).PublishAsync(transaction, name, subject, payload, edges, cancellationToken);

        public ValueTask<IAsyncDisposable> SubscribeAsync(
            string receiver, Func<LifecycleEvent, CancellationToken, ValueTask> handle, CancellationToken cancellationToken = default) =>
            inner.SubscribeAsync(receiver, handle, cancellationToken);

        public ValueTask DrainAsync(CancellationToken cancellationToken = default) => inner.DrainAsync(cancellationToken);
    }
}
