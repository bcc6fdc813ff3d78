using System.Diagnostics.CodeAnalysis;

namespace Lifecycle.Data;

/// <summary>Rows of a CSV whose columns are known, gathered into batches. The first row that does not fit ends it.</summary>
internal sealed class CsvBatches
{
    private readonly TableSummary _table;
    private readonly CsvFeed _feed;
    private readonly CellColumn?[] _cells;
    private readonly CellColumn[] _wanted;
    private readonly int _batchRows;
    private readonly Queue<ColumnBatch> _ready = new();
    private TableProblem? _problem;
    private bool _begun;
    private long _rows;
    private int _filled;

    public CsvBatches(TableSummary table, IReadOnlyList<string>? columns, int batchRows)
    {
        _table = table;
        _batchRows = batchRows;
        CsvOptions options = table.Csv ?? new CsvOptions();
        _feed = new CsvFeed(options, OnRow, p => _problem ??= p.Kind == TableProblemKind.HeaderName ? null : p);
        _cells = new CellColumn?[table.Schema.Count];
        NullRule nulls = new(options);
        _wanted = [.. (columns ?? table.Schema.Select(c => c.Name)).Select(name => _cells[table.Schema.PositionOf(name)] ??= CellColumn.Of(table.Schema[name], nulls))];
        if (_wanted.Length == 0 && table.FirstError is null)
        {
            throw new ArgumentException("Name at least one column to read.", nameof(columns));
        }
    }

    public void Write(ReadOnlySpan<byte> bytes) => _feed.Write(bytes);

    public void Complete()
    {
        _feed.Complete();
        Flush();
    }

    public bool TryTake([MaybeNullWhen(false)] out ColumnBatch batch) => _ready.TryDequeue(out batch);

    public void ThrowIfBroken()
    {
        if ((_problem ?? (_wanted.Length == 0 ? _table.FirstError : null)) is { } problem)
        {
            throw new TableFormatException(_table.Path, [problem]);
        }
    }

    private void OnRow(CsvTokenizer row)
    {
        if (_problem is not null || CsvFormat.IsSkipped(row, _cells.Length))
        {
            return;
        }

        if (!_begun)
        {
            _begun = true;
            if (row.IsBlank || _feed.Resolved.HasHeader)
            {
                _begun = !row.IsBlank;
                return;
            }
        }

        if (row.FieldCount != _cells.Length)
        {
            _problem = CsvFormat.Ragged(row, _cells.Length);
            return;
        }

        for (int i = 0; i < _cells.Length; i++)
        {
            if (_cells[i] is { } cell && !cell.TryAdd(row.Field(i), row.IsQuoted(i)))
            {
                TableColumn column = _table.Schema[i];
                _problem = new TableProblem(
                    TableProblemKind.Encoding, row.Row, row.RowOffset, $"a cell of the column '{column.Name}' is not {column.Type}; were the columns learned from other bytes?");
                return;
            }
        }

        if (++_filled == _batchRows)
        {
            Flush();
        }
    }

    private void Flush()
    {
        // a row that failed half-way has left cells behind; nothing is handed out after it
        if (_filled > 0)
        {
            BatchColumn[] taken = new BatchColumn[_wanted.Length];
            for (int i = 0; i < taken.Length; i++)
            {
                int earlier = Array.IndexOf(_wanted, _wanted[i]);
                taken[i] = earlier < i ? taken[earlier] : _wanted[i].Take(_filled);
            }

            _ready.Enqueue(new ColumnBatch(taken, _rows));
            _rows += _filled;
            _filled = 0;
        }
    }
}
