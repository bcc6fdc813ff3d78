namespace Lifecycle.Statistics;

/// <summary>The F distribution: the ratio of two independent chi-squared values, each over its degrees of freedom.</summary>
public static class FDistribution
{
    /// <summary>The distribution function.</summary>
    /// <param name="x">Any real number; at or below 0 the result is 0.</param>
    /// <param name="numerator">Degrees of freedom of the numerator, positive, not necessarily whole.</param>
    /// <param name="denominator">Degrees of freedom of the denominator, positive.</param>
    /// <returns>P(X ≤ x).</returns>
    public static double Cdf(double x, double numerator, double denominator) => Math.Exp(LogTails(x, numerator, denominator).Lower);

    /// <summary>The survival function, with relative precision in the tail.</summary>
    /// <param name="x">Any real number; at or below 0 the result is 1.</param>
    /// <param name="numerator">Degrees of freedom of the numerator, positive.</param>
    /// <param name="denominator">Degrees of freedom of the denominator, positive.</param>
    /// <returns>P(X &gt; x).</returns>
    public static double Survival(double x, double numerator, double denominator) => Math.Exp(LogSurvival(x, numerator, denominator));

    /// <summary>The natural logarithm of the survival function, finite where the function itself underflows.</summary>
    /// <param name="x">Any real number.</param>
    /// <param name="numerator">Degrees of freedom of the numerator, positive.</param>
    /// <param name="denominator">Degrees of freedom of the denominator, positive.</param>
    /// <returns>ln P(X &gt; x).</returns>
    public static double LogSurvival(double x, double numerator, double denominator) => LogTails(x, numerator, denominator).Upper;

    /// <summary>The quantile function.</summary>
    /// <param name="probability">Lower tail probability in [0, 1].</param>
    /// <param name="numerator">Degrees of freedom of the numerator, positive.</param>
    /// <param name="denominator">Degrees of freedom of the denominator, positive.</param>
    /// <returns>The x with P(X ≤ x) = <paramref name="probability"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The probability lies outside [0, 1] or degrees of freedom are not positive.</exception>
    public static double Quantile(double probability, double numerator, double denominator)
    {
        Probability.ThrowIfOutside(probability);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(numerator);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(denominator);
        if (probability is 0 or 1)
        {
            return probability == 0 ? 0 : double.PositiveInfinity;
        }

        double lower = Math.Log(probability), upper = Math.Log(1 - probability), high = 1;
        while (LogSurvival(high, numerator, denominator) > upper && high < 1e300)
        {
            high *= 4;
        }

        return probability < 0.5
            ? Probability.Solve(x => LogTails(x, numerator, denominator).Lower - lower, 0, high)
            : Probability.Solve(x => upper - LogSurvival(x, numerator, denominator), 0, high);
    }

    /// <summary>ln of I_y(a/2, b/2) and its complement at y = ax/(ax + b).</summary>
    private static (double Lower, double Upper) LogTails(double x, double numerator, double denominator)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(numerator);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(denominator);
        if (x <= 0)
        {
            return (double.NegativeInfinity, 0);
        }

        if (double.IsPositiveInfinity(x))
        {
            return (0, double.NegativeInfinity);
        }

        double ratio = numerator / denominator * x;
        return SpecialFunctions.LogBetaTails(0.5 * numerator, 0.5 * denominator, 1 / (1 + 1 / ratio), 1 / (1 + ratio));
    }
}
