namespace Lifecycle.Validation;

/// <summary>One row of columns, as code of your own sees it. Valid only while it is called.</summary>
public readonly struct ContractRow
{
    private readonly Chunk _chunk;
    private readonly int _row;

    internal ContractRow(Chunk chunk, int row)
    {
        _chunk = chunk;
        _row = row;
    }

    /// <summary>Number of the row in its source, from 0.</summary>
    public long Row => _chunk.FirstRow + _row;

    /// <summary>The cell as a number; NaN when it is missing or is no number.</summary>
    /// <exception cref="UnknownColumnException">There is no such column.</exception>
    public double Number(string column) => IsMissing(column) ? double.NaN : Cells(column).Numbers()[_row];

    /// <summary>The cell as text in the invariant culture; null when it is missing.</summary>
    /// <exception cref="UnknownColumnException">There is no such column.</exception>
    public string? Text(string column) => Cells(column).TextAt(_row);

    /// <summary>Whether the cell is null or NaN.</summary>
    /// <exception cref="UnknownColumnException">There is no such column.</exception>
    public bool IsMissing(string column) => !RowBits.Has(Cells(column).Present, _row);

    private Cells Cells(string column) => _chunk[_chunk.Schema.PositionOf(column)];
}
