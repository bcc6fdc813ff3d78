namespace Lifecycle.Data;

/// <summary>What one block of a CSV holds: rows, problems, and a tally of every column that is asked for.</summary>
internal sealed class BlockTally
{
    private const int MostCells = 1 << 16;

    private readonly CsvBlock _block;
    private readonly CsvRows _rows;
    private readonly NullRule _nulls;
    private readonly int _skip;
    private readonly ColumnWish[] _wishes;
    private readonly CellSweep?[] _sweeps;
    private readonly int _most;
    private readonly SweepScratch _scratch;

    private BlockTally(CsvBlock block, byte delimiter, NullRule nulls, int skip, ColumnWish[] wishes)
    {
        _block = block;
        _rows = new CsvRows(delimiter);
        _nulls = nulls;
        _skip = skip;
        _wishes = wishes;
        _sweeps = new CellSweep?[wishes.Length];
        _most = Math.Min(Math.Clamp(MostCells / wishes.Length, 1, SweepScratch.MostRows), block.Length + 1);
        _scratch = new SweepScratch(_most) { IsAscii = System.Text.Ascii.IsValid(block.Bytes.AsSpan(0, block.Length)) };
        Columns = new ColumnTally?[wishes.Length];
    }

    /// <summary>Rows of the file in the block, with empty lines.</summary>
    public long RowsSeen { get; private set; }

    /// <summary>Rows of the table in the block, also those of a wrong width.</summary>
    public long Rows { get; private set; }

    /// <summary>Problems; their rows are counted within the block, from 0.</summary>
    public List<TableProblem> Problems { get; } = [];

    /// <summary>Whether nothing behind this block can be read.</summary>
    public bool HasStopped { get; private set; }

    /// <summary>The tallies; null where none was asked for.</summary>
    public ColumnTally?[] Columns { get; }

    /// <summary>Looks at a block.</summary>
    /// <param name="block">The block.</param>
    /// <param name="delimiter">The byte between fields.</param>
    /// <param name="nulls">Which cells are null.</param>
    /// <param name="skip">Rows at its beginning that are not of the table.</param>
    /// <param name="wishes">What is wanted of each column.</param>
    public static BlockTally Of(CsvBlock block, byte delimiter, NullRule nulls, int skip, ColumnWish[] wishes)
    {
        BlockTally tally = new(block, delimiter, nulls, skip, wishes);
        tally.Look();
        return tally;
    }

    private void Look()
    {
        for (int i = 0; i < _wishes.Length; i++)
        {
            _sweeps[i] = _wishes[i] == ColumnWish.None ? null : Sweep(i, _wishes[i]);
        }

        long tabled = 0;
        Rows = Pass(first: true, ref tabled);
        RowsSeen = _rows.RowsSeen;
        if (_rows.Stopped is { } stopped)
        {
            Problems.Add(stopped);
            HasStopped = true;
        }

        AddBadBytes();
        Finish(again: true);
        if (Array.Exists(_sweeps, s => s is not null))
        {
            Pass(first: false, ref tabled);
            Finish(again: false);
        }
    }

    // What is complete is taken; what has to be looked at once more gets a new sweep.
    private void Finish(bool again)
    {
        for (int i = 0; i < _sweeps.Length; i++)
        {
            if (_sweeps[i] is { } sweep)
            {
                bool repeat = again && (sweep.HasFailed || sweep.NeedsReal);
                Columns[i] = repeat ? null : sweep.Complete(_rows.Bytes);
                _sweeps[i] = !repeat ? null : Sweep(i, sweep.HasFailed ? ColumnWish.Text : ColumnWish.Real);
            }
        }
    }

    private long Pass(bool first, ref long tabled)
    {
        int columns = _wishes.Length;
        _rows.Begin(_block);
        for (int i = 0; i < _skip; i++)
        {
            _rows.ReadRow();
        }

        long rows = 0;
        bool Ragged(long row, long offset, int fields)
        {
            if (first)
            {
                rows++;
                if (Problems.Count < TableSummary.MaximumProblems)
                {
                    Problems.Add(CsvFormat.Ragged(row, offset, fields, columns));
                }
            }

            return true;
        }

        for (int count = _rows.Read(columns, _most, Ragged); count > 0; count = _rows.Read(columns, _most, Ragged))
        {
            for (int i = 0; i < columns; i++)
            {
                if (_sweeps[i] is { HasFailed: false } sweep)
                {
                    sweep.Add(_rows, columns, count);
                    if (sweep.HasFailed && rows == 0)
                    {
                        // nothing was tallied before these rows
                        _sweeps[i] = Sweep(i, ColumnWish.Text);
                        _sweeps[i]!.Add(_rows, columns, count);
                    }
                }
            }

            rows += count;
            if (count < _most)
            {
                break;
            }
        }

        return rows;
    }

    private CellSweep Sweep(int column, ColumnWish wish) => new(column, _nulls, _scratch, wish == ColumnWish.Text, wish == ColumnWish.Real);

    private void AddBadBytes()
    {
        foreach (TableProblem bad in _block.BadBytes)
        {
            RowEnds ends = new(_rows.Delimiter);
            ends.Advance(_block.Bytes.AsSpan(0, (int)(bad.Offset - _block.Offset)));
            Problems.Add(bad with { Row = ends.Count });
        }

        Problems.Sort((a, b) => a.Row != b.Row ? a.Row.CompareTo(b.Row) : a.Offset.CompareTo(b.Offset));
    }
}

/// <summary>What is wanted of a column.</summary>
internal enum ColumnWish
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A tally of the class that its cells have.</summary>
    Any,

    /// <summary>A tally of texts.</summary>
    Text,

    /// <summary>A tally of numbers that are told apart as doubles.</summary>
    Real,
}
