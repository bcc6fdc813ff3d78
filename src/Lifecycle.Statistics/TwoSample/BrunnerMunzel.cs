namespace Lifecycle.Statistics;

/// <summary>
/// The Brunner-Munzel test (2000): whether values of one sample tend to exceed those of the other, without assuming equal variances.
/// </summary>
public static class BrunnerMunzel
{
    /// <summary>Tests two samples of doubles.</summary>
    /// <param name="first">First sample, in any order; NaN and infinite values are dropped.</param>
    /// <param name="second">Second sample.</param>
    /// <param name="alternative"><see cref="Alternative.Greater"/>: the first sample's values tend to be greater.</param>
    /// <returns>
    /// Statistic W, negative where the first sample tends to be greater, with p from Student's t. Samples that do not overlap give an
    /// infinite statistic and <see cref="PValueMethod.CompleteSeparation"/>; fewer than 2 values are
    /// <see cref="PValueMethod.NotTested"/>.
    /// </returns>
    /// <exception cref="ArgumentException">A sample has no finite value.</exception>
    public static TestResult Test(ReadOnlySpan<double> first, ReadOnlySpan<double> second, Alternative alternative = Alternative.TwoSided)
    {
        using SortedKeys<ulong> a = SampleSorter.Sort(first), b = SampleSorter.Sort(second);
        return Test(new SamplePair(a, b), alternative);
    }

    /// <summary>Tests two samples of singles.</summary>
    /// <param name="first">First sample, in any order; NaN and infinite values are dropped.</param>
    /// <param name="second">Second sample.</param>
    /// <param name="alternative">Side of the test.</param>
    /// <returns>Statistic W and p-value.</returns>
    /// <exception cref="ArgumentException">A sample has no finite value.</exception>
    public static TestResult Test(ReadOnlySpan<float> first, ReadOnlySpan<float> second, Alternative alternative = Alternative.TwoSided)
    {
        using SortedKeys<uint> a = SampleSorter.Sort(first), b = SampleSorter.Sort(second);
        return Test(new SamplePair(a, b), alternative);
    }

    /// <summary>Tests two sorted samples in O(n + m).</summary>
    /// <param name="first">First sample.</param>
    /// <param name="second">Second sample.</param>
    /// <param name="alternative">Side of the test.</param>
    /// <returns>Statistic W and p-value.</returns>
    /// <exception cref="ArgumentException">A sample has no finite value.</exception>
    public static TestResult Test(SortedSample first, SortedSample second, Alternative alternative = Alternative.TwoSided) =>
        Test(new SamplePair(first, second), alternative);

    internal static TestResult Judge(in MergeTotals totals, long n, long m, Alternative alternative)
    {
        if (totals.Distinct < 2)
        {
            return TestResult.FromLog(0, 0, PValueMethod.Asymptotic, n, m);
        }

        if (n < 2 || m < 2)
        {
            return TestResult.NotTested(n, m);
        }

        // The ranks in the pool less those in the own sample are half of (2J + lb) and (2I + la); their spread is exact in integers.
        UInt128 twiceU = (UInt128)(ulong)totals.TwiceU, other = 2 * (UInt128)(ulong)n * (ulong)m - twiceU;
        double first = (double)((UInt128)(ulong)n * totals.FirstSquares - twiceU * twiceU) / (4.0 * n * (n - 1));
        double second = (double)((UInt128)(ulong)m * totals.SecondSquares - other * other) / (4.0 * m * (m - 1));
        double centre = 0.5 * ((double)n * m - totals.TwiceU);
        if (first == 0 && second == 0)
        {
            return TestResult.Separated(Math.Sign(centre), Mirror(alternative), n, m);
        }

        double spread = n * first + m * second, statistic = centre / Math.Sqrt(spread);
        double freedom = spread * spread / (n * first * (n * first) / (n - 1) + m * second * (m * second) / (m - 1));
        double log = alternative switch
        {
            Alternative.Greater => StudentTDistribution.LogSurvival(-statistic, freedom),
            Alternative.Less => StudentTDistribution.LogSurvival(statistic, freedom),
            _ => Math.Log(2) + StudentTDistribution.LogSurvival(Math.Abs(statistic), freedom),
        };
        return TestResult.FromLog(statistic, log, PValueMethod.Asymptotic, n, m);
    }

    private static Alternative Mirror(Alternative alternative) => alternative switch
    {
        Alternative.Greater => Alternative.Less,
        Alternative.Less => Alternative.Greater,
        _ => alternative,
    };

    private static TestResult Test(in SamplePair pair, Alternative alternative) => Judge(pair.Walk(), pair.First, pair.Second, alternative);
}
