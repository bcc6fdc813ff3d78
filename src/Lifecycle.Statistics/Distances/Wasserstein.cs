namespace Lifecycle.Statistics;

/// <summary>The Wasserstein-1 (earth mover's) distance: the area between two empirical distribution functions.</summary>
public static class Wasserstein
{
    /// <summary>The distance between two samples of doubles.</summary>
    /// <param name="first">First sample, in any order; NaN and infinite values are dropped.</param>
    /// <param name="second">Second sample.</param>
    /// <returns>A distance of at least 0, in the unit of the values.</returns>
    /// <exception cref="ArgumentException">A sample has no finite value.</exception>
    public static double Distance(ReadOnlySpan<double> first, ReadOnlySpan<double> second) =>
        Distance(new SortedSample(first), new SortedSample(second));

    /// <summary>The distance between two samples of singles.</summary>
    /// <param name="first">First sample, in any order; NaN and infinite values are dropped.</param>
    /// <param name="second">Second sample.</param>
    /// <returns>A distance of at least 0, in the unit of the values.</returns>
    /// <exception cref="ArgumentException">A sample has no finite value.</exception>
    public static double Distance(ReadOnlySpan<float> first, ReadOnlySpan<float> second) =>
        Distance(new SortedSample(first), new SortedSample(second));

    /// <summary>The distance between two sorted samples in O(n + m).</summary>
    /// <param name="first">First sample.</param>
    /// <param name="second">Second sample.</param>
    /// <returns>A distance of at least 0, in the unit of the values.</returns>
    /// <exception cref="ArgumentException">A sample has no finite value.</exception>
    public static double Distance(SortedSample first, SortedSample second)
    {
        SampleCheck.Require(first, second);
        return SampleMerge.Walk(first, second).Distance;
    }

    /// <summary>The distance with its p-value.</summary>
    /// <param name="first">First sample.</param>
    /// <param name="second">Second sample.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <returns>Distance and p-value; see <see cref="DistanceSignificance.OfSamples(SortedSample, SortedSample, ulong)"/>.</returns>
    /// <exception cref="ArgumentException">A sample has no finite value.</exception>
    public static SampleDistance Compare(SortedSample first, SortedSample second, ulong seed = RandomStream.DefaultSeed) =>
        DistanceSignificance.OfSamples(first, second, seed).Wasserstein;
}
