namespace Lifecycle.Statistics;

/// <summary>Student's t distribution.</summary>
public static class StudentTDistribution
{
    /// <summary>The distribution function.</summary>
    /// <param name="t">Any real number.</param>
    /// <param name="degreesOfFreedom">Degrees of freedom ν, positive, not necessarily whole.</param>
    /// <returns>P(T ≤ t).</returns>
    public static double Cdf(double t, double degreesOfFreedom) => Survival(-t, degreesOfFreedom);

    /// <summary>The survival function ½ I_{ν/(ν+t²)}(ν/2, ½), with relative precision in the tail.</summary>
    /// <param name="t">Any real number.</param>
    /// <param name="degreesOfFreedom">Degrees of freedom ν, positive.</param>
    /// <returns>P(T &gt; t).</returns>
    public static double Survival(double t, double degreesOfFreedom) => Math.Exp(LogSurvival(t, degreesOfFreedom));

    /// <summary>The natural logarithm of the survival function.</summary>
    /// <param name="t">Any real number.</param>
    /// <param name="degreesOfFreedom">Degrees of freedom ν, positive.</param>
    /// <returns>ln P(T &gt; t).</returns>
    public static double LogSurvival(double t, double degreesOfFreedom)
    {
        if (double.IsPositiveInfinity(degreesOfFreedom))
        {
            return NormalDistribution.LogSurvival(t);
        }

        if (double.IsInfinity(t))
        {
            return t > 0 ? double.NegativeInfinity : 0;
        }

        double ratio = t / Math.Sqrt(degreesOfFreedom) * (t / Math.Sqrt(degreesOfFreedom));
        double tail = ratio < 1e290
            ? SpecialFunctions.LogBetaTails(0.5 * degreesOfFreedom, 0.5, 1 / (1 + ratio), ratio / (1 + ratio)).Lower - Math.Log(2)
            : LeadingTail(Math.Abs(t), 0.5 * degreesOfFreedom);
        return t >= 0 ? tail : SpecialFunctions.LogComplement(tail);
    }

    /// <summary>The quantile function.</summary>
    /// <param name="probability">Lower tail probability in [0, 1].</param>
    /// <param name="degreesOfFreedom">Degrees of freedom ν, positive.</param>
    /// <returns>The t with P(T ≤ t) = <paramref name="probability"/>; infinite at 0 and 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The probability lies outside [0, 1] or ν is not positive.</exception>
    public static double Quantile(double probability, double degreesOfFreedom)
    {
        Probability.ThrowIfOutside(probability);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(degreesOfFreedom);
        if (probability == 0.5)
        {
            return 0;
        }

        return probability < 0.5 ? -UpperQuantile(probability, degreesOfFreedom) : UpperQuantile(1 - probability, degreesOfFreedom);
    }

    /// <summary>ln of x^a / (2 a B(a, ½)) with x = ν/t², a = ν/2: all that is left of the tail where t² overflows.</summary>
    private static double LeadingTail(double t, double a) => a * (Math.Log(2 * a) - 2 * Math.Log(t)) - Math.Log(2 * a)
        - SpecialFunctions.LogGamma(a) - SpecialFunctions.LogGamma(0.5) + SpecialFunctions.LogGamma(a + 0.5);

    private static double UpperQuantile(double tail, double degreesOfFreedom)
    {
        if (tail == 0)
        {
            return double.PositiveInfinity;
        }

        double target = Math.Log(tail), high = 1;
        while (LogSurvival(high, degreesOfFreedom) > target && high < 1e300)
        {
            high *= 4;
        }

        return Probability.Solve(t => target - LogSurvival(t, degreesOfFreedom), 0, high);
    }
}
