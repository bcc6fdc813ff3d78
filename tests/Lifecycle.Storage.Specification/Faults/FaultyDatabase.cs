using System.Data.Common;

namespace Lifecycle.Storage.Specification;

/// <summary>A database whose operations go wrong as planned. Names: <c>database.write</c>, <c>.commit</c>, <c>.bulk</c>, <c>.migrate</c>, <c>.open</c>.</summary>
/// <param name="inner">The database that does the work; disposed with this one.</param>
/// <param name="plan">What goes wrong.</param>
/// <param name="statements">Whether each statement of a write counts, too: <c>database.statement</c>.</param>
public sealed class FaultyDatabase(LifecycleDatabase inner, FaultPlan plan, bool statements = false) : LifecycleDatabase
{
    /// <inheritdoc/>
    public override SqlDialect Dialect => inner.Dialect;

    /// <inheritdoc/>
    public override string Identity => inner.Identity;

    /// <inheritdoc/>
    public override string? Folder => inner.Folder;

    /// <inheritdoc/>
    public override bool IsInsideWrite => inner.IsInsideWrite;

    /// <inheritdoc/>
    public override DbDataSource DataSource { get; } = new FaultyDataSource(inner, plan);

    /// <inheritdoc/>
    public override async ValueTask<T> WriteAsync<T>(
        Func<LifecycleTransaction, CancellationToken, ValueTask<T>> work,
        CommitDurability durability = CommitDurability.Flushed,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        Exception? half = await plan.StepAsync("database.write", cancellationToken);
        return await inner.WriteAsync(
            async (transaction, token) =>
            {
                LifecycleTransaction seen = transaction;
                if (statements)
                {
                    seen = new LifecycleTransaction(new FaultyConnection(transaction.Connection, plan), transaction.Transaction);
                    transaction.OnCommitted(seen.Committed);
                }

                T result = await work(seen, token);
                Exception? late = half ?? await plan.StepAsync("database.commit", token);
                return late is null ? result : throw late;
            },
            durability,
            cancellationToken);
    }

    /// <inheritdoc/>
    public override async ValueTask<long> BulkInsertAsync(
        LifecycleTransaction transaction, BulkInsert insert, IEnumerable<object?[]> rows, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(rows);
        if (transaction.Connection is FaultyConnection faulty)
        {
            transaction = new LifecycleTransaction(faulty.Inner, transaction.Transaction);
        }

        Exception? half = await plan.StepAsync("database.bulk", cancellationToken);
        if (half is null)
        {
            return await inner.BulkInsertAsync(transaction, insert, rows, cancellationToken);
        }

        object?[][] all = [.. rows];
        await inner.BulkInsertAsync(transaction, insert, all.Take(all.Length / 2), cancellationToken);
        throw half;
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => inner.DisposeAsync();

    /// <inheritdoc/>
    protected override async ValueTask ApplyAsync(MigrationSet migrations, CancellationToken cancellationToken)
    {
        Exception? half = await plan.StepAsync("database.migrate", cancellationToken);
        await inner.MigrateAsync(migrations, cancellationToken);
        if (half is not null)
        {
            throw half;
        }
    }

    private sealed class FaultyDataSource(LifecycleDatabase inner, FaultPlan plan) : DbDataSource
    {
        public override string ConnectionString => inner.DataSource.ConnectionString;

        protected override DbConnection CreateDbConnection() => inner.DataSource.CreateConnection();

        protected override DbConnection OpenDbConnection()
        {
            Exception? half = plan.StepAsync("database.open", CancellationToken.None).AsTask().GetAwaiter().GetResult();
            return half is null ? inner.DataSource.OpenConnection() : throw half;
        }

        protected override async ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default)
        {
            Exception? half = await plan.StepAsync("database.open", cancellationToken);
            return half is null ? await inner.DataSource.OpenConnectionAsync(cancellationToken) : throw half;
        }
    }
}
