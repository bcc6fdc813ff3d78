using System.Globalization;
using System.Text;

namespace Lifecycle.Drift;

/// <summary>Distance and limit over the chunks as a line chart: inline SVG without script or links; alarms are triangles, not only red.</summary>
internal static class ChunkChart
{
    private const int Width = 760, Height = 160, LabelHeight = 22, Left = 56, Right = 8, Top = 8;
    private const int MostLabels = 7;

    public static void Append(StringBuilder html, ChunkedColumn column)
    {
        int count = column.Points.Count, references = column.Points.Count(p => p.IsReference);
        double most = Math.Max(1e-300, 1.08 * column.Points.Max(p => Math.Max(p.Score ?? 0, p.Limit ?? 0)));
        double step = (double)(Width - Left - Right) / Math.Max(1, count);
        int X(int i) => (int)Math.Round(Left + (i + 0.5) * step);
        int Y(double value) => (int)Math.Round(Top + (1 - value / most) * (Height - Top));

        html.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {Height + LabelHeight}\" role=\"img\"><title>{MarkupText.Escape(column.Column)}: distance by chunk</title>");
        html.Append(CultureInfo.InvariantCulture, $"<rect class=\"g\" x=\"{Left}\" y=\"{Top}\" width=\"{(int)Math.Round(references * step)}\" height=\"{Height - Top}\"/>");
        html.Append(CultureInfo.InvariantCulture, $"<path class=\"a\" d=\"M{Left} {Top}V{Height}H{Width - Right}\"/><text x=\"0\" y=\"{Top + 8}\">{most:G3}</text><text x=\"0\" y=\"{Height}\">0</text>");
        Line(html, "t", column, p => p.Limit, X, Y);
        Line(html, "s", column, p => p.Score, X, Y);
        for (int i = 0; i < count; i++)
        {
            Mark(html, column.Points[i], X(i), Y);
        }

        int every = Math.Max(1, (count + MostLabels - 1) / MostLabels);
        for (int i = 0; i < count; i += every)
        {
            html.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(i) - 4}\" y=\"{Height + 16}\">{MarkupText.Escape(column.Points[i].Chunk, 16)}</text>");
        }

        html.Append("</svg>\n");
    }

    /// <summary>A line through the chunks that have the value; it breaks where one has none.</summary>
    private static void Line(StringBuilder html, string style, ChunkedColumn column, Func<ChunkPoint, double?> value, Func<int, int> x, Func<double, int> y)
    {
        html.Append("<path class=\"").Append(style).Append("\" d=\"");
        bool isOpen = false;
        for (int i = 0; i < column.Points.Count; i++)
        {
            double? v = value(column.Points[i]);
            if (v is { } number)
            {
                html.Append(CultureInfo.InvariantCulture, $"{(isOpen ? 'L' : 'M')}{x(i)} {y(number)}");
            }

            isOpen = v is not null;
        }

        html.Append("\"/>");
    }

    private static void Mark(StringBuilder html, ChunkPoint point, int x, Func<double, int> height)
    {
        if (point.Score is not { } score)
        {
            return;
        }

        int y = height(score);
        string shape = point.Verdict == DriftVerdict.Drift
            ? string.Create(CultureInfo.InvariantCulture, $"<path class=\"x\" d=\"M{x - 5} {y + 4}L{x} {y - 5}L{x + 5} {y + 4}z\">")
            : string.Create(CultureInfo.InvariantCulture, $"<circle class=\"c\" cx=\"{x}\" cy=\"{y}\" r=\"3\">");
        html.Append(shape).Append(
            CultureInfo.InvariantCulture,
            $"<title>{MarkupText.Escape(point.Chunk)}: {score:G4}, limit {MarkupText.Number(point.Limit, "G4")}, p {PValueText.Of(point.LogPValue)}, {point.Count:N0} values, {point.Verdict}</title>");
        html.Append(point.Verdict == DriftVerdict.Drift ? "</path>" : "</circle>");
    }
}
