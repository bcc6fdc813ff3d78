namespace Lifecycle.Statistics;

/// <summary>The Kullback-Leibler divergence Σ q ln(q/p) of the current shares q from the reference's p, in nats; not symmetric.</summary>
public static class KullbackLeibler
{
    /// <summary>Compares counts with half a count added to every bin, so that empty bins keep the value finite.</summary>
    /// <param name="reference">Counts of the reference, at least 0.</param>
    /// <param name="current">Counts of the current data, bin by bin.</param>
    /// <returns>Divergence of at least 0, bias-corrected value and p-value; without drift 2 KL/(1/n + 1/m) is χ².</returns>
    /// <exception cref="ArgumentException">Lengths differ, a count is negative or a row is empty.</exception>
    public static BinDistance Compare(ReadOnlySpan<long> reference, ReadOnlySpan<long> current) =>
        BinDistance.Of(reference, current, BinMeasure.KullbackLeibler);

    /// <summary>The divergence of the plain shares.</summary>
    /// <param name="reference">Counts of the reference, at least 0.</param>
    /// <param name="current">Counts of the current data, bin by bin.</param>
    /// <returns>Divergence in nats; positive infinity when a bin is empty in the reference only.</returns>
    /// <exception cref="ArgumentException">Lengths differ, a count is negative or a row is empty.</exception>
    public static double Raw(ReadOnlySpan<long> reference, ReadOnlySpan<long> current)
    {
        (double n, double m) = BinShares.Require(reference, current);
        CompensatedSum sum = default;
        for (int b = 0; b < reference.Length; b++)
        {
            sum.Add(BinTerms.KullbackLeibler(reference[b] / n, current[b] / m));
        }

        return Math.Max(0, sum.Value);
    }
}
