using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Lifecycle.Storage.Local;

/// <summary>Rows through one prepared statement of the native API.</summary>
internal static class SqliteBulkInsert
{
    private const int CheckEvery = 256;

    public static long Run(SqliteConnection connection, BulkInsert insert, IEnumerable<object?[]> rows, CancellationToken cancellationToken)
    {
        if (insert.Columns.Count == 0)
        {
            throw new ArgumentException($"The insert into '{insert.Table}' names no column.", nameof(insert));
        }

        sqlite3 database = connection.Handle!;
        int code = raw.sqlite3_prepare_v2(database, Sql(insert), out sqlite3_stmt statement);
        using (statement)
        {
            SqliteException.ThrowExceptionForRC(code, database);
            long inserted = 0;
            int seen = 0;
            foreach (object?[] row in rows)
            {
                if (seen++ % CheckEvery == 0)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                }

                if (row.Length != insert.Columns.Count)
                {
                    throw new ArgumentException($"A row for '{insert.Table}' has {row.Length} cells and the insert names {insert.Columns.Count} columns.", nameof(rows));
                }

                for (int i = 0; i < row.Length; i++)
                {
                    SqliteException.ThrowExceptionForRC(Bind(statement, i + 1, row[i], insert.Columns[i]), database);
                }

                code = raw.sqlite3_step(statement);
                if (code != raw.SQLITE_DONE)
                {
                    _ = raw.sqlite3_reset(statement);
                    SqliteException.ThrowExceptionForRC(code, database);
                }

                inserted += raw.sqlite3_changes(database);
                _ = raw.sqlite3_reset(statement);
            }

            cancellationToken.ThrowIfCancellationRequested();
            return inserted;
        }
    }

    private static string Sql(BulkInsert insert) =>
        $"INSERT INTO {Quote(insert.Table)} ({string.Join(", ", insert.Columns.Select(Quote))}) VALUES ({string.Join(", ", Enumerable.Repeat("?", insert.Columns.Count))}) {insert.OnConflict}";

    private static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static int Bind(sqlite3_stmt statement, int position, object? cell, string column) => cell switch
    {
        null or DBNull => raw.sqlite3_bind_null(statement, position),
        long number => raw.sqlite3_bind_int64(statement, position, number),
        int number => raw.sqlite3_bind_int64(statement, position, number),
        double.NaN => throw new ArgumentException($"The cell of '{column}' is NaN, which SQLite would keep as NULL. Store it in a form of your own."),
        double number => raw.sqlite3_bind_double(statement, position, number),
        string text => raw.sqlite3_bind_text(statement, position, text),
        byte[] bytes => raw.sqlite3_bind_blob(statement, position, bytes),
        bool flag => raw.sqlite3_bind_int64(statement, position, flag ? 1 : 0),
        _ => throw new ArgumentException($"The cell of '{column}' is a {cell.GetType().Name}; use null, long, double, string, byte[] or bool."),
    };
}
