using System.Globalization;
using System.Text;

namespace Lifecycle.Drift;

/// <summary>A report as HTML: static, no script, no address of anything outside, every name escaped, verdicts as word and shape.</summary>
internal static class DriftReportHtml
{
    private const string Untitled = "Drift report";
    private const int MostOtherFigures = 4;
    private const int MostOtherColumns = 100;

    public static string Page(DriftReportPage page)
    {
        Digest identity = page.Report.Digest;
        string title = Title(page, identity);
        return HtmlPage.Of(title, html =>
        {
            html.Append("<div class=\"ldr\"><header>");
            html.Append(title == Untitled ? "" : "<p class=\"e\">Drift report</p>");
            html.Append("<h1>").Append(MarkupText.Escape(title)).Append("</h1></header>\n<main>\n");
            Body(new ReportMarkup(html, page.Report, IdOf(identity), 2), page, identity);
            html.Append("</main>\n");
            Foot(html, page.Report, identity);
            html.Append("</div>\n");
        });
    }

    public static string Fragment(DriftReportPage page, int level)
    {
        if (level is < 2 or > 5)
        {
            throw new ArgumentOutOfRangeException(nameof(level), level, "The headings of a fragment are of level 2 to 5, for example 3 under an h2 of yours.");
        }

        Digest identity = page.Report.Digest;
        return HtmlPage.Fragment(html => Body(new ReportMarkup(html, page.Report, IdOf(identity), level), page, identity));
    }

    private static string Title(DriftReportPage page, Digest identity) => page.Title ?? (WindowOf(page, identity) is { Model: { } model } window ? $"{model} {window.Version}".TrimEnd() : Untitled);

    private static DriftWindow? WindowOf(DriftReportPage page, Digest identity) =>
        page.Report.Window ?? page.Windows.Where(w => w.Report == identity).Select(w => w.Window).FirstOrDefault();

    private static string IdOf(Digest identity) => "r" + identity.ToString()[^10..];

    private static void Body(ReportMarkup markup, DriftReportPage page, Digest identity)
    {
        Window(markup, WindowOf(page, identity));
        SummaryHead.Append(markup);
        SummaryHead.Facts(markup, identity);
        int figures = FigureCards.Count(page.Report);
        Links(markup, page, figures);
        for (int i = 0; i < page.Notes.Count; i++)
        {
            markup.Heading($"n{i}", page.Notes[i].Heading);
            Paragraphs(markup, page.Notes[i].Paragraphs);
        }

        markup.Heading("columns", "Columns");
        ColumnTable.Append(markup, figures);
        if (page.Report.Quality.Count > 0)
        {
            markup.Heading("quality", "Data quality");
            QualityTable.Append(markup);
        }

        if (figures > 0)
        {
            markup.Heading("figures", figures < page.Report.Columns.Count ? $"Figures of the {figures} worst columns" : "Figures");
            FigureCards.Append(markup, figures);
        }

        History(markup, page);
        for (int i = 0; i < page.Others.Count; i++)
        {
            Other(markup, page.Others[i].Heading, page.Others[i].Report, page.Others[i].Paragraphs, $"o{i}");
        }

        ReadingGuide.Append(markup, page);
    }

    private static void History(ReportMarkup markup, DriftReportPage page)
    {
        if (page.Performance.Count > 0)
        {
            markup.Heading("performance", "Performance, estimated and realized");
            PerformanceSection.Append(markup, page.Performance);
        }

        if (page.Windows.Count > 0)
        {
            markup.Heading("windows", "Windows");
            WindowStrip.Append(markup, page.Windows);
        }

        if (page.Alerts.Count > 0)
        {
            markup.Heading("alerts", "Alerts");
            AlertTimeline.Append(markup, page.Alerts);
        }
    }

    private static void Window(ReportMarkup markup, DriftWindow? window)
    {
        if (window is null)
        {
            return;
        }

        CultureInfo culture = CultureInfo.InvariantCulture;
        string model = window.Model is null ? "" : $"Model {MarkupText.Name(window.Model, 120)}, version {MarkupText.Name(window.Version ?? "–", 60)}; ";
        string time = window.Start == window.End ? TimeLabels.Full(window.End) : $"{TimeLabels.Full(window.Start)} to {TimeLabels.Full(window.End)}";
        markup.Html.Append(culture, $"<p class=\"m\">{model}monitor {MarkupText.Name(window.Monitor, 120)}; {time} UTC.")
            .Append(window.TooSmall ? " Fewer rows came than the monitor asks for." : "").Append(WindowStrip.Words(window.Gap)).Append("</p>\n");
    }

    private static void Links(ReportMarkup markup, DriftReportPage page, int figures)
    {
        List<(string Part, string Text)> links = [.. page.Notes.Select((n, i) => ($"n{i}", n.Heading)), ("columns", "Columns")];
        Add(page.Report.Quality.Count > 0, "quality", "Data quality");
        Add(figures > 0, "figures", "Figures");
        Add(page.Performance.Count > 0, "performance", "Performance");
        Add(page.Windows.Count > 0, "windows", "Windows");
        Add(page.Alerts.Count > 0, "alerts", "Alerts");
        links.AddRange(page.Others.Select((o, i) => ($"o{i}", o.Heading)));
        Add(true, "read", "How to read this");
        markup.Html.Append("<nav aria-label=\"Parts of this report\">").AppendJoin("", links.Select(l => $"<a href=\"#{markup.Id}-{l.Part}\">{MarkupText.Escape(l.Text)}</a>")).Append("</nav>\n");

        void Add(bool isThere, string part, string text)
        {
            if (isThere)
            {
                links.Add((part, text));
            }
        }
    }

    private static void Other(ReportMarkup markup, string heading, DriftReport report, string[] paragraphs, string part)
    {
        markup.Heading(part, heading);
        Paragraphs(markup, paragraphs);
        DriftReport shown = report.Columns.Count <= MostOtherColumns ? report : report with { Columns = [.. report.Columns.Take(MostOtherColumns)] };
        ReportMarkup inner = markup.Of(shown, part);
        SummaryHead.Append(markup.Of(report, part));
        int figures = Math.Min(MostOtherFigures, FigureCards.Count(shown));
        ColumnTable.Append(inner, figures);
        if (shown.Columns.Count < report.Columns.Count)
        {
            markup.Paragraph(string.Create(CultureInfo.InvariantCulture, $"{report.Columns.Count - shown.Columns.Count:N0} more columns are in the JSON."), "m");
        }

        if (report.Quality.Count > 0)
        {
            QualityTable.Append(inner);
        }

        if (figures > 0)
        {
            FigureCards.Append(inner, figures);
        }
    }

    private static void Paragraphs(ReportMarkup markup, string[] paragraphs)
    {
        foreach (string paragraph in paragraphs)
        {
            markup.Paragraph(paragraph);
        }
    }

    private static void Foot(StringBuilder html, DriftReport report, Digest identity) => html
        .Append("<footer>Report <code>").Append(identity.ToString()).Append("</code>, reference <code>").Append(report.Reference.ToString())
        .Append("</code>. Made by Lifecycle.Drift; this file runs no script and loads nothing. Its JSON has the schema <code>").Append(DriftReport.JsonSchema)
        .Append("</code>.</footer>\n");
}
