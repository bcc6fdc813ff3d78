namespace Lifecycle.Statistics;

/// <summary>The limit law of the Anderson-Darling statistic A² of a fully specified distribution.</summary>
public static class AndersonDarlingDistribution
{
    private const double SeriesLimit = 0.5;

    // ln P(A² > x) + x from .5 to 64, and ln P(A² <= x) + π²/(8x) from 1/16 to .5: what is left of either is smooth.
    private static readonly OctaveInterpolant Upper = new(SmoothSurvival, -1, 6);
    private static readonly OctaveInterpolant Lower = new(z => Math.Log(Series(z)) + SmallestTerm(z), -4, -1);

    /// <summary>The survival function of the limit law.</summary>
    /// <param name="statistic">A², any real number; at or below 0 the result is 1.</param>
    /// <returns>P(A² &gt; statistic).</returns>
    public static double Survival(double statistic) => Math.Exp(LogSurvival(statistic));

    /// <summary>The distribution function of the limit law.</summary>
    /// <param name="statistic">A², any real number.</param>
    /// <returns>P(A² ≤ statistic).</returns>
    public static double Cdf(double statistic) =>
        statistic < SeriesLimit ? BelowLimit(statistic) : -SpecialFunctions.ExpMinusOne(LogSurvival(statistic));

    /// <summary>
    /// The natural logarithm of the survival function: the series of Anderson and Darling (1952) below 0.5, Smirnov's formula
    /// for a quadratic form with eigenvalues 1/(j(j+1)) above, which has no cancellation in the tail.
    /// </summary>
    /// <param name="statistic">A², any real number.</param>
    /// <returns>ln P(A² &gt; statistic), at most 0.</returns>
    public static double LogSurvival(double statistic)
    {
        if (double.IsNaN(statistic))
        {
            return double.NaN;
        }

        if (statistic < SeriesLimit)
        {
            return SpecialFunctions.Log1p(-BelowLimit(statistic));
        }

        if (double.IsPositiveInfinity(statistic))
        {
            return double.NegativeInfinity;
        }

        return (Upper.Covers(statistic) ? Upper.At(statistic) : SmoothSurvival(statistic)) - statistic;
    }

    /// <summary>The definition that is interpolated; for tests.</summary>
    internal static double SmoothSurvival(double x)
    {
        double sum = 0;
        for (int j = 1; j <= 17; j += 4)
        {
            sum += Lobe(x, j) - Lobe(x, j + 2);
        }

        return Math.Log(sum / Math.PI);
    }

    private static double BelowLimit(double z) => Lower.Covers(z) ? Math.Exp(Lower.At(z) - SmallestTerm(z)) : Series(z);

    private static double SmallestTerm(double z) => Math.PI * Math.PI / (8 * z);

    /// <summary>∫ exp(-(u - 2)x/2) / (u √|D(u)|) du from j(j+1) to (j+1)(j+2), D(u) = -cos(π/2 √(1+4u))/(πu).</summary>
    private static double Lobe(double x, int j)
    {
        double from = j * (j + 1.0), to = (j + 1.0) * (j + 2), half = Math.Sqrt(0.5 * (to - from));
        if ((from - 2) * x > 100)
        {
            return 0;
        }

        // u = from + s² and u = to - s² take the inverse square roots at the two ends away.
        double reach = Math.Min(half, Math.Sqrt(90 / x));
        double lower = GaussLegendre.Integrate((from, j, x), static (s, t) => Weight(t.from, s, 1, 2 * t.j + 1, t.x), 0, reach);
        return lower + GaussLegendre.Integrate((to, j, x), static (s, t) => Weight(t.to, s, -1, 2 * t.j + 3, t.x), 0, half);
    }

    private static double Weight(double end, double s, int sign, double root, double x)
    {
        double u = end + sign * s * s;
        double shift = 4 * s * s / (Math.Sqrt(1 + 4 * u) + root);
        double size = Math.Sin(0.5 * Math.PI * shift) / (Math.PI * u);
        return 2 * s * Math.Exp(-0.5 * (u - 2) * x) / (u * Math.Sqrt(size));
    }

    /// <summary>The series of Anderson and Darling, not interpolated; for tests.</summary>
    internal static double Series(double z)
    {
        if (z <= 0.008)
        {
            return 0;
        }

        double sum = 0, coefficient = 1;
        for (int j = 0; j < 6; j++)
        {
            double f = 4 * j + 1, a = f * f * Math.PI * Math.PI / (8 * z);
            sum += coefficient * f * Math.Exp(-a)
                * GaussLegendre.Integrate((z, a), static (w, t) => Math.Exp(t.z / (8 * (w * w + 1)) - t.a * w * w), 0, Math.Sqrt(50 / a));
            coefficient *= -(j + 0.5) / (j + 1);
        }

        return Math.Sqrt(2 * Math.PI) / z * sum;
    }
}
