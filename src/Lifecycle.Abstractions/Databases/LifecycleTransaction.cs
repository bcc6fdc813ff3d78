using System.Data.Common;

namespace Lifecycle;

/// <summary>One write transaction. What is done through it is committed together or not at all.</summary>
public sealed class LifecycleTransaction
{
    private List<Action>? _committed;

    /// <summary>Made by a database for the time of one <see cref="LifecycleDatabase.WriteAsync{T}"/>.</summary>
    public LifecycleTransaction(DbConnection connection, DbTransaction? transaction)
    {
        ArgumentNullException.ThrowIfNull(connection);
        Connection = connection;
        Transaction = transaction;
    }

    /// <summary>The connection that writes.</summary>
    public DbConnection Connection { get; }

    /// <summary>The ADO.NET transaction, where the database has one.</summary>
    public DbTransaction? Transaction { get; }

    /// <summary>A command of this transaction.</summary>
    /// <param name="sql">With named parameters, for example <c>$name</c>.</param>
    /// <param name="parameters">Names and values; null is stored as NULL.</param>
    public DbCommand Command(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        DbCommand command = Connection.Command(sql, parameters);
        command.Transaction = Transaction;
        return command;
    }

    /// <summary>Runs a statement.</summary>
    /// <returns>Rows it changed.</returns>
    public async ValueTask<int> ExecuteAsync(string sql, IReadOnlyList<(string Name, object? Value)> parameters, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        DbCommand command = Command(sql, [.. parameters]);
        await using (command.ConfigureAwait(false))
        {
            return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Runs a query for one cell; null when there is no row or the cell is NULL.</summary>
    public async ValueTask<object?> ScalarAsync(string sql, IReadOnlyList<(string Name, object? Value)> parameters, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        DbCommand command = Command(sql, [.. parameters]);
        await using (command.ConfigureAwait(false))
        {
            object? cell = await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
            return cell is DBNull ? null : cell;
        }
    }

    /// <summary>Something to do once the transaction is committed; not done when it is rolled back. It must not throw.</summary>
    public void OnCommitted(Action action) => (_committed ??= []).Add(action);

    /// <summary>Called by the database after the commit.</summary>
    public void Committed() => _committed?.ForEach(action => action());
}

/// <summary>Short forms for ADO.NET.</summary>
public static class DbConnectionExtensions
{
    /// <summary>A command with named parameters; null is stored as NULL.</summary>
    public static DbCommand Command(this DbConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        ArgumentNullException.ThrowIfNull(connection);
        DbCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // the text comes from the feature that owns the tables; values are parameters
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach ((string name, object? value) in parameters)
        {
            DbParameter parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
