namespace Lifecycle.Statistics;

/// <summary>
/// How likely a distance is when nothing drifted. Draws come from <see cref="RandomStream"/>, draw i from stream i of the seed, so the
/// same input and seed give the same bits everywhere; p = (1 + draws at or above the value)/(1 + draws) is never 0.
/// </summary>
public static class DistanceSignificance
{
    /// <summary>Random tables drawn where the χ² law does not hold.</summary>
    public const int TableDraws = 9_999;

    /// <summary>Bridges or permutations drawn for distances of samples.</summary>
    public const int SampleDraws = 4_999;

    /// <summary>Size of the smaller sample up to which values are permuted instead of drawing bridges.</summary>
    public const int LargestPermutation = 256;

    /// <summary>A bin that expects fewer values than this in the smaller sample is thin.</summary>
    public const double LeastExpected = 20;

    /// <summary>Whether some bin expects fewer than 20 values in the smaller sample: (a + c) min(n, m)/N &lt; 20.</summary>
    /// <param name="reference">Counts of the reference, at least 0.</param>
    /// <param name="current">Counts of the current data, bin by bin.</param>
    /// <returns>Whether the χ² law is too rough.</returns>
    /// <exception cref="ArgumentException">Lengths differ, a count is negative or a row is empty.</exception>
    public static bool IsThin(ReadOnlySpan<long> reference, ReadOnlySpan<long> current)
    {
        (double n, double m) = BinShares.Require(reference, current);
        double share = Math.Min(n, m) / (n + m);
        for (int b = 0; b < reference.Length; b++)
        {
            if (((double)reference[b] + current[b]) * share < LeastExpected)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// A distance of bin counts with the law that holds: χ² where no bin is thin, else, and always for total variation and L-infinity,
    /// 9,999 random tables with both margins of the given one.
    /// </summary>
    /// <param name="measure">The distance.</param>
    /// <param name="reference">Counts of the reference, at least 0.</param>
    /// <param name="current">Counts of the current data, bin by bin.</param>
    /// <param name="seed">Seed of the tables.</param>
    /// <returns>The distance; total variation and L-infinity are corrected by their mean over the tables.</returns>
    /// <exception cref="ArgumentException">Lengths differ, a count is negative or a row is empty.</exception>
    public static BinDistance OfBins(
        BinMeasure measure, ReadOnlySpan<long> reference, ReadOnlySpan<long> current, ulong seed = RandomStream.DefaultSeed) =>
        OfBins([measure], reference, current, seed)[0];

    /// <summary>Several distances of the same counts, judged on the same random tables.</summary>
    /// <param name="measures">The distances.</param>
    /// <param name="reference">Counts of the reference, at least 0.</param>
    /// <param name="current">Counts of the current data, bin by bin.</param>
    /// <param name="seed">Seed of the tables.</param>
    /// <returns>The distances in the order asked for.</returns>
    /// <exception cref="ArgumentException">Lengths differ, a count is negative or a row is empty.</exception>
    public static BinDistance[] OfBins(
        ReadOnlySpan<BinMeasure> measures, ReadOnlySpan<long> reference, ReadOnlySpan<long> current, ulong seed = RandomStream.DefaultSeed) =>
        OfBins(measures, reference, current, seed, TableDraws);

    /// <summary>
    /// Wasserstein-1 and energy distance with p-values: up to 256 values in the smaller sample by 4,999 permutations of the pooled
    /// values, exact also with ties; above by 4,999 Brownian bridges B on the pooled ranks, √(nm/N) W₁ against Σ |B| gap and
    /// (nm/N) energy²/2 against Σ B² gap. Bridges are kept and shared by all comparisons of about the same size.
    /// </summary>
    /// <param name="first">First sample.</param>
    /// <param name="second">Second sample.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <returns>Both distances, judged on the same draws.</returns>
    /// <exception cref="ArgumentException">A sample has no finite value.</exception>
    public static (SampleDistance Wasserstein, SampleDistance Energy) OfSamples(
        SortedSample first, SortedSample second, ulong seed = RandomStream.DefaultSeed) => OfSamples(first, second, seed, SampleDraws);

    internal static BinDistance[] OfBins(
        ReadOnlySpan<BinMeasure> measures, ReadOnlySpan<long> reference, ReadOnlySpan<long> current, ulong seed, int draws)
    {
        bool thin = IsThin(reference, current), anyDrawn = false;
        foreach (BinMeasure measure in measures)
        {
            anyDrawn |= thin || double.IsNaN(BinTerms.MeanPerFreedom(measure));
        }

        FixedMarginDraws? tables = anyDrawn && reference.Length > 1 ? new FixedMarginDraws(reference, current, measures, seed, draws) : null;
        BinDistance[] judged = new BinDistance[measures.Length];
        for (int k = 0; k < judged.Length; k++)
        {
            bool chiSquared = !double.IsNaN(BinTerms.MeanPerFreedom(measures[k]));
            BinDistance plain = chiSquared
                ? BinDistance.Of(reference, current, measures[k])
                : new BinDistance(0, 0, 1, 0, reference.Length, DistanceLaw.Tables);
            judged[k] = tables is null || (chiSquared && !thin) ? plain : tables.Judge(k, chiSquared ? plain.Corrected : null);
        }

        return judged;
    }

    internal static (SampleDistance Wasserstein, SampleDistance Energy) OfSamples(
        SortedSample first, SortedSample second, ulong seed, int draws)
    {
        SampleCheck.Require(first, second);
        (SortedSample small, SortedSample large) = first.Count <= second.Count ? (first, second) : (second, first);
        return small.Count <= LargestPermutation
            ? PermutationDraws.Judge(small, large, seed, draws)
            : BridgeDraws.Of(small.Count + (long)large.Count, seed, draws).Judge(small, large);
    }
}
