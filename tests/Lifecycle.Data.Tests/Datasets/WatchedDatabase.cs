using System.Data.Common;

namespace Lifecycle.Data.Tests;

/// <summary>A database that tells of every write: before it begins, when its work is done and only the commit is left, and when it is committed.</summary>
internal sealed class WatchedDatabase(LifecycleDatabase inner) : LifecycleDatabase
{
    /// <summary>Asked before a write begins.</summary>
    public Func<Task>? Before { get; set; }

    /// <summary>Told when the work of a write is done: from here on its rows may be there after a loss of power.</summary>
    public Action? Worked { get; set; }

    /// <summary>Told when a write is committed.</summary>
    public Action? Committed { get; set; }

    public override SqlDialect Dialect => inner.Dialect;

    public override string Identity => inner.Identity;

    public override string? Folder => inner.Folder;

    public override bool IsInsideWrite => inner.IsInsideWrite;

    public override DbDataSource DataSource => inner.DataSource;

    public override async ValueTask<T> WriteAsync<T>(
        Func<LifecycleTransaction, CancellationToken, ValueTask<T>> work, CommitDurability durability = CommitDurability.Flushed, CancellationToken cancellationToken = default)
    {
        if (Before is { } before)
        {
            await before();
        }

        T result = await inner.WriteAsync(
            async (transaction, token) =>
            {
                T done = await work(transaction, token);
                Worked?.Invoke();
                return done;
            },
            durability,
            cancellationToken);
        Committed?.Invoke();
        return result;
    }

    public override ValueTask<long> BulkInsertAsync(
        LifecycleTransaction transaction, BulkInsert insert, IEnumerable<object?[]> rows, CancellationToken cancellationToken = default) =>
        inner.BulkInsertAsync(transaction, insert, rows, cancellationToken);

    public override ValueTask DisposeAsync() => inner.DisposeAsync();

    protected override ValueTask ApplyAsync(MigrationSet migrations, CancellationToken cancellationToken) => inner.MigrateAsync(migrations, cancellationToken);
}
