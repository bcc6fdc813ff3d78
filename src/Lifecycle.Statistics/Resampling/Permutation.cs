namespace Lifecycle.Statistics;

/// <summary>
/// Seeded permutation tests of two samples. The p-value is (1 + permutations at least as extreme)/(1 + permutations), so that it is never 0
/// (Phipson and Smyth 2010). Permutation i draws from stream i of the seed.
/// </summary>
public static class Permutation
{
    private const double Rounding = 1e-12;

    /// <summary>Tests whether two samples could have changed places.</summary>
    /// <param name="reference">The first sample, at least 1 value.</param>
    /// <param name="current">The second sample, at least 1 value.</param>
    /// <param name="statistic">The statistic of (first, second); large values speak against equality.</param>
    /// <param name="permutations">Random permutations, at least 1.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <returns>The statistic as observed and its p-value, in [1/(permutations + 1), 1].</returns>
    /// <exception cref="ArgumentException">A sample is empty, the statistic is NaN, or there is no permutation.</exception>
    public static (double Statistic, double PValue) Test(
        ReadOnlySpan<double> reference, ReadOnlySpan<double> current, Func<double[], double[], double> statistic, int permutations = 999,
        ulong seed = RandomStream.DefaultSeed)
    {
        ArgumentNullException.ThrowIfNull(statistic);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(permutations);
        if (reference.IsEmpty || current.IsEmpty)
        {
            throw new ArgumentException($"A permutation test needs two samples; they have {reference.Length} and {current.Length} values.");
        }

        double[] first = reference.ToArray(), second = current.ToArray(), pooled = [.. first, .. second], shuffled = new double[pooled.Length];
        double observed = statistic(first, second);
        if (double.IsNaN(observed))
        {
            throw new ArgumentException("The statistic of the samples is NaN.", nameof(statistic));
        }

        double least = observed - Rounding * Math.Abs(observed);
        int extreme = 0;
        for (int i = 0; i < permutations; i++)
        {
            Interruption.Look();
            pooled.CopyTo(shuffled, 0);
            new RandomStream(seed, (ulong)i).Shuffle<double>(shuffled);
            shuffled.AsSpan(0, first.Length).CopyTo(first);
            shuffled.AsSpan(first.Length).CopyTo(second);
            extreme += statistic(first, second) >= least ? 1 : 0;
        }

        return (observed, (extreme + 1.0) / (permutations + 1.0));
    }
}
