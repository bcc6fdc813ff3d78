using System.Globalization;
using System.Text;

namespace Lifecycle.Drift;

/// <summary>Figures of two distributions: the reference as a filled area, the new values as a line. Inline SVG without script or links.</summary>
internal static class SvgChart
{
    private const int SmallHeight = 24, SmallWidth = 128;
    private const int LargeHeight = 140, LargeWidth = 640, LabelHeight = 34;

    /// <summary>A figure for a row of a table.</summary>
    public static void Small(StringBuilder html, ColumnFinding finding)
    {
        if (finding.Bars.Count == 0)
        {
            return;
        }

        html.Append(CultureInfo.InvariantCulture, $"<svg class=\"s\" viewBox=\"0 0 {SmallWidth} {SmallHeight}\" role=\"img\"><title>then and now</title>");
        int width = Math.Max(1, SmallWidth / finding.Bars.Count);
        double most = Most(finding);
        html.Append("<path class=\"r\" d=\"M0 ").Append(SmallHeight);
        Steps(html, finding, b => b.Reference, width, SmallHeight, most);
        html.Append(CultureInfo.InvariantCulture, $"V{SmallHeight}z\"/><path class=\"n\" d=\"M0 {SmallHeight}");
        Steps(html, finding, b => b.Current, width, SmallHeight, most);
        html.Append(CultureInfo.InvariantCulture, $"V{SmallHeight}\"/></svg>");
    }

    /// <summary>A figure of its own, with the labels or the ends of the axis.</summary>
    public static void Large(StringBuilder html, ColumnFinding finding)
    {
        int count = finding.Bars.Count, width = LargeWidth / count;
        double most = Most(finding);
        string title = MarkupText.Escape(finding.Column);
        html.Append(CultureInfo.InvariantCulture, $"<svg class=\"l\" viewBox=\"0 0 {LargeWidth} {LargeHeight + LabelHeight}\" role=\"img\"><title>{title}: reference filled, new values outlined</title>");
        for (int i = 0; i < count; i++)
        {
            ShareChange bar = finding.Bars[i];
            int then = (int)Math.Round(bar.Reference / most * LargeHeight), now = (int)Math.Round(bar.Current / most * LargeHeight), left = i * width;
            html.Append(CultureInfo.InvariantCulture, $"<g><title>{MarkupText.Escape(bar.Label)}: {bar.Reference:P1} then, {bar.Current:P1} now</title>");
            html.Append(CultureInfo.InvariantCulture, $"<rect class=\"r\" x=\"{left + 1}\" y=\"{LargeHeight - then}\" width=\"{Math.Max(1, width - 2)}\" height=\"{then}\"/>");
            html.Append(CultureInfo.InvariantCulture, $"<rect class=\"n\" x=\"{left + 2}\" y=\"{LargeHeight - now}\" width=\"{Math.Max(1, width - 4)}\" height=\"{now}\"/></g>");
        }

        html.Append(CultureInfo.InvariantCulture, $"<path class=\"a\" d=\"M0 {LargeHeight}H{LargeWidth}\"/>");
        int every = Math.Max(1, (int)Math.Ceiling(count / 6.0));
        for (int i = 0; i < count; i += every)
        {
            string label = finding.Bars[i].Label;
            int end = finding.Kind == ColumnKind.Category ? -1 : label.IndexOf(" to ", StringComparison.Ordinal);
            string shown = end > 0 ? label[..end] : label.Length > 14 ? label[..13] + "…" : label;
            html.Append(CultureInfo.InvariantCulture, $"<text x=\"{i * width + 2}\" y=\"{LargeHeight + 18}\">{MarkupText.Escape(shown)}</text>");
        }

        html.Append("</svg>");
    }

    private static double Most(ColumnFinding finding) => Math.Max(1e-12, finding.Bars.Max(b => Math.Max(b.Reference, b.Current)));

    private static void Steps(StringBuilder html, ColumnFinding finding, Func<ShareChange, double> share, int width, int height, double most)
    {
        foreach (ShareChange bar in finding.Bars)
        {
            html.Append(CultureInfo.InvariantCulture, $"V{height - (int)Math.Round(share(bar) / most * (height - 1))}h{width}");
        }
    }
}
