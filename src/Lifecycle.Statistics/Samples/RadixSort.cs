using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Lifecycle.Statistics;

/// <summary>
/// Least-significant-digit radix sorts of order keys, 11 bits a pass; a digit in which all keys agree is skipped. The histograms of all digits
/// are counted in one pass over the values, and the first scatter makes the keys.
/// </summary>
internal static partial class RadixSort
{
    private const int Bits = 11;
    private const int Buckets = 1 << Bits;
    private const uint Mask = Buckets - 1;

    /// <summary>Sorts the keys of the finite values; the result is either array, the other is spare.</summary>
    /// <param name="values">Values in any order.</param>
    /// <param name="keys">Memory for as many keys.</param>
    /// <param name="spare">As much again.</param>
    /// <param name="count">How many values are finite.</param>
    /// <param name="missing">How many are NaN.</param>
    [SkipLocalsInit]
    public static uint[] Sort(ReadOnlySpan<float> values, uint[] keys, uint[] spare, out int count, out int missing)
    {
        Span<int> counts = stackalloc int[3 * Buckets];
        counts.Clear();
        (count, missing) = (0, 0);
        for (int from = 0; from < values.Length; from += Interruption.Block)
        {
            Interruption.Look();
            (int finite, int nan) = Count(Block(values, from), counts);
            (count, missing) = (count + finite, missing + nan);
        }

        bool scattered = false;
        for (int digit = 0; digit < 3; digit++)
        {
            Span<int> starts = counts.Slice(digit * Buckets, Buckets);
            if (ToStarts(starts, count) && (scattered || digit < 2))
            {
                continue;
            }

            for (int from = 0; from < (scattered ? count : values.Length); from += Interruption.Block)
            {
                Interruption.Look();
                if (scattered)
                {
                    Scatter(Block<uint>(keys.AsSpan(0, count), from), spare, starts, digit * Bits);
                }
                else
                {
                    Scatter(Block(values, from), spare, starts, digit * Bits);
                }
            }

            (keys, spare, scattered) = (spare, keys, true);
        }

        return keys;
    }

    /// <summary>Sorts the keys of the finite values; the result is either array, the other is spare.</summary>
    /// <param name="values">Values in any order.</param>
    /// <param name="keys">Memory for as many keys.</param>
    /// <param name="spare">As much again.</param>
    /// <param name="count">How many values are finite.</param>
    /// <param name="missing">How many are NaN.</param>
    [SkipLocalsInit]
    public static ulong[] Sort(ReadOnlySpan<double> values, ulong[] keys, ulong[] spare, out int count, out int missing)
    {
        Span<int> counts = stackalloc int[6 * Buckets];
        counts.Clear();
        (count, missing) = (0, 0);
        for (int from = 0; from < values.Length; from += Interruption.Block)
        {
            Interruption.Look();
            (int finite, int nan) = Count(Block(values, from), counts);
            (count, missing) = (count + finite, missing + nan);
        }

        bool scattered = false;
        for (int digit = 0; digit < 6; digit++)
        {
            Span<int> starts = counts.Slice(digit * Buckets, Buckets);
            if (ToStarts(starts, count) && (scattered || digit < 5))
            {
                continue;
            }

            for (int from = 0; from < (scattered ? count : values.Length); from += Interruption.Block)
            {
                Interruption.Look();
                if (scattered)
                {
                    Scatter(Block<ulong>(keys.AsSpan(0, count), from), spare, starts, digit * Bits);
                }
                else
                {
                    Scatter(Block(values, from), spare, starts, digit * Bits);
                }
            }

            (keys, spare, scattered) = (spare, keys, true);
        }

        return keys;
    }

    private static ReadOnlySpan<T> Block<T>(ReadOnlySpan<T> values, int from) => values.Slice(from, Math.Min(Interruption.Block, values.Length - from));

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
}
