namespace Lifecycle.Validation;

/// <summary>What the cells of a feature are.</summary>
internal enum CellKind
{
    Number,
    Flag,
    Text,
    Date,
    Time,
}

/// <summary>
/// A feature as doubles: numbers as they are, flags as 0 and 1, texts as positions in a list of words, dates as days, times as ticks; NaN
/// is missing. A cell that comes back as it was keeps its own value of its own type, so nothing is lost on the way.
/// </summary>
internal sealed partial class CodedColumn
{
    private ColumnFigures? _figures;

    public CodedColumn(FeatureColumn feature)
    {
        Feature = feature;
        Type = feature.Column.Column.Type;
        Kind = Type switch
        {
            ColumnType.Boolean => CellKind.Flag,
            ColumnType.String => CellKind.Text,
            ColumnType.Date => CellKind.Date,
            ColumnType.DateTime => CellKind.Time,
            _ => CellKind.Number,
        };
        (Values, Words) = Kind switch
        {
            CellKind.Text => Encode((BatchColumn<string>)feature.Column),
            CellKind.Date => (Days((BatchColumn<DateOnly>)feature.Column), []),
            CellKind.Time => (Ticks((BatchColumn<DateTime>)feature.Column), []),
            _ => (feature.Column.ToDoubles(), []),
        };
    }

    public FeatureColumn Feature { get; }

    public ColumnType Type { get; }

    public CellKind Kind { get; }

    public double[] Values { get; }

    /// <summary>The words of a text column, in the order of their first row.</summary>
    public string[] Words { get; }

    public bool IsWhole => Feature.IsInteger || Type is ColumnType.Int32 or ColumnType.Int64;

    /// <summary>Mean, spread and quantiles of the cells that are there; made on first use.</summary>
    public ColumnFigures Figures => _figures ??= new ColumnFigures(Values);

    private static (double[] Codes, string[] Words) Encode(BatchColumn<string> column)
    {
        Dictionary<string, int> codes = new(StringComparer.Ordinal);
        double[] values = new double[column.Count];
        ReadOnlySpan<string> texts = column.Values.Span;
        for (int i = 0; i < values.Length; i++)
        {
            string? text = column.IsNull(i) ? null : texts[i];
            if (text is null)
            {
                values[i] = double.NaN;
                continue;
            }

            if (!codes.TryGetValue(text, out int code))
            {
                code = codes.Count;
                codes.Add(text, code);
            }

            values[i] = code;
        }

        return (values, [.. codes.OrderBy(c => c.Value).Select(c => c.Key)]);
    }

    private static double[] Days(BatchColumn<DateOnly> column)
    {
        double[] values = new double[column.Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = column.IsNull(i) ? double.NaN : column.Values.Span[i].DayNumber;
        }

        return values;
    }

    private static double[] Ticks(BatchColumn<DateTime> column)
    {
        double[] values = new double[column.Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = column.IsNull(i) ? double.NaN : column.Values.Span[i].Ticks;
        }

        return values;
    }
}
