using System.Globalization;

namespace Lifecycle;

/// <summary>One column of a <see cref="ColumnBatch"/>: typed values and which of them are there.</summary>
public abstract class BatchColumn
{
    private protected BatchColumn(TableColumn column, ReadOnlyMemory<bool> valid, int count)
    {
        ArgumentNullException.ThrowIfNull(column);
        if (!valid.IsEmpty && valid.Length != count)
        {
            throw new ArgumentException($"The validity mask of '{column.Name}' has {valid.Length} rows and the values have {count}.", nameof(valid));
        }

        Column = column;
        Valid = valid;
        Count = count;
    }

    /// <summary>Name, type and classification.</summary>
    public TableColumn Column { get; }

    /// <summary>Name of the column.</summary>
    public string Name => Column.Name;

    /// <summary>Rows.</summary>
    public int Count { get; }

    /// <summary>Which cells are there, one flag a row; empty when all are.</summary>
    public ReadOnlyMemory<bool> Valid { get; }

    /// <summary>How many cells are null.</summary>
    public int NullCount => Valid.IsEmpty ? 0 : Valid.Span.Count(false);

    /// <summary>Whether the cell is null.</summary>
    public bool IsNull(int row) => !Valid.IsEmpty && !Valid.Span[row];

    /// <summary>The cell as an object; null when it is missing. For showing, not for loops.</summary>
    public abstract object? this[int row] { get; }

    /// <summary>The cell as text in the invariant culture; null when it is missing. Floats in shortest round-trip form, dates in ISO 8601.</summary>
    public abstract string? Text(int row);

    /// <summary>Numbers as doubles, Boolean as 0 and 1, null as NaN.</summary>
    /// <exception cref="InvalidCastException">The column is a text or a date.</exception>
    public abstract double[] ToDoubles();

    internal abstract BatchColumn Take(ReadOnlySpan<int> rows);

    internal abstract BatchColumn Join(IReadOnlyList<BatchColumn> parts);

    /// <summary>Makes a column; the type follows from <typeparamref name="T"/>.</summary>
    /// <param name="name">Name of the column.</param>
    /// <param name="values">One a row.</param>
    /// <param name="valid">Which are there; empty when all are.</param>
    /// <param name="classification">How delicate the values are.</param>
    /// <exception cref="ArgumentException"><typeparamref name="T"/> is not one of the types of <see cref="ColumnType"/>.</exception>
    public static BatchColumn<T> Of<T>(
        string name, ReadOnlyMemory<T> values, ReadOnlyMemory<bool> valid = default, DataClassification classification = DataClassification.None) =>
        new(new TableColumn(name, BatchColumn<T>.TypeOfCells, !valid.IsEmpty, classification), values, valid);
}

/// <summary>A column whose cells are <typeparamref name="T"/>: bool, int, long, float, double, DateOnly, DateTime or string.</summary>
public sealed class BatchColumn<T> : BatchColumn
{
    /// <summary>Makes a column.</summary>
    /// <param name="column">Name and type; the type must fit <typeparamref name="T"/>.</param>
    /// <param name="values">One a row; what stands in a null cell is not looked at.</param>
    /// <param name="valid">Which cells are there; empty when all are.</param>
    public BatchColumn(TableColumn column, ReadOnlyMemory<T> values, ReadOnlyMemory<bool> valid = default)
        : base(column, valid, values.Length)
    {
        if (TypeOfCells < 0)
        {
            throw new ArgumentException($"The cells of '{column.Name}' are {typeof(T).Name}; a column holds bool, int, long, float, double, DateOnly, DateTime or string.", nameof(values));
        }

        if (column.Type != TypeOfCells)
        {
            throw new ArgumentException($"The column '{column.Name}' is declared as {column.Type} and its values are {typeof(T).Name}.", nameof(column));
        }

        Values = values;
    }

    /// <summary>The values, one a row.</summary>
    public ReadOnlyMemory<T> Values { get; }

    internal static ColumnType TypeOfCells { get; } = Type.GetTypeCode(typeof(T)) switch
    {
        _ when typeof(T).IsEnum => (ColumnType)(-1),
        TypeCode.Boolean => ColumnType.Boolean,
        TypeCode.Int32 => ColumnType.Int32,
        TypeCode.Int64 => ColumnType.Int64,
        TypeCode.Single => ColumnType.Single,
        TypeCode.Double => ColumnType.Double,
        TypeCode.DateTime => ColumnType.DateTime,
        TypeCode.String => ColumnType.String,
        _ when typeof(T) == typeof(DateOnly) => ColumnType.Date,
        _ => (ColumnType)(-1),
    };

    /// <inheritdoc/>
    public override object? this[int row] => IsNull(row) ? null : Values.Span[row];

    /// <inheritdoc/>
    public override string? Text(int row) => IsNull(row)
        ? null
        : Values.Span[row] switch
        {
            string text => text,
            bool flag => flag ? "true" : "false",
            DateOnly date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            DateTime time => time.ToString("O", CultureInfo.InvariantCulture),
            IFormattable value => value.ToString(null, CultureInfo.InvariantCulture),
            _ => null,
        };

    /// <inheritdoc/>
    public override double[] ToDoubles()
    {
        double[] result = new double[Count];
        switch ((object)Values)
        {
            case ReadOnlyMemory<double> doubles:
                doubles.CopyTo(result);
                break;
            case ReadOnlyMemory<float> floats:
                Convert(floats.Span, result, v => v);
                break;
            case ReadOnlyMemory<int> ints:
                Convert(ints.Span, result, v => v);
                break;
            case ReadOnlyMemory<long> longs:
                Convert(longs.Span, result, v => v);
                break;
            case ReadOnlyMemory<bool> flags:
                Convert(flags.Span, result, v => v ? 1 : 0);
                break;
            default:
                throw new InvalidCastException($"The column '{Name}' is {Column.Type}, not a number.");
        }

        if (!Valid.IsEmpty)
        {
            ReadOnlySpan<bool> valid = Valid.Span;
            for (int i = 0; i < result.Length; i++)
            {
                if (!valid[i])
                {
                    result[i] = double.NaN;
                }
            }
        }

        return result;
    }

    internal override BatchColumn Take(ReadOnlySpan<int> rows)
    {
        T[] values = new T[rows.Length];
        bool[]? valid = Valid.IsEmpty ? null : new bool[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            values[i] = Values.Span[rows[i]];
            if (valid is not null)
            {
                valid[i] = Valid.Span[rows[i]];
            }
        }

        return new BatchColumn<T>(Column, values, valid);
    }

    internal override BatchColumn Join(IReadOnlyList<BatchColumn> parts)
    {
        int count = parts.Sum(p => p.Count);
        T[] values = new T[count];
        bool[]? valid = parts.All(p => p.Valid.IsEmpty) ? null : new bool[count];
        int at = 0;
        foreach (BatchColumn<T> part in parts.Cast<BatchColumn<T>>())
        {
            part.Values.CopyTo(values.AsMemory(at));
            if (valid is not null)
            {
                if (part.Valid.IsEmpty)
                {
                    valid.AsSpan(at, part.Count).Fill(true);
                }
                else
                {
                    part.Valid.CopyTo(valid.AsMemory(at));
                }
            }

            at += part.Count;
        }

        return new BatchColumn<T>(Column, values, valid);
    }

    private static void Convert<TFrom>(ReadOnlySpan<TFrom> from, Span<double> to, Func<TFrom, double> convert)
    {
        for (int i = 0; i < to.Length; i++)
        {
            to[i] = convert(from[i]);
        }
    }
}
