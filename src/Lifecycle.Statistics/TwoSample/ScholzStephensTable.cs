namespace Lifecycle.Statistics;

/// <summary>Scipy's p-value of the Anderson-Darling test: a quadratic fit of ln p through the critical values of the table.</summary>
internal static class ScholzStephensTable
{
    private static readonly double[] Critical = [.325, 1.226, 1.961, 2.718, 3.752, 4.592, 6.546];
    private static readonly double[] Levels = [.25, .1, .05, .025, .01, .005, .001];
    private static readonly (double C0, double C1, double C2) Fit = LeastSquares();

    public static double LogPValue(double normalized)
    {
        if (normalized < Critical[0])
        {
            return Math.Log(Levels[0]);
        }

        return normalized > Critical[^1] ? Math.Log(Levels[^1]) : Fit.C0 + normalized * (Fit.C1 + normalized * Fit.C2);
    }

    private static (double, double, double) LeastSquares()
    {
        // Orthogonal polynomials 1, x - p, (x - q)(x - p) - r over the critical values.
        int n = Critical.Length;
        double p = Critical.Average(), s1 = Critical.Sum(x => (x - p) * (x - p));
        double q = Critical.Sum(x => x * (x - p) * (x - p)) / s1, r = s1 / n;
        double Second(double x) => (x - q) * (x - p) - r;
        double c0 = Levels.Average(l => Math.Log(l));
        double c1 = Enumerable.Range(0, n).Sum(i => Math.Log(Levels[i]) * (Critical[i] - p)) / s1;
        double c2 = Enumerable.Range(0, n).Sum(i => Math.Log(Levels[i]) * Second(Critical[i])) / Critical.Sum(x => Second(x) * Second(x));
        return (c0 - c1 * p + c2 * (p * q - r), c1 - c2 * (p + q), c2);
    }
}
