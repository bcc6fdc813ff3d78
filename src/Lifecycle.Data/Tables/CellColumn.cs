using System.Text;

namespace Lifecycle.Data;

/// <summary>The cells of one column of the batch that is being filled.</summary>
internal abstract class CellColumn
{
    public abstract bool TryAdd(ReadOnlySpan<byte> text, bool quoted);

    /// <summary>The first <paramref name="rows"/> cells as a column; begins anew.</summary>
    public abstract BatchColumn Take(int rows);

    public static CellColumn Of(TableColumn column, NullRule nulls) => column.Type switch
    {
        ColumnType.Boolean => new CellColumn<bool>(column, nulls, CellText.TryBoolean),
        ColumnType.Int64 => new CellColumn<long>(column, nulls, CellText.TryInt64),
        ColumnType.Double => new CellColumn<double>(column, nulls, CellText.TryDouble),
        ColumnType.Date => new CellColumn<DateOnly>(column, nulls, CellText.TryDate),
        ColumnType.DateTime => new CellColumn<DateTime>(column, nulls, CellText.TryDateTime),
        ColumnType.String => new CellColumn<string>(column, nulls, TryText),
        _ => throw new ArgumentException($"A CSV has no columns of type {column.Type} ('{column.Name}').", nameof(column)),
    };

    private static bool TryText(ReadOnlySpan<byte> text, out string value)
    {
        value = Encoding.UTF8.GetString(text);
        return true;
    }
}

internal delegate bool CellParser<T>(ReadOnlySpan<byte> text, out T value);

internal sealed class CellColumn<T>(TableColumn column, NullRule nulls, CellParser<T> parse) : CellColumn
{
    private T[] _values = new T[256];
    private bool[]? _valid;
    private int _count;

    public override bool TryAdd(ReadOnlySpan<byte> text, bool quoted)
    {
        if (_count == _values.Length)
        {
            Array.Resize(ref _values, _count * 2);
            if (_valid is not null)
            {
                Array.Resize(ref _valid, _count * 2);
            }
        }

        if (nulls.IsNull(text, quoted, column.Type))
        {
            if (_valid is null)
            {
                _valid = new bool[_values.Length];
                _valid.AsSpan(0, _count).Fill(true);
            }

            _valid[_count] = false;
            _values[_count++] = typeof(T) == typeof(string) ? (T)(object)"" : default!;
            return true;
        }

        if (!parse(text, out T value))
        {
            return false;
        }

        if (_valid is not null)
        {
            _valid[_count] = true;
        }

        _values[_count++] = value;
        return true;
    }

    public override BatchColumn Take(int rows)
    {
        BatchColumn<T> taken = new(column, _values.AsMemory(0, rows), _valid is null ? default : _valid.AsMemory(0, rows));
        _values = new T[Math.Max(256, rows)];
        _valid = null;
        _count = 0;
        return taken;
    }
}
