using System.Data.Common;

namespace Lifecycle.Tracking;

/// <summary>
/// One connection and one moment: all statements of a search see the same rows. The database lies in files, so there is nothing to await but the opening.
/// </summary>
internal sealed class SearchSession : IDisposable
{
    private const int CheckEvery = 1024;

    private readonly DbConnection _connection;
    private readonly CancellationToken _cancellationToken;

    private SearchSession(DbConnection connection, CancellationToken cancellationToken)
    {
        _connection = connection;
        _cancellationToken = cancellationToken;
    }

    /// <summary>Told of every statement; for tests that look at its plan.</summary>
    internal Action<string, IReadOnlyList<(string Name, object? Value)>>? Seen { get; set; }

    public static async ValueTask<SearchSession> OpenAsync(LifecycleDatabase database, CancellationToken cancellationToken)
    {
        DbConnection connection = await database.DataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        SearchSession session = new(connection, cancellationToken);
        session.Run("BEGIN");
        return session;
    }

    public List<T> Query<T>(string sql, IReadOnlyList<(string Name, object? Value)> parameters, Func<DbDataReader, T> read)
    {
        List<T> rows = [];
        foreach (T row in Stream(sql, parameters, read))
        {
            rows.Add(row);
        }

        return rows;
    }

    /// <summary>Rows one by one; who stops early leaves the rest unread.</summary>
    public IEnumerable<T> Stream<T>(string sql, IReadOnlyList<(string Name, object? Value)> parameters, Func<DbDataReader, T> read)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        Seen?.Invoke(sql, parameters);
        using DbCommand command = _connection.Command(sql, [.. parameters]);
        using DbDataReader reader = command.ExecuteReader();
        int rows = 0;
        while (reader.Read())
        {
            if (++rows % CheckEvery == 0)
            {
                _cancellationToken.ThrowIfCancellationRequested();
            }

            yield return read(reader);
        }
    }

    /// <summary>Reads all rows without a call of a delegate that makes an object of each.</summary>
    public void Read(string sql, IReadOnlyList<(string Name, object? Value)> parameters, Action<DbDataReader> each)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        Seen?.Invoke(sql, parameters);
        using DbCommand command = _connection.Command(sql, [.. parameters]);
        using DbDataReader reader = command.ExecuteReader();
        while (reader.Read())
        {
            each(reader);
        }
    }

    public void Dispose()
    {
        try
        {
            Run("ROLLBACK");
        }
        finally
        {
            _connection.Dispose();
        }
    }

    private void Run(string sql)
    {
        using DbCommand command = _connection.Command(sql);
        command.ExecuteNonQuery();
    }
}
