namespace Lifecycle.Statistics;

/// <summary>The beta distribution on [0, 1].</summary>
public static class BetaDistribution
{
    /// <summary>The distribution function I_x(a, b).</summary>
    /// <param name="x">Any real number; clamped to [0, 1].</param>
    /// <param name="a">First shape, positive.</param>
    /// <param name="b">Second shape, positive.</param>
    /// <returns>P(X ≤ x).</returns>
    public static double Cdf(double x, double a, double b) => SpecialFunctions.Beta(a, b, x);

    /// <summary>The survival function 1 - I_x(a, b), with relative precision in the upper tail.</summary>
    /// <param name="x">Any real number; clamped to [0, 1].</param>
    /// <param name="a">First shape, positive.</param>
    /// <param name="b">Second shape, positive.</param>
    /// <returns>P(X &gt; x).</returns>
    public static double Survival(double x, double a, double b) => Math.Exp(LogSurvival(x, a, b));

    /// <summary>The natural logarithm of the survival function.</summary>
    /// <param name="x">Any real number; clamped to [0, 1].</param>
    /// <param name="a">First shape, positive.</param>
    /// <param name="b">Second shape, positive.</param>
    /// <returns>ln P(X &gt; x).</returns>
    public static double LogSurvival(double x, double a, double b) => SpecialFunctions.LogBetaTails(a, b, x, 1 - x).Upper;

    /// <summary>The quantile function.</summary>
    /// <param name="probability">Lower tail probability in [0, 1].</param>
    /// <param name="a">First shape, positive.</param>
    /// <param name="b">Second shape, positive.</param>
    /// <returns>The x in [0, 1] with P(X ≤ x) = <paramref name="probability"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The probability lies outside [0, 1] or a shape is not positive.</exception>
    public static double Quantile(double probability, double a, double b)
    {
        Probability.ThrowIfOutside(probability);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(a);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(b);
        if (probability is 0 or 1)
        {
            return probability;
        }

        // Solve for the smaller of x and 1 - x, so that a quantile near 1 keeps its distance from 1.
        if (Cdf(0.5, a, b) >= probability)
        {
            return Invert(probability, 1 - probability, a, b);
        }

        return 1 - Invert(1 - probability, probability, b, a);
    }

    private static double Invert(double lower, double upper, double a, double b)
    {
        double target = Math.Log(lower), logUpper = Math.Log(upper);
        return lower < 0.5
            ? Probability.Solve(x => SpecialFunctions.LogBetaTails(a, b, x, 1 - x).Lower - target, 0, 0.5)
            : Probability.Solve(x => logUpper - LogSurvival(x, a, b), 0, 0.5);
    }
}
