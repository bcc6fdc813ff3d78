using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>
/// Counts and sums values on a grid. A monotone map of [first edge, last edge] to slots tells which few edges can matter; edges go through
/// the same arithmetic as values, so rounding cannot misplace one. A bin's count and sum lie side by side and are added as one vector.
/// </summary>
internal sealed class GridCounter
{
    private const int Slots = 1 << 11;
    private const int Block = 4096;
    private const int Tables = 4;

    private readonly double[] _edges;
    private readonly ushort[] _starts = new ushort[Slots + 1];
    private readonly Vector128<double>[] _bins;
    private readonly double _first, _scale;
    private readonly bool _isCrowded;

    /// <param name="edges">Ascending edges, or the values of a grid of values.</param>
    public GridCounter(ReadOnlySpan<double> edges)
    {
        // Two infinite edges at the end: the two compares below may always look at them.
        _edges = [.. edges, double.PositiveInfinity, double.PositiveInfinity];
        _bins = new Vector128<double>[Tables * (edges.Length + 1)];
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
            for (int own = SlotOf(edges[k], _first, _scale); slot <= own; slot++)
            {
                _starts[slot] = (ushort)k;
            }
        }

        _starts.AsSpan(slot).Fill((ushort)edges.Length);
        for (int s = 0; s < Slots; s++)
        {
            _isCrowded |= _starts[s + 1] - _starts[s] > 2;
        }
    }

    public double Least { get; private set; } = double.PositiveInfinity;

    public double Most { get; private set; } = double.NegativeInfinity;

    public long Missing { get; private set; }

    public long PositiveInfinite { get; private set; }

    public long NegativeInfinite { get; private set; }

    /// <summary>Values with so many edges at or below them.</summary>
    public long CountOf(int bin) => (long)Total(bin).ToScalar();

    /// <summary>Sum of the values with so many edges at or below them.</summary>
    public double SumOf(int bin) => Total(bin).GetElement(1);

    public void Add<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int at = 0; at < values.Length; at += Block)
        {
            Interruption.LookAt(at + Block - 1);
            ReadOnlySpan<T> block = values.Slice(at, Math.Min(Block, values.Length - at));
            if (Ends(block, out T least, out T most))
            {
                Least = Math.Min(Least, double.CreateTruncating(least));
                Most = Math.Max(Most, double.CreateTruncating(most));
                Count(block);
            }
            else
            {
                Sift(block);
            }
        }
    }

    private Vector128<double> Total(int bin)
    {
        int stride = _edges.Length - 1;
        return _bins[bin] + _bins[stride + bin] + (_bins[2 * stride + bin] + _bins[3 * stride + bin]);
    }

    /// <summary>Counts finite values; the loop is compiled with full optimization at once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Count<T>(ReadOnlySpan<T> block)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (_isCrowded)
        {
            foreach (T value in block)
            {
                Add(double.CreateTruncating(value));
            }

            return;
        }

        // Neighbours add to tables of their own: equal ones do not wait for each other.
        int stride = _edges.Length - 1, i = 0;
        ref Vector128<double> one = ref MemoryMarshal.GetArrayDataReference(_bins);
        ref Vector128<double> two = ref Unsafe.Add(ref one, stride), three = ref Unsafe.Add(ref two, stride), four = ref Unsafe.Add(ref three, stride);
        ref double edges = ref MemoryMarshal.GetArrayDataReference(_edges);
        ref ushort starts = ref MemoryMarshal.GetArrayDataReference(_starts);
        ref T values = ref MemoryMarshal.GetReference(block);
        double first = _first, scale = _scale;
        for (; i <= block.Length - Tables; i += Tables)
        {
            double a = double.CreateTruncating(Unsafe.Add(ref values, i)), b = double.CreateTruncating(Unsafe.Add(ref values, i + 1));
            double c = double.CreateTruncating(Unsafe.Add(ref values, i + 2)), d = double.CreateTruncating(Unsafe.Add(ref values, i + 3));
            Unsafe.Add(ref one, BinOf(ref starts, ref edges, a, first, scale)) += Vector128.Create(1, a);
            Unsafe.Add(ref two, BinOf(ref starts, ref edges, b, first, scale)) += Vector128.Create(1, b);
            Unsafe.Add(ref three, BinOf(ref starts, ref edges, c, first, scale)) += Vector128.Create(1, c);
            Unsafe.Add(ref four, BinOf(ref starts, ref edges, d, first, scale)) += Vector128.Create(1, d);
        }

        for (; i < block.Length; i++)
        {
            Add(double.CreateTruncating(block[i]));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int BinOf(ref ushort starts, ref double edges, double value, double first, double scale)
    {
        int from = Unsafe.Add(ref starts, SlotOf(value, first, scale));
        ref double edge = ref Unsafe.Add(ref edges, from);
        return from + (edge <= value ? 1 : 0) + (Unsafe.Add(ref edge, 1) <= value ? 1 : 0);
    }

    /// <summary>The native minimum and maximum; values here are finite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int SlotOf(double value, double first, double scale) =>
        double.ConvertToIntegerNative<int>(double.MinNative(double.MaxNative((value - first) * scale, 0), Slots - 1));

    private void Add(double value)
    {
        int slot = SlotOf(value, _first, _scale), from = _starts[slot], to = _starts[slot + 1];
        while (from < to)
        {
            int middle = (from + to) >>> 1;
            (from, to) = _edges[middle] <= value ? (middle + 1, to) : (from, middle);
        }

        _bins[from] += Vector128.Create(1, value);
    }

    private void Sift<T>(ReadOnlySpan<T> block)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        foreach (T single in block)
        {
            double value = double.CreateTruncating(single);
            if (double.IsFinite(value))
            {
                (Least, Most) = (Math.Min(Least, value), Math.Max(Most, value));
                Add(value);
            }
            else if (double.IsNaN(value))
            {
                Missing++;
            }
            else if (value > 0)
            {
                PositiveInfinite++;
            }
            else
            {
                NegativeInfinite++;
            }
        }
    }

    /// <summary>Whether all values are finite, and then the least and the greatest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool Ends<T>(ReadOnlySpan<T> block, out T least, out T most)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ref T start = ref MemoryMarshal.GetReference(block);
        Vector<T> rest = Vector<T>.Zero, low = new(T.PositiveInfinity), high = new(T.NegativeInfinity);
        int i = 0;
        for (; i <= block.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            // x - x is 0 for finite x only, and NaN survives addition.
            Vector<T> x = Vector.LoadUnsafe(ref start, (nuint)i);
            rest += x - x;
            low = Vector.Min(low, x);
            high = Vector.Max(high, x);
        }

        T sum = Vector.Sum(rest);
        (least, most) = (T.PositiveInfinity, T.NegativeInfinity);
        for (int k = 0; k < Vector<T>.Count; k++)
        {
            (least, most) = (T.Min(least, low[k]), T.Max(most, high[k]));
        }

        for (; i < block.Length; i++)
        {
            sum += block[i] - block[i];
            (least, most) = (T.Min(least, block[i]), T.Max(most, block[i]));
        }

        return sum == T.Zero;
    }
}
