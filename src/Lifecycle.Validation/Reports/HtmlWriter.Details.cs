using System.Globalization;
using System.Text;

namespace Lifecycle.Validation;

internal static partial class HtmlWriter
{
    private const int MostLines = 200;
    private const int MostExamples = 10;

    /// <summary>What stands behind findings of robustness, attacks and contracts, a table each.</summary>
    private static void AppendDetails(StringBuilder html, GateReport report)
    {
        foreach (Finding finding in report.Findings)
        {
            string slice = finding.Slice is { } name ? $", {Wording.Show(name)}" : "";
            if (finding.Robustness is { Levels.Count: > 0 } robustness)
            {
                Append(html, robustness, slice);
            }

            if (finding.Attack is { Examples.Count: > 0 } attack)
            {
                Append(html, attack, slice);
            }

            if (finding.Contract is { } contract)
            {
                Append(html, contract, slice);
            }
        }
    }

    private static void Append(StringBuilder html, RobustnessReport report, string slice)
    {
        Open(html, $"{Spaced(report.Metric)} on changed inputs{slice}", "Change", "#Value", "#Drop", "#At most", "#Decisions flipped", "#Not lawful");
        string unchanged = report.Unchanged.IsDefined ? Figure(report.Unchanged.Value) : "undefined";
        html.Append(CultureInfo.InvariantCulture, $"<tr><td>unchanged</td><td class=\"n\">{unchanged}</td><td></td><td></td><td></td><td></td></tr>\n");
        foreach (RobustnessLevel level in report.Levels.Take(MostLines))
        {
            string note = level.Note is { } text ? $"<br><small>{Escape(text)}</small>" : "";
            html.Append(CultureInfo.InvariantCulture, $"<tr><td>{Escape(level.Perturbation)}{note}</td><td class=\"n\">{Cell(level.Value)}</td><td class=\"n\">{Cell(level.Drop)}</td>");
            html.Append(CultureInfo.InvariantCulture, $"<td class=\"n\">{(level.Upper is { } upper && double.IsFinite(upper) ? Figure(upper) : "")}</td><td class=\"n\">{(level.FlipRate is { IsDefined: true } rate ? Wording.Share(rate.Value) : "")}</td><td class=\"n\">{Wording.Share(level.InfeasibleShare)}</td></tr>\n");
        }

        Close(html, report.Levels.Count - MostLines);
    }

    /// <summary>Rows only: the values of a person stay out of reports.</summary>
    private static void Append(StringBuilder html, AttackResult attack, string slice)
    {
        Open(html, $"Cheapest lawful changes that turned a decision, {attack.Attack}{slice}", "#Row", "#Cost in standard deviations", "#Queries");
        foreach (AttackExample example in attack.Examples.OrderBy(e => e.Cost).ThenBy(e => e.Row).Take(MostExamples))
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr><td class=\"n\">{example.Row:N0}</td><td class=\"n\">{Figure(example.Cost)}</td><td class=\"n\">{example.Queries:N0}</td></tr>\n");
        }

        Close(html, 0);
    }

    private static void Append(StringBuilder html, ContractResult result, string slice)
    {
        Open(html, $"Data contract {Wording.Show(result.Contract)}{slice}", "Verdict", "Expected", "#Rows judged", "#Broken", "First rows");
        foreach (ContractFinding finding in result.Findings.OrderBy(f => f.Verdict == Verdict.Pass ? 1 : 0).Take(MostLines))
        {
            string severity = finding.Severity == Severity.Error ? "" : $"<br><small>{GateJson.Camel(finding.Severity.ToString())}</small>";
            string rows = string.Join(", ", finding.Rows.Take(8).Select(r => r.ToString("N0", CultureInfo.InvariantCulture))) + (finding.Rows.Count > 8 ? ", ..." : "");
            html.Append(CultureInfo.InvariantCulture, $"<tr><td>{Badge(finding.Verdict)}{severity}</td><td><bdi class=\"g\">{Escape(finding.Expectation)}</bdi></td><td class=\"n\">{finding.Evaluated:N0}</td><td class=\"n\">{finding.Unexpected:N0}</td><td>{rows}</td></tr>\n");
        }

        Close(html, result.Findings.Count - MostLines);
    }

    /// <summary>Opens a table; names of columns of numbers begin with #.</summary>
    private static void Open(StringBuilder html, string heading, params ReadOnlySpan<string> columns)
    {
        html.Append(CultureInfo.InvariantCulture, $"<h3><bdi>{Escape(heading)}</bdi></h3>\n<div class=\"scroll\"><table><thead><tr>");
        foreach (string column in columns)
        {
            html.Append(CultureInfo.InvariantCulture, $"<th{(column[0] == '#' ? " class=\"n\"" : "")}>{Escape(column.TrimStart('#'))}</th>");
        }

        html.Append("</tr></thead><tbody>\n");
    }

    private static void Close(StringBuilder html, int left)
    {
        html.Append("</tbody></table></div>\n");
        if (left > 0)
        {
            html.Append(CultureInfo.InvariantCulture, $"<p><small>{left:N0} more, see JSON</small></p>\n");
        }
    }

    private static string Cell(MetricValue value) => value.IsDefined ? Figure(value.Value) : "<span class=\"u\">undefined</span>";

    private static string Figure(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);
}
