using System.Numerics;

namespace Lifecycle.Statistics;

/// <summary>
/// How many values fall into each bin. Up to 32 edges values are compared with vector instructions, with more they are looked
/// up; counts are the same either way. NaN and infinite values are counted apart in the same pass. Adding is not thread-safe.
/// </summary>
public sealed class BinCounts
{
    private readonly long[] _counts;

    /// <summary>Starts with empty bins.</summary>
    /// <param name="edges">The edges.</param>
    public BinCounts(BinEdges edges)
    {
        ArgumentNullException.ThrowIfNull(edges);
        Edges = edges;
        _counts = new long[edges.BinCount];
    }

    /// <summary>The edges of the bins.</summary>
    public BinEdges Edges { get; }

    /// <summary>Finite values by bin.</summary>
    public ReadOnlySpan<long> Counts => _counts;

    /// <summary>Number of NaN.</summary>
    public long Missing { get; private set; }

    /// <summary>Number of infinite values.</summary>
    public long Infinite { get; private set; }

    /// <summary>Number of finite values.</summary>
    public long Total { get; private set; }

    /// <summary>Counts values of double precision.</summary>
    /// <param name="edges">The edges.</param>
    /// <param name="values">Values in any order.</param>
    /// <returns>The counts.</returns>
    public static BinCounts Of(BinEdges edges, ReadOnlySpan<double> values)
    {
        BinCounts counts = new(edges);
        counts.Add(values);
        return counts;
    }

    /// <summary>Counts values of single precision.</summary>
    /// <param name="edges">The edges.</param>
    /// <param name="values">Values in any order.</param>
    /// <returns>The counts.</returns>
    public static BinCounts Of(BinEdges edges, ReadOnlySpan<float> values)
    {
        BinCounts counts = new(edges);
        counts.Add(values);
        return counts;
    }

    /// <summary>Counts further values.</summary>
    /// <param name="values">Values in any order.</param>
    public void Add(ReadOnlySpan<double> values) =>
        Add(values, Edges.Values, IsCompared ? null : Edges.DoubleSearch);

    /// <summary>Counts further values.</summary>
    /// <param name="values">Values in any order.</param>
    public void Add(ReadOnlySpan<float> values) =>
        Add(values, Edges.Singles, IsCompared ? null : Edges.SingleSearch);

    /// <summary>Joins neighbouring bins.</summary>
    /// <param name="coarse">Edges that are a subset of <see cref="Edges"/>.</param>
    /// <returns>Counts on the coarse edges, equal to those of the same values counted there.</returns>
    /// <exception cref="ArgumentException">A coarse edge is none of <see cref="Edges"/>.</exception>
    public BinCounts Coarsen(BinEdges coarse)
    {
        BinCounts joined = new(coarse) { Missing = Missing, Infinite = Infinite, Total = Total };
        foreach (double edge in coarse.Values)
        {
            if (Edges.Values.BinarySearch(edge) < 0)
            {
                throw new ArgumentException($"The edge {edge} is not an edge of the fine bins.", nameof(coarse));
            }
        }

        for (int b = 0; b < _counts.Length; b++)
        {
            joined._counts[b == 0 ? 0 : coarse.BinOf(Edges.Values[b - 1])] += _counts[b];
        }

        return joined;
    }

    private bool IsCompared => Edges.Values.Length <= CompareCountKernel.WorthwhileEdges || Edges.Values.IsEmpty;

    private void Add<T>(ReadOnlySpan<T> values, ReadOnlySpan<T> edges, EdgeSearch<T>? search)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        while (values.Length > Interruption.Block)
        {
            Interruption.Look();
            Add(values[..Interruption.Block], edges, search);
            values = values[Interruption.Block..];
        }

        long other = search is null ? Compare(values, edges) : search.Count(values, _counts);
        long missing = other == 0 ? 0 : CompareCountKernel.CountMissing(values);
        Missing += missing;
        Infinite += other - missing;
        Total += values.Length - other;
    }

    private long Compare<T>(ReadOnlySpan<T> values, ReadOnlySpan<T> edges)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int padded = (edges.Length + CompareCountKernel.Group - 1) / CompareCountKernel.Group * CompareCountKernel.Group;
        Span<T> limits = stackalloc T[CompareCountKernel.MostEdges + CompareCountKernel.Group];
        limits.Fill(T.NaN);
        edges.CopyTo(limits);
        Span<long> atLeast = stackalloc long[CompareCountKernel.MostEdges + CompareCountKernel.Group];
        atLeast.Clear();
        long finite = 0, above = 0;
        for (ReadOnlySpan<T> rest = values; !rest.IsEmpty;)
        {
            ReadOnlySpan<T> block = rest[..Math.Min(rest.Length, CompareCountKernel.Block)];
            CompareCountKernel.Count(block, limits[..padded], atLeast[..padded]);
            finite += block.Length;
            if (!CompareCountKernel.AllFinite(block))
            {
                // NaN is at least no edge, +inf at least every edge.
                (long nan, long up, long down) = CompareCountKernel.NotFinite(block);
                finite -= nan + up + down;
                above += up;
            }

            rest = rest[block.Length..];
        }

        for (int b = 0; b <= edges.Length; b++)
        {
            long least = b == 0 ? finite : atLeast[b - 1] - above;
            _counts[b] += least - (b < edges.Length ? atLeast[b] - above : 0);
        }

        return values.Length - finite;
    }
}
