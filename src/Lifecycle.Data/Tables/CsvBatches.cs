using System.Diagnostics.CodeAnalysis;

namespace Lifecycle.Data;

/// <summary>Rows of a CSV whose columns are known, gathered into batches. The first row that does not fit ends it.</summary>
internal sealed class CsvBatches
{
    private const int BlockBytes = 1 << 20;
    private const int MostRows = 1024;

    private readonly TableSummary _table;
    private readonly CsvBlocks _blocks;
    private readonly CellColumn?[] _cells;
    private readonly CellColumn[] _wanted;
    private readonly int _batchRows;
    private readonly Queue<ColumnBatch> _ready = new();
    private CsvRows? _reader;
    private TableProblem? _problem;
    private bool _begun;
    private long _rows;
    private long _rowsSeen;
    private int _filled;

    public CsvBatches(TableSummary table, IReadOnlyList<string>? columns, int batchRows)
    {
        _table = table;
        _batchRows = batchRows;
        CsvOptions options = table.Csv ?? new CsvOptions();
        _blocks = new CsvBlocks(options, BlockBytes, OnBlock, p => _problem ??= p);
        _cells = new CellColumn?[table.Schema.Count];
        NullRule nulls = new(options);
        _wanted = [.. (columns ?? table.Schema.Select(c => c.Name)).Select(name => _cells[table.Schema.PositionOf(name)] ??= CellColumn.Of(table.Schema[name], nulls))];
        if (_wanted.Length == 0 && table.FirstError is null)
        {
            throw new ArgumentException("Name at least one column to read.", nameof(columns));
        }
    }

    public void Write(ReadOnlySpan<byte> bytes) => _blocks.Write(bytes);

    public void Complete()
    {
        _blocks.Complete();
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

    private void OnBlock(CsvBlock block)
    {
        CsvRows reader = _reader ??= new CsvRows(_blocks.Resolved.DelimiterByte);
        reader.Begin(block);
        if (!_begun && !Begin(reader))
        {
            _rowsSeen += reader.RowsSeen;
            return;
        }

        // rows before the one with bad bytes are good; so they are read one by one
        long bad = block.BadBytes.Count > 0 ? RowOf(block, block.BadBytes[0].Offset) : long.MaxValue;
        for (int count = 1; count > 0 && _problem is null;)
        {
            count = reader.Read(_cells.Length, bad == long.MaxValue ? Math.Min(MostRows, _batchRows - _filled) : 1, OnRagged);
            if (reader.RowsSeen > bad)
            {
                _problem = block.BadBytes[0] with { Row = _rowsSeen + bad + 1 };
            }
            else
            {
                Add(reader, block, count);
            }
        }

        if (_problem is null && reader.Stopped is { } stopped)
        {
            _problem = stopped with { Row = _rowsSeen + stopped.Row + 1 };
        }

        _rowsSeen += reader.RowsSeen;
        block.Return?.Invoke(block.Bytes);
        if (_problem is not null)
        {
            Flush();
            _blocks.Stop();
        }
    }

    // Skips empty lines and the header.
    private bool Begin(CsvRows reader)
    {
        if (_blocks.Resolved.HasHeader)
        {
            int fields = reader.ReadRow();
            for (; fields >= 0 && reader.IsBlank(0, fields); fields = reader.ReadRow())
            {
            }

            return _begun = fields >= 0;
        }

        return _begun = reader.SkipBlank();
    }

    private bool OnRagged(long row, long offset, int fields)
    {
        _problem ??= CsvFormat.Ragged(_rowsSeen + row + 1, offset, fields, _cells.Length);
        return false;
    }

    private void Add(CsvRows reader, CsvBlock block, int count)
    {
        int good = count;
        for (int i = 0; i < _cells.Length; i++)
        {
            if (_cells[i] is { } cell && cell.Add(reader, i, _cells.Length, count) is var fitting && fitting < good)
            {
                good = fitting;
                long offset = block.Offset + Math.Min(reader.Starts[(good * _cells.Length) + i], block.Length - 1);
                _problem = new TableProblem(
                    TableProblemKind.Encoding, _rowsSeen + RowOf(block, offset) + 1, offset,
                    $"a cell of the column '{_table.Schema[i].Name}' is not {_table.Schema[i].Type}; were the columns learned from other bytes?");
            }
        }

        _filled += good;
        if (_filled == _batchRows)
        {
            Flush();
        }
    }

    private long RowOf(CsvBlock block, long offset)
    {
        RowEnds ends = new(_blocks.Resolved.DelimiterByte);
        ends.Advance(block.Bytes.AsSpan(0, (int)(offset - block.Offset)));
        return ends.Count;
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
