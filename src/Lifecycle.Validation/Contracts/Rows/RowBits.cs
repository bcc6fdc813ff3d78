using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Lifecycle.Validation;

/// <summary>One bit a row of a chunk. Bits beyond the rows of a chunk are 0.</summary>
internal static class RowBits
{
    public const int ChunkRows = 4096;
    public const int Words = ChunkRows / Width;

    private const int Width = 64;

    public static void SetAll(Span<ulong> bits, int rows)
    {
        int whole = rows / Width;
        bits[..whole].Fill(ulong.MaxValue);
        bits[whole..].Clear();
        if (rows % Width != 0)
        {
            bits[whole] = (1UL << (rows % Width)) - 1;
        }
    }

    public static int Count(ReadOnlySpan<ulong> bits)
    {
        int count = 0;
        foreach (ulong word in bits)
        {
            count += BitOperations.PopCount(word);
        }

        return count;
    }

    public static bool Has(ReadOnlySpan<ulong> bits, int row) => (bits[row / Width] >> (row % Width) & 1) != 0;

    public static void Set(Span<ulong> bits, int row) => bits[row / Width] |= 1UL << (row % Width);

    public static void Clear(Span<ulong> bits, int row) => bits[row / Width] &= ~(1UL << (row % Width));

    public static void And(Span<ulong> into, ReadOnlySpan<ulong> other)
    {
        for (int i = 0; i < into.Length; i++)
        {
            into[i] &= other[i];
        }
    }

    public static void AndNot(Span<ulong> into, ReadOnlySpan<ulong> other)
    {
        for (int i = 0; i < into.Length; i++)
        {
            into[i] &= ~other[i];
        }
    }

    public static void Or(Span<ulong> into, ReadOnlySpan<ulong> other)
    {
        for (int i = 0; i < into.Length; i++)
        {
            into[i] |= other[i];
        }
    }

    /// <summary>The next row whose bit is set, from a row on; -1 when there is none.</summary>
    public static int Next(ReadOnlySpan<ulong> bits, int from)
    {
        for (int word = from / Width; word < bits.Length; word++)
        {
            ulong left = bits[word] & (word == from / Width ? ulong.MaxValue << (from % Width) : ulong.MaxValue);
            if (left != 0)
            {
                return word * Width + BitOperations.TrailingZeroCount(left);
            }
        }

        return -1;
    }

    /// <summary>Bits of flags; says whether all are set.</summary>
    public static bool Of(ReadOnlySpan<bool> flags, Span<ulong> bits)
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(flags);
        bits.Clear();
        int at = 0;
        for (; at + Width <= bytes.Length; at += Width)
        {
            uint low = ~Vector256.Equals(Vector256.Create(bytes[at..]), Vector256<byte>.Zero).ExtractMostSignificantBits();
            uint high = ~Vector256.Equals(Vector256.Create(bytes[(at + 32)..]), Vector256<byte>.Zero).ExtractMostSignificantBits();
            bits[at / Width] = low | (ulong)high << 32;
        }

        for (; at < bytes.Length; at++)
        {
            if (bytes[at] != 0)
            {
                Set(bits, at);
            }
        }

        return !flags.Contains(false);
    }
}
