using System.Buffers.Binary;

namespace Lifecycle.Data;

/// <summary>The numbers of RFC 1321 and the end of a message.</summary>
internal static class Md5Constants
{
    public const int Block = 64;

    public static ReadOnlySpan<uint> Start => [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];

    /// <summary>Bits to turn by: four a round.</summary>
    public static ReadOnlySpan<int> Turns => [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];

    /// <summary>floor(2^32 * abs(sin(i + 1))).</summary>
    public static ReadOnlySpan<uint> Sines =>
    [
        0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
        0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
        0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
        0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
        0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
        0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
        0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
        0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
    ];

    /// <summary>Writes what is left of a message and its padding; returns 64 or 128.</summary>
    public static int Pad(Span<byte> output, ReadOnlySpan<byte> rest, ulong length)
    {
        int used = rest.Length < Block - 8 ? Block : 2 * Block;
        rest.CopyTo(output);
        output[rest.Length] = 0x80;
        output[(rest.Length + 1)..(used - 8)].Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(output[(used - 8)..], length * 8);
        return used;
    }

    public static Md5Hash Hash(uint a, uint b, uint c, uint d)
    {
        Span<byte> bytes = stackalloc byte[Md5Hash.Bytes];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, a);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], b);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], c);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[12..], d);
        return Md5Hash.Read(bytes);
    }
}
