using System.Globalization;

namespace Lifecycle.Drift;

/// <summary>Both distributions of a numeric column as at most 32 bars of equal width; a value each where there are few.</summary>
internal static class DistributionBars
{
    private const int Bars = 32;
    private const double Tail = 0.01;

    public static ShareChange[] Of(NumericColumn reference, NumericTally current) =>
        reference.HasBinPerValue ? Values(reference, current) : Intervals(reference, current);

    private static ShareChange[] Values(NumericColumn reference, NumericTally current)
    {
        double n = reference.Count, m = current.Count;
        int values = reference.Edges.Length, each = (values + Bars - 1) / Bars;
        List<ShareChange> bars = [];
        double others = m, otherReference = n;
        for (int first = 0; first < values; first += each)
        {
            int last = Math.Min(values, first + each) - 1;
            long then = 0, now = 0;
            for (int value = first; value <= last; value++)
            {
                then += reference.Counts[2 * value + 1];
                now += current.Bins[2 * value + 1];
            }

            (otherReference, others) = (otherReference - then, others - now);
            bars.Add(new ShareChange(
                first == last ? Text(reference.Edges[first]) : $"{Text(reference.Edges[first])} to {Text(reference.Edges[last])}", then / n, now / m));
        }

        if (others + otherReference > 0)
        {
            bars.Add(new ShareChange(CountTable.Other, otherReference / n, others / m));
        }

        return [.. bars];
    }

    private static ShareChange[] Intervals(NumericColumn reference, NumericTally current)
    {
        NumericGrid grid = reference.Grid;
        double low = Math.Min(Quantile(grid, reference.Counts, Tail), Quantile(grid, current.Bins, Tail));
        double high = Math.Max(Quantile(grid, reference.Counts, 1 - Tail), Quantile(grid, current.Bins, 1 - Tail));
        ShareChange[] bars = new ShareChange[Bars];
        double then = 0, now = 0, left = low;
        for (int i = 0; i < Bars; i++)
        {
            double share = (i + 1.0) / Bars, right = low * (1 - share) + high * share;
            bool isLast = i == Bars - 1;
            double nextThen = isLast ? 1 : Below(grid, reference.Counts, right), nextNow = isLast ? 1 : Below(grid, current.Bins, right);
            bars[i] = new ShareChange($"{Text(left)} to {Text(right)}", nextThen - then, nextNow - now);
            (then, now, left) = (nextThen, nextNow, right);
        }

        return bars;
    }

    /// <summary>Share of the values below x; within a bin they count as spread evenly.</summary>
    private static double Below(NumericGrid grid, ReadOnlySpan<long> counts, double x)
    {
        double seen = 0, total = 0;
        for (int bin = 0; bin < counts.Length; bin++)
        {
            (double low, double high) = grid.Ends(bin);
            total += counts[bin];
            seen += x >= high ? counts[bin] : x <= low ? 0 : counts[bin] * NumericGrid.Place(x, low, high);
        }

        return Math.Clamp(seen / total, 0, 1);
    }

    private static double Quantile(NumericGrid grid, ReadOnlySpan<long> counts, double share)
    {
        double total = 0, seen = 0;
        foreach (long count in counts)
        {
            total += count;
        }

        for (int bin = 0; bin < counts.Length; bin++)
        {
            seen += counts[bin];
            if (seen >= share * total)
            {
                (double low, double high) = grid.Ends(bin);
                return share < 0.5 ? low : high;
            }
        }

        return grid.High;
    }

    private static string Text(double value) => value.ToString("G4", CultureInfo.InvariantCulture);
}
