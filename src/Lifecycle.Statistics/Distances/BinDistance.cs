namespace Lifecycle.Statistics;

/// <summary>A distance between two sets of bin counts, with its bias and its significance.</summary>
/// <param name="Value">The distance, from shares with half a count added to every bin (total variation and L-infinity: plain shares).</param>
/// <param name="Corrected">The value minus its mean without drift, at least 0; compare this with thresholds.</param>
/// <param name="PValue">The p-value of no drift, in (0, 1], by <paramref name="Law"/>.</param>
/// <param name="LogPValue">Natural logarithm of the p-value.</param>
/// <param name="Bins">Bins compared.</param>
/// <param name="Law">What gave the p-value.</param>
public readonly record struct BinDistance(
    double Value, double Corrected, double PValue, double LogPValue, int Bins, DistanceLaw Law = DistanceLaw.ChiSquared)
{
    /// <summary>The distance with its mean and law by χ².</summary>
    internal static BinDistance Of(ReadOnlySpan<long> reference, ReadOnlySpan<long> current, BinMeasure measure)
    {
        (long n, long m) = BinShares.Require(reference, current);
        int bins = reference.Length;
        double value = BinTerms.Value(measure, reference, current, n, m);
        double unit = BinTerms.MeanPerFreedom(measure) * (1.0 / n + 1.0 / m);
        double log = bins < 2 ? 0 : Math.Max(-1e300, ChiSquaredDistribution.LogSurvival(value / unit, bins - 1));
        return new BinDistance(value, Math.Max(0, value - (bins - 1) * unit), Math.Max(double.Epsilon, Math.Exp(log)), log, bins);
    }
}
