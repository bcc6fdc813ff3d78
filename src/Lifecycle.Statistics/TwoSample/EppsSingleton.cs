namespace Lifecycle.Statistics;

/// <summary>
/// The test of Epps and Singleton (1986): compares empirical characteristic functions at two points. Made for discrete and mixed values
/// too, and sensitive to more than shifts.
/// </summary>
public static class EppsSingleton
{
    private const int Least = 5;
    private const int SmallSample = 25;

    /// <summary>Tests two samples of doubles.</summary>
    /// <param name="first">First sample, in any order; NaN and infinite values are dropped.</param>
    /// <param name="second">Second sample.</param>
    /// <returns>
    /// Statistic w, with the small-sample correction below 25 values, and p from chi-squared with as many degrees as the covariance has
    /// rank. Fewer than 5 values in a sample, or a pooled interquartile range of 0, are <see cref="PValueMethod.NotTested"/>.
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
    /// <returns>Statistic w and p-value.</returns>
    /// <exception cref="ArgumentException">A sample has no finite value.</exception>
    public static TestResult Test(ReadOnlySpan<float> first, ReadOnlySpan<float> second)
    {
        using FinitePair pair = FinitePair.Of(first, second);
        return Judge(pair);
    }

    private static TestResult Judge(in FinitePair pair)
    {
        double n = pair.First.Length, m = pair.Second.Length, size = n + m, sigma = HalfQuartileRange(pair.All);
        if (Math.Min(n, m) < Least || !(sigma > 0))
        {
            return TestResult.NotTested((long)n, (long)m);
        }

        CharacteristicMoments a = new(pair.First, sigma), b = new(pair.Second, sigma);
        double[] covariance = new double[16], difference = new double[4];
        for (int i = 0; i < 16; i++)
        {
            covariance[i] = size / n * a.Covariance[i] + size / m * b.Covariance[i];
        }

        for (int i = 0; i < 4; i++)
        {
            difference[i] = a.Means[i] - b.Means[i];
        }

        (double form, int rank) = SymmetricForm.OfPseudoInverse(covariance, difference);
        double statistic = size * form;
        if (rank == 0 || !double.IsFinite(statistic))
        {
            return TestResult.NotTested((long)n, (long)m);
        }

        if (Math.Max(n, m) < SmallSample)
        {
            statistic /= 1 + Math.Pow(size, -0.45) + 10.1 * (Math.Pow(n, -1.7) + Math.Pow(m, -1.7));
        }

        double log = ChiSquaredDistribution.LogSurvival(statistic, rank);
        return TestResult.FromLog(statistic, log, PValueMethod.Asymptotic, (long)n, (long)m);
    }

    /// <summary>Half the distance of the quartiles, which are interpolated linearly between order statistics.</summary>
    private static double HalfQuartileRange(ReadOnlySpan<double> values)
    {
        using SortedKeys<ulong> sorted = SampleSorter.Sort(values);
        return 0.5 * Quantile(sorted.Keys, 3) - 0.5 * Quantile(sorted.Keys, 1);
    }

    private static double Quantile(ReadOnlySpan<ulong> keys, int quarters)
    {
        double rank = (keys.Length - 1) * 0.25 * quarters;
        int below = (int)rank;
        double value = OrderKey.ToDouble(keys[below]), next = OrderKey.ToDouble(keys[Math.Min(below + 1, keys.Length - 1)]);
        return value + (rank - below) * (next - value);
    }
}
