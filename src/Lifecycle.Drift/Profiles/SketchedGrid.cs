using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>The bins of a column whose rows were read once: they follow from its quantile sketch, and so do their counts and means.</summary>
internal static class SketchedGrid
{
    /// <summary>Bytes for a sketch of the default size; a larger one may have more, in proportion.</summary>
    private const int MostBytes = 10_000;

    public static (NumericGrid Grid, ColumnKind Kind, long[] Counts, long[] Offsets) Of(QuantileSketch sketch, int resolution)
    {
        (double[] values, long[] weights) = sketch.ToWeighted();
        GridCut cut = new(sketch.Minimum, resolution);
        long upto = 0;
        for (int i = 0, k = 1; i < values.Length; i++)
        {
            upto += weights[i];
            for (; k < resolution && GridCut.PlaceOf(k, sketch.Count, resolution) < upto; k++)
            {
                cut.Add(values[i], k);
            }
        }

        NumericGrid grid = cut.Grid(sketch.Maximum);
        long[] counts = new long[grid.BinCount], offsets = new long[grid.BinCount];
        for (int i = 0; i < values.Length; i++)
        {
            int bin = grid.BinOf(values[i]);
            counts[bin] += weights[i];
            offsets[bin] += weights[i] * Math.Clamp(BinOffset.Of(grid, bin, values[i]), 0, (long)BinOffset.Unit);
        }

        bool heavy = weights.Any(w => w > GridBuilder.HeavyShare * sketch.Count);
        return (grid, heavy ? ColumnKind.Discrete : ColumnKind.Continuous, counts, offsets);
    }

    /// <summary>What a sketch says besides the bins.</summary>
    public static NumericSketches Sketches(QuantileSketch sketch, int resolution, int size, NumericSketches rest)
    {
        QuantileSketch kept = QuantileSketch.FromBytes(sketch.ToBytes((int)Math.Max(MostBytes, (long)MostBytes * size / QuantileSketch.DefaultK)));
        return rest with
        {
            Quantiles = kept,
            Resolution = resolution,
            RankError = kept.RankError,
            MassError = kept.MassError,
            TopValues = Top(kept),
        };
    }

    public static NumericSketches Merge(NumericSketches left, NumericSketches right)
    {
        QuantileSketch merged = left.Quantiles!.Clone();
        merged.Merge(right.Quantiles!);
        int size = Math.Max(left.Quantiles.K, right.Quantiles!.K);
        return Sketches(merged, Math.Max(left.Resolution, right.Resolution), size, left.Merge(right));
    }

    /// <summary>Values that are surely repeated: the sketch gives them more than its error.</summary>
    public static ValueCount[] Top(QuantileSketch sketch)
    {
        (double[] values, long[] weights) = sketch.ToWeighted();
        double least = Math.Max(1, sketch.MassError * sketch.Count);
        return NumericSketches.Ordered(values.Zip(weights, (value, weight) => new ValueCount(value, weight)).Where(v => v.Count > least));
    }
}
