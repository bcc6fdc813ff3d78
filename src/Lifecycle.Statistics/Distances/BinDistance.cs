namespace Lifecycle.Statistics;

/// <summary>A distance between two sets of bin counts, with its bias and its significance.</summary>
/// <param name="Value">The distance, from shares with half a count added to every bin.</param>
/// <param name="Corrected">The value minus its mean without drift, at least 0; compare this with thresholds.</param>
/// <param name="PValue">The p-value of no drift, in (0, 1]: the scaled value is χ² with bins - 1 degrees of freedom.</param>
/// <param name="LogPValue">Natural logarithm of the p-value.</param>
/// <param name="Bins">Bins compared.</param>
public readonly record struct BinDistance(double Value, double Corrected, double PValue, double LogPValue, int Bins)
{
    /// <summary>Smooths both rows of counts, sums a term over the bins and refers it to χ².</summary>
    /// <param name="reference">Counts of the reference.</param>
    /// <param name="current">Counts of the current data.</param>
    /// <param name="meanPerFreedom">Mean of the distance without drift, per degree of freedom and per κ = 1/n + 1/m.</param>
    /// <param name="term">What a bin with shares p and q contributes.</param>
    internal static BinDistance Of(
        ReadOnlySpan<long> reference, ReadOnlySpan<long> current, double meanPerFreedom, Func<double, double, double> term)
    {
        (long n, long m) = BinShares.Require(reference, current);
        int bins = reference.Length;
        CompensatedSum sum = default;
        for (int b = 0; b < bins; b++)
        {
            sum.Add(term((reference[b] + 0.5) / (n + 0.5 * bins), (current[b] + 0.5) / (m + 0.5 * bins)));
        }

        double value = Math.Max(0, sum.Value), unit = meanPerFreedom * (1.0 / n + 1.0 / m);
        double log = bins < 2 ? 0 : Math.Max(-1e300, ChiSquaredDistribution.LogSurvival(value / unit, bins - 1));
        return new BinDistance(value, Math.Max(0, value - (bins - 1) * unit), Math.Max(double.Epsilon, Math.Exp(log)), log, bins);
    }
}
