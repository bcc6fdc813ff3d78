namespace Lifecycle.Statistics;

/// <summary>The exact law of Mann-Whitney's U without ties.</summary>
internal static class RankSumCounts
{
    /// <summary>
    /// ln P(U ≤ u). Counts are the coefficients of the Gaussian binomial Π (1 - q^(m+i))/(1 - q^i), exact while below 2⁵³:
    /// a coefficient depends only on those before it.
    /// </summary>
    public static double LogLowerTail(long n, long m, long u)
    {
        (long small, long large) = n < m ? (n, m) : (m, n);
        if (u >= n * m)
        {
            return 0;
        }

        double[] counts = new double[u + 1];
        counts[0] = 1;
        for (long i = 1; i <= small; i++)
        {
            for (long k = u; k >= large + i; k--)
            {
                counts[k] -= counts[k - large - i];
            }

            for (long k = i; k <= u; k++)
            {
                counts[k] += counts[k - i];
            }
        }

        return Math.Log(counts.Sum()) - SpecialFunctions.LogBinomial((double)n + m, n);
    }
}
