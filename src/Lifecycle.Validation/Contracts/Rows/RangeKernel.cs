using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Lifecycle.Validation;

/// <summary>Compares a chunk with limits, 64 rows at a time; bits are gathered only where something lies outside.</summary>
internal static class RangeKernel
{
    private const int Block = 64;

    /// <summary>Whether every value is a number between the limits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool AllWithin<T>(ReadOnlySpan<T> values, T least, T most)
        where T : struct, INumber<T>
    {
        ref T first = ref MemoryMarshal.GetReference(values);
        Vector256<T> low = Vector256.Create(least), high = Vector256.Create(most);
        int width = Vector256<T>.Count, at = 0;
        for (; at + Block <= values.Length; at += Block)
        {
            Vector256<T> all = Vector256<T>.AllBitsSet;
            for (int i = 0; i < Block; i += 2 * width)
            {
                Vector256<T> one = Vector256.LoadUnsafe(ref first, (nuint)(at + i)), other = Vector256.LoadUnsafe(ref first, (nuint)(at + i + width));
                all &= Vector256.GreaterThanOrEqual(one, low) & Vector256.LessThanOrEqual(one, high) & Vector256.GreaterThanOrEqual(other, low) & Vector256.LessThanOrEqual(other, high);
            }

            if (all.AsUInt64() != Vector256<ulong>.AllBitsSet)
            {
                return false;
            }
        }

        for (; at < values.Length; at++)
        {
            if (!(values[at] >= least && values[at] <= most))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Sets the bit of each value below or above the limits; NaN is neither.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Outside<T>(ReadOnlySpan<T> values, T least, T most, Span<ulong> bits)
        where T : struct, INumber<T>
    {
        ref T first = ref MemoryMarshal.GetReference(values);
        Vector256<T> low = Vector256.Create(least), high = Vector256.Create(most);
        int width = Vector256<T>.Count, at = 0;
        for (; at + Block <= values.Length; at += Block)
        {
            Vector256<T> any = default;
            for (int i = 0; i < Block; i += 2 * width)
            {
                Vector256<T> one = Vector256.LoadUnsafe(ref first, (nuint)(at + i)), other = Vector256.LoadUnsafe(ref first, (nuint)(at + i + width));
                any |= Vector256.LessThan(one, low) | Vector256.GreaterThan(one, high) | Vector256.LessThan(other, low) | Vector256.GreaterThan(other, high);
            }

            bits[at / Block] = any.AsUInt64() == Vector256<ulong>.Zero ? 0 : BlockOutside(values.Slice(at, Block), least, most);
        }

        if (at < values.Length)
        {
            bits[at / Block] = BlockOutside(values[at..], least, most);
        }
    }

    /// <summary>Sets the bit of each value that is a number; says whether all are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool Numbers<T>(ReadOnlySpan<T> values, Span<ulong> bits)
        where T : struct, IFloatingPointIeee754<T>
    {
        ref T first = ref MemoryMarshal.GetReference(values);
        int width = Vector256<T>.Count, at = 0;
        bool all = true;
        for (; at + Block <= values.Length; at += Block)
        {
            Vector256<T> any = default;
            for (int i = 0; i < Block; i += 2 * width)
            {
                Vector256<T> one = Vector256.LoadUnsafe(ref first, (nuint)(at + i)), other = Vector256.LoadUnsafe(ref first, (nuint)(at + i + width));
                any |= ~(Vector256.Equals(one, one) & Vector256.Equals(other, other));
            }

            bool clean = any.AsUInt64() == Vector256<ulong>.Zero;
            bits[at / Block] = clean ? ulong.MaxValue : BlockNumbers(values.Slice(at, Block));
            all &= clean;
        }

        if (at < values.Length)
        {
            ulong found = BlockNumbers(values[at..]);
            bits[at / Block] = found;
            all &= BitOperations.PopCount(found) == values.Length - at;
        }

        return all;
    }

    private static ulong BlockOutside<T>(ReadOnlySpan<T> values, T least, T most)
        where T : struct, INumber<T>
    {
        ulong bits = 0;
        for (int i = 0; i < values.Length; i++)
        {
            bits |= values[i] < least || values[i] > most ? 1UL << i : 0;
        }

        return bits;
    }

    private static ulong BlockNumbers<T>(ReadOnlySpan<T> values)
        where T : struct, IFloatingPointIeee754<T>
    {
        ulong bits = 0;
        for (int i = 0; i < values.Length; i++)
        {
            bits |= T.IsNaN(values[i]) ? 0 : 1UL << i;
        }

        return bits;
    }
}
