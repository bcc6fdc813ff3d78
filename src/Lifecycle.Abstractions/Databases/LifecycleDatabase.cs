using System.Collections.Concurrent;
using System.Data.Common;

namespace Lifecycle;

/// <summary>
/// The relational store of a workspace. Every feature owns its tables (prefix), its SQL and its numbered migrations; the database gives
/// connections, transactions, a bulk path and the right to migrate, safely with many processes starting at once.
/// </summary>
public abstract class LifecycleDatabase : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<Task>> _migrated = new(StringComparer.Ordinal);

    /// <summary>Which SQL it speaks.</summary>
    public abstract SqlDialect Dialect { get; }

    /// <summary>Connections for reading, pooled. Close what you open.</summary>
    public abstract DbDataSource DataSource { get; }

    /// <summary>Which database this is: the same text for all who open it on this machine, however they name it, and another one for a copy.</summary>
    /// <exception cref="LifecycleStorageException">It cannot be seen, or is not there yet.</exception>
    public abstract string Identity { get; }

    /// <summary>The folder on this machine in which the database and what goes with it lie; null when there is none. Secrets are refused in it.</summary>
    public virtual string? Folder => null;

    /// <summary>Whether the caller is the work of a write of this database: another write would wait for it, and is refused.</summary>
    public virtual bool IsInsideWrite => false;

    /// <summary>Runs work in one write transaction: all of it or nothing. Returns after the commit.</summary>
    /// <param name="work">
    /// Reads and writes through the transaction. It is run once; it must not wait for another write of the same database.
    /// </param>
    /// <param name="durability">Whether the commit is flushed to the disk before the call returns.</param>
    /// <param name="cancellationToken">Cancelling rolls back; a commit that has begun is finished.</param>
    /// <exception cref="LifecycleStorageException">The database is locked for too long, read-only, full or damaged.</exception>
    public abstract ValueTask<T> WriteAsync<T>(
        Func<LifecycleTransaction, CancellationToken, ValueTask<T>> work,
        CommitDurability durability = CommitDurability.Flushed,
        CancellationToken cancellationToken = default);

    /// <summary>Inserts many rows inside a transaction by the fastest way the database has.</summary>
    /// <param name="transaction">A transaction of this database.</param>
    /// <param name="insert">Table, columns and what to do with rows that are there.</param>
    /// <param name="rows">Cells in the order of the columns: null, long, double, string, byte[] or bool.</param>
    /// <param name="cancellationToken">Cancels between rows; the transaction then rolls back.</param>
    /// <returns>Rows that were really inserted.</returns>
    public abstract ValueTask<long> BulkInsertAsync(
        LifecycleTransaction transaction, BulkInsert insert, IEnumerable<object?[]> rows, CancellationToken cancellationToken = default);

    /// <summary>
    /// Brings the tables of one owner to the newest of its migrations; at most once a process, whoever asks. Safe when many processes ask at once.
    /// </summary>
    /// <param name="migrations">All migrations of the owner, from the first on.</param>
    /// <param name="cancellationToken">Cancels the waiting, not a migration that runs.</param>
    /// <exception cref="LifecycleStorageException">The database was written by a newer version of the owner.</exception>
    public async ValueTask MigrateAsync(MigrationSet migrations, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(migrations);
        Lazy<Task> migration = _migrated.GetOrAdd(
            migrations.Owner, _ => new Lazy<Task>(() => Task.Run(() => ApplyAsync(migrations, CancellationToken.None).AsTask(), CancellationToken.None)));
        try
        {
            if (migration.Value.IsCompletedSuccessfully)
            {
                return;
            }

            await migration.Value.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when (migration.Value.IsFaulted)
        {
            _migrated.TryRemove(KeyValuePair.Create(migrations.Owner, migration));
            throw;
        }
    }

    /// <summary>Applies what is missing, in one exclusive transaction in which the versions are checked again.</summary>
    protected abstract ValueTask ApplyAsync(MigrationSet migrations, CancellationToken cancellationToken);

    /// <summary>Closes all connections.</summary>
    public abstract ValueTask DisposeAsync();
}

/// <summary>The SQL a database speaks.</summary>
public enum SqlDialect
{
    /// <summary>SQLite 3.37 or newer (STRICT tables).</summary>
    Sqlite,

    /// <summary>PostgreSQL.</summary>
    PostgreSql,
}

/// <summary>What a commit promises.</summary>
public enum CommitDurability
{
    /// <summary>Survives a power loss: the registry, the audit log, dataset versions.</summary>
    Flushed,

    /// <summary>Survives the death of the process; a power loss may take the last commits. For telemetry whose source is kept elsewhere.</summary>
    Buffered,
}

/// <summary>Where rows go, in bulk.</summary>
/// <param name="Table">Table.</param>
/// <param name="Columns">Columns, in the order of the cells.</param>
/// <param name="OnConflict">Clause behind the values, for example <c>ON CONFLICT DO NOTHING</c>; empty: a conflict is an error.</param>
public sealed record BulkInsert(string Table, IReadOnlyList<string> Columns, string OnConflict = "");

/// <summary>One numbered step of a feature's tables.</summary>
/// <param name="Number">1, 2, 3, ...</param>
/// <param name="Name">What it does, for example <c>runs</c>; recorded as <c>tracking/0001-runs</c>.</param>
/// <param name="Sql">Statements for each dialect.</param>
public sealed record Migration(int Number, string Name, IReadOnlyDictionary<SqlDialect, string> Sql)
{
    /// <summary>A step whose SQL is written for SQLite.</summary>
    public static Migration Sqlite(int number, string name, string sql) =>
        new(number, name, new Dictionary<SqlDialect, string> { [SqlDialect.Sqlite] = sql });
}

/// <summary>All migrations of one owner, forward only.</summary>
public sealed class MigrationSet
{
    /// <summary>Makes a set.</summary>
    /// <param name="owner">Prefix of the owner's tables, for example <c>tracking</c>.</param>
    /// <param name="steps">Numbered 1, 2, 3, ... without gap.</param>
    public MigrationSet(string owner, params IReadOnlyList<Migration> steps)
    {
        Owner = ResourceName.Require(owner, "owner of tables");
        Steps = steps;
        for (int i = 0; i < steps.Count; i++)
        {
            if (steps[i].Number != i + 1)
            {
                throw new ArgumentException($"The migrations of '{owner}' must be numbered 1, 2, 3, ...; step {i + 1} has the number {steps[i].Number}.", nameof(steps));
            }
        }
    }

    /// <summary>Prefix of the owner's tables.</summary>
    public string Owner { get; }

    /// <summary>The steps, in order.</summary>
    public IReadOnlyList<Migration> Steps { get; }
}
