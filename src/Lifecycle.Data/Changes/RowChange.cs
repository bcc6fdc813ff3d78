using System.Globalization;

namespace Lifecycle.Data;

/// <summary>What happened to a row.</summary>
public enum RowChangeKind
{
    /// <summary>Only the younger version has it.</summary>
    Added,

    /// <summary>Only the older version has it.</summary>
    Removed,

    /// <summary>Both have its key and some cells differ.</summary>
    Changed,
}

/// <summary>A row that differs between two versions.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Key">The values of the key as text in the invariant culture; empty without a key.</param>
/// <param name="OldRow">Its number in the older version, counted from 0 without the header; null when it was added.</param>
/// <param name="NewRow">Its number in the younger version; null when it was removed.</param>
/// <param name="Cells">The cells that differ; of an added or removed row all that both versions have a column for.</param>
public sealed record RowChange(RowChangeKind Kind, IReadOnlyList<string?> Key, long? OldRow, long? NewRow, IReadOnlyList<CellChange> Cells)
{
    /// <summary>For example <c>~ 4711: rate 3.5 -> 3.25</c>.</summary>
    public override string ToString()
    {
        string key = Key.Count > 0
            ? string.Join(", ", Key.Select(k => k ?? "null"))
            : "row " + (NewRow ?? OldRow ?? 0).ToString(CultureInfo.InvariantCulture);
        return Kind switch
        {
            RowChangeKind.Added => $"+ {key}: {string.Join(", ", Cells.Select(c => $"{c.Column} {CellChange.Show(c.New)}"))}",
            RowChangeKind.Removed => $"- {key}: {string.Join(", ", Cells.Select(c => $"{c.Column} {CellChange.Show(c.Old)}"))}",
            _ => $"~ {key}: {string.Join(", ", Cells)}",
        };
    }
}

/// <summary>A cell that differs.</summary>
/// <param name="Column">Name of the column.</param>
/// <param name="Old">The value in the older version, of the type of the column there; null when it is missing or there was no row.</param>
/// <param name="New">The value in the younger version.</param>
public sealed record CellChange(string Column, object? Old, object? New)
{
    /// <summary>For example <c>rate 3.5 -> 3.25</c>.</summary>
    public override string ToString() => $"{Column} {Show(Old)} -> {Show(New)}";

    internal static string Show(object? value) => value switch
    {
        null => "null",
        DateOnly date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateTime time => time.ToString("O", CultureInfo.InvariantCulture),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
