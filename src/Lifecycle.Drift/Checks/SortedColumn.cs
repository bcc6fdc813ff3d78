using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>
/// Columns and counts of samples that are sorted already: the bins are cut by a search for each edge, and every value is read in order.
/// </summary>
internal static class SortedColumn
{
    public static NumericColumn Of(string name, SortedSample sample)
    {
        ReadOnlySpan<double> sorted = sample.Values;
        (NumericGrid grid, ColumnKind kind) = GridBuilder.Cut(sorted);
        long[] counts = new long[grid.BinCount];
        double[] sums = new double[grid.BinCount];
        Count(grid, sorted, counts, sums);
        long[] offsets = grid.IsValues ? [] : new long[grid.BinCount];
        for (int bin = 0; bin < offsets.Length; bin++)
        {
            offsets[bin] = counts[bin] == 0 ? 0 : counts[bin] * BinOffset.Of(grid, bin, sums[bin] / counts[bin]);
        }

        (double mean, double squares) = GridBuilder.Moments(sorted);
        return new NumericColumn(name, ColumnRole.Feature, kind, grid, counts, offsets)
        {
            Count = sorted.Length,
            Missing = sample.Missing,
            PositiveInfinite = sample.Infinite,
            Minimum = sorted.IsEmpty ? double.NaN : sorted[0],
            Maximum = sorted.IsEmpty ? double.NaN : sorted[^1],
            Mean = mean,
            SquaredDeviations = squares,
        };
    }

    public static NumericTally Tally(NumericColumn reference, SortedSample sample)
    {
        NumericTally tally = new(reference)
        {
            Sums = new double[reference.Grid.BinCount],
            Missing = sample.Missing,
            PositiveInfinite = sample.Infinite,
        };
        Count(reference.Grid, sample.Values, tally.Bins, tally.Sums);
        return tally;
    }

    private static void Count(NumericGrid grid, ReadOnlySpan<double> sorted, long[] counts, double[] sums)
    {
        int from = 0;
        for (int bin = 0; bin < counts.Length; bin++)
        {
            Interruption.Look();
            int to = from + End(grid, bin, sorted[from..]);
            counts[bin] = to - from;
            sums[bin] = Sum(sorted[from..to]);
            from = to;
        }
    }

    /// <summary>How many of the values, which begin in this bin or later, lie in it.</summary>
    private static int End(NumericGrid grid, int bin, ReadOnlySpan<double> sorted)
    {
        if (bin == grid.BinCount - 1)
        {
            return sorted.Length;
        }

        // A bin of a quantile grid ends before its upper edge; of a grid of values the odd bins hold one value and end after it.
        double edge = grid.Edges[grid.IsValues ? bin / 2 : bin];
        bool isInclusive = grid.IsValues && (bin & 1) == 1;
        int low = 0, high = sorted.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            (low, high) = sorted[middle] < edge || (isInclusive && sorted[middle] == edge) ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private static double Sum(ReadOnlySpan<double> values)
    {
        double even = 0, odd = 0;
        int i = 0;
        for (; i < values.Length - 1; i += 2)
        {
            even += values[i];
            odd += values[i + 1];
        }

        return i < values.Length ? even + odd + values[i] : even + odd;
    }
}
