using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>The bins of a column whose rows were read once: they follow from its quantile sketch, and so do their counts and means.</summary>
internal static class SketchedGrid
{
    /// <summary>Bytes of a sketch whose size nobody asked for: with all other sections a column has at most 16,384.</summary>
    public const int MostBytes = 12_000;

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
    /// <param name="sketch">The sketch; it shrinks until it fits, and its error grows.</param>
    /// <param name="resolution">Bins that are wanted.</param>
    /// <param name="mostBytes">What it has to fit in.</param>
    /// <param name="rest">What does not follow from the sketch.</param>
    public static NumericSketches Sketches(QuantileSketch sketch, int resolution, int mostBytes, NumericSketches rest)
    {
        QuantileSketch kept = QuantileSketch.FromBytes(sketch.ToBytes(mostBytes));
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
        int asked = Math.Max(left.Quantiles.ToBytes().Length, right.Quantiles!.ToBytes().Length);
        return Sketches(merged, Math.Max(left.Resolution, right.Resolution), Math.Max(MostBytes, asked), left.Merge(right));
    }

    /// <summary>Values that are surely repeated: the sketch gives them more than its error.</summary>
    public static ValueCount[] Top(QuantileSketch sketch)
    {
        (double[] values, long[] weights) = sketch.ToWeighted();
        double least = Math.Max(1, sketch.MassError * sketch.Count);
        return NumericSketches.Ordered(values.Zip(weights, (value, weight) => new ValueCount(value, weight)).Where(v => v.Count > least));
    }
}
