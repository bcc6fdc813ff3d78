using System.Globalization;
using System.Text;

namespace Lifecycle.Drift;

/// <summary>One metric over windows: the estimate as a line with its band, realized values as circles, limit and reference as lines.</summary>
internal sealed class PerformanceChart
{
    private const int Width = 1000, Height = 260, Left = 64, Right = 16, Top = 12, Bottom = 32, Floor = Height - Bottom;
    private const int MostLabels = 7;
    private const double HalfOfLabels = 0.5;

    private readonly StringBuilder _html;
    private readonly PerformancePoint[] _points;
    private readonly MetricPoint?[] _metrics;
    private readonly double _low;
    private readonly double _high;

    private PerformanceChart(StringBuilder html, string metric, PerformancePoint[] points)
    {
        (_html, _points) = (html, points);
        _metrics = [.. points.Select(p => p.Metrics.FirstOrDefault(m => m.Metric.Name == metric))];
        double[] values = [.. _metrics.OfType<MetricPoint>().SelectMany(Values).Where(double.IsFinite)];
        (double low, double high) = values.Length == 0 ? (0, 1) : (values.Min(), values.Max());
        double room = high > low ? 0.06 * (high - low) : Math.Max(1e-6, 0.05 * Math.Abs(high));
        (_low, _high) = (low - room, high + room);
    }

    /// <summary>A metric's name for a person.</summary>
    public static string Words(string metric) => metric switch
    {
        "auc" => "AUC",
        "f1" => "F1",
        "average_precision" => "Average precision",
        "business_value" => "Business value",
        _ => MarkupText.Name(metric.Length == 0 ? metric : char.ToUpperInvariant(metric[0]) + metric[1..].Replace('_', ' '), 60),
    };

    public static void Append(StringBuilder html, string metric, PerformancePoint[] points, bool isBrief)
    {
        PerformanceChart chart = new(html, metric, points);
        html.Append(CultureInfo.InvariantCulture, $"<svg class=\"l wide\" viewBox=\"0 0 {Width} {Height}\" role=\"img\"><title>{Words(metric)} over {points.Length} windows, estimated and realized</title>");
        chart.Axes();
        chart.Band();
        chart.Line("mr", m => m.Reference);
        chart.Line("lim", m => m.Limit);
        chart.Line("n", m => m.Estimated.Value);
        chart.Marks(isBrief);
        html.Append("</svg>");
    }

    private static IEnumerable<double> Values(MetricPoint point) =>
    [
        point.Estimated.Value, point.Estimated.Interval?.Lower ?? double.NaN, point.Estimated.Interval?.Upper ?? double.NaN, point.Realized.Value, point.Limit, point.Reference,
    ];

    private double X(int index) => Left + (index + 0.5) * (Width - Left - Right) / _points.Length;

    private string Y(double value) => (Floor - (value - _low) / (_high - _low) * (Floor - Top)).ToString("0.#", CultureInfo.InvariantCulture);

    private void Axes()
    {
        double[] ticks = AxisTicks.Of(_low, _high, 5);
        string[] words = AxisTicks.Text(ticks);
        for (int i = 0; i < ticks.Length; i++)
        {
            _html.Append(CultureInfo.InvariantCulture, $"<path class=\"g\" d=\"M{Left} {Y(ticks[i])}H{Width - Right}\"/><text class=\"end\" x=\"{Left - 8}\" y=\"{Y(ticks[i])}\" dy=\"4\">{words[i]}</text>");
        }

        _html.Append(CultureInfo.InvariantCulture, $"<path class=\"a\" d=\"M{Left} {Floor}H{Width - Right}\"/>");
        int every = Math.Max(1, (_points.Length + MostLabels - 1) / MostLabels);
        for (int i = 0; i < _points.Length; i += every)
        {
            string label = TimeLabels.Of(_points[i].Window.Start, _points[0].Window.Start, _points[^1].Window.End);
            _html.Append(CultureInfo.InvariantCulture, $"<path class=\"a\" d=\"M{X(i):0.#} {Floor}v4\"/><text class=\"mid\" x=\"{Math.Max(X(i), Left + 28):0.#}\" y=\"{Floor + 19}\">{label}</text>");
        }
    }

    /// <summary>The band, in pieces where windows have none.</summary>
    private void Band()
    {
        int from = 0;
        while (from < _points.Length)
        {
            int to = from;
            while (to < _points.Length && _metrics[to]?.Estimated.Interval is { } interval && double.IsFinite(interval.Lower + interval.Upper))
            {
                to++;
            }

            if (to > from)
            {
                Piece(from, to);
            }

            from = to + 1;
        }
    }

    private void Piece(int from, int to)
    {
        double half = 0.25 * (Width - Left - Right) / _points.Length;
        _html.Append("<path class=\"band\" d=\"M");
        _html.AppendJoin('L', Corners(from, to, m => m.Estimated.Interval!.Value.Upper, half)).Append('L')
            .AppendJoin('L', Corners(from, to, m => m.Estimated.Interval!.Value.Lower, half).Reverse()).Append("z\"/>");
    }

    /// <summary>A window alone gets a piece as wide as half its place.</summary>
    private IEnumerable<string> Corners(int from, int to, Func<MetricPoint, double> value, double half)
    {
        for (int i = from; i < to; i++)
        {
            string y = Y(value(_metrics[i]!));
            if (to - from == 1)
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"{X(i) - half:0.#} {y}");
                yield return string.Create(CultureInfo.InvariantCulture, $"{X(i) + half:0.#} {y}");
            }
            else
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"{X(i):0.#} {y}");
            }
        }
    }

    private void Line(string style, Func<MetricPoint, double> value)
    {
        double half = 0.25 * (Width - Left - Right) / _points.Length;
        StringBuilder path = new();
        bool isOpen = false;
        for (int i = 0; i < _points.Length; i++)
        {
            double y = _metrics[i] is { } metric ? value(metric) : double.NaN;
            if (!double.IsFinite(y))
            {
                isOpen = false;
                continue;
            }

            bool isAlone = !isOpen && (i + 1 == _points.Length || _metrics[i + 1] is not { } next || !double.IsFinite(value(next)));
            path.Append(CultureInfo.InvariantCulture, $"{(isOpen ? 'L' : 'M')}{(isAlone ? X(i) - half : X(i)):0.#} {Y(y)}");
            if (isAlone)
            {
                path.Append(CultureInfo.InvariantCulture, $"h{2 * half:0.#}");
            }

            isOpen = true;
        }

        if (path.Length > 0)
        {
            _html.Append(CultureInfo.InvariantCulture, $"<path class=\"{style}\" d=\"{path}\"/>");
        }
    }

    private void Marks(bool isBrief)
    {
        for (int i = 0; i < _points.Length; i++)
        {
            if (_metrics[i] is not { } metric)
            {
                continue;
            }

            double x = X(i);
            _html.Append("<g>");
            _ = isBrief ? _html : _html.Append("<title>").Append(MarkupText.Escape(TimeLabels.Full(_points[i].Window.Start) + ": " + metric, 200)).Append("</title>");
            if (metric.EstimateFell)
            {
                _html.Append(CultureInfo.InvariantCulture, $"<path class=\"fd\" d=\"M{x - 6:0.#} {Y(metric.Estimated.Value)}m0 -5h12l-6 11z\"/>");
            }
            else if (double.IsFinite(metric.Estimated.Value))
            {
                _html.Append(CultureInfo.InvariantCulture, $"<circle class=\"nf\" cx=\"{x:0.#}\" cy=\"{Y(metric.Estimated.Value)}\" r=\"2.5\"/>");
            }

            if (double.IsFinite(metric.Realized.Value))
            {
                string style = _points[i].Coverage < HalfOfLabels ? "hollow" : metric.RealizedFell ? "fd" : "ink";
                _html.Append(CultureInfo.InvariantCulture, $"<circle class=\"{style}\" cx=\"{x:0.#}\" cy=\"{Y(metric.Realized.Value)}\" r=\"4.5\"/>");
            }

            _html.Append("</g>");
        }
    }
}
