using System.Globalization;
using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>All columns as a table, worst first. On a narrow screen the style sheet turns every row into a small card.</summary>
internal static class ColumnTable
{
    /// <summary>Rows that have a small figure; later ones are far from the worst.</summary>
    private const int MostSmall = 1000;

    public static void Append(ReportMarkup markup, int figures)
    {
        markup.Html.Append("<table class=\"cols\"><caption>Worst first. Small figures: the reference is filled, the new values are the line.</caption><thead><tr>")
            .Append("<th scope=\"col\">Column</th><th scope=\"col\">Verdict</th><th scope=\"col\">Then and now</th><th scope=\"col\" class=\"k\">PSI</th>")
            .Append("<th scope=\"col\" class=\"k\">Adjusted p</th><th scope=\"col\" class=\"k\">W1 / sd</th><th scope=\"col\" class=\"k\">New &gt; old</th>")
            .Append("<th scope=\"col\" class=\"k\">Values<br/>then, now</th><th scope=\"col\" class=\"k\">Missing<br/>then, now</th></tr></thead><tbody>\n");
        for (int i = 0; i < markup.Report.Columns.Count; i++)
        {
            Interruption.Look();
            Row(markup, markup.Report.Columns[i], i, i < figures);
        }

        markup.Html.Append("</tbody></table>\n");
    }

    private static void Row(ReportMarkup markup, ColumnFinding finding, int index, bool hasFigure)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        string name = markup.Name(finding.Column);
        markup.Html.Append("<tr><th scope=\"row\">");
        _ = hasFigure ? markup.Html.Append(culture, $"<a href=\"#{markup.Id}-f{index}\">{(name.Length == 0 ? "(no name)" : name)}</a>") : markup.Html.Append(name);
        markup.Html.Append("</th><td class=\"v ").Append(VerdictMark.Class(finding.Verdict)).Append("\">").Append(VerdictMark.Of(finding));
        markup.Html.Append(finding.Preset is { } preset ? $"<br/><span class=\"m t\">{markup.Sentence(preset.ToString())}</span></td>" : "</td>");
        if (finding.Verdict == DriftVerdict.NotTested)
        {
            markup.Html.Append("<td colspan=\"7\" class=\"m\">").Append(markup.Sentence(finding.Reason ?? "")).Append("</td></tr>\n");
            return;
        }

        markup.Html.Append("<td>");
        if (index < MostSmall)
        {
            SmallChart.Append(markup.Html, finding);
        }

        markup.Html.Append(culture, $"</td><td class=\"k\">{finding.PopulationStabilityIndexCorrected:0.000}</td><td class=\"k\">{MarkupText.P(finding.LogAdjustedPValue)}</td>")
            .Append(culture, $"<td class=\"k\">{MarkupText.Number(finding.WassersteinInStandardDeviations, "0.000")}</td><td class=\"k\">{MarkupText.Number(finding.ProbabilityOfGreater, "0.000")}</td>")
            .Append(culture, $"<td class=\"k\">{finding.Reference.Count:N0}<br/>{finding.Current.Count:N0}</td><td class=\"k\">{Share(finding.Reference)}<br/>{Share(finding.Current)}</td></tr>\n");
    }

    private static string Share(ColumnSummary summary) =>
        summary.Missing == 0 ? "0 %" : string.Create(CultureInfo.InvariantCulture, $"{100 * summary.MissingShare:0.0} %");
}
