using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace Lifecycle.Storage.Local;

/// <content>Write transactions and migrations.</content>
public sealed partial class SqliteDatabase
{
    private readonly AsyncLocal<WriteScope?> _scope = new();

    /// <inheritdoc/>
    public override bool IsInsideWrite => _scope.Value is { IsActive: true };

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The call is made by the work of another write, which it would wait for.</exception>
    public override async ValueTask<T> WriteAsync<T>(
        Func<LifecycleTransaction, CancellationToken, ValueTask<T>> work,
        CommitDurability durability = CommitDurability.Flushed,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        await PrepareAsync(cancellationToken).ConfigureAwait(false);
        LifecycleTransaction? transaction = null;
        T result = default!;
        await ExclusivelyAsync(
            durability,
            "write",
            async (connection, token) =>
            {
                transaction = new(connection, null);
                result = await work(transaction, token).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        transaction!.Committed();
        return result;
    }

    /// <inheritdoc/>
    protected override async ValueTask ApplyAsync(MigrationSet migrations, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(migrations);
        SqliteConnection reader = (SqliteConnection)await _readers.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            if (SqliteMigrations.IsCurrent(reader, migrations, File))
            {
                return;
            }
        }

        await ApplyMissingAsync(migrations, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask ApplyMissingAsync(MigrationSet migrations, CancellationToken cancellationToken) => await ExclusivelyAsync(
        CommitDurability.Flushed,
        "migrate",
        (connection, _) =>
        {
            using Activity? activity = StorageTelemetry.Source.StartActivity("lifecycle.storage.migrate");
            SqliteMigrations.Apply(connection, migrations, File, _time);
            return ValueTask.CompletedTask;
        },
        cancellationToken).ConfigureAwait(false);

    // Not generic: every type of result would be compiled anew in a process that begins.
    private async ValueTask ExclusivelyAsync(
        CommitDurability durability, string operation, Func<SqliteConnection, CancellationToken, ValueTask> work, CancellationToken cancellationToken)
    {
        if (IsInsideWrite)
        {
            throw new InvalidOperationException(
                $"A {operation} was asked for by the work of another write of the same database. Use the transaction that is there; migrate before the write.");
        }

        long start = _time.GetTimestamp();
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        bool committed = false;
        WriteScope scope = new();
        try
        {
            ThrowIfClosed();
            _scope.Value = scope;
            _writer ??= new SqliteWriter(File, BusyTimeout, _time);
            await _writer.BeginAsync(durability, cancellationToken).ConfigureAwait(false);
            await work(_writer.Connection, cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            _writer.Commit();
            committed = true;
        }
        catch (SqliteException error) when (SqliteFailure.IsOfTheStore(error))
        {
            throw SqliteFailure.Of(error, operation, File, BusyTimeout);
        }
        finally
        {
            scope.IsActive = false;
            if (!committed && _writer?.TryRollback() == false)
            {
                // Closing the connection undoes whatever is still open.
                _writer.Dispose();
                _writer = null;
            }

            _gate.Release();
            StorageTelemetry.Transactions.Record(_time.GetElapsedTime(start).TotalSeconds, StorageTelemetry.Outcome(committed ? "committed" : "rolled_back"));
        }
    }

    /// <summary>Tells the work of a write from everything that happens after it.</summary>
    private sealed class WriteScope
    {
        public volatile bool IsActive = true;
    }
}
