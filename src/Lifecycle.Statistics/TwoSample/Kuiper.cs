namespace Lifecycle.Statistics;

/// <summary>
/// Kuiper's two-sample test: the sum of the largest distances on either side. As sensitive in the tails as at the centre, and
/// independent of where a circle is cut.
/// </summary>
public static class Kuiper
{
    /// <summary>Tests two samples of doubles.</summary>
    /// <param name="first">First sample, in any order; NaN and infinite values are dropped.</param>
    /// <param name="second">Second sample.</param>
    /// <returns>Statistic V = D⁺ + D⁻ in [0, 1] and p-value, by the limit law with the correction of Stephens (1970).</returns>
    /// <exception cref="ArgumentException">A sample has no finite value.</exception>
    public static TestResult Test(ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        using SortedKeys<ulong> a = SampleSorter.Sort(first), b = SampleSorter.Sort(second);
        return Test(new SamplePair(a, b));
    }

    /// <summary>Tests two samples of singles.</summary>
    /// <param name="first">First sample, in any order; NaN and infinite values are dropped.</param>
    /// <param name="second">Second sample.</param>
    /// <returns>Statistic V in [0, 1] and p-value.</returns>
    /// <exception cref="ArgumentException">A sample has no finite value.</exception>
    public static TestResult Test(ReadOnlySpan<float> first, ReadOnlySpan<float> second)
    {
        using SortedKeys<uint> a = SampleSorter.Sort(first), b = SampleSorter.Sort(second);
        return Test(new SamplePair(a, b));
    }

    /// <summary>Tests two sorted samples in O(n + m).</summary>
    /// <param name="first">First sample.</param>
    /// <param name="second">Second sample.</param>
    /// <returns>Statistic V in [0, 1] and p-value.</returns>
    /// <exception cref="ArgumentException">A sample has no finite value.</exception>
    public static TestResult Test(SortedSample first, SortedSample second) => Test(new SamplePair(first, second));

    internal static TestResult Judge(long above, long below, long n, long m)
    {
        double product = (double)n * m, statistic = (above + (double)below) / product, root = Math.Sqrt(product / ((double)n + m));
        double log = KuiperDistribution.LogSurvival((root + 0.155 + 0.24 / root) * statistic);
        return TestResult.FromLog(statistic, log, PValueMethod.Asymptotic, n, m);
    }

    private static TestResult Test(in SamplePair pair)
    {
        (long above, long below) = pair.Extremes();
        return Judge(above, below, pair.First, pair.Second);
    }
}
