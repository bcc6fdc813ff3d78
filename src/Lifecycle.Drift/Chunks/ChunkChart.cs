using System.Globalization;
using System.Text;

namespace Lifecycle.Drift;

/// <summary>Distance and limit over the chunks as a line chart: inline SVG without script or links; alarms are triangles, not only red.</summary>
internal static class ChunkChart
{
    private const int Width = 1000, Height = 236, Left = 64, Right = 12, Top = 10, Bottom = 30, Floor = Height - Bottom;
    private const int MostLabels = 6;

    public static void Append(StringBuilder html, ChunkedColumn column)
    {
        int count = column.Points.Count, references = column.Points.Count(p => p.IsReference);
        double most = Math.Max(1e-300, 1.08 * column.Points.Max(p => Math.Max(p.Score ?? 0, p.Limit ?? 0)));
        double step = (double)(Width - Left - Right) / Math.Max(1, count);
        int X(int i) => (int)Math.Round(Left + (i + 0.5) * step);
        int Y(double value) => (int)Math.Round(Top + (1 - value / most) * (Floor - Top));

        html.Append(CultureInfo.InvariantCulture, $"<svg class=\"l wide\" viewBox=\"0 0 {Width} {Height}\" role=\"img\"><title>{MarkupText.Name(column.Column, 120)}: distance by chunk</title>");
        html.Append(CultureInfo.InvariantCulture, $"<rect class=\"bg\" x=\"{Left}\" y=\"{Top}\" width=\"{(int)Math.Round(references * step)}\" height=\"{Floor - Top}\"/>");
        double[] ticks = AxisTicks.Of(0, most, 4);
        string[] words = AxisTicks.Text(ticks);
        for (int i = 0; i < ticks.Length; i++)
        {
            html.Append(CultureInfo.InvariantCulture, $"<path class=\"g\" d=\"M{Left} {Y(ticks[i])}H{Width - Right}\"/><text class=\"end\" x=\"{Left - 8}\" y=\"{Y(ticks[i]) + 4}\">{words[i]}</text>");
        }

        html.Append(CultureInfo.InvariantCulture, $"<path class=\"a\" d=\"M{Left} {Floor}H{Width - Right}\"/>");
        Line(html, "lim", column, p => p.Limit, X, Y);
        Line(html, "n", column, p => p.Score, X, Y);
        for (int i = 0; i < count; i++)
        {
            Mark(html, column.Points[i], X(i), Y);
        }

        int every = Math.Max(1, (count + MostLabels - 1) / MostLabels);
        for (int i = 0; i < count; i += every)
        {
            html.Append(CultureInfo.InvariantCulture, $"<text class=\"mid\" x=\"{Math.Clamp(X(i), Left + 50, Width - 60)}\" y=\"{Floor + 19}\">{MarkupText.Escape(column.Points[i].Chunk, 22)}</text>");
        }

        html.Append("</svg>\n");
    }

    /// <summary>A line through the chunks that have the value; it breaks where one has none.</summary>
    private static void Line(StringBuilder html, string style, ChunkedColumn column, Func<ChunkPoint, double?> value, Func<int, int> x, Func<double, int> y)
    {
        if (!column.Points.Any(p => value(p) is not null))
        {
            return;
        }

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
            ? string.Create(CultureInfo.InvariantCulture, $"<path class=\"fd\" d=\"M{x - 6} {y + 5}L{x} {y - 6}L{x + 6} {y + 5}z\">")
            : string.Create(CultureInfo.InvariantCulture, $"<circle class=\"nf\" cx=\"{x}\" cy=\"{y}\" r=\"3.5\">");
        html.Append(shape).Append(
            CultureInfo.InvariantCulture,
            $"<title>{MarkupText.Escape(point.Chunk)}: {score:G4}, limit {MarkupText.Number(point.Limit, "G4")}, p {PValueText.Of(point.LogPValue)}, {point.Count:N0} values, {point.Verdict}</title>");
        html.Append(point.Verdict == DriftVerdict.Drift ? "</path>" : "</circle>");
    }
}
