namespace Lifecycle.Statistics;

/// <summary>Seeded resampling with replacement (Efron 1979). Replicate i draws from stream i of the seed, so results do not depend on threads.</summary>
public static partial class Bootstrap
{
    /// <summary>Draws how often each of n rows is in a resample of n rows.</summary>
    /// <param name="random">The stream of this replicate.</param>
    /// <param name="counts">Receives one count a row; they add up to its length.</param>
    public static void DrawCounts(RandomStream random, Span<double> counts)
    {
        ArgumentNullException.ThrowIfNull(random);
        counts.Clear();
        for (int i = 0; i < counts.Length; i++)
        {
            counts[random.NextBelow(counts.Length)]++;
        }
    }

    /// <summary>Draws the rows of a resample.</summary>
    /// <param name="random">The stream of this replicate.</param>
    /// <param name="rows">Receives row numbers in [0, <paramref name="count"/>).</param>
    /// <param name="count">Rows to draw from, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is not positive.</exception>
    public static void DrawRows(RandomStream random, Span<int> rows, int count)
    {
        ArgumentNullException.ThrowIfNull(random);
        foreach (ref int row in rows)
        {
            row = random.NextBelow(count);
        }
    }

    /// <summary>Replicates a statistic.</summary>
    /// <param name="rows">Rows of the sample, at least 1.</param>
    /// <param name="statistic">The statistic of a resample, given the numbers of its rows.</param>
    /// <param name="replicates">Replicates, at least 1.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <returns>One value a replicate.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Rows or replicates are not positive.</exception>
    public static double[] Replicate(int rows, Func<int[], double> statistic, int replicates = 1000, ulong seed = RandomStream.DefaultSeed)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(replicates);
        ArgumentNullException.ThrowIfNull(statistic);
        double[] values = new double[replicates];
        int[] drawn = new int[rows];
        for (int i = 0; i < replicates; i++)
        {
            Interruption.Look();
            DrawRows(new RandomStream(seed, (ulong)i), drawn, rows);
            values[i] = statistic(drawn);
        }

        return values;
    }

    /// <summary>The percentile interval of the mean.</summary>
    /// <param name="values">The sample.</param>
    /// <param name="replicates">Replicates, at least 2.</param>
    /// <param name="confidence">Confidence level, strictly between 0 and 1.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <returns>The interval; NaN ends for an empty sample.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public static Interval IntervalOfMean(
        ReadOnlySpan<double> values, int replicates = 1000, double confidence = 0.95, ulong seed = RandomStream.DefaultSeed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(replicates, 2);
        double[] means = new double[replicates];
        for (int i = 0; i < replicates; i++)
        {
            Interruption.Look();
            RandomStream random = new(seed, (ulong)i);
            double sum = 0;
            for (int k = 0; k < values.Length; k++)
            {
                sum += values[random.NextBelow(values.Length)];
            }

            means[i] = sum / values.Length;
        }

        return Percentile(means, confidence);
    }

    /// <summary>The percentile interval of replicates: their quantiles by linear interpolation between order statistics.</summary>
    /// <param name="replicates">Values of the statistic in any order, at least 1.</param>
    /// <param name="confidence">Confidence level, strictly between 0 and 1.</param>
    /// <returns>The interval; NaN ends when a replicate is NaN.</returns>
    /// <exception cref="ArgumentException">There is no replicate, or the confidence is out of range.</exception>
    public static Interval Percentile(ReadOnlySpan<double> replicates, double confidence = 0.95)
    {
        if (replicates.IsEmpty)
        {
            throw new ArgumentException("A percentile interval needs at least one replicate.", nameof(replicates));
        }

        _ = Interval.HalfTailQuantile(confidence);
        foreach (double replicate in replicates)
        {
            if (double.IsNaN(replicate))
            {
                return new Interval(double.NaN, double.NaN);
            }
        }

        return Quantiles(replicates, 0.5 * (1 - confidence), 0.5 * (1 + confidence));
    }
}
