namespace Lifecycle.Statistics;

/// <summary>The chi-squared distribution: a sum of squares of independent standard normal values.</summary>
public static class ChiSquaredDistribution
{
    /// <summary>The distribution function P(k/2, x/2).</summary>
    /// <param name="x">Any real number; at or below 0 the result is 0.</param>
    /// <param name="degreesOfFreedom">Degrees of freedom k, positive, not necessarily whole.</param>
    /// <returns>P(X ≤ x).</returns>
    public static double Cdf(double x, double degreesOfFreedom) => SpecialFunctions.GammaP(0.5 * degreesOfFreedom, 0.5 * x);

    /// <summary>The survival function Q(k/2, x/2), with relative precision in the tail.</summary>
    /// <param name="x">Any real number; at or below 0 the result is 1.</param>
    /// <param name="degreesOfFreedom">Degrees of freedom k, positive.</param>
    /// <returns>P(X &gt; x).</returns>
    public static double Survival(double x, double degreesOfFreedom) => SpecialFunctions.GammaQ(0.5 * degreesOfFreedom, 0.5 * x);

    /// <summary>The natural logarithm of the survival function, finite where the function itself underflows.</summary>
    /// <param name="x">Any real number.</param>
    /// <param name="degreesOfFreedom">Degrees of freedom k, positive.</param>
    /// <returns>ln P(X &gt; x).</returns>
    public static double LogSurvival(double x, double degreesOfFreedom) =>
        SpecialFunctions.LogGammaTails(0.5 * degreesOfFreedom, 0.5 * x).Upper;

    /// <summary>The quantile function.</summary>
    /// <param name="probability">Lower tail probability in [0, 1].</param>
    /// <param name="degreesOfFreedom">Degrees of freedom k, positive.</param>
    /// <returns>The x with P(X ≤ x) = <paramref name="probability"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The probability lies outside [0, 1] or the degrees of freedom are not positive.
    /// </exception>
    public static double Quantile(double probability, double degreesOfFreedom)
    {
        Probability.ThrowIfOutside(probability);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(degreesOfFreedom);
        if (probability == 0)
        {
            return 0;
        }

        return probability == 1 ? double.PositiveInfinity : Invert(probability, 1 - probability, degreesOfFreedom);
    }

    /// <summary>The x whose upper tail has the given probability; precise for tiny probabilities.</summary>
    /// <param name="probability">Upper tail probability in [0, 1].</param>
    /// <param name="degreesOfFreedom">Degrees of freedom k, positive.</param>
    /// <returns>The x with P(X &gt; x) = <paramref name="probability"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The probability lies outside [0, 1] or the degrees of freedom are not positive.
    /// </exception>
    public static double UpperQuantile(double probability, double degreesOfFreedom)
    {
        Probability.ThrowIfOutside(probability);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(degreesOfFreedom);
        if (probability == 0)
        {
            return double.PositiveInfinity;
        }

        return probability == 1 ? 0 : Invert(1 - probability, probability, degreesOfFreedom);
    }

    private static double Invert(double lower, double upper, double k)
    {
        double high = k + 10;
        while (LogSurvival(high, k) > Math.Log(upper))
        {
            high *= 2;
        }

        double logLower = Math.Log(lower), logUpper = Math.Log(upper);
        return lower < 0.5
            ? Probability.Solve(x => SpecialFunctions.LogGammaTails(0.5 * k, 0.5 * x).Lower - logLower, 0, high)
            : Probability.Solve(x => logUpper - LogSurvival(x, k), 0, high);
    }
}
