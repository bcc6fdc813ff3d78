using System.Globalization;
using System.Numerics;
using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>New values of a numeric column, counted on the reference's bins.</summary>
internal sealed class NumericTally(NumericColumn reference, long[]? bins = null)
{
    private const int ManyValues = 2048;

    private double _least = double.PositiveInfinity, _most = double.NegativeInfinity;

    public long[] Bins { get; } = bins ?? new long[reference.Grid.BinCount];

    /// <summary>Sum of the values of each bin; null when only counts were kept.</summary>
    public double[]? Sums { get; init; }

    public long Missing { get; set; }

    public long PositiveInfinite { get; set; }

    public long NegativeInfinite { get; set; }

    public long Unreadable { get; set; }

    public long BelowMinimum { get; set; }

    public long AboveMaximum { get; set; }

    public long OutsideDeclared { get; set; }

    /// <summary>Values that are no whole numbers; counted only where the reference has whole numbers.</summary>
    public long Fractional { get; set; }

    /// <summary>Error of the counts up to an edge, as a share, when they come from a sketch.</summary>
    public double RankError { get; private init; }

    /// <summary>Error of the count of a bin, as a share, when it comes from a sketch.</summary>
    public double MassError { get; private init; }

    /// <summary>About how many distinct values; null where they were not counted.</summary>
    public double? Distinct { get; private init; }

    /// <summary>Whether values outside of ranges were counted one by one; otherwise their counts are at least as large.</summary>
    public bool KnowsEveryValue { get; private set; } = true;

    /// <summary>Whether all values are known to be the same one.</summary>
    public bool IsOneValue { get; private set; }

    public long Count => Bins.Sum();

    /// <summary>Counts raw values; float or double.</summary>
    public static NumericTally Of<T>(NumericColumn reference, ReadOnlySpan<T> values)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        NumericTally tally = new(reference) { Sums = new double[reference.Grid.BinCount] };
        if (values.Length >= ManyValues && !reference.HasBinPerValue)
        {
            GridCounter counter = new(reference.Grid.Edges);
            counter.Add(values);
            tally.Take(counter);
        }
        else
        {
            tally.TakeOneByOne(reference.Grid, values);
        }

        tally.LookOutside(reference, values);
        return tally;
    }

    /// <summary>Numbers that came as text; empty text is missing and other text that is no number is unreadable.</summary>
    public static NumericTally OfTexts(NumericColumn reference, ReadOnlySpan<string?> texts)
    {
        double[] numbers = new double[texts.Length];
        int count = 0;
        long unreadable = 0;
        for (int i = 0; i < texts.Length; i++)
        {
            Interruption.LookAt(i);
            string? text = texts[i];
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

        NumericTally tally = Of<double>(reference, numbers.AsSpan(0, count));
        tally.Unreadable = unreadable;
        return tally;
    }

    /// <summary>The counts of a profile on the same bins, which are shared and stay as they are, or from its quantile sketch.</summary>
    public static NumericTally Of(NumericColumn reference, NumericColumn current)
    {
        bool isSketched = current.Sketches.Quantiles is not null && !current.Grid.SameAs(reference.Grid);
        NumericTally tally = new(reference, isSketched ? null : current.CountArray)
        {
            Sums = isSketched ? new double[reference.Grid.BinCount] : current.BinSums,
            Missing = current.Missing,
            PositiveInfinite = current.PositiveInfinite,
            NegativeInfinite = current.NegativeInfinite,
            IsOneValue = current.Minimum == current.Maximum,
            KnowsEveryValue = false,
            RankError = current.RankError,
            MassError = current.MassError,
            Distinct = current.Distinct,
            Fractional = reference.IsIntegral ? current.Fractional ?? 0 : 0,
        };
        if (isSketched)
        {
            tally.Take(reference.Grid, current.Sketches.Quantiles!);
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

    private void Take(NumericGrid grid, Lifecycle.Statistics.QuantileSketch quantiles)
    {
        (double[] values, long[] weights) = quantiles.ToWeighted();
        for (int i = 0; i < values.Length; i++)
        {
            int bin = grid.BinOf(values[i]);
            Bins[bin] += weights[i];
            Sums![bin] += weights[i] * values[i];
        }
    }

    private void Take(GridCounter counter)
    {
        for (int bin = 0; bin < Bins.Length; bin++)
        {
            (Bins[bin], Sums![bin]) = (counter.CountOf(bin), counter.SumOf(bin));
        }

        (Missing, PositiveInfinite, NegativeInfinite) = (counter.Missing, counter.PositiveInfinite, counter.NegativeInfinite);
        (_least, _most) = (counter.Least, counter.Most);
    }

    private void TakeOneByOne<T>(NumericGrid grid, ReadOnlySpan<T> values)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < values.Length; i++)
        {
            Interruption.LookAt(i);
            double value = double.CreateTruncating(values[i]);
            if (double.IsFinite(value))
            {
                int bin = grid.BinOf(value);
                Bins[bin]++;
                Sums![bin] += value;
                (_least, _most) = (Math.Min(_least, value), Math.Max(_most, value));
            }
            else if (double.IsNaN(value))
            {
                Missing++;
            }
            else if (value > 0)
            {
                PositiveInfinite++;
            }
            else
            {
                NegativeInfinite++;
            }
        }
    }

    /// <summary>Counts what lies outside of ranges and what is no whole number, only where the least and greatest value say that there may be some.</summary>
    private void LookOutside<T>(NumericColumn reference, ReadOnlySpan<T> values)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        IsOneValue = _least == _most;
        double low = reference.DeclaredMinimum ?? double.NegativeInfinity, high = reference.DeclaredMaximum ?? double.PositiveInfinity;
        bool leaves = _least < reference.Minimum || _most > reference.Maximum || _least < low || _most > high, isIntegral = reference.IsIntegral;
        if (!leaves && !isIntegral)
        {
            return;
        }

        for (int i = 0; i < values.Length; i++)
        {
            Interruption.LookAt(i);
            double value = double.CreateTruncating(values[i]);
            if (double.IsFinite(value))
            {
                BelowMinimum += value < reference.Minimum ? 1 : 0;
                AboveMaximum += value > reference.Maximum ? 1 : 0;
                OutsideDeclared += value < low || value > high ? 1 : 0;
                Fractional += isIntegral && Math.Floor(value) != value ? 1 : 0;
            }
        }
    }
}
