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

    /// <summary>The numbers with at least so many digits, and more where different ones would read the same.</summary>
    public static string[] Text(IReadOnlyList<double> values, int fewest)
    {
        int different = values.Distinct().Count();
        for (int digits = fewest; ; digits++)
        {
            string format = "G" + digits.ToString(CultureInfo.InvariantCulture);
            string[] texts = [.. values.Select(v => v.ToString(format, CultureInfo.InvariantCulture))];
            if (digits >= Most || texts.Distinct(StringComparer.Ordinal).Count() == different)
            {
                return texts;
            }
        }
    }
}
