namespace Lifecycle.Statistics;

/// <summary>
/// Exact laws of the two-sample Kolmogorov-Smirnov statistic: a random order of n + m values is a lattice path, and the
/// p-value is the chance that the path reaches a distance of at least d, counted at its first exit so that small values keep
/// their digits. Distances are i m - j n.
/// </summary>
internal static class LatticePaths
{
    private const int LookShift = 10;
    private const double Trim = 1e-300;
    private const double Reliable = 1e-280;

    /// <summary>ln P(reach ≥ d). <paramref name="looks"/>, unless empty, tells after how many values the path is looked at.</summary>
    public static double LogPValue(long n, long m, long d, Alternative alternative, ReadOnlySpan<bool> looks)
    {
        if (d <= 0)
        {
            return 0;
        }

        if (n == m && looks.IsEmpty)
        {
            return EqualSizes(n, d / n, alternative);
        }

        double log = Walk(n, m, d, alternative, looks, 0);
        if (log > Math.Log(Reliable))
        {
            return log;
        }

        // Beyond the range of doubles: tilt the walk towards the exit; the sides no longer overlap.
        double tilt = 4.0 * d / ((double)n * m * (n + m));
        double up = alternative == Alternative.Less ? double.NegativeInfinity : Walk(n, m, d, Alternative.Greater, looks, tilt);
        double down = alternative == Alternative.Greater ? double.NegativeInfinity : Walk(n, m, d, Alternative.Less, looks, -tilt);
        double high = Math.Max(up, down);
        return high + SpecialFunctions.Log1p(Math.Exp(Math.Min(up, down) - high));
    }

    private static double EqualSizes(long n, long h, Alternative alternative)
    {
        double whole = SpecialFunctions.LogBinomial(2.0 * n, n), first = SpecialFunctions.LogBinomial(2.0 * n, n - h) - whole;
        if (alternative != Alternative.TwoSided)
        {
            return first;
        }

        double sum = 0;
        for (long k = 1, sign = 1; k * h <= n; k++, sign = -sign)
        {
            double term = Math.Exp(SpecialFunctions.LogBinomial(2.0 * n, n - k * h) - whole - first);
            sum += sign * term;
            if (term < 1e-18)
            {
                break;
            }
        }

        return Math.Min(0, Math.Log(2) + first + Math.Log(sum));
    }

    /// <summary>
    /// Walks one antidiagonal (s values seen) after the other; state[i] belongs to i values of the first sample. A tilt weighs a
    /// state by exp(tilt (i m - j n)) and takes the weight out again at the exit; its sign is that of the side.
    /// </summary>
    internal static double Walk(long n, long m, long d, Alternative alternative, ReadOnlySpan<bool> looks, double tilt)
    {
        long size = n + m, up = alternative == Alternative.Less ? long.MaxValue : d;
        long down = alternative == Alternative.Greater ? long.MinValue : -d;
        double[] state = new double[n + 2];
        double raise = Math.Exp(tilt * m), sink = Math.Exp(-tilt * n), exits = 0, scale = 0;
        long low = 0, high = 0;
        state[0] = 1;
        for (long s = 0; s < size && low <= high; s++)
        {
            Interruption.LookAt(s << LookShift);
            double peak = Step(state, n, m, s, ref low, ref high, raise, sink);
            if (looks.IsEmpty || looks[(int)s])
            {
                for (; high >= low && high * size - (s + 1) * n >= up; high--)
                {
                    exits += Leave(state, high, high * size - (s + 1) * n - d, tilt);
                }

                for (; low <= high && low * size - (s + 1) * n <= down; low++)
                {
                    exits += Leave(state, low, low * size - (s + 1) * n + d, tilt);
                }
            }

            if (peak > 1e200)
            {
                scale += Math.Log(1e200);
                exits *= 1e-200;
                System.Numerics.Tensors.TensorPrimitives.Multiply(state, 1e-200, state);
            }
        }

        return Math.Min(0, Math.Log(exits) + scale - Math.Abs(tilt) * d);
    }

    private static double Step(double[] state, long n, long m, long s, ref long low, ref long high, double raise, double sink)
    {
        double left = 1.0 / (n + m - s), peak = 0;
        high = Math.Min(high + 1, n);
        for (long i = high; i >= low; i--)
        {
            double stay = state[i] * Math.Max(0, m - (s - i)) * sink, come = i > low ? state[i - 1] * (n - i + 1) * raise : 0;
            state[i] = (stay + come) * left;
            peak = Math.Max(peak, state[i]);
        }

        while (low < high && state[low] < Trim)
        {
            state[low++] = 0;
        }

        while (high > low && state[high] < Trim)
        {
            state[high--] = 0;
        }

        return peak;
    }

    private static double Leave(double[] state, long i, long beyond, double tilt)
    {
        double value = state[i];
        state[i] = 0;
        return tilt == 0 ? value : value * Math.Exp(-tilt * beyond);
    }
}
