namespace Lifecycle.Drift;

public sealed partial record DriftReport
{
    /// <summary>The report as a page, to put performance, alerts, earlier windows, notes or other reports beside it.</summary>
    public DriftReportPage Page() => new(this);

    /// <summary>The report as one static HTML page: inline style and SVG, no script, nothing loaded from anywhere.</summary>
    public string ToHtml() => Page().ToHtml();

    /// <summary>The report as a <c>&lt;section&gt;</c> to be put into a page of yours; its style is bound to its own class.</summary>
    /// <param name="headingLevel">Level of its headings, 2 to 5; the headings below them are one deeper.</param>
    /// <exception cref="ArgumentOutOfRangeException">The level is not 2 to 5.</exception>
    public string ToHtmlFragment(int headingLevel = 2) => Page().ToHtmlFragment(headingLevel);

    /// <summary>Writes the page to a file, whole or not at all; an existing file is replaced.</summary>
    /// <param name="path">For example <c>drift.html</c>.</param>
    /// <param name="cancellationToken">Cancelling leaves the old file.</param>
    public ValueTask SaveHtmlAsync(string path, CancellationToken cancellationToken = default) => Page().SaveHtmlAsync(path, cancellationToken);
}
