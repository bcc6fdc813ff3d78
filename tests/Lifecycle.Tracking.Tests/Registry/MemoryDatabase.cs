using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Lifecycle.Tracking.Tests;

/// <summary>The tables in memory, for tests of many short histories: what a commit costs on a disk is not in question there.</summary>
internal sealed class MemoryDatabase : LifecycleDatabase
{
    private readonly string _place = $"Data Source=file:{LifecycleId.New(TimeProvider.System):N}?mode=memory&cache=shared";
    private readonly SqliteConnection _writer;

    public MemoryDatabase()
    {
        _writer = new SqliteConnection(_place);
        _writer.Open();
        DataSource = SqliteFactory.Instance.CreateDataSource(_place);
    }

    public override SqlDialect Dialect => SqlDialect.Sqlite;

    public override string Identity => _place;

    public override DbDataSource DataSource { get; }

    public override async ValueTask<T> WriteAsync<T>(
        Func<LifecycleTransaction, CancellationToken, ValueTask<T>> work, CommitDurability durability = CommitDurability.Flushed,
        CancellationToken cancellationToken = default)
    {
        await using SqliteTransaction transaction = _writer.BeginTransaction();
        LifecycleTransaction all = new(_writer, transaction);
        T result = await work(all, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        all.Committed();
        return result;
    }

    public override ValueTask<long> BulkInsertAsync(
        LifecycleTransaction transaction, BulkInsert insert, IEnumerable<object?[]> rows, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("The registry inserts nothing in bulk.");

    public override async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        await _writer.DisposeAsync();
    }

    protected override async ValueTask ApplyAsync(MigrationSet migrations, CancellationToken cancellationToken)
    {
        foreach (Migration step in migrations.Steps)
        {
            await using DbCommand command = _writer.Command(step.Sql[SqlDialect.Sqlite]);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}

/// <summary>Numbers entries and keeps none.</summary>
internal sealed class CountedAudit : IAuditLog
{
    private long _count;

    public ValueTask<AuditEntry> AppendAsync(LifecycleTransaction transaction, AuditRecord record, CancellationToken cancellationToken = default) => new(
        new AuditEntry(++_count, DateTimeOffset.UnixEpoch, "ada", record.Action, record.Subject, record.Before, record.After, record.Reason, default));

    public IAsyncEnumerable<AuditEntry> ReadAsync(long from = 1, CancellationToken cancellationToken = default) => AsyncEnumerable.Empty<AuditEntry>();

    public ValueTask<AuditHead> HeadAsync(CancellationToken cancellationToken = default) => new(new AuditHead(_count, default));

    public ValueTask<AuditVerification> VerifyAsync(AuditHead? expected = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();
}

/// <summary>Publishes to nobody.</summary>
internal sealed class NoEvents : ILifecycleEvents
{
    public ValueTask PublishAsync(
        LifecycleTransaction transaction, string name, string subject, string payload, IReadOnlyList<LineageEdge>? edges = null, CancellationToken cancellationToken = default) =>
        ValueTask.CompletedTask;

    public ValueTask<IAsyncDisposable> SubscribeAsync(
        string receiver, Func<LifecycleEvent, CancellationToken, ValueTask> handle, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask DrainAsync(CancellationToken cancellationToken = default) => ValueTask.CompletedTask;
}
