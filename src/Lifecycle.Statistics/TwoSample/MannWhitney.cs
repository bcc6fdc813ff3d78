namespace Lifecycle.Statistics;

/// <summary>The Mann-Whitney U test (Wilcoxon rank sum), with tie and continuity corrections.</summary>
public static class MannWhitney
{
    private const int ExactUpTo = 8;
    private const double LargestTable = 1 << 24;

    /// <summary>Tests two samples of doubles.</summary>
    /// <param name="first">First sample, in any order; NaN and infinite values are dropped.</param>
    /// <param name="second">Second sample.</param>
    /// <param name="alternative"><see cref="Alternative.Greater"/>: the first sample's values tend to be greater.</param>
    /// <param name="method">Exact by default when there is no tie and a sample has at most 8 values, else asymptotic.</param>
    /// <returns>Statistic U of the first sample, in [0, nm], and p-value.</returns>
    /// <exception cref="ArgumentException">A sample has no finite value.</exception>
    public static TestResult Test(
        ReadOnlySpan<double> first, ReadOnlySpan<double> second, Alternative alternative = Alternative.TwoSided,
        PValueMethod method = PValueMethod.Automatic)
    {
        using SortedKeys<ulong> a = SampleSorter.Sort(first), b = SampleSorter.Sort(second);
        return Test(new SamplePair(a, b), alternative, method);
    }

    /// <summary>Tests two samples of singles.</summary>
    /// <param name="first">First sample, in any order; NaN and infinite values are dropped.</param>
    /// <param name="second">Second sample.</param>
    /// <param name="alternative">Side of the test.</param>
    /// <param name="method">Exact by default when there is no tie and a sample has at most 8 values, else asymptotic.</param>
    /// <returns>Statistic U of the first sample and p-value.</returns>
    /// <exception cref="ArgumentException">A sample has no finite value.</exception>
    public static TestResult Test(
        ReadOnlySpan<float> first, ReadOnlySpan<float> second, Alternative alternative = Alternative.TwoSided,
        PValueMethod method = PValueMethod.Automatic)
    {
        using SortedKeys<uint> a = SampleSorter.Sort(first), b = SampleSorter.Sort(second);
        return Test(new SamplePair(a, b), alternative, method);
    }

    /// <summary>Tests two sorted samples in O(n + m).</summary>
    /// <param name="first">First sample.</param>
    /// <param name="second">Second sample.</param>
    /// <param name="alternative">Side of the test.</param>
    /// <param name="method">Exact by default when there is no tie and a sample has at most 8 values, else asymptotic.</param>
    /// <returns>Statistic U of the first sample and p-value.</returns>
    /// <exception cref="ArgumentException">A sample has no finite value.</exception>
    public static TestResult Test(
        SortedSample first, SortedSample second, Alternative alternative = Alternative.TwoSided,
        PValueMethod method = PValueMethod.Automatic) => Test(new SamplePair(first, second), alternative, method);

    private static TestResult Test(in SamplePair pair, Alternative alternative, PValueMethod method) =>
        Judge(pair.Walk(), pair.First, pair.Second, alternative, method);

    internal static TestResult Judge(in MergeTotals totals, long n, long m, Alternative alternative, PValueMethod method)
    {
        double u1 = 0.5 * totals.TwiceU, all = (double)n * m, u2 = all - u1;
        double tested = alternative switch
        {
            Alternative.Greater => u1,
            Alternative.Less => u2,
            _ => Math.Max(u1, u2),
        };
        double sides = alternative == Alternative.TwoSided ? Math.Log(2) : 0;
        bool cheap = Math.Min(n, m) <= ExactUpTo && totals.Ties == 0;
        if (all <= LargestTable && (method == PValueMethod.Exact || (method == PValueMethod.Automatic && cheap)))
        {
            double tail = RankSumCounts.LogLowerTail(n, m, (long)Math.Floor(all - tested));
            return TestResult.FromLog(u1, sides + tail, PValueMethod.Exact, n, m);
        }

        double size = (double)n + m, variance = all / 12 * (size + 1 - (double)totals.Ties / (size * (size - 1)));
        double log = variance > 0 ? sides + NormalDistribution.LogSurvival((tested - 0.5 * all - 0.5) / Math.Sqrt(variance)) : 0;
        return TestResult.FromLog(u1, log, PValueMethod.Asymptotic, n, m);
    }
}
