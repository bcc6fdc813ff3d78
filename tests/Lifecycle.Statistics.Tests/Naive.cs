namespace Lifecycle.Statistics.Tests;

/// <summary>Definitions written down as they are, for the fast paths to be held against.</summary>
internal static class Naive
{
    public static double[] Finite(IEnumerable<double> values) => [.. values.Where(double.IsFinite).Select(v => v + 0.0)];

    /// <summary>Values with many ties, zeros of both signs, NaN and infinities.</summary>
    public static double[] Hostile(IEnumerable<sbyte> codes) => [.. codes.Select(c => c switch
    {
        sbyte.MinValue => double.NaN,
        sbyte.MinValue + 1 => double.NegativeInfinity,
        sbyte.MaxValue => double.PositiveInfinity,
        0 => -0.0,
        > 100 => c * 1e300,
        < -100 => c * 1e-310,
        _ => c / 8.0,
    })];

    public static (long Above, long Below) Reach(double[] a, double[] b)
    {
        long above = 0, below = 0;
        foreach (double v in a.Concat(b))
        {
            long difference = (long)a.Count(x => x <= v) * b.Length - (long)b.Count(y => y <= v) * a.Length;
            above = Math.Max(above, difference);
            below = Math.Max(below, -difference);
        }

        return (above, below);
    }

    public static double RankSum(double[] a, double[] b) =>
        a.Sum(x => a.Concat(b).Count(v => v < x) + 0.5 * (a.Concat(b).Count(v => v == x) + 1));

    public static double AndersonDarling(double[] a, double[] b)
    {
        double n = a.Length, m = b.Length, size = n + m, sum = 0;
        foreach (double v in a.Concat(b).Distinct().Order())
        {
            double ties = a.Concat(b).Count(x => x == v), level = a.Concat(b).Count(x => x < v) + ties / 2;
            double ma = a.Count(x => x < v) + a.Count(x => x == v) / 2.0, mb = b.Count(x => x < v) + b.Count(x => x == v) / 2.0;
            double below = level * (size - level) - size * ties / 4;
            sum += below <= 0 ? 0 : ties / size * (Math.Pow(size * ma - level * n, 2) / n + Math.Pow(size * mb - level * m, 2) / m) / below;
        }

        return (size - 1) / size * sum;
    }

    public static double Wasserstein(double[] a, double[] b)
    {
        double[] all = [.. a.Concat(b).Distinct().Order()];
        double sum = 0;
        for (int k = 1; k < all.Length; k++)
        {
            double f = (double)a.Count(x => x <= all[k - 1]) / a.Length, g = (double)b.Count(x => x <= all[k - 1]) / b.Length;
            sum += Math.Abs(f - g) * (all[k] - all[k - 1]);
        }

        return sum;
    }

    /// <summary>∫ (F - G)².</summary>
    public static double Cramer(double[] a, double[] b)
    {
        double[] all = [.. a.Concat(b).Distinct().Order()];
        double sum = 0;
        for (int k = 1; k < all.Length; k++)
        {
            double f = (double)a.Count(x => x <= all[k - 1]) / a.Length, g = (double)b.Count(x => x <= all[k - 1]) / b.Length;
            sum += (f - g) * (f - g) * (all[k] - all[k - 1]);
        }

        return sum;
    }

    /// <summary>T = U / (nmN) - (4nm - 1) / (6N), U from the squares of rank differences; four times the ranks are whole numbers.</summary>
    public static double CramerVonMises(double[] a, double[] b)
    {
        double[] x = [.. a.Order()], y = [.. b.Order()];
        System.Numerics.BigInteger n = x.Length, m = y.Length, u = n * Squares(x) + m * Squares(y);

        // u = 4U: (6 u - 4nm (4nm - 1)) / (24 nm N).
        System.Numerics.BigInteger above = 6 * u - 4 * n * m * (4 * n * m - 1), below = 24 * n * m * (n + m);
        return (double)above / (double)below;

        System.Numerics.BigInteger Squares(double[] own)
        {
            System.Numerics.BigInteger sum = 0;
            for (int i = 0; i < own.Length; i++)
            {
                long below = x.Count(v => v < own[i]) + y.Count(v => v < own[i]), alike = x.Count(v => v == own[i]) + y.Count(v => v == own[i]);
                long difference = 2 * below + alike + 1 - 2 * (i + 1);
                sum += difference * difference;
            }

            return sum;
        }
    }

    /// <summary>Shares of the n+m over n orders whose path reaches distance d, by listing all of them.</summary>
    public static double ExactReach(int n, int m, long d, Alternative side, bool[]? looks = null)
    {
        long hits = 0, all = 0;
        for (long order = 0; order < 1L << (n + m); order++)
        {
            if (long.PopCount(order) != n)
            {
                continue;
            }

            long difference = 0;
            bool hit = false;
            for (int s = 0; s < n + m; s++)
            {
                difference += (order >> s & 1) == 1 ? m : -n;
                bool far = side switch
                {
                    Alternative.Greater => difference >= d,
                    Alternative.Less => -difference >= d,
                    _ => Math.Abs(difference) >= d,
                };
                hit |= far && (looks is null || looks[s]);
            }

            all++;
            hits += hit ? 1 : 0;
        }

        return (double)hits / all;
    }
}
