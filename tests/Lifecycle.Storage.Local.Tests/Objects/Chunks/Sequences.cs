using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Lifecycle.Storage.Local.Tests;

/// <summary>Bytes that tests agree on, and the naive form of the chunker.</summary>
internal static class Sequences
{
    /// <summary>SHA-256(u64 LE 0) ‖ SHA-256(u64 LE 1) ‖ ...</summary>
    public static byte[] Hashes(int length)
    {
        byte[] bytes = new byte[(length + 31) / 32 * 32];
        Span<byte> number = stackalloc byte[8];
        for (int i = 0; i < bytes.Length / 32; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(number, i);
            SHA256.HashData(number, bytes.AsSpan(i * 32));
        }

        return bytes[..length];
    }

    /// <summary>The rule of the format, one byte after the other.</summary>
    public static List<int> NaiveCuts(ReadOnlySpan<byte> data)
    {
        List<int> lengths = [];
        while (data.Length > 0)
        {
            int length = NaiveCut(data);
            lengths.Add(length);
            data = data[length..];
        }

        return lengths;
    }

    public static List<int> Cuts(ReadOnlySpan<byte> data)
    {
        List<int> lengths = [];
        while (data.Length > 0)
        {
            int length = ContentChunker.FirstCut(data);
            lengths.Add(length);
            data = data[length..];
        }

        return lengths;
    }

    private static int NaiveCut(ReadOnlySpan<byte> data)
    {
        const int Minimum = 16 * 1024, Average = 64 * 1024, Maximum = 256 * 1024;
        const ulong Strict = 0xFFFFC00000000000, Loose = 0xFFFC000000000000;
        ulong hash = 0;
        for (int i = Minimum - 64; i < Maximum && i < data.Length; i++)
        {
            hash = unchecked((hash << 1) + GearTable.Values[data[i]]);
            if (i >= Minimum && (hash & (i < Average ? Strict : Loose)) == 0)
            {
                return i + 1;
            }
        }

        return Math.Min(Maximum, data.Length);
    }
}
