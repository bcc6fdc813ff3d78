namespace Lifecycle.Data;

/// <summary>A column as numbers 0, 1, 2, ... for its different values, in the order in which they came. Null is a value; -0.0 is 0.0, NaN
/// is NaN.</summary>
internal abstract class CodedColumn
{
    private int[] _codes = [];

    /// <summary>Rows so far.</summary>
    public int Count { get; private set; }

    /// <summary>Different values so far.</summary>
    public int Cardinality { get; private set; }

    /// <summary>The code of null; -1 when there was none.</summary>
    public int NullCode { get; private set; } = -1;

    /// <summary>The code of each row.</summary>
    public ReadOnlyMemory<int> Codes => _codes.AsMemory(0, Count);

    /// <summary>Called with the row that brought a new value, null included.</summary>
    public Action<BatchColumn, int>? Added { get; set; }

    public static CodedColumn Of(ColumnType type) => type switch
    {
        ColumnType.Boolean => new NumberColumn<bool>(v => v ? 1 : 0),
        ColumnType.Int32 => new NumberColumn<int>(v => v) { Order = NumberOrder.Whole },
        ColumnType.Int64 => new NumberColumn<long>(v => v) { Order = NumberOrder.Whole },
        ColumnType.Single => new NumberColumn<float>(v => Bits(v)) { Order = NumberOrder.Bits },
        ColumnType.Double => new NumberColumn<double>(Bits) { Order = NumberOrder.Bits },
        ColumnType.Date => new NumberColumn<DateOnly>(v => v.DayNumber),
        ColumnType.DateTime => new NumberColumn<DateTime>(v => v.Ticks),
        _ => new TextColumn(),
    };

    public void Add(BatchColumn column)
    {
        int count = checked(Count + column.Count);
        if (count > _codes.Length)
        {
            Array.Resize(ref _codes, Math.Max(count, (int)Math.Min(Array.MaxLength, _codes.Length * 2L)));
        }

        Encode(column, _codes.AsSpan(Count, column.Count));
        Count = count;
    }

    /// <summary>The codes in the order of their numbers: null, NaN, then from the least; null when the column is none of numbers.</summary>
    public virtual int[]? NumericOrder() => null;

    protected abstract void Encode(BatchColumn column, Span<int> codes);

    protected int NullIn(BatchColumn column, int row) => NullCode < 0 ? NullCode = Next(column, row) : NullCode;

    /// <summary>The code of a value that was not there yet.</summary>
    protected int Next(BatchColumn column, int row)
    {
        Added?.Invoke(column, row);
        return Cardinality++;
    }

    private static long Bits(double value) => double.IsNaN(value) ? long.MinValue : value == 0 ? 0 : BitConverter.DoubleToInt64Bits(value);
}

/// <summary>Whether keys have an order of numbers.</summary>
internal enum NumberOrder
{
    None,
    Whole,
    Bits,
}

/// <summary>Cells that are equal where a number of 64 bits is.</summary>
internal sealed class NumberColumn<T>(Func<T, long> key) : CodedColumn
{
    // open addressing: the code + 1 of each key, 0 where there is none
    private long[] _keys = new long[256];
    private int[] _slots = new int[256];
    private int _used;

    public NumberOrder Order { get; init; }

    public override int[]? NumericOrder()
    {
        if (Order == NumberOrder.None)
        {
            return null;
        }

        List<(double Number, long Whole, int Code)> values = new(_used);
        for (int i = 0; i < _slots.Length; i++)
        {
            if (_slots[i] != 0)
            {
                // whole numbers beyond 2^53 are told apart by their second part; NaN sorts first
                values.Add(Order == NumberOrder.Whole
                    ? (_keys[i], _keys[i], _slots[i] - 1)
                    : (_keys[i] == long.MinValue ? double.NaN : BitConverter.Int64BitsToDouble(_keys[i]), 0, _slots[i] - 1));
            }
        }

        values.Sort();
        return [.. NullCode >= 0 ? [NullCode] : Array.Empty<int>(), .. values.Select(v => v.Code)];
    }

    protected override void Encode(BatchColumn column, Span<int> codes)
    {
        ReadOnlySpan<T> values = ((BatchColumn<T>)column).Values.Span;
        ReadOnlySpan<bool> valid = column.Valid.Span;
        for (int row = 0; row < values.Length; row++)
        {
            codes[row] = !valid.IsEmpty && !valid[row] ? NullIn(column, row) : CodeOf(key(values[row]), column, row);
        }
    }

    private int CodeOf(long value, BatchColumn column, int row)
    {
        int at = SlotOf(value);
        if (_slots[at] != 0)
        {
            return _slots[at] - 1;
        }

        if (_used >= _slots.Length / 2)
        {
            Grow();
            at = SlotOf(value);
        }

        int code = Next(column, row);
        _keys[at] = value;
        _slots[at] = code + 1;
        _used++;
        return code;
    }

    private int SlotOf(long value)
    {
        int mask = _slots.Length - 1;
        int at = (int)(((ulong)value * 0x9E3779B97F4A7C15) >> 32) & mask;
        while (_slots[at] != 0 && _keys[at] != value)
        {
            at = (at + 1) & mask;
        }

        return at;
    }

    private void Grow()
    {
        long[] keys = _keys;
        int[] slots = _slots;
        _keys = new long[keys.Length * 4];
        _slots = new int[slots.Length * 4];
        for (int i = 0; i < slots.Length; i++)
        {
            if (slots[i] != 0)
            {
                int at = SlotOf(keys[i]);
                _keys[at] = keys[i];
                _slots[at] = slots[i];
            }
        }
    }
}
