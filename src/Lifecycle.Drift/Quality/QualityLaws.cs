using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>Chances of quality findings in data that did not change.</summary>
internal static class QualityLaws
{
    private const double LeastExpected = 5;

    private static readonly double Unlikely = Math.Log(0.1);

    /// <summary>
    /// Chance that the share rose by as much: two proportions, or Fisher's exact test when an expected count is below 5. One-sided. Where
    /// the normal law says that it may be no chance, Fisher's test decides: with few cases in a small sample the normal tail is too short.
    /// </summary>
    public static double LogShareRose(long before, long rowsBefore, long now, long rowsNow)
    {
        double pooled = (double)(before + now) / ((double)rowsBefore + rowsNow);
        double least = Math.Min(rowsBefore, rowsNow) * Math.Min(pooled, 1 - pooled);
        double log = least < LeastExpected ? double.NegativeInfinity : TwoProportions.Test(now, rowsNow, before, rowsBefore, Alternative.Greater).LogPValue;
        return log > Unlikely ? log : FisherExact.Test(now, rowsNow - now, before, rowsBefore - before, Alternative.Greater).LogPValue;
    }

    /// <summary>
    /// Chance of at least so many of m new values with labels that the reference did not show. The share of labels that n values do not
    /// show is about f1/n (Good 1953; f1 labels seen once, f2 twice) with a variance of (f1 + 2 f2)/n², so the count is Poisson with a mean
    /// of m (f1 + 1)/(n + 1) that is itself uncertain: negative binomial with shape (f1 + 1)²/(f1 + 1 + 2 f2). Where m is small against n,
    /// that is the Poisson law.
    /// </summary>
    public static double LogUnseen(long unseen, long m, CategoryColumn reference)
    {
        double once = reference.Singletons + 1.0, twice = reference.Labels.Count(l => l.Count == 2);
        return LogUnseen(unseen, m * once / (reference.Count + 1.0), once * once / (once + 2 * twice));
    }

    /// <summary>Chance that a negative binomial count of this mean and shape is at least k.</summary>
    public static double LogUnseen(long k, double mean, double shape) => k <= 0
        ? 0
        : Math.Log(Math.Max(double.Epsilon, SpecialFunctions.Beta(k, shape, mean / (mean + shape))));

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
