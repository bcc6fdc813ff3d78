namespace Lifecycle.Statistics;

/// <summary>The special functions under the distributions: gamma, error function, incomplete gamma and beta.</summary>
public static partial class SpecialFunctions
{
    internal const double LogSqrtTwoPi = 0.918938533204672741780329736406;
    private const double EulerGamma = 0.577215664901532860606512090082;
    private static readonly double[] ZetaMinusOne = CreateZetaTail();

    /// <summary>
    /// The natural logarithm of the gamma function for positive arguments: Stirling's series from 10 on, the zeta series
    /// (Abramowitz and Stegun 6.1.33) about 1 and 2, and the recurrence between.
    /// </summary>
    /// <param name="x">A positive number.</param>
    /// <returns>ln Γ(x), within about 1e-15 relative; positive infinity at 0 and infinity.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="x"/> is negative.</exception>
    public static double LogGamma(double x)
    {
        if (double.IsNaN(x))
        {
            return double.NaN;
        }

        ArgumentOutOfRangeException.ThrowIfNegative(x);
        if (x == 0 || double.IsPositiveInfinity(x))
        {
            return double.PositiveInfinity;
        }

        if (x >= 10)
        {
            return (x - 0.5) * Math.Log(x) - x + LogSqrtTwoPi + StirlingSeries(x);
        }

        double product = 1;
        for (; x > 2.5; product *= x)
        {
            x -= 1;
        }

        if (x < 0.5)
        {
            return LogGammaAboutOne(x) - Math.Log(x);
        }

        return x > 1.5 ? LogGammaAboutTwo(x - 2) + Math.Log(product) : LogGammaAboutOne(x - 1);
    }

    /// <summary>The natural logarithm of n over k for real 0 ≤ k ≤ n.</summary>
    /// <param name="n">Size of the set, at least 0.</param>
    /// <param name="k">Size of the choice, in [0, n].</param>
    /// <returns>ln C(n, k); 0 when k is 0 or n.</returns>
    public static double LogBinomial(double n, double k)
    {
        if (k == 0 || k == n)
        {
            return 0;
        }

        double rest = n - k;
        return StirlingError(n) - StirlingError(k) - StirlingError(rest) - LogSqrtTwoPi + 0.5 * Math.Log(n / (k * rest))
            - k * LogRatio(k, rest, n) - rest * LogRatio(rest, k, n);
    }

    /// <summary>ln n! - ln(√(2πn) (n/e)ⁿ), the error of Stirling's formula (Loader 2000).</summary>
    internal static double StirlingError(double n)
    {
        if (n > 15)
        {
            return StirlingSeries(n);
        }

        return n == 0 ? 0 : LogGamma(n + 1) - (n + 0.5) * Math.Log(n) + n - LogSqrtTwoPi;
    }

    /// <summary>ln(1 + x) without loss near 0 (Kahan's correction of the rounded sum).</summary>
    internal static double Log1p(double x)
    {
        double sum = 1 + x;
        return sum == 1 ? x : Math.Log(sum) * (x / (sum - 1));
    }

    private static double LogRatio(double part, double other, double whole) =>
        part > other ? Log1p(-other / whole) : Math.Log(part / whole);

    private static double LogGammaAboutOne(double z) => LogGammaAboutTwo(z) - Log1p(z);

    private static double LogGammaAboutTwo(double z)
    {
        double power = z, sum = z * (1 - EulerGamma);
        for (int k = 2; k < ZetaMinusOne.Length; k++)
        {
            power *= -z;
            sum += -power * ZetaMinusOne[k] / k;
        }

        return sum;
    }

    private static double StirlingSeries(double x)
    {
        double r = 1 / (x * x);
        return (1.0 / 12 - r * (1.0 / 360 - r * (1.0 / 1260 - r * (1.0 / 1680 - r * (1.0 / 1188 - r * (691.0 / 360360
            - r * (1.0 / 156 - r * (3617.0 / 122400)))))))) / x;
    }

    private static double[] CreateZetaTail()
    {
        // ζ(k) - 1 by Euler-Maclaurin summation from 20 on.
        double[] tail = new double[56];
        for (int k = 2; k < tail.Length; k++)
        {
            double end = Math.Pow(20, -k);
            double sum = end * 20 / (k - 1) + end / 2 + k * end / 240 - k * (k + 1.0) * (k + 2) * end / (720 * 8000.0)
                + k * (k + 1.0) * (k + 2) * (k + 3) * (k + 4) * end / (30240 * 3.2e6);
            for (int n = 19; n >= 2; n--)
            {
                sum += Math.Pow(n, -k);
            }

            tail[k] = sum;
        }

        return tail;
    }
}
