namespace Lifecycle.Statistics;

/// <summary>The limit law of the Cramér-von Mises statistic ω² of a fully specified distribution.</summary>
public static class CramerVonMisesDistribution
{
    private const double SeriesLimit = 0.2;

    /// <summary>The survival function of the limit law.</summary>
    /// <param name="statistic">ω², any real number; at or below 0 the result is 1.</param>
    /// <returns>P(ω² &gt; statistic).</returns>
    public static double Survival(double statistic) => Math.Exp(LogSurvival(statistic));

    /// <summary>The distribution function of the limit law.</summary>
    /// <param name="statistic">ω², any real number.</param>
    /// <returns>P(ω² ≤ statistic).</returns>
    public static double Cdf(double statistic) =>
        statistic < SeriesLimit ? Series(statistic) : -SpecialFunctions.ExpMinusOne(LogSurvival(statistic));

    /// <summary>
    /// The natural logarithm of the survival function: the Bessel series of Csörgő and Faraway (1996) below 0.2, Smirnov's formula for
    /// a quadratic form with eigenvalues 1/(jπ)² above, which has no cancellation in the tail.
    /// </summary>
    /// <param name="statistic">ω², any real number.</param>
    /// <returns>ln P(ω² &gt; statistic), at most 0.</returns>
    public static double LogSurvival(double statistic)
    {
        if (double.IsNaN(statistic))
        {
            return double.NaN;
        }

        if (statistic < SeriesLimit)
        {
            return SpecialFunctions.Log1p(-Series(statistic));
        }

        if (double.IsPositiveInfinity(statistic))
        {
            return double.NegativeInfinity;
        }

        double sum = Lobe(statistic, 1) - Lobe(statistic, 2) + Lobe(statistic, 3);
        return Math.Log(sum / Math.PI) - 0.5 * Math.PI * Math.PI * statistic;
    }

    /// <summary>
    /// ∫ exp(-(u - π²)x/2) / (u √|D(u)|) du, D(u) = sin(√u)/√u, over √u = r from (2k-1)π to 2kπ; r = from + s² and r = to - s² take the
    /// inverse square roots at the two ends away.
    /// </summary>
    private static double Lobe(double x, int k)
    {
        double from = (2 * k - 1) * Math.PI, to = 2 * k * Math.PI, half = Math.Sqrt(0.5 * Math.PI);
        if ((from * from - Math.PI * Math.PI) * x > 100)
        {
            return 0;
        }

        double reach = Math.Min(half, Math.Sqrt(45 / (from * x)));
        return GaussLegendre.Integrate((from, x), static (s, t) => Weight(t.from + s * s, s, t.x), 0, reach)
            + GaussLegendre.Integrate((to, x), static (s, t) => Weight(t.to - s * s, s, t.x), 0, half);
    }

    private static double Weight(double r, double s, double x) =>
        4 * s * Math.Exp(-0.5 * (r - Math.PI) * (r + Math.PI) * x) / Math.Sqrt(r * Math.Sin(s * s));

    private static double Series(double x)
    {
        if (x <= 0.003)
        {
            return 0;
        }

        double sum = 0, coefficient = 1;
        for (int k = 0; k < 12; k++)
        {
            double f = 4 * k + 1, q = f * f / (16 * x);
            sum += coefficient * Math.Sqrt(f) * Math.Exp(-2 * q) * ScaledBessel(q);
            coefficient *= (k + 0.5) / (k + 1);
        }

        return sum / (Math.PI * Math.Sqrt(x));
    }

    /// <summary>exp(q) K_¼(q) = ∫ exp(-q (cosh t - 1)) cosh(t/4) dt over t > 0, by the trapezoidal rule, which converges geometrically here.</summary>
    private static double ScaledBessel(double q)
    {
        const double Step = 0.125;
        double sum = 0.5;
        for (double t = Step; ; t += Step)
        {
            double sinh = Math.Sinh(0.5 * t), term = Math.Exp(-2 * q * sinh * sinh) * Math.Cosh(0.25 * t);
            sum += term;
            if (term < 1e-18)
            {
                return sum * Step;
            }
        }
    }
}
