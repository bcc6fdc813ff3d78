using System.Runtime.InteropServices;

namespace Lifecycle.Data;

/// <summary>A column as numbers 0, 1, 2, ... for its different values, in the order in which they came. Null is a value; -0.0 is 0.0, NaN is NaN.</summary>
internal abstract class CodedColumn
{
    private int[] _codes = [];

    /// <summary>Rows so far.</summary>
    public int Count { get; private set; }

    /// <summary>Different values so far.</summary>
    public int Cardinality { get; protected set; }

    /// <summary>The code of null; -1 when there was none.</summary>
    public int NullCode { get; private set; } = -1;

    /// <summary>The code of each row.</summary>
    public ReadOnlySpan<int> Codes => _codes.AsSpan(0, Count);

    /// <summary>Called with the row that brought a new value, null included.</summary>
    public Action<BatchColumn, int>? Added { get; set; }

    public static CodedColumn Of(ColumnType type) => type switch
    {
        ColumnType.Boolean => new CodedColumn<bool, long>(v => v ? 1 : 0),
        ColumnType.Int32 => new CodedColumn<int, long>(v => v),
        ColumnType.Int64 => new CodedColumn<long, long>(v => v),
        ColumnType.Single => new CodedColumn<float, long>(v => Bits(v)) { KeysAreBits = true },
        ColumnType.Double => new CodedColumn<double, long>(Bits) { KeysAreBits = true },
        ColumnType.Date => new CodedColumn<DateOnly, long>(v => v.DayNumber),
        ColumnType.DateTime => new CodedColumn<DateTime, long>(v => v.Ticks),
        _ => new CodedColumn<string, string>(v => v),
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
    public abstract int[]? NumericOrder();

    protected abstract void Encode(BatchColumn column, Span<int> codes);

    protected int NullIn(BatchColumn column, int row)
    {
        if (NullCode < 0)
        {
            NullCode = Cardinality++;
            Added?.Invoke(column, row);
        }

        return NullCode;
    }

    private static long Bits(double value) => double.IsNaN(value) ? long.MinValue : value == 0 ? 0 : BitConverter.DoubleToInt64Bits(value);
}

/// <summary>A column of cells of one type.</summary>
/// <param name="key">What two equal cells have in common.</param>
internal sealed class CodedColumn<T, TKey>(Func<T, TKey> key) : CodedColumn
    where TKey : notnull
{
    private readonly Dictionary<TKey, int> _codeOf = [];

    /// <summary>Whether the keys are the bits of doubles.</summary>
    public bool KeysAreBits { get; init; }

    public override int[]? NumericOrder()
    {
        if (typeof(T) != typeof(int) && typeof(T) != typeof(long) && typeof(T) != typeof(double) && typeof(T) != typeof(float))
        {
            return null;
        }

        List<(double Number, long Whole, int Code)> values = [.. _codeOf.Select(pair => Ranked((long)(object)pair.Key, pair.Value))];
        values.Sort();
        return [.. NullCode >= 0 ? [NullCode] : Array.Empty<int>(), .. values.Select(v => v.Code)];
    }

    protected override void Encode(BatchColumn column, Span<int> codes)
    {
        ReadOnlySpan<T> values = ((BatchColumn<T>)column).Values.Span;
        ReadOnlySpan<bool> valid = column.Valid.Span;
        for (int row = 0; row < values.Length; row++)
        {
            if (!valid.IsEmpty && !valid[row])
            {
                codes[row] = NullIn(column, row);
                continue;
            }

            ref int code = ref CollectionsMarshal.GetValueRefOrAddDefault(_codeOf, key(values[row]), out bool known);
            if (!known)
            {
                code = Cardinality++;
                Added?.Invoke(column, row);
            }

            codes[row] = code;
        }
    }

    // whole numbers beyond 2^53 are told apart by their second part
    private (double Number, long Whole, int Code) Ranked(long bits, int code) =>
        KeysAreBits ? (bits == long.MinValue ? double.NaN : BitConverter.Int64BitsToDouble(bits), 0, code) : (bits, bits, code);
}
