namespace Lifecycle.Statistics;

/// <summary>The Hellinger distance √(1 - Σ √(pq)) of bin shares; <see cref="Compare"/> works on its square.</summary>
public static class Hellinger
{
    /// <summary>Compares counts with half a count added to every bin, so that empty bins keep the value finite.</summary>
    /// <param name="reference">Counts of the reference, at least 0.</param>
    /// <param name="current">Counts of the current data, bin by bin.</param>
    /// <returns>Squared distance in [0, 1], bias-corrected value and p-value; without drift 8 H²/(1/n + 1/m) is χ².</returns>
    /// <exception cref="ArgumentException">Lengths differ, a count is negative or a row is empty.</exception>
    public static BinDistance Compare(ReadOnlySpan<long> reference, ReadOnlySpan<long> current) =>
        BinDistance.Of(reference, current, BinMeasure.Hellinger);

    /// <summary>The distance (not squared) of the plain shares.</summary>
    /// <param name="reference">Counts of the reference, at least 0.</param>
    /// <param name="current">Counts of the current data, bin by bin.</param>
    /// <returns>Distance in [0, 1].</returns>
    /// <exception cref="ArgumentException">Lengths differ, a count is negative or a row is empty.</exception>
    public static double Raw(ReadOnlySpan<long> reference, ReadOnlySpan<long> current)
    {
        (double n, double m) = BinShares.Require(reference, current);
        CompensatedSum sum = default;
        for (int b = 0; b < reference.Length; b++)
        {
            sum.Add(BinTerms.SquaredHellinger(reference[b] / n, current[b] / m));
        }

        return Math.Min(1, Math.Sqrt(sum.Value));
    }
}
