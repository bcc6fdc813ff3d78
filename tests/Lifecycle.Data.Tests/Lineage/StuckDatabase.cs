using System.Data.Common;

namespace Lifecycle.Data.Tests;

/// <summary>A database whose writes never end: they do not begin, or everything is written and the commit does not come.</summary>
internal sealed class StuckDatabase(LifecycleDatabase database, bool inside) : LifecycleDatabase
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Done when a write has got as far as it ever will.</summary>
    public Task Reached => _reached.Task;

    public override SqlDialect Dialect => database.Dialect;

    public override DbDataSource DataSource => database.DataSource;

    public override string Identity => database.Identity;

    public override async ValueTask<T> WriteAsync<T>(
        Func<LifecycleTransaction, CancellationToken, ValueTask<T>> work, CommitDurability durability = CommitDurability.Flushed, CancellationToken cancellationToken = default)
    {
        if (inside)
        {
            return await database.WriteAsync(
                async (transaction, token) =>
                {
                    await work(transaction, token);
                    return await StayAsync<T>();
                },
                durability,
                cancellationToken);
        }

        return await StayAsync<T>();
    }

    public override ValueTask<long> BulkInsertAsync(
        LifecycleTransaction transaction, BulkInsert insert, IEnumerable<object?[]> rows, CancellationToken cancellationToken = default) =>
        database.BulkInsertAsync(transaction, insert, rows, cancellationToken);

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    protected override ValueTask ApplyAsync(MigrationSet migrations, CancellationToken cancellationToken) => database.MigrateAsync(migrations, cancellationToken);

    private async Task<T> StayAsync<T>()
    {
        _reached.TrySetResult();
        await Task.Delay(Timeout.Infinite);
        throw new InvalidOperationException("Nobody comes here.");
    }
}
