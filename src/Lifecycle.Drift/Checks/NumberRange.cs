using System.Globalization;

namespace Lifecycle.Drift;

/// <summary>Numbers side by side with as many digits as tell them apart.</summary>
internal static class NumberRange
{
    private const int Fewest = 6, Most = 17;

    /// <summary>For example <c>999999999999 to 1000000000001</c>.</summary>
    public static string Of(double low, double high)
    {
        string[] texts = Text([low, high], Fewest);
        return $"{texts[0]} to {texts[1]}";
    }

    /// <summary>The numbers with at least so many digits, and more where rounding is more than a quarter of the least distance of two of them.</summary>
    public static string[] Text(IReadOnlyList<double> values, int fewest)
    {
        double[] sorted = [.. values.Distinct().Order()];
        double least = double.PositiveInfinity;
        for (int i = 1; i < sorted.Length; i++)
        {
            least = Math.Min(least, sorted[i] - sorted[i - 1]);
        }

        for (int digits = fewest; ; digits++)
        {
            string format = "G" + digits.ToString(CultureInfo.InvariantCulture);
            string[] texts = [.. values.Select(v => v.ToString(format, CultureInfo.InvariantCulture))];
            if (digits >= Most || values.Zip(texts).All(p => !(Math.Abs(double.Parse(p.Second, CultureInfo.InvariantCulture) - p.First) > 0.25 * least)))
            {
                return texts;
            }
        }
    }
}
