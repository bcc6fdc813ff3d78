using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Lifecycle.Storage.Local;

/// <summary>Pooled connections that read.</summary>
internal sealed class SqliteReaders(SqliteDatabase database, string connectionString) : DbDataSource
{
    public override string ConnectionString => connectionString;

    protected override DbConnection CreateDbConnection() => new SqliteReader(database, connectionString);
}

/// <summary>A connection that may not write; it waits for others as long as the options say.</summary>
internal sealed class SqliteReader(SqliteDatabase database, string connectionString) : SqliteConnection(connectionString)
{
    public override void Open()
    {
        database.Prepare();
        try
        {
            base.Open();
            _ = raw.sqlite3_busy_timeout(Handle, (int)database.BusyTimeout.TotalMilliseconds);
            SqliteException.ThrowExceptionForRC(raw.sqlite3_exec(Handle, "PRAGMA query_only = 1"), Handle);
        }
        catch (SqliteException error) when (SqliteFailure.IsOfTheStore(error))
        {
            throw SqliteFailure.Of(error, "open", database.File, database.BusyTimeout);
        }
    }

    [SuppressMessage("Design", "CA1849", Justification = "SQLite reads files; there is nothing to await but the preparation.")]
    public override async Task OpenAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await database.PrepareAsync(cancellationToken).ConfigureAwait(false);
        Open();
    }
}
