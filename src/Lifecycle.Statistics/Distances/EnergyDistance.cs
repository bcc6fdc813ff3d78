namespace Lifecycle.Statistics;

/// <summary>The energy distance √(2 ∫ (F - G)²) between two empirical distribution functions (Székely 2002; scipy's square-root form).</summary>
public static class EnergyDistance
{
    /// <summary>The distance between two samples of doubles.</summary>
    /// <param name="first">First sample, in any order; NaN and infinite values are dropped.</param>
    /// <param name="second">Second sample.</param>
    /// <returns>A distance of at least 0, in the square root of the unit of the values.</returns>
    /// <exception cref="ArgumentException">A sample has no finite value.</exception>
    public static double Distance(ReadOnlySpan<double> first, ReadOnlySpan<double> second) =>
        Distance(new SortedSample(first), new SortedSample(second));

    /// <summary>The distance between two samples of singles.</summary>
    /// <param name="first">First sample, in any order; NaN and infinite values are dropped.</param>
    /// <param name="second">Second sample.</param>
    /// <returns>A distance of at least 0, in the square root of the unit of the values.</returns>
    /// <exception cref="ArgumentException">A sample has no finite value.</exception>
    public static double Distance(ReadOnlySpan<float> first, ReadOnlySpan<float> second) =>
        Distance(new SortedSample(first), new SortedSample(second));

    /// <summary>The distance between two sorted samples in O(n + m).</summary>
    /// <param name="first">First sample.</param>
    /// <param name="second">Second sample.</param>
    /// <returns>A distance of at least 0, in the square root of the unit of the values.</returns>
    /// <exception cref="ArgumentException">A sample has no finite value.</exception>
    public static double Distance(SortedSample first, SortedSample second)
    {
        SampleCheck.Require(first, second);
        return PooledGaps.Energy(first, second);
    }

    /// <summary>The distance with its p-value.</summary>
    /// <param name="first">First sample.</param>
    /// <param name="second">Second sample.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <returns>Distance and p-value; see <see cref="DistanceSignificance.OfSamples(SortedSample, SortedSample, ulong)"/>.</returns>
    /// <exception cref="ArgumentException">A sample has no finite value.</exception>
    public static SampleDistance Compare(SortedSample first, SortedSample second, ulong seed = RandomStream.DefaultSeed) =>
        DistanceSignificance.OfSamples(first, second, seed).Energy;
}
