using System.Text;

namespace Lifecycle.Drift;

public sealed partial record DriftReport
{
    /// <summary>The report as one static HTML page: inline style and SVG, no script, nothing loaded from anywhere.</summary>
    public string ToHtml() => DriftReportHtml.Page(this);

    /// <summary>The report as a <c>&lt;section&gt;</c> to be put into a page of yours; its style is bound to its own class.</summary>
    public string ToHtmlFragment()
    {
        StringBuilder html = new();
        DriftReportHtml.Fragment(html, this);
        return html.ToString();
    }

    /// <summary>Writes the page to a file, whole or not at all; an existing file is replaced.</summary>
    /// <param name="path">For example <c>drift.html</c>.</param>
    /// <param name="cancellationToken">Cancelling leaves the old file.</param>
    public ValueTask SaveHtmlAsync(string path, CancellationToken cancellationToken = default) =>
        AtomicFile.WriteAsync(path, new UTF8Encoding(false).GetBytes(ToHtml()), cancellationToken);
}
