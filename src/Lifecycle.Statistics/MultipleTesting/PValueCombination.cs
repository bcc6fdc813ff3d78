namespace Lifecycle.Statistics;

/// <summary>A combined p-value.</summary>
/// <param name="PValue">The p-value, in (0, 1]; the least positive double where it underflows.</param>
/// <param name="LogPValue">Its natural logarithm, finite where the value itself underflows.</param>
public readonly record struct CombinedPValue(double PValue, double LogPValue);

/// <summary>One p-value out of several of the same question.</summary>
public static class PValueCombination
{
    private const double Tiny = 1e-15;

    /// <summary>
    /// The Cauchy combination (Liu and Xie 2020), valid under any dependence: T = mean of tan((½ - p)π), with p at most
    /// 1 - 1e-15, and p = ½ - arctan(T)/π; once a p-value is below 1e-15 in logarithms, ln p = ln k - ln Σ π cot(πp).
    /// </summary>
    /// <param name="logPValues">Natural logarithms of the p-values, at most 0, at least one.</param>
    /// <returns>The combined p-value.</returns>
    /// <exception cref="ArgumentException">There is no p-value, or one is above 1 or NaN.</exception>
    public static CombinedPValue Cauchy(params ReadOnlySpan<double> logPValues)
    {
        if (logPValues.IsEmpty)
        {
            throw new ArgumentException("There is nothing to combine.", nameof(logPValues));
        }

        double least = 0, sum = 0;
        foreach (double log in logPValues)
        {
            if (!(log <= 0))
            {
                throw new ArgumentException($"{log} is not the logarithm of a p-value.", nameof(logPValues));
            }

            least = Math.Min(least, log);
        }

        if (double.IsNegativeInfinity(least))
        {
            least = double.MinValue;
        }

        double scale = least < Math.Log(Tiny) ? least : 0;
        foreach (double log in logPValues)
        {
            double p = Math.Min(Math.Exp(log), 1 - Tiny);
            sum += p < Tiny ? Math.Exp(scale - Math.Max(log, least)) : Math.Exp(scale) * Math.PI * CotangentOfPi(p);
        }

        if (scale < 0)
        {
            double combined = Math.Log(logPValues.Length) - Math.Log(sum) + scale;
            return new CombinedPValue(Math.Max(double.Epsilon, Math.Exp(combined)), combined);
        }

        double mean = sum / (Math.PI * logPValues.Length);
        double value = mean > 0 ? Math.Atan(1 / mean) / Math.PI : 0.5 - Math.Atan(mean) / Math.PI;
        return new CombinedPValue(value, Math.Log(value));
    }

    private static double CotangentOfPi(double p) => Math.Abs(p - 0.5) < 0.25 ? Math.Tan((0.5 - p) * Math.PI) : 1 / Math.Tan(p * Math.PI);
}
