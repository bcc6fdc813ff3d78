using System.Globalization;
using System.Text;

namespace Lifecycle.Drift;

/// <summary>
/// Two distributions of numbers on one axis: shares of the reference as a filled area, those of the new values as a line, the medians dashed. Columns with few
/// values get a bar for each.
/// </summary>
internal sealed class HistogramChart
{
    private const int Width = 440, Height = 220, Left = 42, Right = 8, Top = 10, Bottom = 40;
    private const int MostOfTitle = 36, MostOfUnit = 12;
    private const int Floor = Height - Bottom, Plot = Width - Left - Right;

    private readonly StringBuilder _html;
    private readonly ColumnFinding _finding;
    private readonly bool _isBrief;
    private readonly double _most;

    private HistogramChart(StringBuilder html, ColumnFinding finding, bool isBrief)
    {
        (_html, _finding, _isBrief) = (html, finding, isBrief);
        _most = 1.04 * Math.Max(1e-12, finding.Bars.Max(b => Math.Max(b.Reference, b.Current)));
    }

    /// <summary>Appends the figure; says whether its outermost bars hold what lies beyond the axis.</summary>
    public static bool Append(StringBuilder html, ColumnFinding finding, string name, bool isBrief)
    {
        HistogramChart chart = new(html, finding, isBrief);
        html.Append(CultureInfo.InvariantCulture, $"<svg class=\"l\" viewBox=\"0 0 {Width} {Height}\" role=\"img\"><title>{name}: the reference filled, the new values as a line</title>");
        chart.Shares();
        BarAxis? axis = BarAxis.Of(finding.Bars);
        if (axis is null)
        {
            chart.Values();
        }
        else
        {
            chart.Intervals(axis);
        }

        html.Append(CultureInfo.InvariantCulture, $"<path class=\"a\" d=\"M{Left} {Floor}H{Width - Right}\"/>");
        html.Append(CultureInfo.InvariantCulture, $"<text class=\"mid\" x=\"{Left + Plot / 2}\" y=\"{Height - 6}\">{MarkupText.Name(finding.Column, MostOfTitle)}{(finding.Unit is { } unit ? $", {MarkupText.Name(unit, MostOfUnit)}" : "")}</text></svg>");
        return axis is not null;
    }

    private int Y(double share) => Floor - (int)Math.Round(share / _most * (Floor - Top));

    private double Edge(int bar) => Left + (double)bar * Plot / _finding.Bars.Count;

    private void Shares()
    {
        double[] ticks = AxisTicks.Of(0, 100 * _most, 4);
        string[] words = AxisTicks.Text(ticks);
        for (int i = 0; i < ticks.Length; i++)
        {
            int y = Y(ticks[i] / 100);
            _html.Append(CultureInfo.InvariantCulture, $"<path class=\"g\" d=\"M{Left} {y}H{Width - Right}\"/><text class=\"end\" x=\"{Left - 6}\" y=\"{y + 4}\">{words[i]} %</text>");
        }
    }

    private void Intervals(BarAxis axis)
    {
        _html.Append(CultureInfo.InvariantCulture, $"<path class=\"r\" d=\"M{Left} {Floor}");
        Steps(b => b.Reference);
        _html.Append(CultureInfo.InvariantCulture, $"V{Floor}z\"/><path class=\"n\" d=\"M{Left} {Floor}");
        Steps(b => b.Current);
        _html.Append(CultureInfo.InvariantCulture, $"V{Floor}\"/>");
        Median("mr", _finding.Reference.Median);
        Median("mn", _finding.Current.Median);
        Hits();
        double[] ticks = AxisTicks.Of(axis.Low, axis.High, 5);
        string[] words = AxisTicks.Text(ticks);
        for (int i = 0; i < ticks.Length; i++)
        {
            int x = axis.Place(ticks[i], Left, Plot);
            _html.Append(CultureInfo.InvariantCulture, $"<path class=\"a\" d=\"M{x} {Floor}v4\"/><text class=\"mid\" x=\"{x}\" y=\"{Floor + 17}\">{words[i]}</text>");
        }

        void Median(string style, double? value)
        {
            if (value is { } median && median >= axis.Low && median <= axis.High)
            {
                _html.Append(CultureInfo.InvariantCulture, $"<path class=\"{style}\" d=\"M{axis.Place(median, Left, Plot)} {Top}V{Floor}\"/>");
            }
        }
    }

    private void Steps(Func<ShareChange, double> share)
    {
        for (int i = 0; i < _finding.Bars.Count; i++)
        {
            _html.Append(CultureInfo.InvariantCulture, $"V{Y(share(_finding.Bars[i]))}H{Edge(i + 1):0.#}");
        }
    }

    private void Values()
    {
        int count = _finding.Bars.Count;
        double gap = Math.Min(6, 0.15 * Plot / count);
        Outlines("r", b => b.Reference, gap);
        Outlines("n", b => b.Current, gap + 1);
        Hits();
        string[] labels = [.. _finding.Bars.Select(b => MarkupText.Name(b.Label, 24))];
        int longest = Math.Max(2, labels.Max(l => l.Length)), every = Math.Max(1, (int)Math.Ceiling(count * (7.0 * longest + 6) / Plot));
        for (int i = 0; i < count; i += every)
        {
            _html.Append(CultureInfo.InvariantCulture, $"<text class=\"mid\" x=\"{(Edge(i) + Edge(i + 1)) / 2:0.#}\" y=\"{Floor + 17}\">{labels[i]}</text>");
        }
    }

    private void Outlines(string style, Func<ShareChange, double> share, double gap)
    {
        _html.Append("<path class=\"").Append(style).Append("\" d=\"");
        for (int i = 0; i < _finding.Bars.Count; i++)
        {
            _html.Append(CultureInfo.InvariantCulture, $"M{Edge(i) + gap:0.#} {Floor}V{Y(share(_finding.Bars[i]))}H{Edge(i + 1) - gap:0.#}V{Floor}");
        }

        _html.Append("\"/>");
    }

    /// <summary>Where a pointer rests, a bar tells its shares.</summary>
    private void Hits()
    {
        if (_isBrief)
        {
            return;
        }

        for (int i = 0; i < _finding.Bars.Count; i++)
        {
            ShareChange bar = _finding.Bars[i];
            _html.Append(CultureInfo.InvariantCulture, $"<rect class=\"hit\" x=\"{Edge(i):0.#}\" y=\"{Top}\" width=\"{(double)Plot / _finding.Bars.Count:0.#}\" height=\"{Floor - Top}\">");
            _html.Append(CultureInfo.InvariantCulture, $"<title>{MarkupText.Name(bar.Label, 80)}: {100 * bar.Reference:0.0} % then, {100 * bar.Current:0.0} % now</title></rect>");
        }
    }
}
