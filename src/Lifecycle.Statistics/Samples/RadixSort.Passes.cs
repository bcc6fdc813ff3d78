using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Lifecycle.Statistics;

internal static partial class RadixSort
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (int Finite, int Missing) Count(ReadOnlySpan<float> values, Span<int> counts)
    {
        int finite = 0, missing = 0;
        ref int first = ref MemoryMarshal.GetReference(counts);
        foreach (float value in values)
        {
            uint key = OrderKey.Of(value);
            int kept = float.IsFinite(value) ? 1 : 0;
            finite += kept;
            missing += float.IsNaN(value) ? 1 : 0;
            Unsafe.Add(ref first, key & Mask) += kept;
            Unsafe.Add(ref first, Buckets + ((key >> Bits) & Mask)) += kept;
            Unsafe.Add(ref first, 2 * Buckets + (key >> (2 * Bits))) += kept;
        }

        return (finite, missing);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (int Finite, int Missing) Count(ReadOnlySpan<double> values, Span<int> counts)
    {
        int finite = 0, missing = 0;
        ref int first = ref MemoryMarshal.GetReference(counts);
        foreach (double value in values)
        {
            ulong key = OrderKey.Of(value);
            int kept = double.IsFinite(value) ? 1 : 0;
            finite += kept;
            missing += double.IsNaN(value) ? 1 : 0;
            Unsafe.Add(ref first, (nint)(key & Mask)) += kept;
            Unsafe.Add(ref first, (nint)(Buckets + ((key >> Bits) & Mask))) += kept;
            Unsafe.Add(ref first, (nint)(2 * Buckets + ((key >> (2 * Bits)) & Mask))) += kept;
            Unsafe.Add(ref first, (nint)(3 * Buckets + ((key >> (3 * Bits)) & Mask))) += kept;
            Unsafe.Add(ref first, (nint)(4 * Buckets + ((key >> (4 * Bits)) & Mask))) += kept;
            Unsafe.Add(ref first, (nint)(5 * Buckets + (key >> (5 * Bits)))) += kept;
        }

        return (finite, missing);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scatter(ReadOnlySpan<float> values, uint[] target, Span<int> starts, int shift)
    {
        ref uint to = ref MemoryMarshal.GetArrayDataReference(target);
        ref int start = ref MemoryMarshal.GetReference(starts);
        foreach (float value in values)
        {
            if (float.IsFinite(value))
            {
                uint key = OrderKey.Of(value);
                Unsafe.Add(ref to, Unsafe.Add(ref start, (key >> shift) & Mask)++) = key;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scatter(ReadOnlySpan<uint> keys, uint[] target, Span<int> starts, int shift)
    {
        ref uint to = ref MemoryMarshal.GetArrayDataReference(target);
        ref int start = ref MemoryMarshal.GetReference(starts);
        foreach (uint key in keys)
        {
            Unsafe.Add(ref to, Unsafe.Add(ref start, (key >> shift) & Mask)++) = key;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scatter(ReadOnlySpan<double> values, ulong[] target, Span<int> starts, int shift)
    {
        ref ulong to = ref MemoryMarshal.GetArrayDataReference(target);
        ref int start = ref MemoryMarshal.GetReference(starts);
        foreach (double value in values)
        {
            if (double.IsFinite(value))
            {
                ulong key = OrderKey.Of(value);
                Unsafe.Add(ref to, Unsafe.Add(ref start, (nint)((key >> shift) & Mask))++) = key;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scatter(ReadOnlySpan<ulong> keys, ulong[] target, Span<int> starts, int shift)
    {
        ref ulong to = ref MemoryMarshal.GetArrayDataReference(target);
        ref int start = ref MemoryMarshal.GetReference(starts);
        foreach (ulong key in keys)
        {
            Unsafe.Add(ref to, Unsafe.Add(ref start, (nint)((key >> shift) & Mask))++) = key;
        }
    }
}
