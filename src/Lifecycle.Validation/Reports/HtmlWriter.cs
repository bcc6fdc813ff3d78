using System.Globalization;
using System.Net;
using System.Text;

namespace Lifecycle.Validation;

/// <summary>Writes one HTML page, or a piece of one, without scripts and without outside requests.</summary>
internal static partial class HtmlWriter
{
    private const int MostFindings = 5_000;
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

    private const string Style =
        ".lc-gate{--ink:#1c2733;--soft:#5b6773;--line:#dbe2e8;--back:#fff;--bar:#3d72ac;--pass:#1e7d45;--fail:#b3261e;--open:#8a5a00;--skip:#5f6b76;"
        + "font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--back);max-width:1100px;margin:0 auto;padding:1px 16px}"
        + "@media(prefers-color-scheme:dark){.lc-gate{--ink:#e6ebf0;--soft:#9fabb7;--line:#33404c;--back:#141b22;--bar:#6fa3dc;--pass:#59b981;--fail:#f2857d;--open:#d8a24a;--skip:#93a0ac}"
        + ".lc-gate span.v{color:#10161c}body{background:#141b22}}"
        + "body{margin:0}.lc-gate h2{font-size:1.4em;margin:.8em 0 .3em}.lc-gate h3{font-size:1.1em;margin:1.6em 0 .4em}.lc-gate p{margin:.4em 0}"
        + ".lc-gate table{border-collapse:collapse;width:100%}.lc-gate th,.lc-gate td{padding:.5em .6em;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}"
        + ".lc-gate .n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}.lc-gate .u{color:var(--soft)}"
        + ".lc-gate .v{display:inline-block;padding:.1em .6em;border-radius:1em;color:#fff;font-size:.85em;white-space:nowrap}"
        + ".lc-gate .Pass{background:var(--pass)}.lc-gate .Fail{background:var(--fail)}.lc-gate .Inconclusive{background:var(--open)}.lc-gate .Skipped{background:var(--skip)}"
        + ".lc-gate .b{display:block;height:4px;background:var(--bar);margin-top:3px;margin-left:auto}.lc-gate small{color:var(--soft);overflow-wrap:anywhere}"
        + ".lc-gate td.q{width:30%}.lc-gate .f td{overflow-wrap:anywhere}.lc-gate td>bdi.g{display:inline-block;max-width:22em;overflow-wrap:break-word}.lc-gate .scroll{overflow-x:auto}.lc-gate svg{display:block;margin:.5em 0 0;max-width:100%}.lc-gate svg text{font-size:11px;fill:var(--soft)}"
        + ".lc-gate .s-Pass{stroke:var(--pass);fill:var(--pass)}.lc-gate .s-Fail{stroke:var(--fail);fill:var(--fail)}.lc-gate .s-Inconclusive{stroke:var(--open);fill:var(--open)}"
        + ".lc-gate .limit{stroke:var(--ink);stroke-dasharray:3 2}.lc-gate .axis{stroke:var(--line)}"
        + "@media(max-width:640px){.lc-gate .f thead{display:none}.lc-gate .f tr,.lc-gate .f td{display:block;border:0;padding:.15em 0;width:auto}.lc-gate .f tr{border-bottom:1px solid var(--line);padding:.7em 0}}";

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
        html.Append(CultureInfo.InvariantCulture, $"<h2>Gate {Escape(report.GateName)} {Badge(report.Verdict)}</h2>\n<p>{Escape(Wording.Summary(report))}</p>\n");
        html.Append(CultureInfo.InvariantCulture, $"<p>{report.Rows:N0} rows, {report.CreatedAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC, by {Escape(report.Actor)}.<br>");
        html.Append(CultureInfo.InvariantCulture, $"<small>model {(report.Model is { } model ? model.ToString() : "not named")}<br>gate {report.GateDigest}, frozen {report.FrozenAt.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC</small></p>\n");
        html.Append("<table class=\"f\"><thead><tr><th>Verdict</th><th>Asked</th><th>Found</th></tr></thead><tbody>\n");
        IEnumerable<Finding> shown = report.Findings.Count <= MostFindings ? report.Findings : report.Findings.OrderBy(f => f.Rank).Take(MostFindings);
        foreach (Finding finding in shown)
        {
            Append(html, finding);
        }

        html.Append("</tbody></table>\n");
        if (report.Findings.Count > MostFindings)
        {
            html.Append(CultureInfo.InvariantCulture, $"<p><small>The worst {MostFindings:N0} are shown; {report.Findings.Count - MostFindings:N0} more, see JSON</small></p>\n");
        }

        foreach (GroupTable table in report.Groups)
        {
            Append(html, table, report.Outcome);
        }

        AppendDetails(html, report);
        AppendMeanings(html, report);
        return html.Append("</section>\n").ToString();
    }

    private static void Append(StringBuilder html, GroupTable table, string outcome)
    {
        html.Append(CultureInfo.InvariantCulture, $"<h3>By <bdi>{Escape(Wording.Show(string.Join(" x ", table.By)))}</bdi></h3>\n<div class=\"scroll\"><table><thead><tr><th>Group</th><th class=\"n\">Rows</th>");
        foreach (string metric in table.Metrics)
        {
            string words = Metric.All.FirstOrDefault(m => m.Name == metric) is { } known ? known.Words.Replace("{0}", outcome, StringComparison.Ordinal) : metric;
            html.Append(CultureInfo.InvariantCulture, $"<th class=\"n\" title=\"{Escape(words)}\">{Escape(Spaced(metric))}</th>");
        }

        html.Append("</tr></thead><tbody>\n");
        foreach (GroupRow row in table.Groups)
        {
            Append(html, row, $"<bdi class=\"g\">{Escape(Wording.Show(row.Group))}</bdi>");
        }

        Append(html, table.Overall, "<b>all</b>");
        html.Append("</tbody></table></div>\n");
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

    private static string Spaced(string name) => name.Length == 0 ? name : string.Concat(name.Select((c, i) => i > 0 && char.IsUpper(c) ? " " + char.ToLowerInvariant(c) : c.ToString()));

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
