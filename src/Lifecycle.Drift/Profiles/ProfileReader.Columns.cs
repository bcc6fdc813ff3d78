namespace Lifecycle.Drift;

internal static partial class ProfileReader
{
    private static CategoryColumn Category(ByteCursor cursor, ColumnParts parts)
    {
        if (parts.Labels is null || parts.Moments is not null || parts.Grid is not null || parts.Quantiles is not null)
        {
            throw cursor.Error("column", "a column of labels has labels and no bins");
        }

        if (parts.Other[0] > parts.Counts![0] || parts.Labels.Sum(l => l.Count) + parts.Other[0] != parts.Counts[0] || parts.Counts.Length > 4)
        {
            throw cursor.Error("labels", "the counts of the labels are not the number of values");
        }

        if (parts.LabelErrors is { } errors)
        {
            if (errors.Length != parts.Labels.Length || errors.Where((e, i) => e > parts.Labels[i].Count).Any())
            {
                throw cursor.Error("errors of labels", "there is not one for each label, or one is larger than its count");
            }

            for (int i = 0; i < errors.Length; i++)
            {
                parts.Labels[i] = parts.Labels[i] with { Error = errors[i] };
            }
        }

        return new CategoryColumn(parts.Name!, parts.Role, parts.Labels, parts.Other[0], parts.Other[1], parts.Other[2])
        {
            Missing = parts.Counts[1],
            PositiveInfinite = parts.Counts[2],
            NegativeInfinite = parts.Counts[3],
            Labelled = parts.Cardinality,
            Unknown = parts.Unknown,
        };
    }

    private static NumericColumn Numeric(ByteCursor cursor, ColumnParts parts)
    {
        if (parts.Quantiles is { } sketched)
        {
            if (parts.Grid is not null || parts.Bins is not null || parts.Offsets is not null || sketched.Sketch.Count != parts.Counts![0])
            {
                throw cursor.Error("quantile sketch", "it stands besides bins, or has another number of values");
            }

            (parts.Grid, parts.Kind, parts.Bins, parts.Offsets) = SketchedGrid.Of(sketched.Sketch, sketched.Resolution);
        }

        if (parts.Grid is not { } grid || parts.Bins is not { } bins || parts.Labels is not null || (parts.Moments is null) != (parts.Counts![0] == 0))
        {
            throw cursor.Error("column", "a column of numbers has moments, edges and bins, and no labels");
        }

        long[] offsets = parts.Offsets ?? [];
        if (bins.Length != grid.BinCount || offsets.Length != (grid.IsValues ? 0 : grid.BinCount))
        {
            throw cursor.Error("bins", $"there are {bins.Length} counts and {offsets.Length} means for {grid.BinCount} bins");
        }

        if (bins.Any(b => b > parts.Counts![0]) || bins.Sum() != parts.Counts![0])
        {
            throw cursor.Error("bins", "the counts of the bins are not the number of values");
        }

        if (parts.Moments is [double minimum, double maximum, _, double deviations]
            && (!(minimum <= maximum) || !double.IsFinite(minimum) || !double.IsFinite(maximum) || deviations < 0))
        {
            throw cursor.Error("moments", "the least value lies above the greatest, or a deviation is negative");
        }

        double[]? range = parts.Range is [double from, double to] && !(double.IsNaN(from) && double.IsNaN(to)) ? parts.Range : null;
        if (range is [double low, double high] && !(low <= high))
        {
            throw cursor.Error("declared range", "it is empty");
        }

        return new NumericColumn(parts.Name!, parts.Role, parts.Kind!.Value, grid, bins, offsets)
        {
            Count = parts.Counts![0],
            Missing = parts.Counts[1],
            PositiveInfinite = parts.Counts[2],
            NegativeInfinite = parts.Counts[3],
            Minimum = parts.Moments?[0] ?? double.NaN,
            Maximum = parts.Moments?[1] ?? double.NaN,
            Mean = parts.Moments?[2] ?? double.NaN,
            SquaredDeviations = parts.Moments?[3] ?? 0,
            DeclaredMinimum = range?[0],
            DeclaredMaximum = range?[1],
            Sketches = Sketches(parts),
            Unknown = parts.Unknown,
        };
    }

    private static NumericSketches Sketches(ColumnParts parts) => new()
    {
        Histogram = parts.Histogram,
        Cardinality = parts.Cardinality,
        TopValues = parts.Quantiles is { } quantiles ? SketchedGrid.Top(quantiles.Sketch) : parts.TopValues,
        Quantiles = parts.Quantiles?.Sketch,
        Resolution = parts.Quantiles?.Resolution ?? 0,
        Fractional = parts.Counts!.Length > 4 ? parts.Counts[4] : null,
        Unit = parts.Unit,
        RankError = parts.Quantiles?.Sketch.RankError ?? parts.BinErrors?[0] ?? 0,
        MassError = parts.Quantiles?.Sketch.MassError ?? parts.BinErrors?[1] ?? 0,
    };
}
