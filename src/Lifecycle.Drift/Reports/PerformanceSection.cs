using System.Globalization;

namespace Lifecycle.Drift;

/// <summary>Performance over windows: a chart for each metric, warnings, and the numbers as a table.</summary>
internal static class PerformanceSection
{
    private const int MostWindows = 400;
    private const int FewWindows = 100;
    private const int MostMetrics = 8;
    private const int FewMetrics = 2;
    private const int MostRows = 50;
    private const int FewRows = 20;

    public static void Append(ReportMarkup markup, IReadOnlyList<PerformancePoint> all)
    {
        PerformancePoint[] points = [.. all.OrderBy(p => p.Window.Start).ThenBy(p => p.Window.End).TakeLast(markup.IsBrief ? FewWindows : MostWindows)];
        PerformancePoint last = points[^1];
        string[] metrics = [.. points.SelectMany(p => p.Metrics).Select(m => m.Metric.Name).Distinct().Take(markup.IsBrief ? FewMetrics : MostMetrics)];
        markup.Paragraph(Answer(points, metrics));
        foreach (string warning in last.Warnings.Take(4))
        {
            markup.Html.Append("<p class=\"w\">◆ ").Append(markup.Sentence(warning)).Append("</p>\n");
        }

        Legend(markup);
        foreach (string metric in metrics)
        {
            markup.Html.Append("<figure><figcaption>");
            markup.Subheading(PerformanceChart.Words(metric));
            markup.Html.Append("</figcaption><div class=\"box\">");
            PerformanceChart.Append(markup.Html, metric, points, markup.IsBrief);
            markup.Html.Append("</div></figure>\n");
        }

        Table(markup, points, metrics);
    }

    private static string Answer(PerformancePoint[] points, string[] metrics)
    {
        List<string> fell = [];
        foreach (string metric in metrics)
        {
            MetricPoint[] of = [.. points.Select(p => p.Metrics.FirstOrDefault(m => m.Metric.Name == metric)).OfType<MetricPoint>()];
            int estimated = of.Count(m => m.EstimateFell), realized = of.Count(m => m.RealizedFell);
            if (estimated + realized > 0)
            {
                fell.Add(string.Create(CultureInfo.InvariantCulture, $"{PerformanceChart.Words(metric)} fell below its limit in {estimated} of {of.Length} windows by the estimate, in {realized} by the labels"));
            }
        }

        string labels = string.Create(CultureInfo.InvariantCulture, $"{points.Sum(p => (long)p.Rows):N0} predictions in {points.Length} {(points.Length == 1 ? "window" : "windows")}, {100.0 * points.Sum(p => (long)p.Labelled) / Math.Max(1, points.Sum(p => (long)p.Rows)):0.#} % of them with a label by now.");
        return (fell.Count == 0 ? "No metric fell below its limit. " : string.Join("; ", fell) + ". ") + labels;
    }

    private static void Legend(ReportMarkup markup) => markup.Html.Append("<ul class=\"leg\">")
        .Append("<li><svg viewBox=\"0 0 28 14\" aria-hidden=\"true\"><path class=\"band\" d=\"M0 1h28v12H0z\"/><path class=\"n\" d=\"M0 7h28\"/></svg>estimated, with 95 % band</li>")
        .Append("<li><svg viewBox=\"0 0 28 14\" aria-hidden=\"true\"><circle class=\"ink\" cx=\"8\" cy=\"7\" r=\"4\"/><circle class=\"hollow\" cx=\"21\" cy=\"7\" r=\"4\"/></svg>realized; hollow: fewer than half of the labels</li>")
        .Append("<li><svg viewBox=\"0 0 28 14\" aria-hidden=\"true\"><path class=\"lim\" d=\"M0 7h28\"/></svg>limit</li>")
        .Append("<li><svg viewBox=\"0 0 28 14\" aria-hidden=\"true\"><path class=\"mr\" d=\"M0 7h28\"/></svg>on the reference</li>")
        .Append("<li><svg viewBox=\"0 0 28 14\" aria-hidden=\"true\"><path class=\"fd\" d=\"M9 3h10l-5 9z\"/></svg>below the limit</li></ul>\n");

    private static void Table(ReportMarkup markup, PerformancePoint[] points, string[] metrics)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        markup.Html.Append("<details><summary>The numbers</summary><div class=\"box\"><table><caption>Latest window first.</caption><thead><tr><th scope=\"col\">Window (UTC)</th><th scope=\"col\" class=\"k\">Predictions</th><th scope=\"col\" class=\"k\">Labelled</th>");
        foreach (string metric in metrics)
        {
            markup.Html.Append(culture, $"<th scope=\"col\" class=\"k\">{PerformanceChart.Words(metric)}, estimated</th><th scope=\"col\" class=\"k\">realized</th>");
        }

        markup.Html.Append("</tr></thead><tbody>\n");
        foreach (PerformancePoint point in points.Reverse().Take(markup.IsBrief ? FewRows : MostRows))
        {
            markup.Html.Append(culture, $"<tr><th scope=\"row\" class=\"v\">{TimeLabels.Full(point.Window.Start)}{(point.IsOpen ? " (open)" : "")}</th><td class=\"k\">{point.Rows:N0}</td><td class=\"k\">{100 * point.Coverage:0.#} %</td>");
            foreach (string metric in metrics)
            {
                MetricPoint? of = point.Metrics.FirstOrDefault(m => m.Metric.Name == metric);
                markup.Html.Append(culture, $"<td class=\"k\">{Estimate(of)}</td><td class=\"k\">{Realized(of)}</td>");
            }

            markup.Html.Append("</tr>\n");
        }

        markup.Html.Append("</tbody></table></div></details>\n");
    }

    private static string Estimate(MetricPoint? point) => point is not { Estimated.IsDefined: true } ? "–"
        : (point.EstimateFell ? "▼ " : "") + (point.Estimated.Interval is { } interval
            ? string.Create(CultureInfo.InvariantCulture, $"{point.Estimated.Value:0.0000} [{interval.Lower:0.0000}, {interval.Upper:0.0000}]")
            : point.Estimated.Value.ToString("0.0000", CultureInfo.InvariantCulture));

    private static string Realized(MetricPoint? point) => point is not { Realized.IsDefined: true } ? "–"
        : (point.RealizedFell ? "▼ " : "") + point.Realized.Value.ToString("0.0000", CultureInfo.InvariantCulture);
}
