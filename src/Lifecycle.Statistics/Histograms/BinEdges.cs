namespace Lifecycle.Statistics;

/// <summary>
/// Ascending edges that cut the real line into bins: the bin of x is the number of edges at or below x, so there is one bin
/// more than edges and the first and last are open. Immutable.
/// </summary>
public sealed partial class BinEdges
{
    /// <summary>Bins of the fine grid of a numeric column.</summary>
    public const int FineResolution = 320;

    /// <summary>Bins of a grid four times as fine, for large data whose verdict is too coarse.</summary>
    public const int HighResolution = 1280;

    /// <summary>Bins of the finest grid.</summary>
    public const int HighestResolution = 5120;

    /// <summary>Bins of the coarse grid, each a union of 32 fine ones.</summary>
    public const int CoarseResolution = 10;

    private readonly double[] _edges;
    private readonly float[] _singles;

    /// <summary>Takes edges as they are.</summary>
    /// <param name="edges">Finite edges in strictly ascending order; none gives a single bin.</param>
    /// <exception cref="ArgumentException">The edges are not finite or not strictly ascending.</exception>
    public BinEdges(ReadOnlySpan<double> edges)
    {
        for (int k = 0; k < edges.Length; k++)
        {
            if (!double.IsFinite(edges[k]) || (k > 0 && edges[k] <= edges[k - 1]))
            {
                throw new ArgumentException($"Edges are finite and strictly ascending; edge {k} is {edges[k]}.", nameof(edges));
            }
        }

        _edges = edges.ToArray();
        _singles = [.. _edges.Select(RoundUp)];
        Buckets = new BucketTable(_edges);
    }

    /// <summary>Number of bins, one more than edges.</summary>
    public int BinCount => _edges.Length + 1;

    /// <summary>The edges.</summary>
    public ReadOnlySpan<double> Values => _edges;

    /// <summary>For each edge the least single at or above it: x ≥ edge has the same answer for every single x.</summary>
    internal ReadOnlySpan<float> Singles => _singles;

    internal BucketTable Buckets { get; }

    /// <summary>
    /// Quantile edges sorted[⌊k n/bins⌋], k = 1 .. bins - 1, without duplicates and without edges at or below the least value.
    /// Every edge is a value of the sample, so edges of singles are exact.
    /// </summary>
    /// <param name="sample">The sample, usually the reference.</param>
    /// <param name="bins">Bins wanted, at least 1; there are fewer when values repeat.</param>
    /// <returns>The edges; those of a divisor of <paramref name="bins"/> are a subset.</returns>
    /// <exception cref="ArgumentException">The sample has no finite value.</exception>
    public static BinEdges FromQuantiles(SortedSample sample, int bins = FineResolution)
    {
        Require(sample);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bins);
        List<double> edges = [];
        double last = sample[0];
        for (long k = 1; k < bins; k++)
        {
            double edge = sample[(int)(k * sample.Count / bins)];
            if (edge > last)
            {
                edges.Add(edge);
                last = edge;
            }
        }

        return new BinEdges([.. edges]);
    }

    /// <summary>The bin of a value: the number of edges at or below it.</summary>
    /// <param name="value">Any number but NaN.</param>
    /// <returns>A bin in [0, <see cref="BinCount"/>).</returns>
    public int BinOf(double value) => Buckets.BinOf(value);

    private static float RoundUp(double edge)
    {
        float single = (float)edge;
        return single < edge ? MathF.BitIncrement(single) : single;
    }
}
