using System.Data;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;

namespace Lifecycle.Storage.Local;

/// <summary>The connection that writes: what it runs again and again is compiled once.</summary>
internal sealed class KeepingConnection(string connectionString) : SqliteConnection(connectionString)
{
    private const int Most = 128;

    private readonly Dictionary<string, KeptCommand> _kept = new(StringComparer.Ordinal);

    public override SqliteCommand CreateCommand() => new KeptCommand(this) { Connection = this, CommandTimeout = DefaultTimeout, Transaction = Transaction };

    /// <summary>The compiled command of this text with these values; null when it is in use, or another kind of statement.</summary>
    [SuppressMessage("Security", "CA2100", Justification = "The text is that of the command that asks; values are parameters.")]
    [SuppressMessage("Reliability", "CA2000", Justification = "A kept command lives as long as the connection, which disposes its statements.")]
    public KeptCommand? Find(KeptCommand asked)
    {
        string text = asked.CommandText;
        if (!_kept.TryGetValue(text, out KeptCommand? kept))
        {
            if (!IsKept(text))
            {
                return null;
            }

            if (_kept.Count == Most)
            {
                Forget();
            }

            kept = new KeptCommand(null) { Connection = this, CommandText = text, CommandTimeout = DefaultTimeout };
            _kept.Add(text, kept);
        }

        return kept.IsInUse || !kept.TryTake(asked) ? null : kept;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Forget();
        }

        base.Dispose(disposing);
    }

    private void Forget()
    {
        foreach (KeptCommand kept in _kept.Values)
        {
            if (!kept.IsInUse)
            {
                kept.Dispose();
            }
        }

        _kept.Clear();
    }

    private static bool IsKept(string text)
    {
        ReadOnlySpan<char> sql = text.AsSpan().TrimStart();
        return sql.StartsWith("SELECT", StringComparison.Ordinal) || sql.StartsWith("INSERT", StringComparison.Ordinal)
            || sql.StartsWith("UPDATE", StringComparison.Ordinal) || sql.StartsWith("DELETE", StringComparison.Ordinal);
    }
}

/// <summary>A command that runs through a compiled one of the same text, when its connection keeps one.</summary>
internal sealed class KeptCommand(KeepingConnection? keeper) : SqliteCommand
{
    public bool IsInUse => DataReader is { IsClosed: false };

    public override SqliteDataReader ExecuteReader(CommandBehavior behavior)
    {
        if (keeper?.Find(this) is not { } kept)
        {
            return base.ExecuteReader(behavior);
        }

        SqliteDataReader reader = kept.ExecuteReader(behavior);
        kept.LetGo();
        return reader;
    }

    /// <summary>Takes the values of another command of the same text; false when its parameters are others.</summary>
    public bool TryTake(KeptCommand from)
    {
        if (Parameters.Count == 0 && from.Parameters.Count > 0)
        {
            foreach (SqliteParameter parameter in from.Parameters)
            {
                Parameters.AddWithValue(parameter.ParameterName, parameter.Value);
            }

            return true;
        }

        if (Parameters.Count != from.Parameters.Count)
        {
            return false;
        }

        for (int i = 0; i < Parameters.Count; i++)
        {
            if (Parameters[i].ParameterName != from.Parameters[i].ParameterName)
            {
                return false;
            }

            Parameters[i].Value = from.Parameters[i].Value;
        }

        return true;
    }

    // The statement has copies of what was bound.
    private void LetGo()
    {
        foreach (SqliteParameter parameter in Parameters)
        {
            parameter.Value = DBNull.Value;
        }
    }
}
