using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>Makes a numeric column from values in memory: sorts them, cuts the grid, counts.</summary>
internal static class GridBuilder
{
    public const double HeavyShare = 0.05;

    private const int FewValues = 20;

    /// <summary>Builds the column.</summary>
    /// <param name="layout">Name, role and what was declared.</param>
    /// <param name="values">All rows; NaN is missing. The array is the builder's: it is changed.</param>
    /// <param name="like">A column whose grid is shared; null to cut one from the values.</param>
    /// <param name="sample">The same values sorted, when somebody did that already.</param>
    public static NumericColumn Build(ColumnLayout layout, double[] values, NumericColumn? like, SortedSample? sample = null)
    {
        double[]? kept = layout.KeepValues ? [.. values] : null;
        long missing = 0, positive = 0, negative = 0;
        int count = 0;
        for (int row = 0; row < values.Length; row++)
        {
            Interruption.LookAt(row);
            double value = values[row];
            if (double.IsFinite(value))
            {
                values[count++] = value + 0.0;
            }
            else if (double.IsNaN(value))
            {
                missing++;
            }
            else if (value > 0)
            {
                positive++;
            }
            else
            {
                negative++;
            }
        }

        ReadOnlySpan<double> sorted = (sample ?? new SortedSample(values.AsSpan(0, count))).Values;
        (NumericGrid grid, ColumnKind kind) = like is null ? Cut(sorted, layout.Resolution) : (like.Grid, like.Kind);
        (long[] counts, long[] offsets) = Count(grid, sorted);
        (double mean, double squares) = Moments(sorted);
        return new NumericColumn(layout.Name, layout.Role, kind, grid, counts, offsets)
        {
            Count = count,
            Missing = missing,
            PositiveInfinite = positive,
            NegativeInfinite = negative,
            Minimum = count == 0 ? double.NaN : sorted[0],
            Maximum = count == 0 ? double.NaN : sorted[^1],
            Mean = mean,
            SquaredDeviations = squares,
            DeclaredMinimum = layout.Minimum ?? like?.DeclaredMinimum,
            DeclaredMaximum = layout.Maximum ?? like?.DeclaredMaximum,
            Kept = kept,
            Sketches = NumericSketches.Of(sorted, grid.IsValues ? [] : like?.TopValues, layout.Unit ?? like?.Unit),
        };
    }

    /// <summary>Edges at the ranks floor(k n / resolution), k = 1 to resolution - 1; edges at the minimum and repeated ones fall away.</summary>
    public static (NumericGrid Grid, ColumnKind Kind) Cut(ReadOnlySpan<double> sorted, int resolution = NumericGrid.DefaultResolution)
    {
        if (sorted.IsEmpty)
        {
            return (new NumericGrid([], [], isValues: false, double.NaN, double.NaN), ColumnKind.Continuous);
        }

        (double[]? values, bool heavy) = Distinct(sorted);
        if (values is not null)
        {
            return (new NumericGrid(values, [], isValues: true, sorted[0], sorted[^1]), ColumnKind.Discrete);
        }

        GridCut cut = new(sorted[0], resolution);
        for (int k = 1; k < resolution; k++)
        {
            cut.Add(sorted[(int)GridCut.PlaceOf(k, sorted.Length, resolution)], k);
        }

        return (cut.Grid(sorted[^1]), heavy ? ColumnKind.Discrete : ColumnKind.Continuous);
    }

    /// <summary>The distinct values when there are at most 64 and they repeat, and whether one value, not alone, holds more than 5 %.</summary>
    private static (double[]? Values, bool Heavy) Distinct(ReadOnlySpan<double> sorted)
    {
        List<double> values = [];
        bool heavy = false;
        int start = 0;
        for (int i = 1; i <= sorted.Length; i++)
        {
            Interruption.LookAt(i);
            if (i < sorted.Length && sorted[i] == sorted[start])
            {
                continue;
            }

            heavy |= i - start > Math.Max(1, HeavyShare * sorted.Length);
            if (values.Count <= NumericGrid.MostValues)
            {
                values.Add(sorted[start]);
            }

            start = i;
        }

        // Where most values occur once, a bin a value says nothing of the next sample. In a handful of values that cannot be seen.
        bool repeats = sorted.Length < FewValues || values.Count <= sorted.Length / 2;
        return (values.Count <= NumericGrid.MostValues && repeats ? [.. values] : null, heavy);
    }

    private static (long[] Counts, long[] Offsets) Count(NumericGrid grid, ReadOnlySpan<double> values)
    {
        long[] counts = new long[grid.BinCount];
        long[] offsets = grid.IsValues ? [] : new long[grid.BinCount];
        for (int i = 0; i < values.Length; i++)
        {
            Interruption.LookAt(i);
            double value = values[i];
            int bin = grid.BinOf(value);
            counts[bin]++;
            if (offsets.Length > 0)
            {
                offsets[bin] += BinOffset.Of(grid, bin, value);
            }
        }

        return (counts, offsets);
    }

    internal static (double Mean, double Squares) Moments(ReadOnlySpan<double> values)
    {
        if (values.IsEmpty)
        {
            return (double.NaN, 0);
        }

        double pivot = values[values.Length / 2], sum = 0;
        for (int i = 0; i < values.Length; i++)
        {
            Interruption.LookAt(i);
            sum += values[i] - pivot;
        }

        double mean = pivot + sum / values.Length, squares = 0;
        for (int i = 0; i < values.Length; i++)
        {
            Interruption.LookAt(i);
            squares += (values[i] - mean) * (values[i] - mean);
        }

        return (mean, squares);
    }
}
