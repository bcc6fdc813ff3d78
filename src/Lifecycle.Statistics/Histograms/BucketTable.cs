using System.Runtime.CompilerServices;

namespace Lifecycle.Statistics;

/// <summary>
/// Finds the bin of one value among many edges: a monotone map of [first edge, last edge] to 1,024 slots tells which few edges can
/// matter. Edges are mapped by the same arithmetic as values, so rounding cannot misplace a value.
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

    /// <summary>Number of edges at or below a value that is not NaN.</summary>
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int SlotOf(double value) => (int)Math.Min(Math.Max((value - _first) * _scale, 0), Slots - 1);
}
