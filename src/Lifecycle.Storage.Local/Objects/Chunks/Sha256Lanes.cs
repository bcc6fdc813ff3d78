using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;

namespace Lifecycle.Storage.Local;

/// <summary>Bytes to be hashed.</summary>
internal readonly record struct Piece(byte[] Bytes, int Start, int Length)
{
    public ReadOnlySpan<byte> Span => Bytes.AsSpan(Start, Length);
}

/// <summary>
/// SHA-256 (FIPS 180-4) of many pieces at once, 16 of them side by side in vectors of 512 bits; a lane whose piece ends takes the next one. Without AVX-512,
/// or where only validated implementations may be used, each piece is hashed by the platform.
/// </summary>
internal static unsafe class Sha256Lanes
{
    private const int Lanes = 16;
    private const int BlockSize = 64;
    private const int LeastPieces = 4;

    /// <summary>Bytes before which a lane asks for what it will read: no one foresees 16 streams.</summary>
    private const int Ahead = 512;

    private static readonly uint[] Constants = MakeConstants();

    public static bool IsSupported { get; } = Avx512BW.IsSupported && BitConverter.IsLittleEndian && !CryptoConfig.AllowOnlyFipsAlgorithms;

    private static ReadOnlySpan<uint> Initial =>
        [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

    /// <summary>Hashes each piece; <paramref name="to"/> has room for as many digests.</summary>
    public static void Hash(IReadOnlyList<Piece> pieces, Span<Digest> to)
    {
        if (!IsSupported || pieces.Count < LeastPieces)
        {
            for (int i = 0; i < pieces.Count; i++)
            {
                to[i] = Digest.Of(pieces[i].Span);
            }

            return;
        }

        // The longest first, so that the lanes end together.
        int[] order = new int[pieces.Count];
        int[] lengths = new int[pieces.Count];
        for (int i = 0; i < order.Length; i++)
        {
            (order[i], lengths[i]) = (i, -pieces[i].Length);
        }

        Array.Sort(lengths, order);
        Run(pieces, order, to);
    }

    private static void Run(IReadOnlyList<Piece> pieces, int[] order, Span<Digest> to)
    {
        Vector512<uint>* state = stackalloc Vector512<uint>[9];
        state = (Vector512<uint>*)(((nuint)state + 63) & ~(nuint)63);
        byte* tails = stackalloc byte[Lanes * 2 * BlockSize];
        byte** at = stackalloc byte*[Lanes];
        int* left = stackalloc int[Lanes];
        int* strides = stackalloc int[Lanes];
        int* piece = stackalloc int[Lanes];
        bool* isTail = stackalloc bool[Lanes];
        GCHandle[] pins = new GCHandle[Lanes];
        int next = 0;
        int active = 0;
        try
        {
            for (int lane = 0; lane < Lanes; lane++)
            {
                Begin(lane);
            }

            while (active > 0)
            {
                int blocks = int.MaxValue;
                for (int lane = 0; lane < Lanes; lane++)
                {
                    blocks = piece[lane] >= 0 ? Math.Min(blocks, left[lane]) : blocks;
                }

                Compress(state, at, strides, blocks);
                for (int lane = 0; lane < Lanes; lane++)
                {
                    if (piece[lane] < 0 || (left[lane] -= blocks) > 0)
                    {
                        continue;
                    }

                    if (isTail[lane])
                    {
                        Finish(lane, to);
                        Begin(lane);
                    }
                    else
                    {
                        Tail(lane);
                    }
                }
            }
        }
        finally
        {
            foreach (GCHandle pin in pins)
            {
                if (pin.IsAllocated)
                {
                    pin.Free();
                }
            }
        }

        void Begin(int lane)
        {
            if (next == order.Length)
            {
                piece[lane] = -1;
                at[lane] = tails + (lane * 2 * BlockSize);
                strides[lane] = 0;
                return;
            }

            piece[lane] = order[next++];
            active++;
            Piece bytes = pieces[piece[lane]];
            pins[lane] = GCHandle.Alloc(bytes.Bytes, GCHandleType.Pinned);
            at[lane] = (byte*)pins[lane].AddrOfPinnedObject() + bytes.Start;
            left[lane] = bytes.Length / BlockSize;
            strides[lane] = BlockSize;
            isTail[lane] = false;
            for (int i = 0; i < 8; i++)
            {
                ((uint*)(state + i))[lane] = Initial[i];
            }

            if (left[lane] == 0)
            {
                Tail(lane);
            }
        }

        // The end of the piece, 0x80, zeros and the number of bits: one block or two.
        void Tail(int lane)
        {
            ReadOnlySpan<byte> bytes = pieces[piece[lane]].Span;
            ReadOnlySpan<byte> rest = bytes[(bytes.Length / BlockSize * BlockSize)..];
            Span<byte> tail = new(tails + (lane * 2 * BlockSize), 2 * BlockSize);
            tail.Clear();
            rest.CopyTo(tail);
            tail[rest.Length] = 0x80;
            left[lane] = rest.Length + 9 <= BlockSize ? 1 : 2;
            BinaryPrimitives.WriteInt64BigEndian(tail[((left[lane] * BlockSize) - 8)..], 8L * bytes.Length);
            at[lane] = tails + (lane * 2 * BlockSize);
            isTail[lane] = true;
        }

        void Finish(int lane, Span<Digest> digests)
        {
            Span<byte> hash = stackalloc byte[Digest.Size];
            for (int i = 0; i < 8; i++)
            {
                BinaryPrimitives.WriteUInt32BigEndian(hash[(4 * i)..], ((uint*)(state + i))[lane]);
            }

            digests[piece[lane]] = new Digest(hash);
            pins[lane].Free();
            active--;
        }
    }

    /// <summary>Takes so many blocks of each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Compress(Vector512<uint>* state, byte** at, int* strides, int blocks)
    {
        Vector512<uint>* words = stackalloc Vector512<uint>[17];
        words = (Vector512<uint>*)(((nuint)words + 63) & ~(nuint)63);
        fixed (uint* constants = Constants)
        {
            for (; blocks > 0; blocks--)
            {
                Load(at, strides, words);
                Rounds(state, words, constants);
            }
        }
    }

    private static void Rounds(Vector512<uint>* state, Vector512<uint>* w, uint* k)
    {
        Vector512<uint> a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
        for (int t = 0; t < 64; t += 16)
        {
            for (int i = 0; i < 16; i += 8)
            {
                Round(a, b, c, ref d, e, f, g, ref h, w[i], k[t + i]);
                Round(h, a, b, ref c, d, e, f, ref g, w[i + 1], k[t + i + 1]);
                Round(g, h, a, ref b, c, d, e, ref f, w[i + 2], k[t + i + 2]);
                Round(f, g, h, ref a, b, c, d, ref e, w[i + 3], k[t + i + 3]);
                Round(e, f, g, ref h, a, b, c, ref d, w[i + 4], k[t + i + 4]);
                Round(d, e, f, ref g, h, a, b, ref c, w[i + 5], k[t + i + 5]);
                Round(c, d, e, ref f, g, h, a, ref b, w[i + 6], k[t + i + 6]);
                Round(b, c, d, ref e, f, g, h, ref a, w[i + 7], k[t + i + 7]);
            }

            if (t < 48)
            {
                for (int i = 0; i < 16; i++)
                {
                    w[i] += Small0(w[(i + 1) & 15]) + w[(i + 9) & 15] + Small1(w[(i + 14) & 15]);
                }
            }
        }

        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
        state[4] += e;
        state[5] += f;
        state[6] += g;
        state[7] += h;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(
        Vector512<uint> a, Vector512<uint> b, Vector512<uint> c, ref Vector512<uint> d, Vector512<uint> e, Vector512<uint> f, Vector512<uint> g, ref Vector512<uint> h,
        Vector512<uint> w, uint k)
    {
        // 0xCA is f where e is set and g elsewhere, 0xE8 the majority, 0x96 the sum without carry.
        Vector512<uint> sum1 = Avx512F.TernaryLogic(Avx512F.RotateRight(e, 6), Avx512F.RotateRight(e, 11), Avx512F.RotateRight(e, 25), 0x96);
        Vector512<uint> t1 = h + w + Vector512.Create(k) + sum1 + Avx512F.TernaryLogic(e, f, g, 0xCA);
        Vector512<uint> sum0 = Avx512F.TernaryLogic(Avx512F.RotateRight(a, 2), Avx512F.RotateRight(a, 13), Avx512F.RotateRight(a, 22), 0x96);
        d += t1;
        h = t1 + sum0 + Avx512F.TernaryLogic(a, b, c, 0xE8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Small0(Vector512<uint> x) =>
        Avx512F.TernaryLogic(Avx512F.RotateRight(x, 7), Avx512F.RotateRight(x, 18), Vector512.ShiftRightLogical(x, 3), 0x96);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Small1(Vector512<uint> x) =>
        Avx512F.TernaryLogic(Avx512F.RotateRight(x, 17), Avx512F.RotateRight(x, 19), Vector512.ShiftRightLogical(x, 10), 0x96);

    /// <summary>Loads a block of each lane and turns 16 rows of 16 words into 16 vectors of the same word of every lane.</summary>
    private static void Load(byte** at, int* strides, Vector512<uint>* words)
    {
        Vector512<byte> swap = Vector512.Create(Vector256.Create(
            (byte)3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12));
        Vector512<uint>* rows = stackalloc Vector512<uint>[Lanes];

        // Four lanes at a time: words of pairs, then of fours; each 128-bit part holds four words of one lane group.
        for (int i = 0; i < Lanes; i += 4)
        {
            Vector512<uint> r0 = Row(i), r1 = Row(i + 1), r2 = Row(i + 2), r3 = Row(i + 3);
            Vector512<uint> lo01 = Avx512F.UnpackLow(r0, r1), hi01 = Avx512F.UnpackHigh(r0, r1);
            Vector512<uint> lo23 = Avx512F.UnpackLow(r2, r3), hi23 = Avx512F.UnpackHigh(r2, r3);
            rows[i] = Avx512F.UnpackLow(lo01.AsUInt64(), lo23.AsUInt64()).AsUInt32();
            rows[i + 1] = Avx512F.UnpackHigh(lo01.AsUInt64(), lo23.AsUInt64()).AsUInt32();
            rows[i + 2] = Avx512F.UnpackLow(hi01.AsUInt64(), hi23.AsUInt64()).AsUInt32();
            rows[i + 3] = Avx512F.UnpackHigh(hi01.AsUInt64(), hi23.AsUInt64()).AsUInt32();
        }

        // Then the 128-bit parts of the four groups are exchanged.
        for (int i = 0; i < 4; i++)
        {
            Vector512<uint> x = rows[i], y = rows[i + 4], z = rows[i + 8], u = rows[i + 12];
            Vector512<uint> xy02 = Avx512F.Shuffle4x128(x, y, 0b10_00_10_00), xy13 = Avx512F.Shuffle4x128(x, y, 0b11_01_11_01);
            Vector512<uint> zu02 = Avx512F.Shuffle4x128(z, u, 0b10_00_10_00), zu13 = Avx512F.Shuffle4x128(z, u, 0b11_01_11_01);
            words[i] = Avx512F.Shuffle4x128(xy02, zu02, 0b10_00_10_00);
            words[i + 4] = Avx512F.Shuffle4x128(xy13, zu13, 0b10_00_10_00);
            words[i + 8] = Avx512F.Shuffle4x128(xy02, zu02, 0b11_01_11_01);
            words[i + 12] = Avx512F.Shuffle4x128(xy13, zu13, 0b11_01_11_01);
        }

        Vector512<uint> Row(int lane)
        {
            Vector512<byte> bytes = Vector512.Load(at[lane]);
            Sse.Prefetch0(at[lane] + Ahead);
            at[lane] += strides[lane];
            return Avx512BW.Shuffle(bytes, swap).AsUInt32();
        }
    }

    /// <summary>The first 32 bits of the fractional parts of the cube roots of the first 64 primes.</summary>
    private static uint[] MakeConstants()
    {
        uint[] constants = new uint[64];
        for (int prime = 2, found = 0; found < constants.Length; prime++)
        {
            bool isPrime = true;
            for (int factor = 2; factor * factor <= prime; factor++)
            {
                isPrime &= prime % factor != 0;
            }

            if (isPrime)
            {
                constants[found++] = (uint)CubeRootFraction(prime);
            }
        }

        return constants;
    }

    // The greatest x with x^3 <= prime * 2^96 is the root with 32 bits behind the point.
    private static ulong CubeRootFraction(int prime)
    {
        System.Numerics.BigInteger wanted = (System.Numerics.BigInteger)prime << 96;
        ulong low = 0, high = 1UL << 35;
        while (low < high)
        {
            ulong middle = low + ((high - low + 1) / 2);
            (low, high) = System.Numerics.BigInteger.Pow(middle, 3) <= wanted ? (middle, high) : (low, middle - 1);
        }

        return low & uint.MaxValue;
    }
}
