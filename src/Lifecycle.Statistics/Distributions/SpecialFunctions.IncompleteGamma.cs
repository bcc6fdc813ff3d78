namespace Lifecycle.Statistics;

public static partial class SpecialFunctions
{
    /// <summary>The regularized lower incomplete gamma function P(a, x) (DLMF 8.2.4).</summary>
    /// <param name="a">Shape, positive.</param>
    /// <param name="x">Upper limit, at least 0.</param>
    /// <returns>P(a, x) in [0, 1].</returns>
    public static double GammaP(double a, double x) => Math.Exp(LogGammaTails(a, x).Lower);

    /// <summary>The regularized upper incomplete gamma function Q(a, x) = 1 - P(a, x), precise where it is tiny.</summary>
    /// <param name="a">Shape, positive.</param>
    /// <param name="x">Lower limit, at least 0.</param>
    /// <returns>Q(a, x) in [0, 1].</returns>
    public static double GammaQ(double a, double x) => Math.Exp(LogGammaTails(a, x).Upper);

    /// <summary>Natural logarithms of P(a, x) and Q(a, x): series below a + 1, Lentz's continued fraction above.</summary>
    internal static (double Lower, double Upper) LogGammaTails(double a, double x)
    {
        if (double.IsNaN(a) || double.IsNaN(x))
        {
            return (double.NaN, double.NaN);
        }

        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(a);
        if (x <= 0)
        {
            return (double.NegativeInfinity, 0);
        }

        if (double.IsPositiveInfinity(x))
        {
            return (0, double.NegativeInfinity);
        }

        // ln(x^a e^-x / Γ(a + 1)) in Loader's saddle-point form, without large terms that cancel.
        double front = -StirlingError(a) - Deviance(a, x) - LogSqrtTwoPi - 0.5 * Math.Log(a);
        if (x < a + 1)
        {
            double lower = Math.Min(0, front + Math.Log(GammaSeries(a, x)));
            return (lower, LogComplement(lower));
        }

        double upper = Math.Min(0, front + Math.Log(a) + Math.Log(GammaFraction(a, x)));
        return (LogComplement(upper), upper);
    }

    /// <summary>ln(1 - exp(y)) for y ≤ 0.</summary>
    internal static double LogComplement(double y) => y < -0.7 ? Log1p(-Math.Exp(y)) : Math.Log(-ExpMinusOne(y));

    /// <summary>exp(x) - 1 without loss near 0 (Kahan).</summary>
    internal static double ExpMinusOne(double x)
    {
        double e = Math.Exp(x);
        if (e == 1)
        {
            return x;
        }

        return Math.Abs(x) > 1 ? e - 1 : (e - 1) * x / Math.Log(e);
    }

    /// <summary>Loader's deviance term x ln(x/m) + m - x.</summary>
    internal static double Deviance(double x, double mean)
    {
        if (x == 0)
        {
            return mean;
        }

        double difference = x - mean;
        if (Math.Abs(difference) >= 0.1 * (x + mean))
        {
            return x * Math.Log(x / mean) + mean - x;
        }

        double v = difference / (x + mean), sum = difference * v, term = 2 * x * v;
        for (int j = 3; j < 2001; j += 2)
        {
            term *= v * v;
            double next = sum + term / j;
            if (next == sum)
            {
                break;
            }

            sum = next;
        }

        return sum;
    }

    private static double GammaSeries(double a, double x)
    {
        double sum = 1, term = 1;
        for (double k = a + 1; term > 1e-17 * sum; k++)
        {
            term *= x / k;
            sum += term;
        }

        return sum;
    }

    private static double GammaFraction(double a, double x)
    {
        double b = x + 1 - a, c = 1e300, d = 1 / b, h = d;
        for (long i = 1; i < 100_000_000; i++)
        {
            double an = -i * (i - a);
            b += 2;
            d = 1 / NotZero(an * d + b);
            c = NotZero(b + an / c);
            double change = c * d;
            h *= change;
            if (Math.Abs(change - 1) < 2e-16)
            {
                break;
            }
        }

        return h;
    }

    private static double NotZero(double value) => Math.Abs(value) < 1e-300 ? 1e-300 : value;
}
