using System.Globalization;
using System.Net;
using System.Text;

namespace Lifecycle.Validation;

/// <summary>Writes one HTML page, or a piece of one, without scripts and without outside requests.</summary>
internal static class HtmlWriter
{
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

    private const string Style =
        ".lc-gate{font:15px/1.5 system-ui,sans-serif;color:#1c2733;max-width:1100px;margin:0 auto}"
        + ".lc-gate h2{font-size:1.4em;margin:.6em 0}.lc-gate h3{font-size:1.1em;margin:1.4em 0 .4em}"
        + ".lc-gate table{border-collapse:collapse;width:100%}.lc-gate th,.lc-gate td{padding:.4em .6em;border-bottom:1px solid #dfe5ea;text-align:left;vertical-align:top}"
        + ".lc-gate .n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}.lc-gate .u{color:#7a8691}"
        + ".lc-gate .v{display:inline-block;padding:.1em .6em;border-radius:1em;color:#fff;font-size:.85em;white-space:nowrap}"
        + ".lc-gate .Pass{background:#1e7d45}.lc-gate .Fail{background:#b3261e}.lc-gate .Inconclusive{background:#8a5a00}.lc-gate .Skipped{background:#5f6b76}"
        + ".lc-gate .b{display:block;height:4px;background:#4a7fb5;margin-top:3px;margin-left:auto}.lc-gate small{color:#5f6b76;overflow-wrap:anywhere}";

    public static string Page(GateReport report) =>
        $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="{Policy}">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Gate {Escape(report.GateName)}: {report.Verdict}</title>
        </head>
        <body>
        {Fragment(report)}
        </body>
        </html>

        """.ReplaceLineEndings("\n");

    public static string Fragment(GateReport report)
    {
        StringBuilder html = new();
        html.Append("<section class=\"lc-gate\">\n<style>").Append(Style).Append("</style>\n");
        html.Append(CultureInfo.InvariantCulture, $"<h2>Gate {Escape(report.GateName)} {Badge(report.Verdict)}</h2>\n");
        html.Append(CultureInfo.InvariantCulture, $"<p>{report.Rows:N0} rows, {report.CreatedAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC, by {Escape(report.Actor)}{(report.FirstRun ? "; first run, there was no other model to compare with" : "")}.<br>");
        html.Append(CultureInfo.InvariantCulture, $"<small>model {(report.Model is { } model ? model.ToString() : "not named")}<br>gate {report.GateDigest}, frozen {report.FrozenAt.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC</small></p>\n");
        html.Append("<table><thead><tr><th>Verdict</th><th>Requirement</th><th>What was found</th></tr></thead><tbody>\n");
        foreach (Finding finding in report.Findings)
        {
            string advisory = finding.IsAdvisory ? "<br><small>advisory</small>" : "";
            html.Append(CultureInfo.InvariantCulture, $"<tr><td>{Badge(finding.Verdict)}{advisory}</td><td><bdi>{Escape(finding.Requirement)}</bdi></td><td><bdi>{Escape(finding.Message)}</bdi></td></tr>\n");
        }

        html.Append("</tbody></table>\n");
        foreach (GroupTable table in report.Groups)
        {
            Append(html, table, report.Outcome);
        }

        return html.Append("</section>\n").ToString();
    }

    private static void Append(StringBuilder html, GroupTable table, string outcome)
    {
        html.Append(CultureInfo.InvariantCulture, $"<h3>By <bdi>{Escape(Wording.Show(string.Join(" x ", table.By)))}</bdi></h3>\n<table><thead><tr><th>Group</th><th class=\"n\">Rows</th>");
        foreach (string metric in table.Metrics)
        {
            string words = Metric.All.FirstOrDefault(m => m.Name == metric) is { } known ? known.Words.Replace("{0}", outcome, StringComparison.Ordinal) : metric;
            html.Append(CultureInfo.InvariantCulture, $"<th class=\"n\" title=\"{Escape(words)}\">{Escape(Spaced(metric))}</th>");
        }

        html.Append("</tr></thead><tbody>\n");
        foreach (GroupRow row in table.Groups)
        {
            Append(html, row, $"<bdi>{Escape(Wording.Show(row.Group))}</bdi>");
        }

        Append(html, table.Overall, "<b>all</b>");
        html.Append("</tbody></table>\n");
    }

    private static void Append(StringBuilder html, GroupRow row, string name)
    {
        html.Append(CultureInfo.InvariantCulture, $"<tr><td>{name}</td><td class=\"n\">{row.Rows:N0}</td>");
        foreach (MetricValue value in row.Values)
        {
            if (value.IsDefined)
            {
                double width = Math.Clamp(value.Value, 0, 1) * 60;
                html.Append(CultureInfo.InvariantCulture, $"<td class=\"n\">{value.Value:0.000}<span class=\"b\" style=\"width:{width:0.#}px\"></span></td>");
            }
            else
            {
                html.Append(CultureInfo.InvariantCulture, $"<td class=\"n u\" title=\"{Escape(Wording.Why(value.Reason!.Value))}\">undefined</td>");
            }
        }

        html.Append("</tr>\n");
    }

    private static string Badge(Verdict verdict) => $"<span class=\"v {verdict}\">{verdict}</span>";

    private static string Spaced(string name) => string.Concat(name.Select((c, i) => i > 0 && char.IsUpper(c) ? " " + char.ToLowerInvariant(c) : c.ToString()));

    private static string Escape(string text)
    {
        StringBuilder clean = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            clean.Append((Rune.IsControl(rune) ? Rune.ReplacementChar : rune).ToString());
        }

        return WebUtility.HtmlEncode(clean.ToString());
    }
}
