using System.Numerics;
using System.Runtime.CompilerServices;

namespace Lifecycle.Statistics;

/// <summary>
/// Finds bins among many edges: a monotone map of [first edge, last edge] to 1,024 slots tells which few edges can matter.
/// Edges are mapped by the same arithmetic as values, so rounding cannot misplace a value.
/// </summary>
internal sealed class BucketTable
{
    private const int Slots = 1 << 10;
    private readonly double[] _edges;
    private readonly int[] _starts = new int[Slots + 1];
    private readonly double _first, _scale;

    public BucketTable(double[] edges)
    {
        // No value reaches NaN: the two compares below may always look at the end.
        _edges = [.. edges, double.NaN, double.NaN];
        if (edges.Length == 0)
        {
            return;
        }

        _first = edges[0];
        _scale = Slots / (edges[^1] - _first);
        _scale = double.IsFinite(_scale) ? _scale : 0;
        int slot = 0;
        for (int k = 0; k < edges.Length; k++)
        {
            for (int own = SlotOf(edges[k]); slot <= own; slot++)
            {
                _starts[slot] = k;
            }
        }

        _starts.AsSpan(slot).Fill(edges.Length);
    }

    /// <summary>Number of edges at or below a finite value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int BinOf(double value)
    {
        int slot = SlotOf(value), from = _starts[slot], to = _starts[slot + 1];
        if (to - from <= 2)
        {
            return from + (_edges[from] <= value ? 1 : 0) + (_edges[from + 1] <= value ? 1 : 0);
        }

        return Search(value, from, to);
    }

    private int Search(double value, int from, int to)
    {
        while (from < to)
        {
            int middle = (from + to) >>> 1;
            (from, to) = _edges[middle] <= value ? (middle + 1, to) : (from, middle);
        }

        return from;
    }

    /// <summary>Adds the counts of finite values; returns the numbers of NaN and of infinite values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public (long Missing, long Infinite) Count<T>(ReadOnlySpan<T> values, Span<long> counts)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // Four tables: equal neighbours do not wait for each other's increment.
        int bins = counts.Length;
        int[] tables = new int[4 * bins];
        long missing = 0, infinite = 0;
        for (int i = 0; i < values.Length; i++)
        {
            double value = double.CreateTruncating(values[i]);
            if (double.IsFinite(value))
            {
                tables[(i & 3) * bins + BinOf(value)]++;
            }
            else
            {
                missing += double.IsNaN(value) ? 1 : 0;
                infinite += double.IsNaN(value) ? 0 : 1;
            }
        }

        for (int b = 0; b < bins; b++)
        {
            counts[b] += (long)tables[b] + tables[bins + b] + tables[2 * bins + b] + tables[3 * bins + b];
        }

        return (missing, infinite);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int SlotOf(double value) => (int)Math.Min(Math.Max((value - _first) * _scale, 0), Slots - 1);
}
