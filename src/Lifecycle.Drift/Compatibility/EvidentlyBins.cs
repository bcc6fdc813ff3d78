using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>
/// Evidently's distances over bins of numbers. Its bins are Sturges' over both samples together (over the distinct values for Hellinger), so that
/// one outlier of the new data moves every edge; without the defects they are ten quantile bins of the reference.
/// </summary>
internal static class EvidentlyBins
{
    private const int MostValues = 20;
    private const double MostConstant = 1e12;
    private const string TooClose = "the range of the values cannot be cut into equal bins";

    public static Scored Shares(EvidentlyTest test, SortedSample then, SortedSample now, bool asIs)
    {
        if (LabelTable.Of(then, then, MostValues) is not null)
        {
            return EvidentlyTables.Shares(test, LabelTable.Of(then, now, int.MaxValue)!, asIs);
        }

        if (!asIs)
        {
            BinEdges edges = BinEdges.FromQuantiles(then, BinEdges.CoarseResolution);
            return EvidentlyTables.Corrected(test, BinCounts.Of(edges, then.Values).Counts, BinCounts.Of(edges, now.Values).Counts);
        }

        return Cut(new SortedSample([.. then.Values, .. now.Values])) is { } bins
            ? EvidentlyTables.Raw(test, Inner(bins, then), Inner(bins, now), then.Count, now.Count)
            : Scored.Not(TooClose);
    }

    public static Scored Hellinger(SortedSample then, SortedSample now, bool asIs)
    {
        if (!asIs)
        {
            return LabelTable.Of(then, then, MostValues) is not null
                ? EvidentlyTables.Shares(EvidentlyTest.Hellinger, LabelTable.Of(then, now, int.MaxValue)!, asIs)
                : Shares(EvidentlyTest.Hellinger, then, now, asIs);
        }

        if (Cut(new SortedSample(Distinct(new SortedSample([.. then.Values, .. now.Values]).Values))) is not { } bins)
        {
            return Scored.Not(TooClose);
        }

        // Densities times the width, in numpy's order of operations: near 0 the distance is the root of a difference of ones.
        double[] edges = [.. bins.Values];
        edges[^1] = Math.BitDecrement(edges[^1]);
        long[] a = Inner(bins, then), c = Inner(bins, now);
        double width = (edges[^1] - edges[0]) / (edges.Length - 1), n = a.Sum(), m = c.Sum(), affinity = 0;
        for (int b = 0; b < a.Length; b++)
        {
            double step = edges[b + 1] - edges[b];
            affinity += Math.Sqrt(a[b] / step / n * (c[b] / step / m)) * width;
        }

        return new(Math.Sqrt(1 - Math.Clamp(affinity, 0, 1)));
    }

    private static double[] Distinct(ReadOnlySpan<double> sorted)
    {
        List<double> distinct = [];
        for (int i = 0; i < sorted.Length; i++)
        {
            Interruption.LookAt(i);
            if (i == 0 || sorted[i] != sorted[i - 1])
            {
                distinct.Add(sorted[i]);
            }
        }

        return [.. distinct];
    }

    private static BinEdges? Cut(SortedSample sample) => IsCuttable(sample) ? BinEdges.Sturges(sample) : null;

    /// <summary>Whether equal bins have edges that are different doubles.</summary>
    internal static bool IsCuttable(SortedSample sample, int bins = 64)
    {
        double first = sample[0], last = sample[sample.Count - 1], range = last - first;
        double largest = Math.Max(Math.Abs(first), Math.Abs(last)), spacing = Math.BitIncrement(largest) - largest;
        return range == 0 ? largest < MostConstant : double.IsFinite(range) && range / bins > 4 * spacing;
    }

    /// <summary>Counts of the bins between the first and the last edge.</summary>
    internal static long[] Inner(BinEdges edges, SortedSample sample) => [.. BinCounts.Of(edges, sample.Values).Counts[1..^1]];
}
