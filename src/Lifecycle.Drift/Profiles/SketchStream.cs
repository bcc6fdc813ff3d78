using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>A numeric column whose bins are not known before: a quantile sketch, or exact counts while there are at most 64 values.</summary>
/// <param name="layout">Name, role and what was declared.</param>
/// <param name="size">Size of the sketch that was asked for; null for the default one, which shrinks into the bytes of a column.</param>
internal sealed class SketchStream(ColumnLayout layout, int? size = null) : NumericStream(layout)
{
    private readonly QuantileSketch _quantiles = new(size ?? QuantileSketch.DefaultK);
    private readonly CardinalitySketch _cardinality = new();
    private SortedDictionary<double, long>? _few = [];
    private long _fractional;

    /// <summary>The bins for a second reading, and the values to be counted there.</summary>
    public (NumericGrid Grid, ColumnKind Kind, ValueCount[] Top) Bins()
    {
        Flush();
        (NumericGrid grid, ColumnKind kind, _, _, NumericSketches sketches) = Shape();
        return (grid, kind, sketches.TopValues);
    }

    protected override void Take(ReadOnlySpan<double> finite)
    {
        _quantiles.Add(finite);
        _cardinality.Add(finite);
        _fractional += NumericSketches.CountFractional(finite);
        if (_few is { } few)
        {
            foreach (double value in finite)
            {
                // -0 and 0 are one key of a sorted dictionary; 0 is what is written.
                few[value + 0.0] = few.GetValueOrDefault(value) + 1;
                if (few.Count > NumericGrid.MostValues)
                {
                    _few = null;
                    return;
                }
            }
        }
    }

    protected override (NumericGrid Grid, ColumnKind Kind, long[] Counts, long[] Offsets, NumericSketches Sketches) Shape()
    {
        NumericSketches rest = new() { Cardinality = _cardinality, Fractional = _fractional };
        if (_few is { Count: > 0 } few)
        {
            double[] values = [.. few.Keys];
            NumericGrid grid = new(values, [], isValues: true, values[0], values[^1]);
            long[] counts = new long[grid.BinCount];
            int at = 0;
            foreach (long count in few.Values)
            {
                counts[(2 * at++) + 1] = count;
            }

            return (grid, ColumnKind.Discrete, counts, [], rest);
        }

        if (_quantiles.Count == 0)
        {
            (NumericGrid none, ColumnKind open) = GridBuilder.Cut([]);
            return (none, open, new long[1], new long[1], rest);
        }

        NumericSketches sketches = SketchedGrid.Sketches(_quantiles, Layout.Resolution, size is null ? SketchedGrid.MostBytes : int.MaxValue, rest);
        (NumericGrid fine, ColumnKind kind, long[] fineCounts, long[] offsets) = SketchedGrid.Of(sketches.Quantiles!, Layout.Resolution);
        return (fine, kind, fineCounts, offsets, sketches);
    }
}
