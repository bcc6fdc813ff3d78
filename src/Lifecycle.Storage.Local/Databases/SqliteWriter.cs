using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Lifecycle.Storage.Local;

/// <summary>The one connection of a process that writes. Used by one caller at a time.</summary>
internal sealed class SqliteWriter : IDisposable
{
    private readonly TimeSpan _busyTimeout;
    private readonly TimeProvider _time;
    private CommitDurability? _durability;

    public SqliteWriter(string file, TimeSpan busyTimeout, TimeProvider time)
    {
        _busyTimeout = busyTimeout;
        _time = time;
        Connection = new KeepingConnection(new SqliteConnectionStringBuilder
        {
            DataSource = file,
            Mode = SqliteOpenMode.ReadWriteCreate,
            Pooling = false,
            ForeignKeys = true,
            DefaultTimeout = Math.Max(1, (int)busyTimeout.TotalSeconds),
        }.ToString());
        try
        {
            Connection.Open();
        }
        catch
        {
            Connection.Dispose();
            throw;
        }
    }

    public SqliteConnection Connection { get; }

    /// <summary>Switches the file to write-ahead logging. Many processes may try at once: whoever meets another one tries again.</summary>
    public ValueTask UseWriteAheadLogAsync(CancellationToken cancellationToken) => RetryAsync(
        () =>
        {
            int code = raw.sqlite3_prepare_v2(Connection.Handle, "PRAGMA journal_mode = WAL", out sqlite3_stmt statement);
            using (statement)
            {
                if (code == raw.SQLITE_OK && (code = raw.sqlite3_step(statement)) == raw.SQLITE_ROW)
                {
                    // A file that somebody else is opening answers with the old mode instead of an error.
                    return raw.sqlite3_column_text(statement, 0).utf8_to_string() == "wal" ? raw.SQLITE_OK : raw.SQLITE_BUSY;
                }
            }

            return code;
        },
        cancellationToken);

    /// <summary>Begins a write transaction, waiting for other processes without holding a thread.</summary>
    public ValueTask BeginAsync(CommitDurability durability, CancellationToken cancellationToken)
    {
        if (_durability != durability)
        {
            Execute(durability == CommitDurability.Flushed ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
            _durability = durability;
        }

        return RetryAsync(() => raw.sqlite3_exec(Connection.Handle, "BEGIN IMMEDIATE"), cancellationToken);
    }

    public void Commit() => Execute("COMMIT");

    /// <summary>Undoes the transaction; false when the connection is of no use any more.</summary>
    public bool TryRollback() =>
        raw.sqlite3_get_autocommit(Connection.Handle) != 0 || raw.sqlite3_exec(Connection.Handle, "ROLLBACK") == raw.SQLITE_OK;

    public void Execute(string sql) => SqliteException.ThrowExceptionForRC(raw.sqlite3_exec(Connection.Handle, sql), Connection.Handle);

    public void Dispose() => Connection.Dispose();

    private async ValueTask RetryAsync(Func<int> attempt, CancellationToken cancellationToken)
    {
        _ = raw.sqlite3_busy_timeout(Connection.Handle, 0);
        long start = _time.GetTimestamp();
        int most = 2;
        int code;
        while (SqliteFailure.IsBusy(code = attempt()) && _time.GetElapsedTime(start) < _busyTimeout)
        {
            await Task.Delay(RandomNumberGenerator.GetInt32(1, most), cancellationToken).ConfigureAwait(false);
            most = Math.Min(2 * most, 25);
        }

        _ = raw.sqlite3_busy_timeout(Connection.Handle, (int)_busyTimeout.TotalMilliseconds);
        SqliteException.ThrowExceptionForRC(code, Connection.Handle);
    }
}
