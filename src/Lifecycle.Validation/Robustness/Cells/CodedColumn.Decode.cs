namespace Lifecycle.Validation;

internal sealed partial class CodedColumn
{
    /// <summary>Changed cells as a column of the type of the feature.</summary>
    /// <param name="cells">The cells, coded.</param>
    /// <param name="words">The words their codes speak of.</param>
    /// <param name="rows">The row of the feature that each cell was; null when they stand in the same order.</param>
    public BatchColumn Decode(double[] cells, WordList words, ReadOnlySpan<int> rows = default) => Type switch
    {
        ColumnType.Double => Floating((BatchColumn<double>)Feature.Column, cells, v => v, rows, cells),
        ColumnType.Single => Floating((BatchColumn<float>)Feature.Column, cells, v => (float)v, rows, null),
        ColumnType.Int32 => Masked((BatchColumn<int>)Feature.Column, cells, v => (int)v, rows),
        ColumnType.Int64 => Masked((BatchColumn<long>)Feature.Column, cells, v => (long)v, rows),
        ColumnType.Boolean => Masked((BatchColumn<bool>)Feature.Column, cells, v => v != 0, rows),
        ColumnType.Date => Masked((BatchColumn<DateOnly>)Feature.Column, cells, v => DateOnly.FromDayNumber((int)v), rows),
        ColumnType.DateTime => Masked((BatchColumn<DateTime>)Feature.Column, cells, v => new DateTime((long)v, DateTimeKind.Utc), rows),
        _ => Masked((BatchColumn<string>)Feature.Column, cells, v => words[(int)v], rows),
    };

    /// <summary>The value as the type of the column holds it: whole, in range, in single precision.</summary>
    public double Fit(double value) => Type switch
    {
        ColumnType.Int32 => Math.Clamp(Math.Round(value), int.MinValue, int.MaxValue),
        ColumnType.Int64 => Math.Clamp(Math.Round(value), long.MinValue, long.MaxValue - 1023.0),
        ColumnType.Single => (float)Math.Clamp(value, float.MinValue, float.MaxValue),
        ColumnType.Boolean => value >= 0.5 ? 1 : 0,
        ColumnType.Date => Math.Clamp(Math.Round(value), 0, DateOnly.MaxValue.DayNumber),
        ColumnType.DateTime => Math.Clamp(Math.Round(value), 0, DateTime.MaxValue.Ticks - 1023.0),
        _ => value,
    };

    /// <summary>A column whose missing cells are NaN, unless the feature marks missing ones by a mask.</summary>
    private BatchColumn<T> Floating<T>(BatchColumn<T> original, double[] cells, Func<double, T> convert, ReadOnlySpan<int> rows, T[]? same)
    {
        if (!original.Valid.IsEmpty)
        {
            return Masked(original, cells, convert, rows);
        }

        T[] values = same ?? new T[cells.Length];
        for (int i = 0; same is null && i < values.Length; i++)
        {
            values[i] = convert(cells[i]);
        }

        return new BatchColumn<T>(original.Column, values);
    }

    private BatchColumn<T> Masked<T>(BatchColumn<T> original, double[] cells, Func<double, T> convert, ReadOnlySpan<int> rows)
    {
        T[] values = new T[cells.Length];
        bool[]? valid = original.Valid.IsEmpty ? null : new bool[cells.Length];
        valid?.AsSpan().Fill(true);
        ReadOnlySpan<T> before = original.Values.Span;
        for (int i = 0; i < values.Length; i++)
        {
            int row = rows.IsEmpty ? i : rows[i];
            double cell = cells[i];
            if (cell.Equals(Values[row]))
            {
                values[i] = before[row];
                if (original.IsNull(row))
                {
                    valid![i] = false;
                }
            }
            else if (double.IsNaN(cell))
            {
                valid ??= AllTrue(cells.Length);
                valid[i] = false;
                values[i] = before[row];
            }
            else
            {
                values[i] = convert(cell);
            }
        }

        TableColumn column = valid is null || original.Column.Nullable ? original.Column : original.Column with { Nullable = true };
        return new BatchColumn<T>(column, values, valid);
    }

    private static bool[] AllTrue(int count)
    {
        bool[] flags = new bool[count];
        flags.AsSpan().Fill(true);
        return flags;
    }
}
