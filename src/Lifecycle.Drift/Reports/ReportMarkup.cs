using System.Globalization;
using System.Text;

namespace Lifecycle.Drift;

/// <summary>A report on its way into HTML: where it is written, which ids it may take, how deep its headings lie and how long its names may be.</summary>
internal sealed class ReportMarkup(StringBuilder html, DriftReport report, string id, int level)
{
    /// <summary>From so many columns on every column has to be brief, so that a thousand of them stay below a megabyte.</summary>
    private const int ManyColumns = 200;

    public StringBuilder Html { get; } = html;

    public DriftReport Report { get; } = report;

    public string Id { get; } = id;

    public bool IsBrief { get; } = report.Columns.Count > ManyColumns;

    /// <summary>Most bytes of a column's name.</summary>
    public int MostOfName => IsBrief ? 48 : 240;

    /// <summary>Most bytes of a sentence about a column.</summary>
    public int MostOfSentence => IsBrief ? 140 : 1200;

    public string Name(string name) => MarkupText.Name(name, MostOfName);

    public string Sentence(string text) => MarkupText.Cut(text, MostOfSentence);

    /// <summary>The heading of a part, which jump links lead to.</summary>
    public void Heading(string part, string text) => Html.Append(
        CultureInfo.InvariantCulture, $"<h{level} class=\"h\" id=\"{Id}-{part}\">{MarkupText.Escape(text)}</h{level}>\n");

    /// <summary>The heading of one thing in a part; the text is markup already.</summary>
    public void Subheading(string markup) => Html.Append(CultureInfo.InvariantCulture, $"<h{level + 1} class=\"i\">{markup}</h{level + 1}>");

    public void Paragraph(string text, string style = "") => Html
        .Append(style.Length == 0 ? "<p>" : $"<p class=\"{style}\">").Append(MarkupText.Escape(text, MarkupText.MostOfSentence)).Append("</p>\n");

    public ReportMarkup Of(DriftReport other, string part) => new(Html, other, $"{Id}-{part}", level);
}
