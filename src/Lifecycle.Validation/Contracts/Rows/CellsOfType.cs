using System.Globalization;
using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Lifecycle.Validation;

/// <summary>Cells of one type.</summary>
internal sealed class Cells<T>(TableColumn column) : Cells(column)
{
    private ReadOnlyMemory<T> _values;
    private ReadOnlyMemory<bool> _mask;
    private double[]? _numbers;
    private long[]? _ordinals;
    private string?[]? _texts;
    private bool _hasNumbers, _hasOrdinals, _hasTexts;

    public ReadOnlySpan<T> Current => _values.Span;

    private protected override void Take(BatchColumn column, int from)
    {
        BatchColumn<T> typed = (BatchColumn<T>)column;
        _values = typed.Values.Slice(from, Count);
        _mask = typed.Valid.IsEmpty ? default : typed.Valid.Slice(from, Count);
        _hasNumbers = _hasOrdinals = _hasTexts = false;
    }

    public override ReadOnlySpan<double> Numbers()
    {
        if (typeof(T) == typeof(double))
        {
            return MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<T, double>(ref MemoryMarshal.GetReference(_values.Span)), Count);
        }

        if (!_hasNumbers)
        {
            _numbers ??= new double[RowBits.ChunkRows];
            ReadOnlySpan<T> values = _values.Span;
            for (int i = 0; i < values.Length; i++)
            {
                _numbers[i] = Number(values[i]);
            }

            _hasNumbers = true;
        }

        return _numbers.AsSpan(0, Count);
    }

    public override ReadOnlySpan<long> Ordinals()
    {
        if (typeof(T) == typeof(long))
        {
            return MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<T, long>(ref MemoryMarshal.GetReference(_values.Span)), Count);
        }

        if (!_hasOrdinals)
        {
            _ordinals ??= new long[RowBits.ChunkRows];
            ReadOnlySpan<T> values = _values.Span;
            for (int i = 0; i < values.Length; i++)
            {
                _ordinals[i] = Ordinal(values[i]);
            }

            _hasOrdinals = true;
        }

        return _ordinals.AsSpan(0, Count);
    }

    public override ReadOnlySpan<string?> Texts()
    {
        if (typeof(T) == typeof(string))
        {
            return MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<T, string?>(ref MemoryMarshal.GetReference(_values.Span)), Count);
        }

        if (!_hasTexts)
        {
            _texts ??= new string?[RowBits.ChunkRows];
            ReadOnlySpan<T> values = _values.Span;
            for (int i = 0; i < values.Length; i++)
            {
                _texts[i] = Text(values[i]);
            }

            _hasTexts = true;
        }

        return _texts.AsSpan(0, Count);
    }

    public override void Hash(Span<ulong> hashes, long key)
    {
        ReadOnlySpan<T> values = _values.Span;
        for (int i = 0; i < values.Length; i++)
        {
            hashes[i] = Hash(values[i], key);
        }

        if (!AllPresent)
        {
            for (int i = 0; i < values.Length; i++)
            {
                hashes[i] = RowBits.Has(Present, i) ? hashes[i] : KeySet.OfMissing;
            }
        }
    }

    private static ulong Hash(T value, long key)
    {
        if (typeof(T) == typeof(string))
        {
            return XxHash3.HashToUInt64(MemoryMarshal.AsBytes(((string?)(object?)value).AsSpan()), key);
        }

        long bits = typeof(T) == typeof(double) || typeof(T) == typeof(float) ? BitConverter.DoubleToInt64Bits(Number(value) + 0.0) : Ordinal(value);
        return XxHash3.HashToUInt64(MemoryMarshal.AsBytes(new ReadOnlySpan<long>(in bits)), key);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Number(T value)
    {
        if (typeof(T) == typeof(double))
        {
            return (double)(object)value!;
        }

        if (typeof(T) == typeof(float))
        {
            return (float)(object)value!;
        }

        return typeof(T) == typeof(string) ? CellText.Number((string?)(object?)value) : Ordinal(value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Ordinal(T value)
    {
        if (typeof(T) == typeof(int))
        {
            return (int)(object)value!;
        }

        if (typeof(T) == typeof(bool))
        {
            return (bool)(object)value! ? 1 : 0;
        }

        if (typeof(T) == typeof(DateOnly))
        {
            return ((DateOnly)(object)value!).DayNumber * TimeSpan.TicksPerDay;
        }

        return typeof(T) == typeof(DateTime) ? ((DateTime)(object)value!).Ticks : (long)(object)value!;
    }

    private static string? Text(T value) => value switch
    {
        bool flag => flag ? "true" : "false",
        DateOnly date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateTime time => time.ToString("O", CultureInfo.InvariantCulture),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => null,
    };

    private protected override bool FindPresence(Span<ulong> valid, Span<ulong> present)
    {
        bool all = true;
        if (HasMask)
        {
            all = RowBits.Of(_mask.Span, valid);
        }
        else
        {
            RowBits.SetAll(valid, Count);
        }

        if (typeof(T) == typeof(string))
        {
            all &= LeaveOutNulls(valid);
        }

        if (typeof(T) != typeof(double) && typeof(T) != typeof(float))
        {
            valid.CopyTo(present);
            return all;
        }

        present.Clear();
        bool noNaN = typeof(T) == typeof(double)
            ? RangeKernel.Numbers(Numbers(), present)
            : RangeKernel.Numbers(MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<T, float>(ref MemoryMarshal.GetReference(_values.Span)), Count), present);
        RowBits.And(present, valid);
        return all && noNaN;
    }

    private bool LeaveOutNulls(Span<ulong> valid)
    {
        ReadOnlySpan<T> values = _values.Span;
        bool all = true;
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] is null)
            {
                RowBits.Clear(valid, i);
                all = false;
            }
        }

        return all;
    }
}
