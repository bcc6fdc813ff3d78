using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace Lifecycle.Storage.Specification;

/// <summary>A connection whose statements go wrong as planned; the name is <c>database.statement</c>.</summary>
internal sealed class FaultyConnection(DbConnection inner, FaultPlan plan) : DbConnection
{
    public DbConnection Inner => inner;

    [AllowNull]
    public override string ConnectionString
    {
        get => inner.ConnectionString;
        set => inner.ConnectionString = value;
    }

    public override string Database => inner.Database;

    public override string DataSource => inner.DataSource;

    public override string ServerVersion => inner.ServerVersion;

    public override ConnectionState State => inner.State;

    public override void ChangeDatabase(string databaseName) => inner.ChangeDatabase(databaseName);

    public override void Close() => inner.Close();

    public override void Open() => inner.Open();

    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => inner.BeginTransaction(isolationLevel);

    protected override DbCommand CreateDbCommand() => new FaultyCommand(inner.CreateCommand(), plan);
}

/// <summary>One statement. Half of it is all of it, and an error afterwards.</summary>
internal sealed class FaultyCommand(DbCommand inner, FaultPlan plan) : DbCommand
{
    [AllowNull]
    public override string CommandText
    {
        get => inner.CommandText;
#pragma warning disable CA2100 // the text is what the code under test made of it
        set => inner.CommandText = value;
#pragma warning restore CA2100
    }

    public override int CommandTimeout
    {
        get => inner.CommandTimeout;
        set => inner.CommandTimeout = value;
    }

    public override CommandType CommandType
    {
        get => inner.CommandType;
        set => inner.CommandType = value;
    }

    public override bool DesignTimeVisible { get; set; }

    public override UpdateRowSource UpdatedRowSource
    {
        get => inner.UpdatedRowSource;
        set => inner.UpdatedRowSource = value;
    }

    protected override DbConnection? DbConnection
    {
        get => inner.Connection;
        set => inner.Connection = value;
    }

    protected override DbParameterCollection DbParameterCollection => inner.Parameters;

    protected override DbTransaction? DbTransaction
    {
        get => inner.Transaction;
        set => inner.Transaction = value;
    }

    public override void Cancel() => inner.Cancel();

    public override int ExecuteNonQuery() => Stepped(inner.ExecuteNonQuery);

    public override object? ExecuteScalar() => Stepped(inner.ExecuteScalar);

    public override void Prepare() => inner.Prepare();

    protected override DbParameter CreateDbParameter() => inner.CreateParameter();

    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => Stepped(() => inner.ExecuteReader(behavior));

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    // A plan that fails does so at once; only one that hangs would wait here.
    private T Stepped<T>(Func<T> work)
    {
        Exception? half = plan.StepAsync("database.statement", CancellationToken.None).AsTask().GetAwaiter().GetResult();
        T result = work();
        if (half is null)
        {
            return result;
        }

        (result as IDisposable)?.Dispose();
        throw half;
    }
}
