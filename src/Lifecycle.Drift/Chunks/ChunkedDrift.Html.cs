using System.Text;

namespace Lifecycle.Drift;

public sealed partial record ChunkedDrift
{
    /// <summary>The findings as one static HTML page with a line chart for each column: inline style and SVG, no script, nothing loaded from anywhere.</summary>
    public string ToHtml()
    {
        StringBuilder html = new();
        html.Append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
            .Append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">")
            .Append("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>Drift by chunk</title>")
            .Append("<style>body{margin:0;background:#fff}</style></head><body>");
        ChunkedDriftHtml.Fragment(html, this);
        return html.Append("</body></html>\n").ToString();
    }

    /// <summary>The findings as a <c>&lt;section&gt;</c> to be put into a page of yours; its style is bound to its own class.</summary>
    public string ToHtmlFragment()
    {
        StringBuilder html = new();
        ChunkedDriftHtml.Fragment(html, this);
        return html.ToString();
    }

    /// <summary>Writes the page to a file, whole or not at all; an existing file is replaced.</summary>
    /// <param name="path">For example <c>chunks.html</c>.</param>
    /// <param name="cancellationToken">Cancelling leaves the old file.</param>
    public ValueTask SaveHtmlAsync(string path, CancellationToken cancellationToken = default) =>
        AtomicFile.WriteAsync(path, new UTF8Encoding(false).GetBytes(ToHtml()), cancellationToken);
}
