using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Lifecycle.Storage.Local;

/// <summary>
/// Cuts bytes where their content says so, so that an insertion moves no cut behind it: a gear hash over the last 64 bytes with normalized
/// chunking, level 2 (Xia et al., FastCDC, USENIX ATC 2016). One value is one cutter; it may be fed in pieces of any length.
/// </summary>
/// <remarks>
/// From the last cut: h = 0; for i in [min-64, min): h = (h &lt;&lt; 1) + G[b[i]]; for i in [min, max) the same step, and a cut after byte i when
/// the top 18 bits of h (i &lt; average) or the top 14 (from there) are zero. A cut at max in any case. The 64 warm-up bytes let the first test see
/// a full window; so a cut depends on 64 bytes and the distance from the cut before, and files may be cut in partitions that meet again.
/// </remarks>
internal struct ContentChunker
{
    public const int Minimum = 16 << 10;
    public const int Average = 64 << 10;
    public const int Maximum = 256 << 10;

    private const int Window = 64;

    // "The top n bits are zero" is "less than this".
    private const ulong StrictLimit = 1UL << (64 - 18);
    private const ulong LooseLimit = 1UL << (64 - 14);

    private ulong _hash;

    /// <summary>Bytes taken since the last cut.</summary>
    public int Length { get; private set; }

    /// <summary>The length of the first chunk of these bytes, which begin at a cut; all of them when no cut is among them.</summary>
    public static int FirstCut(ReadOnlySpan<byte> data)
    {
        ContentChunker chunker = default;
        return chunker.Take(data, out _);
    }

    /// <summary>Takes bytes up to the next cut, or all of them, and says how many.</summary>
    /// <param name="data">The bytes that follow those taken before.</param>
    /// <param name="isCut">Whether a chunk ends with the last byte taken; its length is what was taken since the cut before.</param>
    public int Take(ReadOnlySpan<byte> data, out bool isCut)
    {
        int before = Length;
        ReadOnlySpan<byte> bytes = data[..(int)Math.Min(Maximum - before, (long)data.Length)];
        int at = 0;
        isCut = false;
        if (before < Minimum)
        {
            int end = Math.Min(Minimum - before, bytes.Length);
            for (at = Math.Min(Math.Max(0, Minimum - Window - before), end); at < end; at++)
            {
                _hash = (_hash << 1) + GearTable.Values[bytes[at]];
            }
        }

        if (before + at < Average)
        {
            at += Seek(bytes[at..Math.Min(Average - before, bytes.Length)], ref _hash, StrictLimit, out isCut);
        }

        if (!isCut && before + at >= Average)
        {
            at += Seek(bytes[at..], ref _hash, LooseLimit, out isCut);
        }

        isCut |= before + at == Maximum;
        Length = before + at;
        if (isCut)
        {
            (_hash, Length) = (0, 0);
        }

        return at;
    }

    /// <summary>
    /// Steps to the first position whose hash is below the limit; returns how many bytes that took. What four bytes add is summed up before the hash is
    /// known, so that only every fourth step waits for the one before; the values are those of the plain loop.
    /// </summary>
    private static int Seek(ReadOnlySpan<byte> data, ref ulong state, ulong limit, out bool isCut)
    {
        ref byte origin = ref MemoryMarshal.GetReference(data);
        ref ulong gear = ref MemoryMarshal.GetReference(GearTable.Values);
        ulong hash = state;
        int at = 0;
        isCut = true;
        for (; at + 8 <= data.Length; at += 8)
        {
            ulong bytes = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref origin, at));
            if (!BitConverter.IsLittleEndian)
            {
                bytes = System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(bytes);
            }

            // what the bytes add to the hash before them, whatever that is
            ulong sum0 = Unsafe.Add(ref gear, (nuint)(byte)bytes);
            ulong sum1 = (sum0 << 1) + Unsafe.Add(ref gear, (nuint)(byte)(bytes >> 8));
            ulong sum2 = (sum1 << 1) + Unsafe.Add(ref gear, (nuint)(byte)(bytes >> 16));
            ulong sum3 = (sum2 << 1) + Unsafe.Add(ref gear, (nuint)(byte)(bytes >> 24));
            ulong sum4 = Unsafe.Add(ref gear, (nuint)(byte)(bytes >> 32));
            ulong sum5 = (sum4 << 1) + Unsafe.Add(ref gear, (nuint)(byte)(bytes >> 40));
            ulong sum6 = (sum5 << 1) + Unsafe.Add(ref gear, (nuint)(byte)(bytes >> 48));
            ulong sum7 = (sum6 << 1) + Unsafe.Add(ref gear, (nuint)(bytes >> 56));
            ulong hash0 = (hash << 1) + sum0;
            ulong hash1 = (hash << 2) + sum1;
            ulong hash2 = (hash << 3) + sum2;
            ulong hash3 = (hash << 4) + sum3;
            ulong hash4 = (hash3 << 1) + sum4;
            ulong hash5 = (hash3 << 2) + sum5;
            ulong hash6 = (hash3 << 3) + sum6;
            hash = (hash3 << 4) + sum7;
            if (hash0 < limit)
            {
                return at + 1;
            }

            if (hash1 < limit)
            {
                return at + 2;
            }

            if (hash2 < limit)
            {
                return at + 3;
            }

            if (hash3 < limit)
            {
                return at + 4;
            }

            if (hash4 < limit)
            {
                return at + 5;
            }

            if (hash5 < limit)
            {
                return at + 6;
            }

            if (hash6 < limit)
            {
                return at + 7;
            }

            if (hash < limit)
            {
                return at + 8;
            }
        }

        for (; at < data.Length; at++)
        {
            hash = (hash << 1) + Unsafe.Add(ref gear, (nuint)Unsafe.Add(ref origin, at));
            if (hash < limit)
            {
                return at + 1;
            }
        }

        isCut = false;
        state = hash;
        return at;
    }
}
