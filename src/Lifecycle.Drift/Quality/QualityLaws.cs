using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>Chances of quality findings in data that did not change.</summary>
internal static class QualityLaws
{
    private const double LeastExpected = 5;

    /// <summary>Chance that the share rose by as much: two proportions, or Fisher's exact test when an expected count is below 5. One-sided.</summary>
    public static double LogShareRose(long before, long rowsBefore, long now, long rowsNow)
    {
        double pooled = (double)(before + now) / ((double)rowsBefore + rowsNow);
        double least = Math.Min(rowsBefore, rowsNow) * Math.Min(pooled, 1 - pooled);
        return least < LeastExpected
            ? FisherExact.Test(now, rowsNow - now, before, rowsBefore - before, Alternative.Greater).LogPValue
            : TwoProportions.Test(now, rowsNow, before, rowsBefore, Alternative.Greater).LogPValue;
    }

    /// <summary>
    /// Chance of at least so many values with labels that the reference did not show. The chance of a new label is at most about
    /// (f1 + 1)/(n + 1) (Good and Turing, f1 = labels seen once), so the count is at most Poisson with m times that mean.
    /// </summary>
    public static double LogUnseen(long unseen, long count, long singletons, long referenceCount)
    {
        double mean = (double)count * (singletons + 1) / (referenceCount + 1);
        return unseen == 0 ? 0 : Math.Log(Math.Max(double.Epsilon, SpecialFunctions.GammaP(unseen, mean)));
    }

    /// <summary>
    /// Chance of at least so many of m new values outside the range of n old ones, all from one continuous law: the upper tail of
    /// P(k) = (k + 1) C(n + m - k - 2, n - 2) / C(n + m, n), a negative hypergeometric law.
    /// </summary>
    public static double LogOutside(long outside, long m, long n)
    {
        if (outside == 0 || n < 2)
        {
            return 0;
        }

        double size = (double)n + m;
        double first = Math.Log(outside + 1.0) + SpecialFunctions.LogBinomial(size - outside - 2, n - 2) - SpecialFunctions.LogBinomial(size, n);
        double sum = 1, term = 1;
        for (long k = outside; k < m && term > 1e-17 * sum; k++)
        {
            term *= (k + 2.0) / (k + 1.0) * ((m - k) / (size - k - 2));
            sum += term;
        }

        return Math.Min(0, first + Math.Log(sum));
    }
}
