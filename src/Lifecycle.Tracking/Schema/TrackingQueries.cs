using System.Data.Common;

namespace Lifecycle.Tracking;

/// <summary>Short forms for reading rows.</summary>
internal static class TrackingQueries
{
    /// <summary>Reads all rows of a query over a connection of its own.</summary>
    public static async ValueTask<List<T>> QueryAsync<T>(
        this LifecycleDatabase database, string sql, IReadOnlyList<(string Name, object? Value)> parameters, Func<DbDataReader, T> read, CancellationToken cancellationToken)
    {
        DbConnection connection = await database.DataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            return await ReadAsync(connection.Command(sql, [.. parameters]), read, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Reads all rows of a query inside a transaction.</summary>
    public static ValueTask<List<T>> QueryAsync<T>(
        this LifecycleTransaction transaction, string sql, IReadOnlyList<(string Name, object? Value)> parameters, Func<DbDataReader, T> read, CancellationToken cancellationToken) =>
        ReadAsync(transaction.Command(sql, [.. parameters]), read, cancellationToken);

    public static string? TextOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static long? LongOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    public static DateTimeOffset Time(this DbDataReader row, int column) => DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(column));

    public static DateTimeOffset? TimeOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.Time(column);

    public static Digest Digest(this DbDataReader row, int column) => Lifecycle.Digest.Parse(row.GetString(column));

    private static async ValueTask<List<T>> ReadAsync<T>(DbCommand command, Func<DbDataReader, T> read, CancellationToken cancellationToken)
    {
        await using (command.ConfigureAwait(false))
        {
            DbDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                List<T> rows = [];
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    rows.Add(read(reader));
                }

                return rows;
            }
        }
    }
}
