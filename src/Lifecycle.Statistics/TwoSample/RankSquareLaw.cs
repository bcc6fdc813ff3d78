namespace Lifecycle.Statistics;

/// <summary>
/// The exact law of the Cramér-von Mises statistic over all orders of n + m values, in whole numbers 4U. The orders are listed from both
/// ends to the middle, each half as counts by value (meet in the middle), so 20 + 20 values take milliseconds.
/// </summary>
internal static class RankSquareLaw
{
    /// <summary>
    /// ln P(4U ≥ least), at least 1/C(n + m, n). <paramref name="runEnds"/> are the counts of pooled values at which runs of equal values
    /// end; empty for no ties.
    /// </summary>
    public static double LogUpperTail(int n, int m, ReadOnlySpan<int> runEnds, long least)
    {
        int[] ends = runEnds.IsEmpty ? [.. Enumerable.Range(1, n + m)] : runEnds.ToArray();
        int middle = Array.FindIndex(ends, end => 2 * end >= n + m) + 1;
        Law law = new(n, m, ends);
        Dictionary<long, double>?[] below = law.Below(middle), above = law.Above(middle);
        double hits = 0;
        for (int i = 0; i <= n; i++)
        {
            hits += below[i] is { } left && above[i] is { } right ? Pairs(left, right, least) : 0;
        }

        return Math.Min(0, Math.Log(Math.Max(1, hits)) - SpecialFunctions.LogBinomial((double)n + m, n));
    }

    /// <summary>
    /// The value of 4U from which an order without ties counts. With ties the statistic lies between the values of the law and is
    /// rounded down to a whole ζ = Σ (i m' - j n')², n' = n/g, m' = m/g (Xiao, Gordon and Yakovlev 2007; as scipy).
    /// </summary>
    public static long WithoutTies(long n, long m, long fourU)
    {
        long product = n * m, least = product / (long)System.Numerics.BigInteger.GreatestCommonDivisor(n, m);
        long unit = least * least * (n + m), mean = 2 * product * (4 * product - 1);
        long zeta = (long)Math.Floor((decimal)unit * (3 * fourU - mean) / (12m * product * product));
        return (long)Math.Ceiling((zeta * 12m * product * product + (decimal)mean * unit) / (3m * unit));
    }

    private static double Pairs(Dictionary<long, double> left, Dictionary<long, double> right, long least)
    {
        (long Value, double Count)[] low = [.. left.OrderBy(p => p.Key).Select(p => (p.Key, p.Value))];
        (long Value, double Count)[] high = [.. right.OrderByDescending(p => p.Key).Select(p => (p.Key, p.Value))];
        double hits = 0, reach = 0;
        int k = 0;
        foreach ((long value, double count) in low)
        {
            for (; k < high.Length && value + high[k].Value >= least; k++)
            {
                reach += high[k].Count;
            }

            hits += count * reach;
        }

        return hits;
    }

    private readonly struct Law(int n, int m, int[] ends)
    {
        /// <summary>For each number i of first values among the first runs: what they give, with the number of orders.</summary>
        public Dictionary<long, double>?[] Below(int runs)
        {
            Dictionary<long, double>?[] state = new Dictionary<long, double>?[n + 1];
            state[0] = new Dictionary<long, double> { [0] = 1 };
            for (int r = 0; r < runs; r++)
            {
                Dictionary<long, double>?[] next = new Dictionary<long, double>?[n + 1];
                (int lower, int run) = Run(r);
                for (int i = 0; i <= n; i++)
                {
                    for (int la = 0; state[i] is not null && la <= run; la++)
                    {
                        Move(state[i]!, next, i + la, i, lower - i, la, run - la);
                    }
                }

                state = next;
            }

            return state;
        }

        /// <summary>The same for the remaining runs, given i first values before them.</summary>
        public Dictionary<long, double>?[] Above(int runs)
        {
            Dictionary<long, double>?[] state = new Dictionary<long, double>?[n + 1];
            state[n] = new Dictionary<long, double> { [0] = 1 };
            for (int r = ends.Length - 1; r >= runs; r--)
            {
                Dictionary<long, double>?[] next = new Dictionary<long, double>?[n + 1];
                (int lower, int run) = Run(r);
                for (int i = 0; i <= n; i++)
                {
                    for (int la = 0; state[i] is not null && la <= Math.Min(run, i); la++)
                    {
                        Move(state[i]!, next, i - la, i - la, lower - (i - la), la, run - la);
                    }
                }

                state = next;
            }

            return state;
        }

        private (int Lower, int Run) Run(int r)
        {
            int lower = r == 0 ? 0 : ends[r - 1];
            return (lower, ends[r] - lower);
        }

        private void Move(Dictionary<long, double> from, Dictionary<long, double>?[] to, int at, int i, int j, int la, int lb)
        {
            if (j < 0 || i + la > n || j + lb > m)
            {
                return;
            }

            long q = 2 * j + lb, p = 2 * i + la;
            long gain = n * (la * q * q + ((long)la * la * la - la) / 3) + m * (lb * p * p + ((long)lb * lb * lb - lb) / 3);
            double ways = Math.Round(Math.Exp(SpecialFunctions.LogBinomial(la + lb, la)));
            Dictionary<long, double> target = to[at] ??= [];
            foreach ((long value, double count) in from)
            {
                System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(target, value + gain, out _) += count * ways;
            }
        }
    }
}
