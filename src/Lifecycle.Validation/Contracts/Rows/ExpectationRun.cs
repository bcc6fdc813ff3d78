namespace Lifecycle.Validation;

/// <summary>One expectation on its way through a source: which rows it judged, which broke it.</summary>
internal sealed class ExpectationRun(Expectation expectation, int[] columns, Check check, bool keepValues)
{
    public const int MostRows = 100;

    private readonly ulong[] _judged = new ulong[RowBits.Words];
    private readonly ulong[] _broken = new ulong[RowBits.Words];
    private readonly ulong[] _thrown = new ulong[RowBits.Words];
    private readonly List<long> _rows = [];
    private readonly List<string?> _values = [];
    private long _firstRow;
    private bool _threw;

    public Expectation Expectation { get; } = expectation;

    public Check Check { get; } = check;

    public int[] Columns { get; } = columns;

    public long Evaluated { get; private set; }

    public long Unexpected { get; private set; }

    public IReadOnlyList<long> Rows => _rows;

    public IReadOnlyList<string?> Values => _values;

    public CheckFaults Faults { get; } = new();

    /// <summary>The broken rows of the last chunk.</summary>
    public ReadOnlySpan<ulong> Broken => _broken;

    /// <summary>Whether code of the user threw for a row of the last chunk.</summary>
    public bool Threw(long row) => Faults.Recent.Contains(row) || (_threw && RowBits.Has(_thrown, (int)(row - _firstRow)));

    public void Look(Chunk chunk)
    {
        Faults.Recent.Clear();
        if (Check is RowCheck plain && Expectation.Condition is null && chunk.Faults is null && plain.IsClean(chunk))
        {
            _threw = false;
            _broken.AsSpan().Clear();
            Evaluated += chunk.Rows;
            return;
        }

        _firstRow = chunk.FirstRow;
        _threw = Judge(chunk);
        
        Span<ulong> broken = _broken;
        broken.Clear();
        if (Check is RowCheck rows)
        {
            if (rows.IsLimitReached)
            {
                return;
            }

            rows.Mark(chunk, _judged, broken, Faults);
            RowBits.And(broken, _judged);
        }

        if (_threw)
        {
            RowBits.Or(broken, _thrown);
            RowBits.Or(_judged, _thrown);
        }

        int judged = RowBits.Count(_judged);
        Evaluated += judged;
        if (Check is FigureCheck figure)
        {
            if (judged > 0)
            {
                figure.Add(chunk, _judged, judged);
            }

            return;
        }

        int count = RowBits.Count(broken);
        if (count > 0)
        {
            Unexpected += count;
            Remember(chunk, broken);
        }
    }

    private bool Judge(Chunk chunk)
    {
        Span<ulong> judged = _judged;
        RowBits.SetAll(judged, chunk.Rows);
        bool threw = false;
        foreach (int column in Columns)
        {
            if (Expectation.Scope != CellScope.All)
            {
                Cells cells = chunk[column];
                if (!cells.AllPresent)
                {
                    RowBits.And(judged, Expectation.Scope == CellScope.Valid ? cells.Valid : cells.Present);
                }
            }

            if (chunk.Faults?[column] is { } faults)
            {
                PrepareThrown(ref threw);
                RowBits.Or(_thrown, faults);
            }
        }

        if (Expectation.Condition is { } condition)
        {
            PrepareThrown(ref threw);
            condition.Filter(chunk, judged, _thrown, Faults);
        }

        return threw;
    }

    private void PrepareThrown(ref bool threw)
    {
        if (!threw)
        {
            _thrown.AsSpan().Clear();
            threw = true;
        }
    }

    private void Remember(Chunk chunk, ReadOnlySpan<ulong> broken)
    {
        for (int row = RowBits.Next(broken, 0); row >= 0 && _rows.Count < MostRows; row = row + 1 < chunk.Rows ? RowBits.Next(broken, row + 1) : -1)
        {
            _rows.Add(chunk.FirstRow + row);
            if (keepValues)
            {
                _values.Add(Columns.Length == 0 ? null : string.Join(", ", Columns.Select(c => chunk[c].TextAt(row) ?? "(missing)")));
            }
        }
    }
}
