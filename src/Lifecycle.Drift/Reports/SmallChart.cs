using System.Globalization;
using System.Text;

namespace Lifecycle.Drift;

/// <summary>Both distributions in a row of a table: the reference as a filled area, the new values as a line. Written short: there may be a thousand.</summary>
internal static class SmallChart
{
    private const int Width = 64, Height = 16;
    private const int MostSeparate = 16;

    public static void Append(StringBuilder html, ColumnFinding finding)
    {
        if (finding.Bars.Count == 0)
        {
            return;
        }

        int step = Math.Max(1, Width / finding.Bars.Count);
        double most = Math.Max(1e-12, finding.Bars.Max(b => Math.Max(b.Reference, b.Current)));
        html.Append(CultureInfo.InvariantCulture, $"<svg class=\"s\" viewBox=\"0 0 {step * finding.Bars.Count} {Height}\" preserveAspectRatio=\"none\" role=\"img\"><title>then and now</title>");
        if (finding.Bars.Count <= MostSeparate && finding.Kind != ColumnKind.Continuous)
        {
            Separate(html, "r", finding, b => b.Reference, step, most);
            Separate(html, "n", finding, b => b.Current, step, most);
            html.Append("</svg>");
            return;
        }

        html.Append(CultureInfo.InvariantCulture, $"<path class=\"r\" d=\"M0 {Height}");
        Steps(html, finding, b => b.Reference, step, most);
        html.Append(CultureInfo.InvariantCulture, $"V{Height}z\"/><path class=\"n\" d=\"M0 {Height}");
        Steps(html, finding, b => b.Current, step, most);
        html.Append(CultureInfo.InvariantCulture, $"V{Height}\"/></svg>");
    }

    /// <summary>A few labels or values stand apart, as they do in the large figure.</summary>
    private static void Separate(StringBuilder html, string style, ColumnFinding finding, Func<ShareChange, double> share, int step, double most)
    {
        html.Append("<path class=\"").Append(style).Append("\" d=\"");
        for (int i = 0; i < finding.Bars.Count; i++)
        {
            html.Append(CultureInfo.InvariantCulture, $"M{i * step} {Height}V{Height - (int)Math.Round(share(finding.Bars[i]) / most * (Height - 1))}h{step - 1}V{Height}");
        }

        html.Append("\"/>");
    }

    private static void Steps(StringBuilder html, ColumnFinding finding, Func<ShareChange, double> share, int step, double most)
    {
        int level = -1, run = 0;
        foreach (ShareChange bar in finding.Bars)
        {
            int height = Height - (int)Math.Round(share(bar) / most * (Height - 1));
            if (height != level && level >= 0)
            {
                html.Append('V').Append(level).Append('h').Append(run);
                run = 0;
            }

            (level, run) = (height, run + step);
        }

        html.Append('V').Append(level).Append('h').Append(run);
    }
}
