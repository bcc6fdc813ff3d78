namespace Lifecycle.Data;

/// <summary>
/// Blocks of a CSV on their way to one tally a column. Blocks are looked at side by side and merged in the order of the file, so the result is
/// the same for any number of threads.
/// </summary>
/// <param name="names">Names the columns from the first row.</param>
/// <param name="problem">Takes every problem, its row counted from 1.</param>
/// <param name="threads">How many blocks are looked at at once.</param>
/// <param name="wishes">What is wanted of each column; null wants all of them as they are.</param>
internal sealed class CsvProfiler(Func<CsvRows, int, long, List<string>> names, Action<TableProblem> problem, int threads, ColumnWish[]? wishes = null)
{
    private readonly Queue<Task<BlockTally>> _running = new();
    private ColumnWish[]? _wishes = wishes;
    private NullRule? _nulls;
    private byte _delimiter;
    private bool _hasHeader;
    private long _rowsSeen;

    /// <summary>Names of the columns; null while no row was seen.</summary>
    public List<string>? Names { get; private set; }

    /// <summary>Rows without the header.</summary>
    public long Rows { get; private set; }

    /// <summary>One tally a column, of the blocks that were merged.</summary>
    public ColumnTally?[] Columns { get; private set; } = [];

    /// <summary>Whether nothing more can be read.</summary>
    public bool HasStopped { get; private set; }

    /// <summary>The options, with the delimiter that was found.</summary>
    public void Begin(CsvOptions options)
    {
        _nulls = new NullRule(options);
        _delimiter = options.DelimiterByte;
        _hasHeader = options.HasHeader;
    }

    public void Add(CsvBlock block)
    {
        if (HasStopped)
        {
            return;
        }

        int skip = 0;
        if (Names is null && !FindNames(block, out skip))
        {
            return;
        }

        ColumnWish[] wishes = [.. _wishes!];
        BlockTally Look()
        {
            BlockTally tally = BlockTally.Of(block, _delimiter, _nulls!, skip, wishes);
            block.Return?.Invoke(block.Bytes);
            return tally;
        }

        if (threads <= 1)
        {
            Merge(Look());
            return;
        }

        if (_running.Count == threads)
        {
            MergeNext();
        }

        _running.Enqueue(Task.Run(Look));
    }

    public void Complete()
    {
        while (_running.Count > 0)
        {
            MergeNext();
        }
    }

    // A block of empty lines only has no names.
    private bool FindNames(CsvBlock block, out int skip)
    {
        CsvRows rows = new(_delimiter);
        rows.Begin(block);
        skip = 0;
        int fields = rows.ReadRow();
        for (; fields >= 0 && rows.IsBlank(0, fields); fields = rows.ReadRow())
        {
            skip++;
        }

        if (fields < 0)
        {
            if (rows.Stopped is { } stopped)
            {
                problem(stopped with { Row = _rowsSeen + stopped.Row + 1 });
                HasStopped = true;
            }

            _rowsSeen += rows.RowsSeen;
            return false;
        }

        skip += _hasHeader ? 1 : 0;
        Names = names(rows, fields, _rowsSeen + rows.RowsSeen);
        _wishes ??= [.. Names.Select(_ => ColumnWish.Any)];
        Columns = new ColumnTally?[fields];
        return true;
    }

    private void MergeNext()
    {
        if (!HasStopped)
        {
            Merge(_running.Dequeue().GetAwaiter().GetResult());
        }
        else
        {
            _running.Clear();
        }
    }

    private void Merge(BlockTally block)
    {
        foreach (TableProblem found in block.Problems)
        {
            problem(found with { Row = _rowsSeen + found.Row + 1 });
        }

        _rowsSeen += block.RowsSeen;
        Rows += block.Rows;
        HasStopped = block.HasStopped;
        for (int i = 0; i < Columns.Length; i++)
        {
            if (block.Columns[i] is not { } next)
            {
                continue;
            }

            if (Columns[i] is { } all)
            {
                all.Merge(next);
            }
            else
            {
                Columns[i] = next;
            }

            // once text, the next blocks need not try
            if (_wishes![i] == ColumnWish.Any && Columns[i]!.Class == CellClass.Text)
            {
                _wishes[i] = ColumnWish.Text;
            }
        }
    }
}
