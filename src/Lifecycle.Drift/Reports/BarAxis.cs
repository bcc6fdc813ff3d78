using System.Globalization;

namespace Lifecycle.Drift;

/// <summary>The number line under bars that follow one another without a gap, each an interval of the same width.</summary>
internal sealed record BarAxis(double Low, double High)
{
    private const string Between = " to ";

    /// <summary>The axis of bars; null when they are values or groups of values.</summary>
    public static BarAxis? Of(IReadOnlyList<ShareChange> bars)
    {
        string? end = null;
        foreach (ShareChange bar in bars)
        {
            int cut = bar.Label.IndexOf(Between, StringComparison.Ordinal);
            if (cut < 0 || (end is not null && !bar.Label.AsSpan(0, cut).SequenceEqual(end)))
            {
                return null;
            }

            end = bar.Label[(cut + Between.Length)..];
        }

        string first = bars[0].Label;
        return bars.Count > 1
            && double.TryParse(first.AsSpan(0, first.IndexOf(Between, StringComparison.Ordinal)), NumberStyles.Float, CultureInfo.InvariantCulture, out double low)
            && double.TryParse(end, NumberStyles.Float, CultureInfo.InvariantCulture, out double high)
            && high > low && double.IsFinite(high - low)
                ? new BarAxis(low, high)
                : null;
    }

    public int Place(double value, int left, int width) => left + (int)Math.Round((value - Low) / (High - Low) * width);
}
