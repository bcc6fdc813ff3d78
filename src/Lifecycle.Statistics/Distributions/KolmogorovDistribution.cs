namespace Lifecycle.Statistics;

/// <summary>
/// The law of the two-sided one-sample Kolmogorov-Smirnov statistic for a finite sample, by the plan of Simard and L'Ecuyer,
/// "Computing the two-sided Kolmogorov-Smirnov distribution" (2011).
/// </summary>
public static partial class KolmogorovDistribution
{
    private const int Small = 140;

    /// <summary>The survival function, with relative precision in the tail.</summary>
    /// <param name="size">Sample size, at least 1.</param>
    /// <param name="distance">Largest distance between the distribution functions, in [0, 1].</param>
    /// <returns>P(D ≥ distance).</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="size"/> is not positive.</exception>
    public static double Survival(long size, double distance) => Math.Min(1, Math.Exp(LogSurvival(size, distance)));

    /// <summary>The distribution function.</summary>
    /// <param name="size">Sample size, at least 1.</param>
    /// <param name="distance">Largest distance between the distribution functions, in [0, 1].</param>
    /// <returns>P(D &lt; distance).</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="size"/> is not positive.</exception>
    public static double Cdf(long size, double distance) => -SpecialFunctions.ExpMinusOne(LogSurvival(size, distance));

    /// <summary>The natural logarithm of the survival function; finite for every distance below 1.</summary>
    /// <param name="size">Sample size, at least 1.</param>
    /// <param name="distance">Largest distance between the distribution functions, in [0, 1].</param>
    /// <returns>ln P(D ≥ distance); negative infinity from 1 on.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="size"/> is not positive.</exception>
    public static double LogSurvival(long size, double distance)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        if (double.IsNaN(distance))
        {
            return double.NaN;
        }

        double t = size * distance;
        if (distance >= 1 || t <= 0.5)
        {
            return t <= 0.5 ? 0 : double.NegativeInfinity;
        }

        if (t <= 1)
        {
            return Log1p(-Math.Exp(SpecialFunctions.LogGamma(size + 1.0) - size * Math.Log(size) + size * Math.Log(2 * t - 1)));
        }

        if (t >= size - 1)
        {
            return Math.Log(2) + size * Log1p(-distance);
        }

        double z2 = t * distance;
        if (distance >= 0.5 || z2 >= (size <= Small ? 4 : 2.2))
        {
            return Math.Log(2) + LogOneSided(size, distance);
        }

        bool exact = size <= Small || (size <= 100_000 && size * Math.Pow(distance, 1.5) <= 1.4);
        return Log1p(-(exact ? DurbinMatrix(size, distance) : PelzGood(size, distance)));
    }

    private static double Log1p(double x) => x <= -1 ? double.NegativeInfinity : SpecialFunctions.Log1p(x);

    /// <summary>The series of Pelz and Good (1976) for large samples: K0 + K1/√n + K2/n + K3/(n√n).</summary>
    private static double PelzGood(double n, double x)
    {
        const double Pi2 = Math.PI * Math.PI, Pi4 = Pi2 * Pi2, Pi6 = Pi4 * Pi2;
        double root = Math.Sqrt(n), z = root * x, z2 = z * z, z4 = z2 * z2, z6 = z4 * z2, w = Pi2 / (2 * z2);
        double k0 = 0, k1 = 0, k2 = 0, k2Whole = 0, k3 = 0, k3Whole = 0;
        for (int j = 0; j < 20; j++)
        {
            double half = (j + 0.5) * (j + 0.5), e = Math.Exp(-half * w);
            k0 += e;
            k1 += (Pi2 * half - z2) * e;
            k2 += (6 * z6 + 2 * z4 + Pi2 * (2 * z4 - 5 * z2) * half + Pi4 * (1 - 2 * z2) * half * half) * e;
            k3 += (-30 * z6 - 90 * z6 * z2 + Pi2 * (135 * z4 - 96 * z6) * half + Pi4 * (212 * z4 - 60 * z2) * half * half
                + Pi6 * half * half * half * (5 - 30 * z2)) * e;
            double whole = (j + 1.0) * (j + 1.0), f = Math.Exp(-whole * w);
            k2Whole += Pi2 * whole * f;
            k3Whole += (3 * Pi2 * whole * z2 - Pi4 * whole * whole) * f;
        }

        double c = Math.Sqrt(Math.PI / 2);
        return k0 * 2 * c / z + k1 * c / (root * 3 * z4) + k2 * c / (n * 36 * z * z6) - k2Whole * c / (n * 18 * z * z2)
            + k3 * c / (root * n * 3240 * z4 * z6) + k3Whole * c / (root * n * 108 * z6);
    }
}
