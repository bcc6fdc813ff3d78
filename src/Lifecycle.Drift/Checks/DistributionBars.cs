using System.Globalization;

namespace Lifecycle.Drift;

/// <summary>Both distributions of a numeric column as at most 32 bars of equal width; a value each where there are few.</summary>
internal static class DistributionBars
{
    private const int Bars = 32;
    private const double Tail = 0.01;
    private const int LeastDigits = 4;

    public static ShareChange[] Of(NumericColumn reference, NumericTally current) =>
        reference.HasBinPerValue ? Values(reference, current) : Intervals(reference, current);

    private static ShareChange[] Values(NumericColumn reference, NumericTally current)
    {
        double n = reference.Count, m = current.Count;
        int values = reference.Edges.Length, each = (values + Bars - 1) / Bars;
        List<ShareChange> bars = [];
        double others = m, otherReference = n;
        string[] texts = NumberRange.Text(reference.Grid.EdgeArray, LeastDigits);
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
                first == last ? texts[first] : $"{texts[first]} to {texts[last]}", then / n, now / m));
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
        double n = reference.Count, m = current.Count;
        double low = Math.Min(Quantile(grid, reference.Counts, n, Tail), Quantile(grid, current.Bins, m, Tail));
        double high = Math.Max(Quantile(grid, reference.Counts, n, 1 - Tail), Quantile(grid, current.Bins, m, 1 - Tail));
        Walk before = new(grid, reference.Counts), after = new(grid, current.Bins);
        ShareChange[] bars = new ShareChange[Bars];
        double then = 0, now = 0;
        int digits = Digits(low, high);
        string left = Text(low, digits);
        for (int i = 0; i < Bars; i++)
        {
            double share = (i + 1.0) / Bars, end = low * (1 - share) + high * share;
            bool isLast = i == Bars - 1;
            double nextThen = isLast ? 1 : before.Below(end) / n, nextNow = isLast ? 1 : after.Below(end) / m;
            string right = Text(end, digits);
            bars[i] = new ShareChange($"{left} to {right}", Math.Max(0, nextThen - then), Math.Max(0, nextNow - now));
            (then, now, left) = (nextThen, nextNow, right);
        }

        return bars;
    }

    private static double Quantile(NumericGrid grid, ReadOnlySpan<long> counts, double total, double share)
    {
        double seen = 0;
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

    private static string Text(double value, int digits) =>
        value.ToString("G" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    /// <summary>As many digits as tell neighbouring ends apart.</summary>
    private static int Digits(double low, double high)
    {
        double step = (high - low) / Bars, size = Math.Max(Math.Abs(low), Math.Abs(high));
        return step > 0 && double.IsFinite(size / step) ? (int)Math.Clamp(Math.Ceiling(Math.Log10(size / step)) + 2, LeastDigits, 17) : LeastDigits;
    }

    /// <summary>Counts below ascending ends, bin after bin; within a bin values count as spread evenly.</summary>
    private ref struct Walk(NumericGrid grid, ReadOnlySpan<long> counts)
    {
        private readonly ReadOnlySpan<long> _counts = counts;
        private int _bin;
        private double _seen;

        public double Below(double x)
        {
            while (_bin < _counts.Length)
            {
                (double low, double high) = grid.Ends(_bin);
                if (x < high)
                {
                    return x <= low ? _seen : _seen + _counts[_bin] * NumericGrid.Place(x, low, high);
                }

                _seen += _counts[_bin++];
            }

            return _seen;
        }
    }
}
