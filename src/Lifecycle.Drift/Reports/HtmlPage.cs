using System.Text;

namespace Lifecycle.Drift;

/// <summary>The frame of a page: UTF-8, one style sheet inside, a policy that forbids everything else. Well-formed as XML too.</summary>
internal static class HtmlPage
{
    public static string Of(string title, Action<StringBuilder> body)
    {
        StringBuilder html = new(1 << 16);
        html.Append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>")
            .Append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>")
            .Append("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"/><title>").Append(MarkupText.Escape(title)).Append("</title><style>\n")
            .Append(ReportStyle.Ground).Append(ReportStyle.Sheet).Append("</style></head><body class=\"ldr-auto\">\n");
        body(html);
        return html.Append("</body></html>\n").ToString();
    }

    /// <summary>A section for a page of somebody else, with the style sheet before it.</summary>
    public static string Fragment(Action<StringBuilder> body)
    {
        StringBuilder html = new(1 << 16);
        html.Append("<section class=\"ldr\"><style>\n").Append(ReportStyle.Sheet).Append("</style>\n");
        body(html);
        return html.Append("</section>").ToString();
    }
}
