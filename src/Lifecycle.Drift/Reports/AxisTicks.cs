using System.Globalization;

namespace Lifecycle.Drift;

/// <summary>Round numbers on an axis: multiples of 1, 2 or 5 times a power of ten.</summary>
internal static class AxisTicks
{
    private const int MostTicks = 12;

    /// <summary>The multiples of a round step within the range, about as many as wanted; none when the range is empty or not finite.</summary>
    public static double[] Of(double low, double high, int wanted)
    {
        double width = high - low;
        if (!(width > 0) || !double.IsFinite(width))
        {
            return [];
        }

        double step = Step(width / wanted), first = Math.Ceiling(low / step - 1e-9);
        List<double> ticks = [];
        for (int i = 0; i < MostTicks && (first + i) * step <= high + 1e-9 * step; i++)
        {
            ticks.Add((first + i) * step);
        }

        return [.. ticks];
    }

    /// <summary>Ticks as text, all with as many places as their step needs.</summary>
    public static string[] Text(double[] ticks)
    {
        double step = ticks.Length > 1 ? ticks[1] - ticks[0] : 1, size = ticks.Select(Math.Abs).DefaultIfEmpty().Max();
        int places = step > 0 ? (int)Math.Clamp(-Math.Floor(Math.Log10(step * (1 + 1e-9))), 0, 6) : 0;
        string format = size >= 1e7 || (size > 0 && size < 1e-4) ? "G6" : size >= 10_000 ? "#,0" : "F" + places.ToString(CultureInfo.InvariantCulture);
        if (format == "G6")
        {
            return [.. NumberRange.Text([.. ticks.Select(t => Math.Abs(t) < 1e-9 * step ? 0 : t)], 6).Select(t => t.Replace('-', '−'))];
        }

        return [.. ticks.Select(t => (Math.Abs(t) < 1e-9 * step ? 0 : t).ToString(format, CultureInfo.InvariantCulture).Replace('-', '−'))];
    }

    private static double Step(double rough)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(rough))), lead = rough / power;
        return power * (lead < 1.5 ? 1 : lead < 3.5 ? 2 : lead < 7.5 ? 5 : 10);
    }
}
