namespace Lifecycle.Statistics;

/// <summary>The two-sample Anderson-Darling test in the midrank form of Scholz and Stephens (1987).</summary>
public static partial class AndersonDarling
{
    /// <summary>Tests two samples of doubles.</summary>
    /// <param name="first">First sample, in any order; NaN and infinite values are dropped.</param>
    /// <param name="second">Second sample.</param>
    /// <param name="method">The limit law by default, or scipy's table.</param>
    /// <returns>Statistic A², about 1 without a difference, and p-value.</returns>
    /// <exception cref="ArgumentException">A sample has no finite value.</exception>
    public static TestResult Test(ReadOnlySpan<double> first, ReadOnlySpan<double> second, PValueMethod method = PValueMethod.Automatic)
    {
        using SortedKeys<ulong> a = SampleSorter.Sort(first), b = SampleSorter.Sort(second);
        return Test(new SamplePair(a, b), method);
    }

    /// <summary>Tests two samples of singles.</summary>
    /// <param name="first">First sample, in any order; NaN and infinite values are dropped.</param>
    /// <param name="second">Second sample.</param>
    /// <param name="method">The limit law by default, or scipy's table.</param>
    /// <returns>Statistic A² and p-value.</returns>
    /// <exception cref="ArgumentException">A sample has no finite value.</exception>
    public static TestResult Test(ReadOnlySpan<float> first, ReadOnlySpan<float> second, PValueMethod method = PValueMethod.Automatic)
    {
        using SortedKeys<uint> a = SampleSorter.Sort(first), b = SampleSorter.Sort(second);
        return Test(new SamplePair(a, b), method);
    }

    /// <summary>Tests two sorted samples in O(n + m).</summary>
    /// <param name="first">First sample.</param>
    /// <param name="second">Second sample.</param>
    /// <param name="method">The limit law by default, or scipy's table.</param>
    /// <returns>Statistic A² and p-value.</returns>
    /// <exception cref="ArgumentException">A sample has no finite value.</exception>
    public static TestResult Test(SortedSample first, SortedSample second, PValueMethod method = PValueMethod.Automatic) =>
        Test(new SamplePair(first, second), method);

    /// <summary>The normalized statistic (A² - 1)/σ of Scholz and Stephens, which scipy reports.</summary>
    /// <param name="statistic">A² of two samples.</param>
    /// <param name="firstSize">Size of the first sample, at least 1.</param>
    /// <param name="secondSize">Size of the second sample, at least 1.</param>
    /// <returns>The statistic in standard deviations from its mean.</returns>
    public static double Normalize(double statistic, long firstSize, long secondSize) =>
        (statistic - 1) / Math.Sqrt(Variance(firstSize, secondSize));

    private static TestResult Test(in SamplePair pair, PValueMethod method) => Judge(pair.Walk(), pair.First, pair.Second, method);

    internal static TestResult Judge(in MergeTotals totals, long n, long m, PValueMethod method)
    {
        double squared = totals.AndersonDarling, normalized = Normalize(squared, n, m);
        PValueMethod used = method == PValueMethod.ScholzStephensTable ? method : PValueMethod.Asymptotic;
        if (totals.Distinct < 2)
        {
            return TestResult.FromLog(0, 0, used, n, m);
        }

        double log = used == PValueMethod.ScholzStephensTable
            ? ScholzStephensTable.LogPValue(normalized)
            : AndersonDarlingDistribution.LogSurvival(1 + normalized * Math.Sqrt(LimitVariance));
        return TestResult.FromLog(squared, log, used, n, m);
    }
}
