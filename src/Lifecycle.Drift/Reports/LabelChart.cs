using System.Globalization;
using System.Text;

namespace Lifecycle.Drift;

/// <summary>Shares of labels then and now as pairs of bars, each pair under its label.</summary>
internal static class LabelChart
{
    private const int Width = 440, RowHeight = 38, BarHeight = 7;
    private const int MostRows = 12;

    public static void Append(StringBuilder html, ColumnFinding finding, string name)
    {
        ShareChange[] rows = Rows(finding);
        double most = Math.Max(1e-12, rows.Max(r => Math.Max(r.Reference, r.Current)));
        html.Append(
            CultureInfo.InvariantCulture,
            $"<svg class=\"l\" viewBox=\"0 0 {Width} {RowHeight * rows.Length}\" role=\"img\"><title>{name}: share of each label, the reference above, the new values below</title>");
        for (int i = 0; i < rows.Length; i++)
        {
            ShareChange row = rows[i];
            int top = i * RowHeight;
            html.Append(CultureInfo.InvariantCulture, $"<text class=\"q\" x=\"0\" y=\"{top + 13}\">{MarkupText.Name(row.Label, 32)}</text>");
            html.Append(CultureInfo.InvariantCulture, $"<text class=\"end\" x=\"{Width}\" y=\"{top + 13}\">{100 * row.Reference:0.0} → {100 * row.Current:0.0} %</text>");
            html.Append(CultureInfo.InvariantCulture, $"<rect class=\"r\" x=\"0\" y=\"{top + 18}\" width=\"{Length(row.Reference)}\" height=\"{BarHeight}\"/>");
            html.Append(CultureInfo.InvariantCulture, $"<rect class=\"nf\" x=\"0\" y=\"{top + 18 + BarHeight}\" width=\"{Length(row.Current)}\" height=\"{BarHeight}\"/>");
        }

        html.Append("</svg>");

        int Length(double share) => share == 0 ? 0 : Math.Max(1, (int)Math.Round(share / most * Width));
    }

    /// <summary>The labels with the largest shares, in the order of the report; the others together.</summary>
    private static ShareChange[] Rows(ColumnFinding finding)
    {
        ShareChange[] named = [.. finding.Bars.Where(b => b.Label != CountTable.Other)];
        if (finding.Bars.Count <= MostRows)
        {
            return [.. finding.Bars];
        }

        HashSet<ShareChange> shown = [.. named.OrderByDescending(b => Math.Max(b.Reference, b.Current)).Take(MostRows - 1)];
        ShareChange[] rest = [.. finding.Bars.Where(b => !shown.Contains(b))];
        return
        [
            .. finding.Bars.Where(shown.Contains),
            new(named.Length == finding.Bars.Count ? string.Create(CultureInfo.InvariantCulture, $"{rest.Length} others") : "all others", rest.Sum(b => b.Reference), rest.Sum(b => b.Current)),
        ];
    }
}
