using System.Numerics;

namespace Lifecycle.Statistics;

/// <summary>The two-sample Cramér-von Mises test: the mean square distance between two empirical distribution functions (Anderson 1962).</summary>
public static class CramerVonMises
{
    private const int ExactUpTo = 20;

    /// <summary>Tests two samples of doubles.</summary>
    /// <param name="first">First sample, in any order; NaN and infinite values are dropped.</param>
    /// <param name="second">Second sample.</param>
    /// <param name="method">Exact by default up to 20 values a sample, else the limit law; larger samples are never exact.</param>
    /// <param name="ties">What the exact law makes of ties.</param>
    /// <returns>Statistic T, about 1/6 without a difference, and p-value.</returns>
    /// <exception cref="ArgumentException">A sample has no finite value.</exception>
    public static TestResult Test(
        ReadOnlySpan<double> first, ReadOnlySpan<double> second, PValueMethod method = PValueMethod.Automatic, TieRule ties = TieRule.Ignore)
    {
        using SortedKeys<ulong> a = SampleSorter.Sort(first), b = SampleSorter.Sort(second);
        return Test(new SamplePair(a, b), method, ties);
    }

    /// <summary>Tests two samples of singles.</summary>
    /// <param name="first">First sample, in any order; NaN and infinite values are dropped.</param>
    /// <param name="second">Second sample.</param>
    /// <param name="method">Exact by default up to 20 values a sample, else the limit law.</param>
    /// <param name="ties">What the exact law makes of ties.</param>
    /// <returns>Statistic T and p-value.</returns>
    /// <exception cref="ArgumentException">A sample has no finite value.</exception>
    public static TestResult Test(
        ReadOnlySpan<float> first, ReadOnlySpan<float> second, PValueMethod method = PValueMethod.Automatic, TieRule ties = TieRule.Ignore)
    {
        using SortedKeys<uint> a = SampleSorter.Sort(first), b = SampleSorter.Sort(second);
        return Test(new SamplePair(a, b), method, ties);
    }

    /// <summary>Tests two sorted samples in O(n + m).</summary>
    /// <param name="first">First sample.</param>
    /// <param name="second">Second sample.</param>
    /// <param name="method">Exact by default up to 20 values a sample, else the limit law.</param>
    /// <param name="ties">What the exact law makes of ties.</param>
    /// <returns>Statistic T and p-value.</returns>
    /// <exception cref="ArgumentException">A sample has no finite value.</exception>
    public static TestResult Test(
        SortedSample first, SortedSample second, PValueMethod method = PValueMethod.Automatic, TieRule ties = TieRule.Ignore) =>
        Test(new SamplePair(first, second), method, ties);

    internal static TestResult Judge(
        in MergeTotals totals, long n, long m, PValueMethod method, TieRule ties, ReadOnlySpan<int> runEnds)
    {
        double statistic = Statistic(FourU(totals, n, m), n, m);
        if (totals.Distinct < 2)
        {
            return TestResult.FromLog(statistic, 0, IsExact(n, m, method) ? PValueMethod.Exact : PValueMethod.Asymptotic, n, m);
        }

        if (IsExact(n, m, method))
        {
            long least = (long)FourU(totals, n, m);
            double log = ties == TieRule.Conditional
                ? RankSquareLaw.LogUpperTail((int)n, (int)m, runEnds, least)
                : RankSquareLaw.LogUpperTail((int)n, (int)m, [], RankSquareLaw.WithoutTies(n, m, least));
            return TestResult.FromLog(statistic, log, PValueMethod.Exact, n, m);
        }

        return TestResult.FromLog(statistic, CramerVonMisesDistribution.LogSurvival(Normalize(statistic, n, m)), PValueMethod.Asymptotic, n, m);
    }

    internal static bool IsExact(long n, long m, PValueMethod method) =>
        method is PValueMethod.Automatic or PValueMethod.Exact && Math.Max(n, m) <= ExactUpTo;

    /// <summary>T with the mean and variance of the limit law.</summary>
    internal static double Normalize(double statistic, double n, double m)
    {
        double size = n + m, product = n * m;
        double variance = (size + 1) * (4 * product * size - 3 * (n * n + m * m) - 2 * product) / (180 * size * size * product);
        return 1.0 / 6 + (statistic - (1 + 1 / size) / 6) / Math.Sqrt(45 * variance);
    }

    /// <summary>T = (6 (4U) - 4nm (4nm - 1)) / (24 nm N): the difference of large numbers is taken in integers.</summary>
    internal static double Statistic(UInt128 fourU, long n, long m)
    {
        long product = n * m;
        double scale = 24.0 * product * ((double)n + m);
        if (product < 1L << 60)
        {
            return (double)((Int128)(6 * fourU) - 4 * (Int128)product * (4 * (Int128)product - 1)) / scale;
        }

        BigInteger expected = 4 * (BigInteger)product * (4 * (BigInteger)product - 1);
        return (double)(6 * (BigInteger)fourU - expected) / scale;
    }

    /// <summary>Four times U = n Σ(r_x - rank in x)² + m Σ(r_y - rank in y)², r = pooled midranks.</summary>
    private static UInt128 FourU(in MergeTotals totals, long n, long m) =>
        (UInt128)n * (totals.FirstSquares + totals.FirstTies / 3) + (UInt128)m * (totals.SecondSquares + totals.SecondTies / 3);

    private static TestResult Test(in SamplePair pair, PValueMethod method, TieRule ties)
    {
        bool looking = ties == TieRule.Conditional && IsExact(pair.First, pair.Second, method);
        return Judge(pair.Walk(), pair.First, pair.Second, method, ties, looking ? pair.RunEnds() : []);
    }
}
