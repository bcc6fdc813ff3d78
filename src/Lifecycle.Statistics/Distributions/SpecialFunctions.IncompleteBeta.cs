namespace Lifecycle.Statistics;

public static partial class SpecialFunctions
{
    /// <summary>The regularized incomplete beta function I_x(a, b) (DLMF 8.17.2).</summary>
    /// <param name="a">First shape, positive.</param>
    /// <param name="b">Second shape, positive.</param>
    /// <param name="x">Upper limit; values outside [0, 1] are clamped.</param>
    /// <returns>I_x(a, b) in [0, 1].</returns>
    public static double Beta(double a, double b, double x) => Math.Exp(LogBetaTails(a, b, x, 1 - x).Lower);

    /// <summary>
    /// Natural logarithms of I_x(a, b) and of its complement, for x and y = 1 - x given apart so that neither loses digits.
    /// </summary>
    internal static (double Lower, double Upper) LogBetaTails(double a, double b, double x, double y)
    {
        if (double.IsNaN(a + b + x + y))
        {
            return (double.NaN, double.NaN);
        }

        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(a);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(b);
        if (x <= 0)
        {
            return (double.NegativeInfinity, 0);
        }

        if (y <= 0)
        {
            return (0, double.NegativeInfinity);
        }

        double front = LogBinomialTerm(a, b, x, y) + Math.Log(a) + Math.Log(b) - Math.Log(a + b);
        if (x * (a + b + 2) < a + 1)
        {
            double lower = Math.Min(0, front + Math.Log(BetaFraction(a, b, x) / a));
            return (lower, LogComplement(lower));
        }

        double upper = Math.Min(0, front + Math.Log(BetaFraction(b, a, y) / b));
        return (LogComplement(upper), upper);
    }

    /// <summary>ln of Γ(k+r+1)/(Γ(k+1)Γ(r+1)) x^k y^r, the binomial probability for real k and r = n - k (Loader 2000).</summary>
    internal static double LogBinomialTerm(double k, double rest, double x, double y)
    {
        double n = k + rest;
        if (k == 0)
        {
            return rest == 0 ? 0 : rest * (x < 0.5 ? Log1p(-x) : Math.Log(y));
        }

        if (rest == 0)
        {
            return k * (y < 0.5 ? Log1p(-y) : Math.Log(x));
        }

        return StirlingError(n) - StirlingError(k) - StirlingError(rest) - Deviance(k, n * x) - Deviance(rest, n * y)
            - LogSqrtTwoPi + 0.5 * Math.Log(n / k / rest);
    }

    private static double BetaFraction(double a, double b, double x)
    {
        // DLMF 8.17.22 by Lentz's method.
        double sum = a + b, c = 1, d = 1 / NotZero(1 - sum * x / (a + 1)), h = d;
        for (long m = 1; m < 10_000_000; m++)
        {
            double even = a + 2 * m, t = m * (b - m) * x / ((even - 1) * even);
            d = 1 / NotZero(1 + t * d);
            c = NotZero(1 + t / c);
            h *= d * c;
            t = -(a + m) * (sum + m) * x / (even * (even + 1));
            d = 1 / NotZero(1 + t * d);
            c = NotZero(1 + t / c);
            double change = d * c;
            h *= change;
            if (Math.Abs(change - 1) < 2e-16)
            {
                break;
            }
        }

        return h;
    }
}
