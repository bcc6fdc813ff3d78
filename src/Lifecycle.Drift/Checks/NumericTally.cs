using System.Globalization;

namespace Lifecycle.Drift;

/// <summary>New values of a numeric column, counted on the reference's bins.</summary>
internal sealed class NumericTally(NumericColumn reference)
{
    public long[] Bins { get; } = new long[reference.Grid.BinCount];

    /// <summary>Sum of the values of each bin; null when only counts were kept.</summary>
    public double[]? Sums { get; init; }

    public long Missing { get; set; }

    public long PositiveInfinite { get; set; }

    public long NegativeInfinite { get; set; }

    public long Unreadable { get; set; }

    public long BelowMinimum { get; set; }

    public long AboveMaximum { get; set; }

    public long OutsideDeclared { get; set; }

    /// <summary>Values that are no whole numbers; 0 where that is not known.</summary>
    public long Fractional { get; set; }

    /// <summary>Whether values outside of ranges were counted one by one; otherwise their counts are at least as large.</summary>
    public bool KnowsEveryValue { get; private set; } = true;

    /// <summary>Whether all values are known to be the same one.</summary>
    public bool IsOneValue { get; private set; }

    public long Count => Bins.Sum();

    public static NumericTally Of(NumericColumn reference, ReadOnlySpan<double> values)
    {
        NumericTally tally = new(reference) { Sums = new double[reference.Grid.BinCount] };
        NumericGrid grid = reference.Grid;
        double least = double.PositiveInfinity, most = double.NegativeInfinity;
        double low = reference.DeclaredMinimum ?? double.NegativeInfinity, high = reference.DeclaredMaximum ?? double.PositiveInfinity;
        foreach (double value in values)
        {
            if (double.IsFinite(value))
            {
                int bin = grid.BinOf(value);
                tally.Bins[bin]++;
                tally.Sums[bin] += value;
                (least, most) = (Math.Min(least, value), Math.Max(most, value));
                tally.BelowMinimum += value < reference.Minimum ? 1 : 0;
                tally.AboveMaximum += value > reference.Maximum ? 1 : 0;
                tally.OutsideDeclared += value < low || value > high ? 1 : 0;
                tally.Fractional += Math.Floor(value) == value ? 0 : 1;
            }
            else if (double.IsNaN(value))
            {
                tally.Missing++;
            }
            else if (value > 0)
            {
                tally.PositiveInfinite++;
            }
            else
            {
                tally.NegativeInfinite++;
            }
        }

        tally.IsOneValue = least == most;
        return tally;
    }

    /// <summary>Numbers that came as text; empty text is missing and other text that is no number is unreadable.</summary>
    public static NumericTally OfTexts(NumericColumn reference, ReadOnlySpan<string?> texts)
    {
        double[] numbers = new double[texts.Length];
        int count = 0;
        long unreadable = 0;
        foreach (string? text in texts)
        {
            if (string.IsNullOrWhiteSpace(text))
            {
                numbers[count++] = double.NaN;
            }
            else if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number))
            {
                numbers[count++] = number;
            }
            else
            {
                unreadable++;
            }
        }

        NumericTally tally = Of(reference, numbers.AsSpan(0, count));
        tally.Unreadable = unreadable;
        return tally;
    }

    /// <summary>The counts of a profile on the same bins.</summary>
    public static NumericTally Of(NumericColumn reference, NumericColumn current)
    {
        NumericTally tally = new(reference)
        {
            Sums = new double[reference.Grid.BinCount],
            Missing = current.Missing,
            PositiveInfinite = current.PositiveInfinite,
            NegativeInfinite = current.NegativeInfinite,
            IsOneValue = current.Minimum == current.Maximum,
            KnowsEveryValue = false,
        };
        current.Counts.CopyTo(tally.Bins);
        for (int bin = 0; bin < tally.Bins.Length; bin++)
        {
            tally.Sums[bin] = tally.Bins[bin] == 0 ? 0 : tally.Bins[bin] * current.BinMean(bin);
        }

        if (reference.HasBinPerValue)
        {
            (tally.BelowMinimum, tally.AboveMaximum) = (tally.Bins[0], tally.Bins[^1]);
        }
        else
        {
            tally.BelowMinimum = current.Minimum < reference.Minimum ? 1 : 0;
            tally.AboveMaximum = current.Maximum > reference.Maximum ? 1 : 0;
        }

        tally.OutsideDeclared = (current.Minimum < reference.DeclaredMinimum ? 1 : 0) + (current.Maximum > reference.DeclaredMaximum ? 1 : 0);
        return tally;
    }
}
