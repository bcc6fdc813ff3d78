namespace Lifecycle.Statistics;

/// <summary>
/// Draws the number of marked items among some taken without replacement: one by one while few are taken, by inversion outwards from
/// the mode while the spread is small, else by the ratio of uniforms (Stadlober 1990).
/// </summary>
internal static class HypergeometricSampler
{
    private const int OneByOne = 12;
    private const double SmallVariance = 60;
    private const int TableSize = 1 << 14;

    // 2 √(2/e) and 3 - 2 √(3/e): the width of the rejection table over the standard deviation.
    private static readonly double TableSlope = 2 * Math.Sqrt(2 / Math.E), TableOffset = 3 - 2 * Math.Sqrt(3 / Math.E);
    private static readonly double[] LogFactorials = CreateLogFactorials();

    public static long Next(RandomStream random, long marked, long unmarked, long taken)
    {
        long size = marked + unmarked;
        if (marked == 0 || taken == 0)
        {
            return 0;
        }

        if (unmarked == 0 || taken == size)
        {
            return unmarked == 0 ? taken : marked;
        }

        // Fewer of both: count what is rarer, among what is less.
        if (taken > size - taken)
        {
            return marked - Next(random, marked, unmarked, size - taken);
        }

        if (marked > unmarked)
        {
            return taken - Next(random, unmarked, marked, taken);
        }

        if (Math.Min(taken, marked) <= OneByOne)
        {
            return taken <= marked ? Take(random, marked, size, taken) : Take(random, taken, size, marked);
        }

        double share = (double)marked / size, variance = taken * share * (1 - share) * (size - taken) / (size - 1);
        return variance <= SmallVariance ? Invert(random, marked, unmarked, taken) : Reject(random, marked, unmarked, taken, variance);
    }

    private static long Take(RandomStream random, long marked, long size, long taken)
    {
        long left = marked;
        for (; taken > 0 && left > 0; taken--, size--)
        {
            left -= random.NextBelow((ulong)size) < (ulong)left ? 1 : 0;
        }

        return marked - left;
    }

    private static long Invert(RandomStream random, long marked, long unmarked, long taken)
    {
        long mode = (long)((Int128)(marked + 1) * (taken + 1) / (marked + unmarked + 2)), last = Math.Min(marked, taken);
        double top = Math.Exp(LogProbability(mode, marked, unmarked, taken));
        while (true)
        {
            double u = random.NextDouble() - top, below = top, above = top;
            if (u < 0)
            {
                return mode;
            }

            for (long step = 1; mode - step >= 0 || mode + step <= last; step++)
            {
                long k = mode - step;
                below = k < 0 ? 0 : below * (k + 1) * (unmarked - taken + k + 1) / ((double)(marked - k) * (taken - k));
                if ((u -= below) < 0)
                {
                    return k;
                }

                k = mode + step;
                above = k > last ? 0 : above * (marked - k + 1) * (taken - k + 1) / ((double)k * (unmarked - taken + k));
                if ((u -= above) < 0)
                {
                    return k;
                }
            }
        }
    }

    private static long Reject(RandomStream random, long marked, long unmarked, long taken, double variance)
    {
        long mode = (long)((Int128)(marked + 1) * (taken + 1) / (marked + unmarked + 2)), last = Math.Min(marked, taken);
        double centre = (double)taken * marked / (marked + unmarked) + 0.5, width = TableSlope * Math.Sqrt(variance + 0.5) + TableOffset;
        double top = LogTerms(mode, marked, unmarked, taken);
        while (true)
        {
            double u = 1 - random.NextDouble(), v = random.NextDouble(), x = centre + width * (v - 0.5) / u;
            if (x < 0 || x >= last + 1.0)
            {
                continue;
            }

            long k = (long)x;
            double ratio = top - LogTerms(k, marked, unmarked, taken);
            if (u * (4 - u) - 3 <= ratio || (u * (u - ratio) < 1 && 2 * Math.Log(u) <= ratio))
            {
                return k;
            }
        }
    }

    // The sum of logarithms of factorials loses digits with the size; Loader's form does not, and takes longer.
    private static double LogProbability(long k, long marked, long unmarked, long taken)
    {
        long size = marked + unmarked;
        return size < TableSize
            ? LogFactorials[marked] + LogFactorials[unmarked] + LogFactorials[taken] + LogFactorials[size - taken] - LogFactorials[size]
                - LogTerms(k, marked, unmarked, taken)
            : HypergeometricDistribution.LogProbability(k, marked, unmarked, taken);
    }

    // -ln of the part of the probability that depends on k.
    private static double LogTerms(long k, long marked, long unmarked, long taken) =>
        LogFactorial(k) + LogFactorial(marked - k) + LogFactorial(taken - k) + LogFactorial(unmarked - taken + k);

    private static double LogFactorial(long n) => n < LogFactorials.Length ? LogFactorials[n] : SpecialFunctions.LogGamma(n + 1.0);

    private static double[] CreateLogFactorials()
    {
        double[] logs = new double[TableSize];
        for (int n = 2; n < logs.Length; n++)
        {
            logs[n] = SpecialFunctions.LogGamma(n + 1.0);
        }

        return logs;
    }
}
