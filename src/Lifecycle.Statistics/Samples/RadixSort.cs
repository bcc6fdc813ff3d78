using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Lifecycle.Statistics;

/// <summary>
/// Least-significant-digit radix sorts of order keys, 11 bits a pass; a digit in which all keys agree is skipped. Histograms of
/// all digits are counted in one pass.
/// </summary>
internal static class RadixSort
{
    private const int Bits = 11;
    private const int Buckets = 1 << Bits;
    private const uint Mask = Buckets - 1;

    /// <summary>Sorts the keys; the result is either array, the other is spare.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static uint[] Sort(uint[] keys, uint[] spare, int count)
    {
        Span<int> counts = new int[3 * Buckets];
        foreach (uint key in keys.AsSpan(0, count))
        {
            counts[(int)(key & Mask)]++;
            counts[(int)(Buckets + ((key >> Bits) & Mask))]++;
            counts[(int)(2 * Buckets + (key >> (2 * Bits)))]++;
        }

        for (int digit = 0; digit < 3; digit++)
        {
            Span<int> starts = counts.Slice(digit * Buckets, Buckets);
            if (!ToStarts(starts, count))
            {
                Scatter(keys, spare, count, starts, digit * Bits);
                (keys, spare) = (spare, keys);
            }
        }

        return keys;
    }

    /// <summary>Sorts the keys; the result is either array, the other is spare.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ulong[] Sort(ulong[] keys, ulong[] spare, int count)
    {
        Span<int> counts = new int[6 * Buckets];
        foreach (ulong key in keys.AsSpan(0, count))
        {
            counts[(int)(key & Mask)]++;
            counts[(int)(Buckets + (int)((key >> Bits) & Mask))]++;
            counts[(int)(2 * Buckets + (int)((key >> (2 * Bits)) & Mask))]++;
            counts[(int)(3 * Buckets + (int)((key >> (3 * Bits)) & Mask))]++;
            counts[(int)(4 * Buckets + (int)((key >> (4 * Bits)) & Mask))]++;
            counts[(int)(5 * Buckets + (int)(key >> (5 * Bits)))]++;
        }

        for (int digit = 0; digit < 6; digit++)
        {
            Span<int> starts = counts.Slice(digit * Buckets, Buckets);
            if (!ToStarts(starts, count))
            {
                Scatter(keys, spare, count, starts, digit * Bits);
                (keys, spare) = (spare, keys);
            }
        }

        return keys;
    }

    private static bool ToStarts(Span<int> counts, int total)
    {
        int sum = 0;
        bool alike = false;
        foreach (ref int count in counts)
        {
            alike |= count == total;
            (count, sum) = (sum, sum + count);
        }

        return alike;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scatter(uint[] keys, uint[] target, int count, Span<int> starts, int shift)
    {
        ref uint to = ref MemoryMarshal.GetArrayDataReference(target);
        ref int start = ref MemoryMarshal.GetReference(starts);
        foreach (uint key in keys.AsSpan(0, count))
        {
            Unsafe.Add(ref to, Unsafe.Add(ref start, (int)((key >> shift) & Mask))++) = key;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scatter(ulong[] keys, ulong[] target, int count, Span<int> starts, int shift)
    {
        ref ulong to = ref MemoryMarshal.GetArrayDataReference(target);
        ref int start = ref MemoryMarshal.GetReference(starts);
        foreach (ulong key in keys.AsSpan(0, count))
        {
            Unsafe.Add(ref to, Unsafe.Add(ref start, (int)((key >> shift) & Mask))++) = key;
        }
    }
}
