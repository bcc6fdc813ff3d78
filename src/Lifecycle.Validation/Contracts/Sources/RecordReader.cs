namespace Lifecycle.Validation;

/// <summary>Fills one column from the records of a chunk.</summary>
internal abstract class RecordReader<T>
{
    /// <summary>The cells of these records; valid until the next call.</summary>
    /// <param name="records">At most 4,096.</param>
    /// <param name="firstRow">Number of the first.</param>
    /// <param name="faults">Where to say that the delegate threw.</param>
    /// <param name="thrown">The rows for which it threw; null when there is none.</param>
    public abstract BatchColumn Read(ReadOnlySpan<T> records, long firstRow, CheckFaults faults, out ulong[]? thrown);
}

internal abstract class RecordReader<T, TCell>(TableColumn column) : RecordReader<T>
{
    private readonly bool[] _valid = new bool[RowBits.ChunkRows];
    private BatchColumn<TCell>? _whole, _wholeMasked;

    protected TCell[] Values { get; } = new TCell[RowBits.ChunkRows];

    protected Span<bool> Valid => _valid;

    /// <summary>Whether the reader says of every cell whether it is there.</summary>
    protected abstract bool HasMask { get; }

    public override BatchColumn Read(ReadOnlySpan<T> records, long firstRow, CheckFaults faults, out ulong[]? thrown)
    {
        thrown = null;
        int at = 0;
        while (at < records.Length)
        {
            try
            {
                Fill(records, ref at);
            }
            catch (Exception error)
            {
                if (thrown is null)
                {
                    thrown = new ulong[RowBits.Words];
                    if (!HasMask)
                    {
                        _valid.AsSpan().Fill(true);
                    }
                }

                faults.Add(firstRow + at, $"{error.GetType().Name}: {error.Message}");
                RowBits.Set(thrown, at);
                _valid[at] = false;
                Values[at++] = default!;
            }
        }

        bool masked = HasMask || thrown is not null;
        if (records.Length < RowBits.ChunkRows)
        {
            return new BatchColumn<TCell>(column, Values.AsMemory(0, records.Length), masked ? _valid.AsMemory(0, records.Length) : default);
        }

        return masked ? _wholeMasked ??= new BatchColumn<TCell>(column, Values, _valid) : _whole ??= new BatchColumn<TCell>(column, Values);
    }

    /// <summary>Fills from a row on; when the delegate throws, <paramref name="at"/> is the row for which it did.</summary>
    protected abstract void Fill(ReadOnlySpan<T> records, ref int at);
}

internal sealed class PlainReader<T, TCell>(TableColumn column, Func<T, TCell> value) : RecordReader<T, TCell>(column)
{
    protected override bool HasMask => false;

    protected override void Fill(ReadOnlySpan<T> records, ref int at)
    {
        Span<TCell> values = Values.AsSpan(0, records.Length);
        Func<T, TCell> take = value;
        int row = at;
        try
        {
            for (; row < records.Length; row++)
            {
                values[row] = take(records[row]);
            }
        }
        finally
        {
            at = row;
        }
    }
}

internal sealed class NullableReader<T, TCell>(TableColumn column, Func<T, TCell?> value) : RecordReader<T, TCell>(column)
    where TCell : struct
{
    protected override bool HasMask => true;

    protected override void Fill(ReadOnlySpan<T> records, ref int at)
    {
        Span<TCell> values = Values.AsSpan(0, records.Length);
        Span<bool> valid = Valid[..records.Length];
        int row = at;
        try
        {
            for (; row < records.Length; row++)
            {
                TCell? cell = value(records[row]);
                valid[row] = cell.HasValue;
                values[row] = cell.GetValueOrDefault();
            }
        }
        finally
        {
            at = row;
        }
    }
}
