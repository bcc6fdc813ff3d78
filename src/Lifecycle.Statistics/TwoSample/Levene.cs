namespace Lifecycle.Statistics;

/// <summary>
/// Levene's test of equal spread in the form of Brown and Forsythe (1974): an F-test of the distances from the medians, which holds for
/// skewed and heavy-tailed values.
/// </summary>
public static class Levene
{
    /// <summary>Tests two samples of doubles.</summary>
    /// <param name="first">First sample, in any order; NaN and infinite values are dropped.</param>
    /// <param name="second">Second sample.</param>
    /// <returns>
    /// Statistic W and p from F(1, n + m - 2). Where every value lies equally far from its median, different distances give
    /// <see cref="PValueMethod.CompleteSeparation"/>; fewer than 3 values are <see cref="PValueMethod.NotTested"/>.
    /// </returns>
    /// <exception cref="ArgumentException">A sample has no finite value.</exception>
    public static TestResult Test(ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        using FinitePair pair = FinitePair.Of(first, second);
        return Judge(pair);
    }

    /// <summary>Tests two samples of singles.</summary>
    /// <param name="first">First sample, in any order; NaN and infinite values are dropped.</param>
    /// <param name="second">Second sample.</param>
    /// <returns>Statistic W and p-value.</returns>
    /// <exception cref="ArgumentException">A sample has no finite value.</exception>
    public static TestResult Test(ReadOnlySpan<float> first, ReadOnlySpan<float> second)
    {
        using FinitePair pair = FinitePair.Of(first, second);
        return Judge(pair);
    }

    /// <summary>Tests two sorted samples.</summary>
    /// <param name="first">First sample.</param>
    /// <param name="second">Second sample.</param>
    /// <returns>Statistic W and p-value.</returns>
    /// <exception cref="ArgumentException">A sample has no finite value.</exception>
    public static TestResult Test(SortedSample first, SortedSample second)
    {
        using FinitePair pair = FinitePair.Of(first, second);
        return Judge(pair);
    }

    private static TestResult Judge(in FinitePair pair)
    {
        int n = pair.First.Length, m = pair.Second.Length;
        double freedom = (double)n + m - 2;
        if (freedom < 1)
        {
            return TestResult.NotTested(n, m);
        }

        SampleMoments a = Spread(pair.First), b = Spread(pair.Second);
        double difference = a.Mean - b.Mean, within = a.Squares + b.Squares;
        if (within == 0)
        {
            return difference == 0
                ? TestResult.FromLog(0, 0, PValueMethod.Asymptotic, n, m)
                : TestResult.Separated(1, Alternative.TwoSided, n, m);
        }

        double statistic = freedom * ((double)n * m / ((double)n + m)) * (difference * difference) / within;
        return TestResult.FromLog(statistic, FDistribution.LogSurvival(statistic, 1, freedom), PValueMethod.Asymptotic, n, m);
    }

    private static SampleMoments Spread(ReadOnlySpan<double> values)
    {
        using SortedKeys<ulong> sorted = SampleSorter.Sort(values);
        int middle = sorted.Count / 2;
        double upper = OrderKey.ToDouble(sorted.Keys[middle]), lower = OrderKey.ToDouble(sorted.Keys[(sorted.Count - 1) / 2]);
        double median = lower + 0.5 * (upper - lower);
        double[] rented = System.Buffers.ArrayPool<double>.Shared.Rent(values.Length);
        Span<double> distances = rented.AsSpan(0, values.Length);
        for (int i = 0; i < distances.Length; i++)
        {
            distances[i] = Math.Abs(values[i] - median);
        }

        SampleMoments moments = SampleMoments.Of(distances, 0);
        System.Buffers.ArrayPool<double>.Shared.Return(rented);
        return moments;
    }
}
