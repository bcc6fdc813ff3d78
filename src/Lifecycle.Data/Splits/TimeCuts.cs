using System.Globalization;

namespace Lifecycle.Data;

/// <summary>Times, or integers that stand for them, as numbers that can be compared; and where they are cut.</summary>
internal static class TimeCuts
{
    /// <summary>Whether a column can be cut.</summary>
    public static bool CanCut(ColumnType type) => type is ColumnType.Date or ColumnType.DateTime or ColumnType.Int32 or ColumnType.Int64;

    /// <summary>A cell as a number.</summary>
    /// <exception cref="DatasetException">The cell is null.</exception>
    public static long Of(BatchColumn column, int row, long number) => column.IsNull(row)
        ? throw new DatasetException($"Row {number} has no value in '{column.Name}', so it belongs to no part of a split by time. Fill the column, or split by a key.")
        : column switch
        {
            BatchColumn<DateTime> times => times.Values.Span[row].Ticks,
            BatchColumn<DateOnly> dates => dates.Values.Span[row].ToDateTime(TimeOnly.MinValue).Ticks,
            BatchColumn<int> ints => ints.Values.Span[row],
            BatchColumn<long> longs => longs.Values.Span[row],
            _ => throw new ArgumentException($"The column '{column.Name}' is {column.Column.Type}, which cannot be cut by time."),
        };

    /// <summary>A number as it stands in a definition.</summary>
    public static string Tell(long value, ColumnType type)
    {
        if (type is ColumnType.Int32 or ColumnType.Int64)
        {
            return value.ToString(CultureInfo.InvariantCulture);
        }

        DateTime time = new(value, DateTimeKind.Utc);
        return time.ToString(time.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "O", CultureInfo.InvariantCulture);
    }

    /// <summary>A cut of a definition as a number.</summary>
    /// <exception cref="ArgumentException">It is no such number or time.</exception>
    public static long Parse(string text, ColumnType type)
    {
        if (type is ColumnType.Int32 or ColumnType.Int64)
        {
            return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
                ? number
                : throw new ArgumentException($"The cut '{text}' is not an integer.");
        }

        return CellText.TryDateTime(System.Text.Encoding.UTF8.GetBytes(text), out DateTime time)
            ? time.Ticks
            : throw new ArgumentException($"The cut '{text}' is not a date or a time in ISO 8601.");
    }

    /// <summary>The cuts that come nearest to fractions without dividing rows of one time: a part never has more than its share of the rows before it.</summary>
    public static string[] OfFractions(List<long> values, IReadOnlyList<(string Name, double Fraction)> parts, ColumnType type)
    {
        values.Sort();
        string[] cuts = new string[parts.Count - 1];
        double sum = 0;
        for (int i = 0; i < cuts.Length; i++)
        {
            sum += parts[i].Fraction;
            cuts[i] = values.Count == 0 ? Tell(0, type) : Tell(values[(int)Math.Min(values.Count - 1, Math.Floor(sum * values.Count))], type);
        }

        return cuts;
    }
}
