using System.Globalization;

namespace Lifecycle.Drift;

/// <summary>Which column drifted in which window: a row for each of the columns that changed most, a bar for each window, as high as the verdict is bad.</summary>
internal static class WindowStrip
{
    private const int MostWindows = 120;
    private const int FewWindows = 40;
    private const int MostColumns = 20;
    private const int FewColumns = 10;
    private const int MostLabels = 7;
    private const int Width = 1000, Left = 216, Right = 8, RowHeight = 24, Axis = 28;

    public static void Append(ReportMarkup markup, IReadOnlyList<WindowRecord> all)
    {
        WindowRecord[] windows = [.. all.OrderBy(w => w.Window.End).ThenBy(w => w.Id, StringComparer.Ordinal).TakeLast(markup.IsBrief ? FewWindows : MostWindows)];
        string[] columns =
        [
            .. windows.SelectMany(w => w.Findings).GroupBy(f => f.Column)
                .OrderByDescending(g => g.Count(f => f.Verdict == DriftVerdict.Drift)).ThenByDescending(g => g.Max(f => f.EffectValue)).ThenBy(g => g.Key, StringComparer.Ordinal)
                .Select(g => g.Key).Take(markup.IsBrief ? FewColumns : MostColumns),
        ];
        int drifted = windows.Count(w => w.HasDrift);
        markup.Paragraph(string.Create(
            CultureInfo.InvariantCulture, $"{drifted} of {windows.Length} {(windows.Length == 1 ? "window" : "windows")} with drift, {windows.Sum(w => w.Rows):N0} rows. High bar: drift. Half: slight. Low: stable. None: not tested."));

        // From right to left: where the strip is wider than the screen, it begins at the newest windows. The names, which stand still at the left, come last.
        int height = columns.Length * RowHeight + Axis;
        markup.Html.Append(CultureInfo.InvariantCulture, $"<figure><div class=\"box late\"><svg class=\"l wide when\" viewBox=\"{Left} 0 {Width - Left} {height}\" role=\"img\"><title>Verdicts of {columns.Length} columns in {windows.Length} windows</title>");
        double step = (double)(Width - Left - Right) / windows.Length;
        for (int row = 0; row < columns.Length; row++)
        {
            Row(markup, columns[row], row * RowHeight, windows, step);
        }

        int floor = columns.Length * RowHeight, every = Math.Max(1, (windows.Length + MostLabels - 1) / MostLabels);
        for (int i = 0; i < windows.Length; i += every)
        {
            string label = TimeLabels.Of(windows[i].Window.End, windows[0].Window.Start, windows[^1].Window.End);
            markup.Html.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left + i * step:0.#}\" y=\"{floor + 18}\">{label}</text>");
        }

        markup.Html.Append(CultureInfo.InvariantCulture, $"</svg><svg class=\"l wide who\" viewBox=\"0 0 {Left} {height}\" aria-hidden=\"true\">");
        for (int row = 0; row < columns.Length; row++)
        {
            markup.Html.Append(CultureInfo.InvariantCulture, $"<text class=\"q\" x=\"0\" y=\"{(row + 1) * RowHeight - 8}\">{MarkupText.Name(columns[row], 22)}</text>");
        }

        markup.Html.Append("</svg></div></figure>\n");
    }

    /// <summary>What a window may miss, as sentences; empty when nothing is known to.</summary>
    public static string Words(WindowGaps gap) =>
        (gap.HasFlag(WindowGaps.Killed) ? " A process ended without a word: up to a minute of values is missing." : "")
        + (gap.HasFlag(WindowGaps.ClockJumped) ? " The clock was set or the machine slept: the times may not be true." : "")
        + (gap.HasFlag(WindowGaps.Dropped) ? " What an earlier process had counted was dropped." : "");

    private static void Row(ReportMarkup markup, string column, int top, WindowRecord[] windows, double step)
    {
        int floor = top + RowHeight - 4;
        markup.Html.Append(CultureInfo.InvariantCulture, $"<path class=\"g\" d=\"M{Left} {floor}H{Width - Right}\"/>");
        for (int i = 0; i < windows.Length; i++)
        {
            if (windows[i].Findings.FirstOrDefault(f => f.Column == column) is not { Verdict: not DriftVerdict.NotTested } finding)
            {
                continue;
            }

            int height = finding.Verdict switch { DriftVerdict.Drift => 18, DriftVerdict.Slight => 10, DriftVerdict.TooCoarse => 6, _ => 4 };
            markup.Html.Append(CultureInfo.InvariantCulture, $"<rect class=\"f{VerdictMark.Class(finding.Verdict)}\" x=\"{Left + i * step:0.#}\" y=\"{floor - height}\" width=\"{Math.Max(1, Math.Min(step - 1.5, 28)):0.#}\" height=\"{height}\">")
                .Append(CultureInfo.InvariantCulture, $"<title>{TimeLabels.Full(windows[i].Window.End)}: {VerdictMark.Word(finding.Verdict)}, {Effects.Name(finding.Effect)} {finding.EffectValue:0.000}.{Words(windows[i].Window.Gap)}</title></rect>");
        }
    }
}
