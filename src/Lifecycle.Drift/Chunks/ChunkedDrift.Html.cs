using System.Text;

namespace Lifecycle.Drift;

public sealed partial record ChunkedDrift
{
    /// <summary>The findings as one static HTML page with a line chart for each column: inline style and SVG, no script, nothing loaded from anywhere.</summary>
    public string ToHtml() => ChunkedDriftHtml.Page(this);

    /// <summary>The findings as a <c>&lt;section&gt;</c> to be put into a page of yours; its style is bound to its own class.</summary>
    /// <param name="headingLevel">Level of its headings, 2 to 6.</param>
    /// <exception cref="ArgumentOutOfRangeException">The level is not 2 to 6.</exception>
    public string ToHtmlFragment(int headingLevel = 2) => ChunkedDriftHtml.Fragment(this, headingLevel);

    /// <summary>Writes the page to a file, whole or not at all; an existing file is replaced.</summary>
    /// <param name="path">For example <c>chunks.html</c>.</param>
    /// <param name="cancellationToken">Cancelling leaves the old file.</param>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    public async ValueTask SaveHtmlAsync(string path, CancellationToken cancellationToken = default) =>
        await WholeFile.SaveAsync(path, () => new UTF8Encoding(false).GetBytes(ToHtml()), cancellationToken).ConfigureAwait(false);
}
