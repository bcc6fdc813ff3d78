using System.Runtime.CompilerServices;

namespace Lifecycle.Statistics;

/// <summary>Checks and inversions shared by the distributions.</summary>
internal static class Probability
{
    public static void ThrowIfOutside(double value, [CallerArgumentExpression(nameof(value))] string? name = null)
    {
        if (!(value >= 0 && value <= 1))
        {
            throw new ArgumentOutOfRangeException(name, value, "A probability lies between 0 and 1.");
        }
    }

    /// <summary>
    /// Solves difference(x) = 0 for an increasing function on [low, high] by the ITP-like mix of secant and bisection,
    /// to the last bits of x.
    /// </summary>
    public static double Solve(Func<double, double> difference, double low, double high)
    {
        if (low == 0)
        {
            // Close in on a root near 0 by orders of magnitude.
            for (low = high * 1e-3; low > 0 && difference(low) >= 0; low *= 1e-3)
            {
                high = low;
            }
        }

        double below = difference(low), above = difference(high);
        if (below >= 0)
        {
            return low;
        }

        if (above <= 0)
        {
            return high;
        }

        for (int round = 0; round < 400 && high - low > 4e-16 * Math.Abs(low) + double.Epsilon; round++)
        {
            double slope = above - below;
            double middle = round % 3 == 2 || !double.IsFinite(slope) ? Middle(low, high) : low - below * (high - low) / slope;
            if (!(middle > low && middle < high))
            {
                middle = Middle(low, high);
                if (!(middle > low && middle < high))
                {
                    break;
                }
            }

            double value = difference(middle);
            if (value == 0)
            {
                return middle;
            }

            (low, below, high, above) = value < 0 ? (middle, value, high, above) : (low, below, middle, value);
        }

        return 0.5 * (low + high);
    }

    private static double Middle(double low, double high) =>
        low > 0 && high > 4 * low ? Math.Sqrt(low) * Math.Sqrt(high) : low + 0.5 * (high - low);
}
