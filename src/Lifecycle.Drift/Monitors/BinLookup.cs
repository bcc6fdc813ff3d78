using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Lifecycle.Drift;

/// <summary>
/// Finds the bin of one value at once: a monotone map of [first edge, last edge] to slots tells which two edges can matter. Edges go through
/// the same arithmetic as values, so rounding cannot misplace one. A grid of values is the grid whose edges are each value and the next
/// number after it.
/// </summary>
internal sealed class BinLookup
{
    private const int MostEdgesAtOnce = 2;
    private const int SlotsOfDefault = 1 << 11;

    private readonly double[] _edges;
    private readonly ushort[] _starts;
    private readonly double _first;
    private readonly double _scale;
    private readonly double _lastSlot;
    private readonly bool _isCrowded;

    public BinLookup(NumericGrid grid)
    {
        double[] edges = grid.IsValues ? [.. grid.EdgeArray.SelectMany(v => new[] { v, Math.BitIncrement(v) })] : grid.EdgeArray;
        int slots = Math.Max(SlotsOfDefault, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)(2 * edges.Length)));

        // No value reaches NaN: the two compares may always look at the end.
        _edges = [.. edges, double.NaN, double.NaN];
        _starts = new ushort[slots + 1];
        _lastSlot = slots - 1;
        if (edges.Length == 0)
        {
            return;
        }

        _first = edges[0];
        _scale = slots / (edges[^1] - _first);
        if (!double.IsFinite(_scale) || _scale == 0)
        {
            // The edges are a point, or their distance overflows: one slot for all, and no infinity times 0.
            (_first, _scale) = (0, 0);
        }

        int slot = 0;
        for (int k = 0; k < edges.Length; k++)
        {
            for (int own = SlotOf(edges[k]); slot <= own; slot++)
            {
                _starts[slot] = (ushort)k;
            }
        }

        _starts.AsSpan(slot).Fill((ushort)edges.Length);
        for (int s = 0; s < slots; s++)
        {
            _isCrowded |= _starts[s + 1] - _starts[s] > MostEdgesAtOnce;
        }
    }

    /// <summary>The bin of a finite value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int BinOf(double value)
    {
        ref ushort start = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_starts), SlotOf(value));
        int from = start;
        ref double edge = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_edges), from);
        return _isCrowded && Unsafe.Add(ref start, 1) - from > MostEdgesAtOnce
            ? Search(value, from, Unsafe.Add(ref start, 1))
            : from + (edge <= value ? 1 : 0) + (Unsafe.Add(ref edge, 1) <= value ? 1 : 0);
    }

    /// <summary>A binary search whose steps are sums, not branches that the processor must guess.</summary>
    private int Search(double value, int from, int to)
    {
        for (int length = to - from; length > 0;)
        {
            int half = (length + 1) >> 1;
            from += _edges[from + half - 1] <= value ? half : 0;
            length -= half;
        }

        return from;
    }

    /// <summary>The native minimum and maximum: the product is never NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int SlotOf(double value) =>
        double.ConvertToIntegerNative<int>(double.MinNative(double.MaxNative((value - _first) * _scale, 0), _lastSlot));
}
