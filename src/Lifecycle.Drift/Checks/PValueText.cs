using System.Globalization;

namespace Lifecycle.Drift;

/// <summary>P-values in words: two digits, and as a power of ten where a double underflows.</summary>
internal static class PValueText
{
    /// <summary>Common logarithms below this are printed as it: what lies there is a certainty in which digits say nothing.</summary>
    public const double LeastLog10 = -1_000_000;

    private const double ScientificBelow = 1e-4;

    public static string Of(double logPValue)
    {
        double log10 = Math.Max(LeastLog10, Math.Min(0, logPValue) / Math.Log(10));
        if (log10 >= Math.Log10(ScientificBelow))
        {
            return Math.Pow(10, log10).ToString(log10 > -0.7 ? "0.00" : "0.####", CultureInfo.InvariantCulture);
        }

        double exponent = Math.Floor(log10), mantissa = Math.Round(Math.Pow(10, log10 - exponent));
        return mantissa >= 10
            ? string.Create(CultureInfo.InvariantCulture, $"1e{exponent + 1:0}")
            : string.Create(CultureInfo.InvariantCulture, $"{mantissa:0}e{exponent:0}");
    }
}
