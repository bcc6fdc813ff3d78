using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>
/// A numeric column that is read once, value by value, in constant memory. Values are gathered to blocks of one length, so that the result does
/// not depend on the batches they come in.
/// </summary>
internal abstract class NumericStream(ColumnLayout layout)
{
    private const int Block = 4096;

    private readonly double[] _block = new double[Block];
    private int _length;

    protected ColumnLayout Layout => layout;

    protected Moments Moments { get; private set; }

    private long Missing { get; set; }

    private long PositiveInfinite { get; set; }

    private long NegativeInfinite { get; set; }

    public void Add(ReadOnlySpan<double> values)
    {
        while (!values.IsEmpty)
        {
            ReadOnlySpan<double> part = values[..Math.Min(values.Length, Block - _length)];
            Interruption.Look();
            part.CopyTo(_block.AsSpan(_length));
            _length += part.Length;
            values = values[part.Length..];
            if (_length == Block)
            {
                Flush();
            }
        }
    }

    public NumericColumn Build()
    {
        Flush();
        (NumericGrid grid, ColumnKind kind, long[] counts, long[] offsets, NumericSketches sketches) = Shape();
        bool isEmpty = Moments.Count == 0;
        return new NumericColumn(layout.Name, layout.Role, kind, grid, counts, offsets)
        {
            Count = Moments.Count,
            Missing = Missing,
            PositiveInfinite = PositiveInfinite,
            NegativeInfinite = NegativeInfinite,
            Minimum = isEmpty ? double.NaN : Moments.Minimum + 0.0,
            Maximum = isEmpty ? double.NaN : Moments.Maximum + 0.0,
            Mean = isEmpty ? double.NaN : Moments.Mean,
            SquaredDeviations = Moments.SquaredDeviations,
            DeclaredMinimum = layout.Minimum,
            DeclaredMaximum = layout.Maximum,
            Sketches = sketches with { Unit = layout.Unit },
        };
    }

    protected abstract void Take(ReadOnlySpan<double> finite);

    protected abstract (NumericGrid Grid, ColumnKind Kind, long[] Counts, long[] Offsets, NumericSketches Sketches) Shape();

    protected void Flush()
    {
        Span<double> block = _block.AsSpan(0, _length);
        _length = 0;
        if (!AllFinite(block))
        {
            int kept = 0;
            foreach (double value in block)
            {
                block[kept] = value;
                kept += double.IsFinite(value) ? 1 : 0;
                Missing += double.IsNaN(value) ? 1 : 0;
                PositiveInfinite += double.IsPositiveInfinity(value) ? 1 : 0;
                NegativeInfinite += double.IsNegativeInfinity(value) ? 1 : 0;
            }

            block = block[..kept];
        }

        if (!block.IsEmpty)
        {
            Moments = Moments.Merge(Moments.OfBlock(block));
            Take(block);
        }
    }

    private static bool AllFinite(ReadOnlySpan<double> values)
    {
        ref double first = ref MemoryMarshal.GetReference(values);
        Vector512<double> most = Vector512.Create(double.MaxValue);
        int at = 0;
        for (; at <= values.Length - Vector512<double>.Count; at += Vector512<double>.Count)
        {
            if (!Vector512.LessThanOrEqualAll(Vector512.Abs(Vector512.LoadUnsafe(ref first, (nuint)at)), most))
            {
                return false;
            }
        }

        for (; at < values.Length; at++)
        {
            if (!double.IsFinite(values[at]))
            {
                return false;
            }
        }

        return true;
    }
}
