namespace Lifecycle.Statistics;

/// <summary>The population stability index Σ (p - q) ln(p/q), the symmetric Kullback-Leibler divergence of bin shares.</summary>
public static class PopulationStabilityIndex
{
    /// <summary>Compares counts with half a count added to every bin, so that empty bins keep the value finite.</summary>
    /// <param name="reference">Counts of the reference, at least 0.</param>
    /// <param name="current">Counts of the current data, bin by bin.</param>
    /// <returns>PSI of at least 0, bias-corrected value and p-value; without drift PSI/(1/n + 1/m) is χ².</returns>
    /// <exception cref="ArgumentException">Lengths differ, a count is negative or a row is empty.</exception>
    public static BinDistance Compare(ReadOnlySpan<long> reference, ReadOnlySpan<long> current) =>
        BinDistance.Of(reference, current, BinMeasure.PopulationStabilityIndex);

    /// <summary>The index of the plain shares.</summary>
    /// <param name="reference">Counts of the reference, at least 0.</param>
    /// <param name="current">Counts of the current data, bin by bin.</param>
    /// <returns>PSI; positive infinity when a bin is empty in one row only.</returns>
    /// <exception cref="ArgumentException">Lengths differ, a count is negative or a row is empty.</exception>
    public static double Raw(ReadOnlySpan<long> reference, ReadOnlySpan<long> current)
    {
        (double n, double m) = BinShares.Require(reference, current);
        CompensatedSum sum = default;
        for (int b = 0; b < reference.Length; b++)
        {
            sum.Add(BinTerms.PopulationStability(reference[b] / n, current[b] / m));
        }

        return sum.Value;
    }
}
