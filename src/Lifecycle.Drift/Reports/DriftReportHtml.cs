using System.Globalization;
using System.Text;

namespace Lifecycle.Drift;

/// <summary>A report as HTML: static, no script, no address of anything outside, every name escaped, verdicts as word and shape.</summary>
internal static class DriftReportHtml
{
    private const int MostFigures = 50;
    private const int MostQuality = 500;

    private const string Style = """
        .ldr{font:14px/1.45 system-ui,sans-serif;color:#1d2330;background:#fff;max-width:1080px;margin:0 auto;padding:16px}
        .ldr h1{font-size:22px;margin:0 0 4px}.ldr h2{font-size:17px;margin:28px 0 8px}.ldr h3{font-size:15px;margin:18px 0 2px}
        .ldr p{margin:2px 0 8px}.ldr .m{color:#566074}.ldr table{border-collapse:collapse;width:100%}
        .ldr th{text-align:left;border-bottom:2px solid #c6ccd8;padding:4px 8px;font-weight:600}
        .ldr td{border-bottom:1px solid #e4e8ef;padding:3px 8px;vertical-align:middle}.ldr .k{text-align:right;font-variant-numeric:tabular-nums}
        .ldr .d{color:#a3140f;font-weight:600}.ldr .w{color:#7a4d00;font-weight:600}.ldr .o{color:#1c6132}.ldr .x{color:#566074}
        .ldr svg.s{width:128px;height:24px;display:block}.ldr svg.l{width:100%;max-width:640px;display:block}
        .ldr .r{fill:#c3cad6;stroke:none}.ldr .n{fill:none;stroke:#0b4fa8;stroke-width:1.5}.ldr .a{stroke:#566074;fill:none}.ldr text{font-size:12px;fill:#3b4457}
        """;

    public static string Page(DriftReport report)
    {
        StringBuilder html = new();
        html.Append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
            .Append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">")
            .Append("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>Drift report</title>")
            .Append("<style>body{margin:0;background:#fff}</style></head><body>");
        Fragment(html, report);
        return html.Append("</body></html>\n").ToString();
    }

    public static void Fragment(StringBuilder html, DriftReport report)
    {
        html.Append("<section class=\"ldr\"><style>").Append(Style).Append("</style><h1>Drift report</h1>");
        html.Append("<p><b>").Append(MarkupText.Escape(report.Summary, MarkupText.MostOfSentence)).Append("</b></p>");
        Head(html, report);
        Columns(html, report);
        Quality(html, report);
        Figures(html, report);
        html.Append("</section>");
    }

    private static void Head(StringBuilder html, DriftReport report)
    {
        html.Append("<p class=\"m\">");
        if (report.Window is { } window)
        {
            string model = window.Model is null ? "" : $"{MarkupText.Escape(window.Model)} {MarkupText.Escape(window.Version ?? "")}, ";
            html.Append(CultureInfo.InvariantCulture, $"{model}monitor {MarkupText.Escape(window.Monitor)}, {window.Start.UtcDateTime:yyyy-MM-dd HH:mm:ss} to {window.End.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC.<br>");
        }

        html.Append(CultureInfo.InvariantCulture, $"Reference {report.Reference}. ");
        html.Append(report.Columns.FirstOrDefault(c => c.Preset is not null)?.Preset is { } preset
            ? $"Verdicts are those of {MarkupText.Escape(preset.Tool)}'s scores and thresholds; p is uncorrected and for comparison.</p>"
            : string.Create(CultureInfo.InvariantCulture, $"Chance of a false drift in this report: at most {report.Alpha:0.###} ({report.Correction}).</p>"));
    }

    private static void Columns(StringBuilder html, DriftReport report)
    {
        html.Append("<h2>Columns, worst first</h2><table><thead><tr><th>Column</th><th>Verdict</th><th class=\"k\">p</th><th class=\"k\">PSI</th>")
            .Append("<th class=\"k\">W1 / sd</th><th class=\"k\">new &gt; old</th><th class=\"k\">values then / now</th><th class=\"k\">missing</th><th>then (filled), now (line)</th></tr></thead><tbody>");
        foreach (ColumnFinding c in report.Columns)
        {
            html.Append("<tr><td>").Append(MarkupText.Escape(c.Column)).Append("</td><td class=\"").Append(Class(c.Verdict)).Append("\">").Append(Shape(c));
            html.Append(c.Preset is { } preset ? $"<br><span class=\"m\">{MarkupText.Escape(preset.ToString())}</span></td>" : "</td>");
            if (c.Verdict == DriftVerdict.NotTested)
            {
                html.Append("<td colspan=\"7\" class=\"m\">").Append(MarkupText.Escape(c.Reason ?? "", MarkupText.MostOfSentence)).Append("</td></tr>");
                continue;
            }

            html.Append(CultureInfo.InvariantCulture, $"<td class=\"k\">{PValueText.Of(c.LogAdjustedPValue)}</td><td class=\"k\">{c.PopulationStabilityIndexCorrected:0.000}</td>");
            html.Append(CultureInfo.InvariantCulture, $"<td class=\"k\">{MarkupText.Number(c.WassersteinInStandardDeviations, "0.000")}</td><td class=\"k\">{MarkupText.Number(c.ProbabilityOfGreater, "0.000")}</td>");
            html.Append(CultureInfo.InvariantCulture, $"<td class=\"k\">{c.Reference.Count:N0} / {c.Current.Count:N0}</td><td class=\"k\">{c.Current.MissingShare:P1}</td><td>");
            SvgChart.Small(html, c);
            html.Append("</td></tr>\n");
        }

        html.Append("</tbody></table>");
    }

    private static void Quality(StringBuilder html, DriftReport report)
    {
        if (report.Quality.Count == 0)
        {
            return;
        }

        html.Append("<h2>Data quality</h2><table><thead><tr><th>Column</th><th>Rule</th><th>Finding</th></tr></thead><tbody>");
        foreach (QualityFinding finding in report.Quality.Take(MostQuality))
        {
            html.Append("<tr><td>").Append(MarkupText.Escape(finding.Column)).Append("</td><td class=\"w\">◆ ").Append(finding.Rule)
                .Append("</td><td>").Append(MarkupText.Escape(finding.Message, MarkupText.MostOfSentence)).Append("</td></tr>\n");
        }

        html.Append("</tbody></table>");
        if (report.Quality.Count > MostQuality)
        {
            html.Append(CultureInfo.InvariantCulture, $"<p class=\"m\">{report.Quality.Count - MostQuality:N0} more are in the JSON.</p>");
        }
    }

    private static void Figures(StringBuilder html, DriftReport report)
    {
        html.Append("<h2>Figures</h2>");
        foreach (ColumnFinding c in report.Columns.Where(c => c.Bars.Count > 0).Take(MostFigures))
        {
            html.Append("<h3>").Append(MarkupText.Escape(c.Column)).Append("</h3><p class=\"m\"><span class=\"").Append(Class(c.Verdict)).Append("\">").Append(Shape(c)).Append("</span>");
            string keys = string.Join(" + ", c.Keys.Select(k => k.Name));
            html.Append(CultureInfo.InvariantCulture, $"; p {PValueText.Of(c.LogAdjustedPValue)} ({keys}), PSI {c.PopulationStabilityIndexCorrected:0.000}, Hellinger {c.HellingerCorrected:0.000}");
            html.Append(c.KolmogorovSmirnov is { } ks ? string.Create(CultureInfo.InvariantCulture, $", KS {ks.Statistic:0.000}") : "");
            html.Append(c.Wasserstein is { } w ? string.Create(CultureInfo.InvariantCulture, $", Wasserstein {w:G4}") : "");
            html.Append(c.Current.Mean is { } mean ? string.Create(CultureInfo.InvariantCulture, $", mean {MarkupText.Number(c.Reference.Mean, "G5")} then, {mean:G5} now") : "");
            html.Append("</p>");
            SvgChart.Large(html, c);
            if (c.LargestChanges.Count > 0)
            {
                html.Append("<p class=\"m\">Largest changes: ").AppendJoin("; ", c.LargestChanges.Select(l =>
                    string.Create(CultureInfo.InvariantCulture, $"{MarkupText.Escape(l.Label)} {l.Reference:P1} to {l.Current:P1}"))).Append("</p>");
            }
        }
    }

    private static string Class(DriftVerdict verdict) => verdict switch
    {
        DriftVerdict.Drift => "d",
        DriftVerdict.Slight => "w",
        DriftVerdict.Stable => "o",
        _ => "x",
    };

    private static string Shape(ColumnFinding finding) => finding.Verdict switch
    {
        DriftVerdict.Drift => finding.Severity == DriftSeverity.Major ? "▲ Drift, major" : "▲ Drift",
        DriftVerdict.Slight => "◆ Slight",
        DriftVerdict.Stable => "● Stable",
        DriftVerdict.TooCoarse => "◌ Too coarse",
        _ => "○ Not tested",
    };
}
