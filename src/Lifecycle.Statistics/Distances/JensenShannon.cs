namespace Lifecycle.Statistics;

/// <summary>The Jensen-Shannon divergence of bin shares, in nats (Lin 1991).</summary>
public static class JensenShannon
{
    /// <summary>Compares counts with half a count added to every bin, so that empty bins keep the value finite.</summary>
    /// <param name="reference">Counts of the reference, at least 0.</param>
    /// <param name="current">Counts of the current data, bin by bin.</param>
    /// <returns>Divergence in [0, ln 2], bias-corrected value and p-value; without drift 8 JSD/(1/n + 1/m) is χ².</returns>
    /// <exception cref="ArgumentException">Lengths differ, a count is negative or a row is empty.</exception>
    public static BinDistance Compare(ReadOnlySpan<long> reference, ReadOnlySpan<long> current) =>
        BinDistance.Of(reference, current, BinMeasure.JensenShannon);

    /// <summary>The divergence of the plain shares.</summary>
    /// <param name="reference">Counts of the reference, at least 0.</param>
    /// <param name="current">Counts of the current data, bin by bin.</param>
    /// <returns>Divergence in nats, in [0, ln 2].</returns>
    /// <exception cref="ArgumentException">Lengths differ, a count is negative or a row is empty.</exception>
    public static double Raw(ReadOnlySpan<long> reference, ReadOnlySpan<long> current)
    {
        (double n, double m) = BinShares.Require(reference, current);
        CompensatedSum sum = default;
        for (int b = 0; b < reference.Length; b++)
        {
            sum.Add(BinTerms.JensenShannon(reference[b] / n, current[b] / m));
        }

        return Math.Max(0, sum.Value);
    }

    /// <summary>The Jensen-Shannon distance, the square root of the divergence of the plain shares; a metric.</summary>
    /// <param name="reference">Counts of the reference, at least 0.</param>
    /// <param name="current">Counts of the current data, bin by bin.</param>
    /// <param name="logarithmBase">Base of the logarithm: 2 gives a distance in [0, 1], the default e one in [0, √ln 2].</param>
    /// <returns>The distance, as scipy.spatial.distance.jensenshannon.</returns>
    /// <exception cref="ArgumentException">Lengths differ, a count is negative or a row is empty.</exception>
    public static double Distance(ReadOnlySpan<long> reference, ReadOnlySpan<long> current, double logarithmBase = Math.E) =>
        Math.Sqrt(Raw(reference, current) / Math.Log(logarithmBase));
}
