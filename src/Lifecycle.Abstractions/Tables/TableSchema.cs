using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Lifecycle;

/// <summary>The types a table column may have.</summary>
public enum ColumnType
{
    /// <summary><see cref="bool"/>.</summary>
    Boolean,

    /// <summary><see cref="int"/>.</summary>
    Int32,

    /// <summary><see cref="long"/>.</summary>
    Int64,

    /// <summary><see cref="float"/>; NaN is a value.</summary>
    Single,

    /// <summary><see cref="double"/>; NaN is a value.</summary>
    Double,

    /// <summary><see cref="DateOnly"/>.</summary>
    Date,

    /// <summary><see cref="System.DateTime"/>, UTC.</summary>
    DateTime,

    /// <summary><see cref="string"/>; the empty text is a value.</summary>
    String,
}

/// <summary>How delicate the values of a column are.</summary>
public enum DataClassification
{
    /// <summary>Nobody said.</summary>
    None,

    /// <summary>About a person, for example an age.</summary>
    Personal,

    /// <summary>Names a person or needs special care, for example race, health or an account number; never stored raw by monitors or logs.</summary>
    Sensitive,
}

/// <summary>One column of a table.</summary>
/// <param name="Name">Not empty; unique in its schema, case matters.</param>
/// <param name="Type">What the cells are.</param>
/// <param name="Nullable">Whether a cell may be missing.</param>
/// <param name="Classification">How delicate the values are.</param>
public sealed record TableColumn(
    string Name, ColumnType Type, bool Nullable = false, DataClassification Classification = DataClassification.None);

/// <summary>The columns of a table, in order. Equal when all columns are equal and stand in the same order.</summary>
public sealed class TableSchema : IReadOnlyList<TableColumn>, IEquatable<TableSchema>
{
    private readonly TableColumn[] _columns;
    private readonly Dictionary<string, int> _positions;

    /// <summary>Makes a schema.</summary>
    /// <exception cref="ArgumentException">A name is empty or stands twice.</exception>
    public TableSchema(params IEnumerable<TableColumn> columns)
    {
        _columns = [.. columns];
        _positions = new Dictionary<string, int>(_columns.Length, StringComparer.Ordinal);
        for (int i = 0; i < _columns.Length; i++)
        {
            ArgumentException.ThrowIfNullOrEmpty(_columns[i].Name, nameof(columns));
            if (!_positions.TryAdd(_columns[i].Name, i))
            {
                throw new ArgumentException($"The column '{_columns[i].Name}' stands twice in the schema.", nameof(columns));
            }
        }
    }

    /// <inheritdoc/>
    public int Count => _columns.Length;

    /// <inheritdoc/>
    public TableColumn this[int index] => _columns[index];

    /// <summary>The column of this name.</summary>
    /// <exception cref="UnknownColumnException">There is none.</exception>
    public TableColumn this[string name] => _columns[PositionOf(name)];

    /// <summary>Position of the column of this name, or -1.</summary>
    public int IndexOf(string name) => _positions.GetValueOrDefault(name, -1);

    /// <summary>Position of the column of this name.</summary>
    /// <exception cref="UnknownColumnException">There is none; the message lists those there are.</exception>
    public int PositionOf(string name) => _positions.TryGetValue(name, out int position)
        ? position
        : throw new UnknownColumnException(name, _columns.Select(c => c.Name));

    /// <summary>Finds a column by name.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out TableColumn? column)
    {
        column = _positions.TryGetValue(name, out int position) ? _columns[position] : null;
        return column is not null;
    }

    /// <inheritdoc/>
    public bool Equals(TableSchema? other) => other is not null && _columns.AsSpan().SequenceEqual(other._columns);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TableSchema);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (TableColumn column in _columns)
        {
            hash.Add(column);
        }

        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public IEnumerator<TableColumn> GetEnumerator() => ((IEnumerable<TableColumn>)_columns).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _columns.GetEnumerator();

    /// <summary>For example <c>deny Boolean, lvrat Double?</c>.</summary>
    public override string ToString() => string.Join(", ", _columns.Select(c => $"{c.Name} {c.Type}{(c.Nullable ? "?" : "")}"));
}

/// <summary>A column was named that the table does not have.</summary>
public sealed class UnknownColumnException : LifecycleException
{
    /// <summary>Makes the error.</summary>
    /// <param name="column">The name that was asked for.</param>
    /// <param name="known">The names there are.</param>
    public UnknownColumnException(string column, IEnumerable<string> known)
        : base($"There is no column '{column}'. The columns are: {string.Join(", ", known)}.") => Column = column;

    /// <summary>The name that was asked for.</summary>
    public string Column { get; }
}
