namespace Lifecycle.Statistics;

/// <summary>The two-sample Kolmogorov-Smirnov test: the largest distance between two empirical distribution functions.</summary>
public static partial class KolmogorovSmirnov
{
    private const int ExactUpTo = 10_000;

    /// <summary>Tests two samples of doubles.</summary>
    /// <param name="first">First sample, in any order; NaN and infinite values are dropped.</param>
    /// <param name="second">Second sample.</param>
    /// <param name="alternative">Side of the test; <see cref="Alternative.Greater"/> uses D+ = max(F₁ - F₂).</param>
    /// <param name="method">Exact up to 10,000 values a sample by default, else asymptotic.</param>
    /// <param name="ties">What the exact law makes of ties.</param>
    /// <returns>Statistic in [0, 1] and p-value.</returns>
    /// <exception cref="ArgumentException">A sample has no finite value.</exception>
    public static TestResult Test(
        ReadOnlySpan<double> first, ReadOnlySpan<double> second, Alternative alternative = Alternative.TwoSided,
        PValueMethod method = PValueMethod.Automatic, TieRule ties = TieRule.Ignore)
    {
        using SortedKeys<ulong> a = SampleSorter.Sort(first), b = SampleSorter.Sort(second);
        return Test(new SamplePair(a, b), alternative, method, ties);
    }

    /// <summary>Tests two samples of singles.</summary>
    /// <param name="first">First sample, in any order; NaN and infinite values are dropped.</param>
    /// <param name="second">Second sample.</param>
    /// <param name="alternative">Side of the test.</param>
    /// <param name="method">Exact up to 10,000 values a sample by default, else asymptotic.</param>
    /// <param name="ties">What the exact law makes of ties.</param>
    /// <returns>Statistic in [0, 1] and p-value.</returns>
    /// <exception cref="ArgumentException">A sample has no finite value.</exception>
    public static TestResult Test(
        ReadOnlySpan<float> first, ReadOnlySpan<float> second, Alternative alternative = Alternative.TwoSided,
        PValueMethod method = PValueMethod.Automatic, TieRule ties = TieRule.Ignore)
    {
        using SortedKeys<uint> a = SampleSorter.Sort(first), b = SampleSorter.Sort(second);
        return Test(new SamplePair(a, b), alternative, method, ties);
    }

    /// <summary>Tests two sorted samples in O(n + m) plus the p-value.</summary>
    /// <param name="first">First sample.</param>
    /// <param name="second">Second sample.</param>
    /// <param name="alternative">Side of the test.</param>
    /// <param name="method">Exact up to 10,000 values a sample by default, else asymptotic.</param>
    /// <param name="ties">What the exact law makes of ties.</param>
    /// <returns>Statistic in [0, 1] and p-value.</returns>
    /// <exception cref="ArgumentException">A sample has no finite value.</exception>
    public static TestResult Test(
        SortedSample first, SortedSample second, Alternative alternative = Alternative.TwoSided,
        PValueMethod method = PValueMethod.Automatic, TieRule ties = TieRule.Ignore) =>
        Test(new SamplePair(first, second), alternative, method, ties);

    /// <summary>Tests a new sample of doubles against one that was sorted before.</summary>
    /// <param name="first">First sample, usually the reference.</param>
    /// <param name="second">Second sample, in any order; NaN and infinite values are dropped.</param>
    /// <param name="alternative">Side of the test.</param>
    /// <param name="method">Exact up to 10,000 values a sample by default, else asymptotic.</param>
    /// <param name="ties">What the exact law makes of ties.</param>
    /// <returns>Statistic in [0, 1] and p-value.</returns>
    /// <exception cref="ArgumentException">A sample has no finite value.</exception>
    public static TestResult Test(
        SortedSample first, ReadOnlySpan<double> second, Alternative alternative = Alternative.TwoSided,
        PValueMethod method = PValueMethod.Automatic, TieRule ties = TieRule.Ignore) =>
        Once(first, new SortedSample(second), alternative, method, ties);

    /// <summary>Tests a new sample of singles against one that was sorted before.</summary>
    /// <param name="first">First sample, usually the reference.</param>
    /// <param name="second">Second sample, in any order; NaN and infinite values are dropped.</param>
    /// <param name="alternative">Side of the test.</param>
    /// <param name="method">Exact up to 10,000 values a sample by default, else asymptotic.</param>
    /// <param name="ties">What the exact law makes of ties.</param>
    /// <returns>Statistic in [0, 1] and p-value.</returns>
    /// <exception cref="ArgumentException">A sample has no finite value.</exception>
    public static TestResult Test(
        SortedSample first, ReadOnlySpan<float> second, Alternative alternative = Alternative.TwoSided,
        PValueMethod method = PValueMethod.Automatic, TieRule ties = TieRule.Ignore) =>
        Once(first, new SortedSample(second), alternative, method, ties);

    private static TestResult Once(SortedSample first, SortedSample second, Alternative alternative, PValueMethod method, TieRule ties)
    {
        TestResult result = Test(new SamplePair(first, second), alternative, method, ties);
        second.Release();
        return result;
    }

    private static TestResult Test(in SamplePair pair, Alternative alternative, PValueMethod method, TieRule ties)
    {
        (long above, long below) = pair.Extremes();
        bool looking = ties == TieRule.Conditional && IsExact(pair.First, pair.Second, method);
        return Judge(pair.First, pair.Second, above, below, alternative, method, looking ? TieRuns.Looks(pair.RunEnds()) : []);
    }

    /// <summary>The p-value of the largest differences; <paramref name="looks"/> as in <see cref="LatticePaths"/>.</summary>
    internal static TestResult Judge(
        long n, long m, long above, long below, Alternative alternative, PValueMethod method, ReadOnlySpan<bool> looks)
    {
        long reach = alternative switch
        {
            Alternative.Greater => above,
            Alternative.Less => below,
            _ => Math.Max(above, below),
        };
        double statistic = (double)reach / ((double)n * m);
        if (IsExact(n, m, method))
        {
            double least = -SpecialFunctions.LogBinomial((double)n + m, n);
            double log = Math.Max(least, LatticePaths.LogPValue(n, m, reach, alternative, looks));
            return TestResult.FromLog(statistic, log, PValueMethod.Exact, n, m);
        }

        double limit = alternative == Alternative.TwoSided ? TwoSided(n, m, reach, statistic) : OneSided(n, m, statistic);
        return TestResult.FromLog(statistic, limit, PValueMethod.Asymptotic, n, m);
    }

    private static bool IsExact(long n, long m, PValueMethod method)
    {
        if (method != PValueMethod.Exact)
        {
            return method == PValueMethod.Automatic && Math.Max(n, m) <= ExactUpTo;
        }

        long divisor = (long)System.Numerics.BigInteger.GreatestCommonDivisor(n, m);
        return n / divisor * (m / divisor) < int.MaxValue;
    }

    private static double TwoSided(long n, long m, long reach, double statistic)
    {
        if (reach == n * m)
        {
            return Math.Log(2) - SpecialFunctions.LogBinomial((double)n + m, n);
        }

        long size = (long)Math.Max(1, Math.Round((double)n * m / (n + m)));
        return KolmogorovDistribution.LogSurvival(size, statistic);
    }

    private static double OneSided(double n, double m, double statistic)
    {
        (double large, double small) = n > m ? (n, m) : (m, n);
        double z = statistic * Math.Sqrt(n * m / (n + m));
        return -2 * z * z - 2 * z * (large + 2 * small) / Math.Sqrt(large * small * (large + small)) / 3;
    }
}
