using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Lifecycle.Statistics;

namespace Lifecycle.Data;

internal sealed partial class CellSweep
{
    // Each gives how many values there were, or -1 when a cell is of another class.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int AddNumbers(Cells cells, int from, int count)
    {
        int kept = 0;
        bool odd = false;
        for (int row = from; row < count; row++)
        {
            ReadOnlySpan<byte> text = cells.At(row, out bool quoted);
            NumberKind kind = CellNumber.Parse(text, out long whole, out double value);
            if (kind == NumberKind.None || nulls.IsOwn || (kind == NumberKind.Real && double.IsNaN(value)))
            {
                if (IsNothing(text, quoted))
                {
                    continue;
                }

                if (kind == NumberKind.None)
                {
                    return -1;
                }
            }

            _values[kept] = value;
            _places[kept] = cells.PlaceOf(row);
            if (kind == NumberKind.Whole)
            {
                _tally.Least = Math.Min(_tally.Least, whole);
                _tally.Most = Math.Max(_tally.Most, whole);
                bool wide = !asReal && whole is < -ColumnTally.ExactInteger or > ColumnTally.ExactInteger;
                _tally.HasWide |= wide;
                _hashes[kept] = wide ? CellTelling.HashOfBits(whole) : SketchHash.Of(value);
            }
            else
            {
                _tally.AllWhole = false;
                odd |= !double.IsFinite(value);
                _hashes[kept] = SketchHash.Of(value);
            }

            kept++;
        }

        _tally.AllWhole &= !asReal;
        Span<double> values = _values.AsSpan(0, kept);
        NumberTally.Add(_tally, odd ? NumberTally.Finite(_tally, values) : values);
        return kept;
    }

    private int AddTimes(Cells cells, int from, int count)
    {
        int kept = 0;
        for (int row = from; row < count; row++)
        {
            ReadOnlySpan<byte> text = cells.At(row, out bool quoted);
            if (IsNothing(text, quoted))
            {
                continue;
            }

            if (!CellText.TryDateTime(text, out DateTime time))
            {
                return -1;
            }

            _tally.AllDates &= text.Length == 10;
            _tally.Least = Math.Min(_tally.Least, time.Ticks);
            _tally.Most = Math.Max(_tally.Most, time.Ticks);
            _values[kept] = time.Ticks;
            _hashes[kept] = CellTelling.HashOfBits(time.Ticks);
            _places[kept++] = cells.PlaceOf(row);
        }

        (_tally.Quantiles ??= new QuantileSketch(seed: (ulong)column)).Add(_values.AsSpan(0, kept));
        return kept;
    }

    private int AddBooleans(Cells cells, int from, int count)
    {
        int kept = 0;
        for (int row = from; row < count; row++)
        {
            ReadOnlySpan<byte> text = cells.At(row, out bool quoted);
            if (IsNothing(text, quoted))
            {
                continue;
            }

            if (!CellText.TryBoolean(text, out bool value))
            {
                return -1;
            }

            _hashes[kept] = value ? TrueHash : FalseHash;
            _places[kept++] = cells.PlaceOf(row);
        }

        return kept;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int AddTexts(Cells cells, int from, int count)
    {
        int kept = 0;
        for (int row = from; row < count; row++)
        {
            ReadOnlySpan<byte> text = cells.At(row, out bool quoted);
            if (nulls.IsOwn ? nulls.IsOwnNull(text) || (text.IsEmpty && !quoted) : text.IsEmpty && !quoted)
            {
                _tally.Empty++;
                continue;
            }

            int word = nulls.IsOwn ? -1 : NullRule.WordAt(text);
            if (word >= 0)
            {
                _tally.Words[word]++;
            }

            _tally.QuotedEmpty += text.IsEmpty ? 1 : 0;
            _tally.AddLength(scratch.IsAscii ? text.Length : TextLetters.Count(text), 1);
            _hashes[kept] = SketchHash.Of(text);
            _places[kept++] = cells.PlaceOf(row);
        }

        return kept;
    }

    internal static ulong TrueHash { get; } = SketchHash.Of("true");

    internal static ulong FalseHash { get; } = SketchHash.Of("false");
}

/// <summary>Adds numbers to a tally, many at once.</summary>
internal static class NumberTally
{
    /// <summary>Adds finite numbers.</summary>
    public static void Add(ColumnTally tally, ReadOnlySpan<double> finite)
    {
        (tally.Quantiles ??= new QuantileSketch(seed: (ulong)tally.Column)).Add(finite);
        tally.Moments = tally.Moments.Merge(Moments.OfBlock(finite));
        ref double first = ref MemoryMarshal.GetReference(finite);
        int i = 0, zeros = 0, negatives = 0;
        for (; i <= finite.Length - Vector512<double>.Count; i += Vector512<double>.Count)
        {
            Vector512<double> eight = Vector512.LoadUnsafe(ref first, (nuint)i);
            zeros += System.Numerics.BitOperations.PopCount(Vector512.Equals(eight, Vector512<double>.Zero).ExtractMostSignificantBits());
            negatives += System.Numerics.BitOperations.PopCount(Vector512.LessThan(eight, Vector512<double>.Zero).ExtractMostSignificantBits());
        }

        for (; i < finite.Length; i++)
        {
            zeros += finite[i] == 0 ? 1 : 0;
            negatives += finite[i] < 0 ? 1 : 0;
        }

        tally.Zeros += zeros;
        tally.Negatives += negatives;
    }

    /// <summary>Counts what is not finite and moves the others to the front.</summary>
    public static Span<double> Finite(ColumnTally tally, Span<double> values)
    {
        int kept = 0;
        foreach (double value in values)
        {
            values[kept] = value;
            kept += double.IsFinite(value) ? 1 : 0;
            tally.NotNumbers += double.IsNaN(value) ? 1 : 0;
            tally.PositiveInfinite += double.IsPositiveInfinity(value) ? 1 : 0;
            tally.NegativeInfinite += double.IsNegativeInfinity(value) ? 1 : 0;
            tally.Negatives += double.IsNegativeInfinity(value) ? 1 : 0;
        }

        return values[..kept];
    }
}
