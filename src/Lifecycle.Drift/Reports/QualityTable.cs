using System.Globalization;
using System.Text.RegularExpressions;

namespace Lifecycle.Drift;

/// <summary>What is wrong with the data besides its distribution.</summary>
internal static partial class QualityTable
{
    public static void Append(ReportMarkup markup)
    {
        IReadOnlyList<QualityFinding> findings = markup.Report.Quality;
        int most = markup.IsBrief ? 60 : 500;
        markup.Html.Append("<div class=\"box\"><table><caption>Beyond chance and beyond the floor of each rule.</caption><thead><tr><th scope=\"col\">Column</th>")
            .Append("<th scope=\"col\">Rule</th><th scope=\"col\" class=\"k\">Share of rows</th><th scope=\"col\">Finding</th></tr></thead><tbody>\n");
        foreach (QualityFinding finding in findings.Take(most))
        {
            markup.Html.Append("<tr><th scope=\"row\">").Append(markup.Name(finding.Column)).Append("</th><td class=\"w v\">◆ ").Append(Words(finding.Rule))
                .Append("</td><td class=\"k\">");
            _ = finding.Count == 0 ? markup.Html.Append('–') : markup.Html.Append(CultureInfo.InvariantCulture, $"{100 * finding.Share:0.0##} %");
            markup.Html.Append("</td><td>").Append(markup.Sentence(finding.Message)).Append("</td></tr>\n");
        }

        markup.Html.Append("</tbody></table></div>\n");
        if (findings.Count > most)
        {
            markup.Paragraph(string.Create(CultureInfo.InvariantCulture, $"{findings.Count - most:N0} more are in the JSON of this report."), "m");
        }
    }

    /// <summary><c>OutOfRange</c> as <c>Out of range</c>.</summary>
    public static string Words(QualityRule rule)
    {
        string words = Capital().Replace(rule.ToString(), m => m.Index == 0 ? m.Value : " " + m.Value.ToLowerInvariant());
        return words;
    }

    [GeneratedRegex("[A-Z]")]
    private static partial Regex Capital();
}
