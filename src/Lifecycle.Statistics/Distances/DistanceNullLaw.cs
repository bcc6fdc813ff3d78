namespace Lifecycle.Statistics;

/// <summary>
/// How far samples of one distribution lie from each other by chance, from a large sample of it: √(nm/(n + m)) W₁ is ∫ |B(F)| and
/// (nm/(n + m)) energy²/2 is ∫ B(F)² over Brownian bridges B, for any sizes n and m that are not small. Made once for a reference, it
/// gives p-values and the lines of a chart without looking at the values again. Immutable.
/// </summary>
public sealed class DistanceNullLaw
{
    private readonly double[] _absolute, _square;

    /// <summary>Draws the law.</summary>
    /// <param name="sample">The sample, at least two values.</param>
    /// <param name="seed">Seed of the bridges.</param>
    /// <param name="draws">Number of bridges, at least 1.</param>
    /// <exception cref="ArgumentException">The sample has fewer than two finite values.</exception>
    public DistanceNullLaw(SortedSample sample, ulong seed = RandomStream.DefaultSeed, int draws = DistanceSignificance.SampleDraws)
    {
        ArgumentNullException.ThrowIfNull(sample);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(draws);
        if (sample.Count < 2)
        {
            throw new ArgumentException($"A law needs at least two finite values, the sample has {sample.Count}.", nameof(sample));
        }

        ReadOnlySpan<double> values = sample.Values;
        double[] gaps = new double[values.Length];
        for (int r = 1; r < gaps.Length; r++)
        {
            gaps[r] = values[r] - values[r - 1];
        }

        (double[] absolute, double[] square) = BridgeDraws.Of(gaps.Length, seed, draws).Sums(gaps);
        (_absolute, _square) = (absolute[..draws], square[..draws]);
        Array.Sort(_absolute);
        Array.Sort(_square);
    }

    /// <summary>Draws of √(nm/(n + m)) W₁, ascending, in the unit of the values.</summary>
    public ReadOnlySpan<double> ScaledWasserstein => _absolute;

    /// <summary>Draws of (nm/(n + m)) energy²/2, ascending, in the unit of the values.</summary>
    public ReadOnlySpan<double> ScaledEnergy => _square;

    /// <summary>The p-value of a Wasserstein-1 distance.</summary>
    /// <param name="distance">The distance, at least 0.</param>
    /// <param name="n">Values of one sample, at least 1.</param>
    /// <param name="m">Values of the other sample, at least 1.</param>
    /// <returns>(1 + draws at or above it)/(1 + draws).</returns>
    public double WassersteinPValue(double distance, long n, long m) => PValue(_absolute, Math.Sqrt(Size(n, m)) * distance);

    /// <summary>The p-value of an energy distance.</summary>
    /// <param name="distance">The distance, at least 0.</param>
    /// <param name="n">Values of one sample, at least 1.</param>
    /// <param name="m">Values of the other sample, at least 1.</param>
    /// <returns>(1 + draws at or above it)/(1 + draws).</returns>
    public double EnergyPValue(double distance, long n, long m) => PValue(_square, Size(n, m) * distance * distance / 2);

    /// <summary>The Wasserstein-1 distance from which on p is at most α.</summary>
    /// <param name="level">α, at least 1/(1 + draws) and below 1.</param>
    /// <param name="n">Values of one sample, at least 1.</param>
    /// <param name="m">Values of the other sample, at least 1.</param>
    /// <returns>A distance in the unit of the values.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The level is out of range.</exception>
    public double CriticalWasserstein(double level, long n, long m) => Critical(_absolute, level) / Math.Sqrt(Size(n, m));

    /// <summary>The energy distance from which on p is at most α.</summary>
    /// <param name="level">α, at least 1/(1 + draws) and below 1.</param>
    /// <param name="n">Values of one sample, at least 1.</param>
    /// <param name="m">Values of the other sample, at least 1.</param>
    /// <returns>A distance in the square root of the unit of the values.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The level is out of range.</exception>
    public double CriticalEnergy(double level, long n, long m) => Math.Sqrt(2 * Critical(_square, level) / Size(n, m));

    private static double Size(long n, long m)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(n);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(m);
        return (double)n * m / ((double)n + m);
    }

    private static double PValue(double[] draws, double scaled)
    {
        int from = 0, to = draws.Length;
        while (from < to)
        {
            int middle = (from + to) >>> 1;
            (from, to) = draws[middle] < scaled ? (middle + 1, to) : (from, middle);
        }

        return (1.0 + draws.Length - from) / (1.0 + draws.Length);
    }

    private static double Critical(double[] draws, double level)
    {
        ErrorLevel.Require(level);
        int reached = (int)Math.Floor(level * (draws.Length + 1.0) * (1 + 1e-12)) - 1;
        if (reached < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(level), level, $"{draws.Length} draws tell levels from {1.0 / (draws.Length + 1)} on; draw more.");
        }

        return reached == 0 ? Math.BitIncrement(draws[^1]) : draws[^reached];
    }
}
