using System.Globalization;

namespace Lifecycle.Data;

/// <summary>What a file says of one of its columns.</summary>
/// <param name="Column">Name and type.</param>
/// <param name="Nulls">Cells that are null; null when the file does not say.</param>
/// <param name="Minimum">Least value, of the type of the cells; null when the file does not say or the cells are texts.</param>
/// <param name="Maximum">Greatest value.</param>
public sealed record ColumnStatistics(TableColumn Column, long? Nulls, object? Minimum, object? Maximum)
{
    /// <summary>The column when its cells were read all the same, because the file does not say.</summary>
    public ColumnProfile? Profile { get; init; }

    internal ColumnProfile ToProfile(long rows) => new(Column)
    {
        Count = rows - (Nulls ?? 0),
        Nulls = Nulls,
        MinimumText = Text(Minimum),
        MaximumText = Text(Maximum),
    };

    private static string? Text(object? value) => value switch
    {
        null or string or bool => null,
        double number when !double.IsFinite(number) => null,
        float number when !float.IsFinite(number) => null,
        double number => (number + 0.0).ToString("R", CultureInfo.InvariantCulture),
        float number => ((double)number + 0.0).ToString("R", CultureInfo.InvariantCulture),
        DateOnly date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateTime time => time.ToString("O", CultureInfo.InvariantCulture),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => null,
    };
}
