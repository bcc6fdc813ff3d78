namespace Lifecycle.Statistics;

/// <summary>The L-infinity distance max |p - q| of bin shares.</summary>
public static class LInfinity
{
    /// <summary>Compares counts; the p-value comes from 9,999 random tables with both margins of the given one.</summary>
    /// <param name="reference">Counts of the reference, at least 0.</param>
    /// <param name="current">Counts of the current data, bin by bin.</param>
    /// <param name="seed">Seed of the tables.</param>
    /// <returns>Distance in [0, 1], bias-corrected value and p-value of at least 1/10,000.</returns>
    /// <exception cref="ArgumentException">Lengths differ, a count is negative or a row is empty.</exception>
    public static BinDistance Compare(ReadOnlySpan<long> reference, ReadOnlySpan<long> current, ulong seed = RandomStream.DefaultSeed) =>
        DistanceSignificance.OfBins(BinMeasure.LInfinity, reference, current, seed);

    /// <summary>The distance of the plain shares.</summary>
    /// <param name="reference">Counts of the reference, at least 0.</param>
    /// <param name="current">Counts of the current data, bin by bin.</param>
    /// <returns>A distance in [0, 1].</returns>
    /// <exception cref="ArgumentException">Lengths differ, a count is negative or a row is empty.</exception>
    public static double Distance(ReadOnlySpan<long> reference, ReadOnlySpan<long> current)
    {
        (double n, double m) = BinShares.Require(reference, current);
        return BinTerms.Value(BinMeasure.LInfinity, reference, current, n, m);
    }
}
