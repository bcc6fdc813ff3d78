using System.Data.Common;
using System.Runtime.CompilerServices;

namespace Lifecycle.Serving;

/// <summary>Short forms for reading rows.</summary>
internal static class ServingQueries
{
    /// <summary>The rows of a query, one after the other, over a connection of its own.</summary>
    public static async IAsyncEnumerable<T> StreamAsync<T>(
        this LifecycleDatabase database, string sql, IReadOnlyList<(string Name, object? Value)> parameters, Func<DbDataReader, T> row,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        DbConnection connection = await database.DataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            DbCommand command = connection.Command(sql, [.. parameters]);
            await using (command.ConfigureAwait(false))
            {
                DbDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                {
                    while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    {
                        yield return row(reader);
                    }
                }
            }
        }
    }

    /// <summary>All rows of a query.</summary>
    public static async ValueTask<List<T>> ListAsync<T>(
        this LifecycleDatabase database, string sql, IReadOnlyList<(string Name, object? Value)> parameters, Func<DbDataReader, T> row,
        CancellationToken cancellationToken)
    {
        List<T> rows = [];
        await foreach (T item in database.StreamAsync(sql, parameters, row, cancellationToken).ConfigureAwait(false))
        {
            rows.Add(item);
        }

        return rows;
    }

    public static DateTimeOffset Time(this DbDataReader row, int column) => new(row.GetInt64(column), TimeSpan.Zero);
}
