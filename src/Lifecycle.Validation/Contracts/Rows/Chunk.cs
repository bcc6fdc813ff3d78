namespace Lifecycle.Validation;

/// <summary>Up to 4,096 rows, read by one lane of rules at a time.</summary>
internal sealed class Chunk(TableSchema schema)
{
    private readonly Cells?[] _cells = new Cells?[schema.Count];
    private readonly long[] _stamps = new long[schema.Count];
    private IReadOnlyList<BatchColumn> _columns = [];
    private int _from;
    private long _stamp;

    public TableSchema Schema { get; } = schema;

    public int Rows { get; private set; }

    /// <summary>Number of the first row in the source, from 0.</summary>
    public long FirstRow { get; private set; }

    /// <summary>The records, when the source is one of records.</summary>
    public object? Records { get; private set; }

    public void Move(RowBatch batch, int from, int rows)
    {
        _columns = batch.Columns;
        _from = batch.Offset + from;
        Rows = rows;
        FirstRow = batch.FirstRow + from;
        Records = batch.Records;
        Faults = batch.Faults;
        _stamp++;
    }

    /// <summary>Rows of each column whose delegate threw; null when none did.</summary>
    public ulong[]?[]? Faults { get; private set; }

    public Cells this[int position]
    {
        get
        {
            Cells cells = _cells[position] ??= Cells.Of(Schema[position]);
            if (_stamps[position] != _stamp)
            {
                cells.Move(_columns[position], _from, Rows);
                _stamps[position] = _stamp;
            }

            return cells;
        }
    }
}

/// <summary>Rows on their way into a check: columns of equal length.</summary>
/// <param name="Columns">In the order of the schema.</param>
/// <param name="Rows">How many.</param>
/// <param name="FirstRow">Number of the first.</param>
/// <param name="Records">The records, when the source is one of records; then there are at most 4,096 rows.</param>
/// <param name="Faults">Rows of each column whose delegate threw.</param>
/// <param name="Offset">Where the first row stands in the columns.</param>
internal readonly record struct RowBatch(
    IReadOnlyList<BatchColumn> Columns, int Rows, long FirstRow, object? Records = null, ulong[]?[]? Faults = null, int Offset = 0);
