using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Lifecycle.Data;

/// <summary>SHA-256 (FIPS 180-4) of sixteen messages at once, each of one block; the first 16 bytes of each hash.</summary>
internal sealed class Sha256Lanes
{
    public const int Lanes = 16;

    /// <summary>Longest message of one block.</summary>
    public const int MostBytes = 55;

    private const int BlockBytes = 64;
    private const int Words = 16;

    private static readonly uint[] Start =
        [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

    private static readonly uint[] Rounds =
    [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ];

    private readonly byte[] _messages = new byte[Lanes * BlockBytes];
    private readonly uint[] _columns = new uint[Lanes * Words];

    /// <summary>Sets the message of a lane.</summary>
    /// <param name="lane">0 to 15.</param>
    /// <param name="message">At most <see cref="MostBytes"/>.</param>
    public void Set(int lane, ReadOnlySpan<byte> message)
    {
        Span<byte> block = _messages.AsSpan(lane * BlockBytes, BlockBytes);
        block.Clear();
        message.CopyTo(block);
        block[message.Length] = 0x80;
        BinaryPrimitives.WriteUInt32BigEndian(block[(BlockBytes - 4)..], (uint)message.Length * 8);
    }

    /// <summary>The first 16 bytes of the hash of every lane, big endian.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Hash(Span<UInt128> hashes)
    {
        ReadOnlySpan<uint> words = MemoryMarshal.Cast<byte, uint>(_messages);
        for (int lane = 0; lane < Lanes; lane++)
        {
            for (int word = 0; word < Words; word++)
            {
                uint value = words[(lane * Words) + word];
                _columns[(word * Lanes) + lane] = BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;
            }
        }

        Span<Vector512<uint>> w = stackalloc Vector512<uint>[Words];
        for (int word = 0; word < Words; word++)
        {
            w[word] = Vector512.LoadUnsafe(ref _columns[word * Lanes]);
        }

        Vector512<uint> a = Vector512.Create(Start[0]), b = Vector512.Create(Start[1]), c = Vector512.Create(Start[2]), d = Vector512.Create(Start[3]);
        Vector512<uint> e = Vector512.Create(Start[4]), f = Vector512.Create(Start[5]), g = Vector512.Create(Start[6]), h = Vector512.Create(Start[7]);
        for (int round = 0; round < Rounds.Length; round++)
        {
            Vector512<uint> next = w[round % Words];
            if (round >= Words)
            {
                Vector512<uint> early = w[(round + 1) % Words], late = w[(round + 14) % Words];
                Vector512<uint> small = Turn(early, 7) ^ Turn(early, 18) ^ (early >>> 3), large = Turn(late, 17) ^ Turn(late, 19) ^ (late >>> 10);
                next += small + w[(round + 9) % Words] + large;
                w[round % Words] = next;
            }

            Vector512<uint> first = h + (Turn(e, 6) ^ Turn(e, 11) ^ Turn(e, 25)) + ((e & f) ^ Vector512.AndNot(g, e)) + Vector512.Create(Rounds[round]) + next;
            Vector512<uint> second = (Turn(a, 2) ^ Turn(a, 13) ^ Turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
            (h, g, f, e, d, c, b, a) = (g, f, e, d + first, c, b, a, first + second);
        }

        a += Vector512.Create(Start[0]);
        b += Vector512.Create(Start[1]);
        c += Vector512.Create(Start[2]);
        d += Vector512.Create(Start[3]);
        for (int lane = 0; lane < Lanes; lane++)
        {
            hashes[lane] = new UInt128(((ulong)a.GetElement(lane) << 32) | b.GetElement(lane), ((ulong)c.GetElement(lane) << 32) | d.GetElement(lane));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Turn(Vector512<uint> value, int bits) => (value >>> bits) | (value << (32 - bits));
}
