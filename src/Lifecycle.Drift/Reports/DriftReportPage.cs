using System.Text;

namespace Lifecycle.Drift;

/// <summary>
/// A report as a page, with what else is known put beside it: performance, alerts, earlier windows, notes and other reports. Made by <see cref="DriftReport.Page"/>
/// or <see cref="DriftMonitors.PageAsync"/>. The same things added in the same order give the same bytes. Not for several threads at once.
/// </summary>
public sealed class DriftReportPage
{
    internal DriftReportPage(DriftReport report) => Report = report;

    /// <summary>The report that the page is about.</summary>
    public DriftReport Report { get; }

    internal string? Title { get; private set; }

    internal List<(string Heading, string[] Paragraphs)> Notes { get; } = [];

    internal List<(string Heading, DriftReport Report, string[] Paragraphs)> Others { get; } = [];

    internal List<PerformancePoint> Performance { get; } = [];

    internal List<DriftAlert> Alerts { get; } = [];

    internal List<WindowRecord> Windows { get; } = [];

    /// <summary>Gives the page another title than the name of the model.</summary>
    /// <param name="title">Plain text; markup in it is shown, not obeyed.</param>
    public DriftReportPage Titled(string title)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(title);
        Title = title;
        return this;
    }

    /// <summary>Adds a section of plain text before the columns.</summary>
    /// <param name="heading">Its heading.</param>
    /// <param name="paragraphs">Plain text; markup in it is shown, not obeyed.</param>
    public DriftReportPage Note(string heading, params IEnumerable<string> paragraphs)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(heading);
        ArgumentNullException.ThrowIfNull(paragraphs);
        Notes.Add((heading, [.. paragraphs]));
        return this;
    }

    /// <summary>Adds another report, such as a control or a part of the rows: its answer, its table and its largest figures.</summary>
    /// <param name="heading">What it compares.</param>
    /// <param name="report">The report.</param>
    /// <param name="paragraphs">Plain text before it.</param>
    public DriftReportPage Also(string heading, DriftReport report, params IEnumerable<string> paragraphs)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(heading);
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(paragraphs);
        Others.Add((heading, report, [.. paragraphs]));
        return this;
    }

    /// <summary>Adds how well the model predicted, window by window: estimated with its interval, and realized where labels have come.</summary>
    /// <param name="points">In any order; the latest 400 windows are drawn.</param>
    public DriftReportPage With(IEnumerable<PerformancePoint> points)
    {
        ArgumentNullException.ThrowIfNull(points);
        Performance.AddRange(points);
        return this;
    }

    /// <summary>Adds the timeline of alerts.</summary>
    /// <param name="changes">Changes of state in any order, as <see cref="DriftMonitors.AlertsAsync"/> gives them; 40 alerts are drawn, those that are up first; 10 beside more than 200 columns.</param>
    public DriftReportPage With(IEnumerable<DriftAlert> changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        Alerts.AddRange(changes);
        return this;
    }

    /// <summary>Adds earlier windows: which columns drifted when.</summary>
    /// <param name="windows">In any order, as <see cref="DriftMonitors.HistoryAsync"/> gives them; the latest 120 are drawn, 40 beside more than 200 columns.</param>
    public DriftReportPage With(IEnumerable<WindowRecord> windows)
    {
        ArgumentNullException.ThrowIfNull(windows);
        Windows.AddRange(windows);
        return this;
    }

    /// <summary>One static HTML page: inline style and SVG, no script, nothing loaded from anywhere; light or dark as the reader's system is.</summary>
    public string ToHtml() => DriftReportHtml.Page(this);

    /// <summary>
    /// The page as a <c>&lt;section&gt;</c> with its style sheet, for a page of yours. Light, unless an element around it has the class <c>ldr-auto</c>: then as the
    /// reader's system is. Its ids begin with the report's digest, so that several fragments go on one page.
    /// </summary>
    /// <param name="headingLevel">Level of its headings, 2 to 5; the headings below them are one deeper.</param>
    /// <exception cref="ArgumentOutOfRangeException">The level is not 2 to 5.</exception>
    public string ToHtmlFragment(int headingLevel = 2) => DriftReportHtml.Fragment(this, headingLevel);

    /// <summary>Writes the page to a file, whole or not at all; an existing file is replaced.</summary>
    /// <param name="path">For example <c>drift.html</c>.</param>
    /// <param name="cancellationToken">Cancelling leaves the old file.</param>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    public async ValueTask SaveHtmlAsync(string path, CancellationToken cancellationToken = default) =>
        await WholeFile.SaveAsync(path, () => new UTF8Encoding(false).GetBytes(ToHtml()), cancellationToken).ConfigureAwait(false);

    /// <summary>
    /// Everything the page shows as JSON of the schema <c>lifecycle.drift-report/1</c>: the report's own fields, and <c>title</c>, <c>notes</c>, <c>others</c>,
    /// <c>performance</c>, <c>alerts</c> and <c>windows</c> for what was added. <see cref="DriftReport.Parse"/> reads the report out of it.
    /// </summary>
    public string ToJson() => Encoding.UTF8.GetString(ToUtf8Json());

    /// <summary>The same as UTF-8.</summary>
    public byte[] ToUtf8Json() => ReportDocument.Of(this).ToUtf8();
}
