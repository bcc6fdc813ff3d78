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
        double x = 1 / (1 + ratio), y = double.IsInfinity(ratio) ? 1 : ratio / (1 + ratio);
        double tail = SpecialFunctions.LogBetaTails(0.5 * degreesOfFreedom, 0.5, x, y).Lower - Math.Log(2);
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
