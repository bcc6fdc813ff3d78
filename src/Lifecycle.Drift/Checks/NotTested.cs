using System.Globalization;

namespace Lifecycle.Drift;

/// <summary>Why a column cannot be tested.</summary>
internal static class NotTested
{
    public static string? Why(ColumnFinding finding) => Why("the reference", finding.Reference) ?? Why("the new data", finding.Current)
        ?? (finding.Reference.Count + finding.Current.Count < NumericCheck.LeastValues
            ? $"both together have {finding.Reference.Count + finding.Current.Count} values; a test needs at least {NumericCheck.LeastValues}"
            : null);

    private static string? Why(string side, ColumnSummary summary) => summary.Count > 0 ? null : string.Create(
        CultureInfo.InvariantCulture,
        $"{side} has 0 values after dropping {summary.Missing:N0} missing, {summary.Infinite:N0} infinite and {summary.Unreadable:N0} unreadable");
}
