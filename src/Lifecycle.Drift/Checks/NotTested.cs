using System.Globalization;

namespace Lifecycle.Drift;

/// <summary>Why a column cannot be tested.</summary>
internal static class NotTested
{
    public static string? Why(ColumnFinding finding) => Why("the reference", finding.Reference) ?? Why("the new data", finding.Current)
        ?? (finding.Reference.Count + finding.Current.Count < NumericCheck.LeastValues
            ? $"both together have {finding.Reference.Count + finding.Current.Count} values; a test needs at least {NumericCheck.LeastValues}"
            : null);

    private static string? Why(string side, ColumnSummary summary)
    {
        if (summary.Count > 0)
        {
            return null;
        }

        (long Count, string Word)[] dropped = [(summary.Missing, "missing"), (summary.Infinite, "infinite"), (summary.Unreadable, "unreadable")];
        string[] words = [.. dropped.Where(d => d.Count > 0).Select(d => string.Create(CultureInfo.InvariantCulture, $"{d.Count:N0} {d.Word}"))];
        return words.Length == 0 ? $"{side} has 0 values" : $"{side} has 0 values after dropping {string.Join(" and ", words)}";
    }
}
