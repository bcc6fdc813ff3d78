namespace Lifecycle.Statistics;

/// <summary>
/// Draws the number of marked items among some taken without replacement: one by one while few are taken, by inversion outwards from
/// the mode while the spread is small, else by the ratio of uniforms (Stadlober 1990).
/// </summary>
internal static class HypergeometricSampler
{
    private const int OneByOne = 12;
    private const double SmallVariance = 60;

    // 2 √(2/e) and 3 - 2 √(3/e): the width of the rejection table over the standard deviation.
    private static readonly double TableSlope = 2 * Math.Sqrt(2 / Math.E), TableOffset = 3 - 2 * Math.Sqrt(3 / Math.E);

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
        double top = Math.Exp(HypergeometricDistribution.LogProbability(mode, marked, unmarked, taken));
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

    // -ln of the part of the probability that depends on k.
    private static double LogTerms(double k, double marked, double unmarked, double taken) =>
        SpecialFunctions.LogGamma(k + 1) + SpecialFunctions.LogGamma(marked - k + 1)
        + SpecialFunctions.LogGamma(taken - k + 1) + SpecialFunctions.LogGamma(unmarked - taken + k + 1);
}
