namespace Lifecycle.Data;

/// <summary>The cells of one column of the batch that is being filled.</summary>
internal abstract class CellColumn
{
    /// <summary>Adds the cells of rows.</summary>
    /// <returns>How many there were before the first that is not of the type.</returns>
    public abstract int Add(CsvRows rows, int column, int columns, int count);

    /// <summary>The first <paramref name="rows"/> cells as a column; begins anew.</summary>
    public abstract BatchColumn Take(int rows);

    public static CellColumn Of(TableColumn column, NullRule nulls) => column.Type switch
    {
        ColumnType.Boolean => new CellColumn<bool>(column, nulls, CellText.TryBoolean),
        ColumnType.Int64 => new CellColumn<long>(column, nulls, TryWhole),
        ColumnType.Double => new CellColumn<double>(column, nulls, TryNumber),
        ColumnType.Date => new CellColumn<DateOnly>(column, nulls, CellText.TryDate),
        ColumnType.DateTime => new CellColumn<DateTime>(column, nulls, CellText.TryDateTime),
        ColumnType.String => new CellColumn<string>(column, nulls, new TextCache().TryText),
        _ => throw new ArgumentException($"A CSV has no columns of type {column.Type} ('{column.Name}').", nameof(column)),
    };

    internal static bool TryWhole(ReadOnlySpan<byte> text, out long value) => CellNumber.Parse(text, out value, out _) == NumberKind.Whole;

    internal static bool TryNumber(ReadOnlySpan<byte> text, out double value) => CellNumber.Parse(text, out _, out value) != NumberKind.None;
}

internal delegate bool CellParser<T>(ReadOnlySpan<byte> text, out T value);

internal sealed class CellColumn<T>(TableColumn column, NullRule nulls, CellParser<T> parse) : CellColumn
{
    private T[] _values = new T[256];
    private bool[]? _valid;
    private int _count;

    public override int Add(CsvRows rows, int column, int columns, int count)
    {
        if (_count + count > _values.Length)
        {
            int size = Math.Max(_values.Length * 2, _count + count);
            Array.Resize(ref _values, size);
            if (_valid is not null)
            {
                Array.Resize(ref _valid, size);
            }
        }

        ReadOnlySpan<byte> bytes = rows.Bytes;
        ReadOnlySpan<int> starts = rows.Starts, lengths = rows.Lengths;
        for (int row = 0, at = column; row < count; row++, at += columns)
        {
            int length = lengths[at];
            ReadOnlySpan<byte> text = bytes.Slice(starts[at], length < 0 ? ~length : length);
            if (!TryAdd(text, length < 0))
            {
                return row;
            }
        }

        return count;
    }

    public override BatchColumn Take(int rows)
    {
        BatchColumn<T> taken = new(column, _values.AsMemory(0, rows), _valid is null ? default : _valid.AsMemory(0, rows));
        _values = new T[Math.Max(256, rows)];
        _valid = null;
        _count = 0;
        return taken;
    }

    private bool TryAdd(ReadOnlySpan<byte> text, bool quoted)
    {
        if (!nulls.IsOwn && !text.IsEmpty && parse(text, out T value))
        {
            Put(value, isThere: true);
        }
        else if (nulls.IsNull(text, quoted, column.Type))
        {
            Put(typeof(T) == typeof(string) ? (T)(object)"" : default!, isThere: false);
        }
        else if (parse(text, out value))
        {
            Put(value, isThere: true);
        }
        else
        {
            return false;
        }

        return true;
    }

    private void Put(T value, bool isThere)
    {
        if (_valid is null && !isThere)
        {
            _valid = new bool[_values.Length];
            _valid.AsSpan(0, _count).Fill(true);
        }

        if (_valid is not null)
        {
            _valid[_count] = isThere;
        }

        _values[_count++] = value;
    }
}
