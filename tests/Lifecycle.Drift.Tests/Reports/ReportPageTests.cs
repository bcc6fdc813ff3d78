using System.Text.Json;
using System.Xml.Linq;

namespace Lifecycle.Drift.Tests;

public sealed class ReportPageTests
{
    [Fact]
    public void A_page_has_jump_links_to_all_its_parts()
    {
        XElement page = HtmlRules.CheckPage(ReportSamples.Full().ToHtml());
        Assert.Equal("Wages, version 1", page.Descendants("h1").Single().Value);
        Assert.Equal(
            ["What this is", "Columns", "Data quality", "Figures", "Performance", "Windows", "Alerts", "A control", "How to read this"],
            page.Descendants("nav").Single().Elements("a").Select(a => a.Value));
        Assert.Contains("1 < 2 & 3 > 2.", page.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Performance_is_drawn_with_band_limit_and_realized_values()
    {
        XElement page = HtmlRules.CheckPage(ReportSamples.Full().ToHtml());
        XElement[] charts = [.. page.Descendants("svg").Where(s => s.Element("title")?.Value.EndsWith("estimated and realized", StringComparison.Ordinal) == true)];
        Assert.Equal(2, charts.Length);
        foreach (XElement chart in charts)
        {
            Assert.Equal(2, Count(chart, "band"));
            Assert.Equal(1, Count(chart, "lim"));
            Assert.Equal(5, Count(chart, "hollow"));
            Assert.Equal(32, chart.Descendants("circle").Count(c => (string?)c.Attribute("class") is "ink" or "fd"));
            Assert.Equal(40, chart.Elements("g").Count());
        }

        Assert.Contains("AUC fell below its limit in", page.Value, StringComparison.Ordinal);
        Assert.Equal(40, page.Descendants("details").First().Descendants("tbody").Single().Elements("tr").Count());
    }

    [Fact]
    public void A_window_without_any_metric_value_still_makes_a_page()
    {
        MetricEstimate none = new(PerformanceMetric.AreaUnderRoc, double.NaN, null, "one class only");
        PerformancePoint point = ReportSamples.Performance(1)[0] with { Metrics = [new MetricPoint { Estimated = none, Realized = none, Reweighted = none }] };
        XElement page = HtmlRules.CheckPage(ReportSamples.Cps.Page().With([point]).ToHtml());
        Assert.Contains("No metric fell below its limit.", page.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Alert_states_are_bars_of_different_shape_and_a_table_in_words()
    {
        XElement page = HtmlRules.CheckPage(ReportSamples.Full().ToHtml());
        XElement chart = page.Descendants("svg").Single(s => s.Element("title")?.Value.StartsWith("States of", StringComparison.Ordinal) == true);
        Assert.Equal(["fx", "fw", "fw", "fd", "sd", "fw"], chart.Elements("rect").Select(r => (string?)r.Attribute("class")).OrderBy(c => c == "fx" ? 0 : 1));
        Assert.Equal(1, Count(chart, "sd", "path"));
        XElement table = page.Descendants("table").Single(t => t.Element("caption")?.Value == "Times in UTC.");
        Assert.Equal(
            ["age|out of range|▲ Suppressed", "earnings|drift|● Cleared", "degree|a rule of later|● Quiet"],
            table.Element("tbody")!.Elements("tr").Select(r => string.Join('|', r.Elements().Take(3).Select(c => c.Value))));
    }

    [Fact]
    public void Windows_are_rows_of_bars_as_high_as_the_verdict_is_bad()
    {
        XElement page = HtmlRules.CheckPage(ReportSamples.Full().ToHtml());
        XElement chart = page.Descendants("svg").Single(s => s.Element("title")?.Value.StartsWith("Verdicts of", StringComparison.Ordinal) == true);
        Assert.Equal((9, 21, 29), (Count(chart, "fd", "rect"), Count(chart, "fo", "rect"), Count(chart, "fw", "rect")));
        Assert.Equal(["4", "10", "18"], chart.Elements("rect").Select(r => (string)r.Attribute("height")!).Distinct().OrderBy(int.Parse));
        Assert.Contains("9 of 30 windows with drift", page.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Hostile_words_in_every_part_are_inert()
    {
        foreach (string hostile in ReportSamples.Hostile)
        {
            DriftReport report = ReportSamples.Cps with { Window = new DriftWindow(hostile, hostile, hostile, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch) };
            DriftReportPage page = report.Page().Titled("t" + hostile).Note("n" + hostile, hostile).Also("o" + hostile, ReportSamples.HostileReport(), hostile)
                .With(ReportSamples.Performance(12, hostile)).With(ReportSamples.Alerts(hostile).Select(a => a with { Rule = hostile, Summary = hostile })).With(ReportSamples.Windows(3, hostile));
            HtmlRules.CheckPage(page.ToHtml());
            HtmlRules.Check(page.ToHtmlFragment(4));
            using JsonDocument json = JsonDocument.Parse(page.ToUtf8Json());
            Assert.Equal(JsonValueKind.Object, json.RootElement.ValueKind);
            Assert.DoesNotContain("<script", page.ToJson(), StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public void A_page_asks_for_words()
    {
        DriftReportPage page = ReportSamples.Cps.Page();
        Assert.Throws<ArgumentException>(() => page.Titled(" "));
        Assert.Throws<ArgumentException>(() => page.Note("", "x"));
        Assert.Throws<ArgumentNullException>(() => page.Also("x", null!));
        Assert.Throws<ArgumentNullException>(() => page.With((IEnumerable<DriftAlert>)null!));
    }

    [Fact]
    public void The_page_of_chunks_keeps_the_same_rules_and_style()
    {
        double[] price = [.. Samples.Normal(2000, 5), .. Samples.Normal(1000, 6, shift: 0.8)];
        ColumnBatch history = new(ReportSamples.Hostile.Select(h => BatchColumn.Of<double>(h, price)));
        ChunkedDrift drift = ChunkedDrift.OfHistory(history, Chunker.BySize(200), 10);
        XElement page = HtmlRules.CheckPage(drift.ToHtml());
        Assert.Equal(page.Descendants("style").Single().Value, HtmlRules.CheckPage(ReportSamples.Cps.ToHtml()).Descendants("style").Single().Value);
        Assert.Contains("▲ Drift", page.Value, StringComparison.Ordinal);
        Assert.Equal(drift.ToHtml(), ChunkedDrift.OfHistory(history, Chunker.BySize(200), 10).ToHtml());
        HtmlRules.Check(drift.ToHtmlFragment(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => drift.ToHtmlFragment(0));
    }

    private static int Count(XElement svg, string style, string element = "path")
    {
        IEnumerable<XElement> all = svg.Descendants(style == "hollow" ? "circle" : element);
        return all.Count(e => (string?)e.Attribute("class") == style);
    }
}
