using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Lifecycle.AspNetCore;

/// <summary>How a body is compressed.</summary>
internal enum BodyEncoding
{
    None,
    Gzip,
    Deflate,
    Brotli,
}

/// <summary>Decompresses a body under a limit, and notices when its end is missing.</summary>
internal static class CompressedBody
{
    private const int LeastRoom = 4096;

    // A header of 10 bytes and an end of 8.
    private const int LeastGzip = 18;

    // Such a member has one empty block of 2 bytes between.
    private const int EmptyGzip = 20;
    private const int LeastEnd = 10;

    // An Adler checksum may add up so many bytes before it must be reduced to stay within 32 bits.
    private const int AdlerRun = 5552;
    private const uint AdlerPrime = 65521;

    private static ReadOnlySpan<byte> GzipBegin => [0x1F, 0x8B, 8, 0];

    private static ReadOnlySpan<byte> EmptyEnd => [3, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    /// <summary>Decompresses all of it; of gzip all members, one after the other.</summary>
    /// <param name="sent">The compressed bytes; none give none.</param>
    /// <param name="encoding">How they are compressed.</param>
    /// <param name="limit">Most bytes that may come out.</param>
    /// <param name="into">Takes the bytes.</param>
    /// <exception cref="InferenceWireException">413 over the limit, 400 when the bytes are damaged or not all there.</exception>
    public static void Inflate(ReadOnlyMemory<byte> sent, BodyEncoding encoding, int limit, PooledBytes into)
    {
        if (sent.IsEmpty)
        {
            return;
        }

        bool isWhole;
        try
        {
            isWhole = encoding switch
            {
                BodyEncoding.Gzip => Gzip(sent, limit, into),
                BodyEncoding.Deflate => Zlib(sent, limit, into),
                _ => Brotli(sent.Span, limit, into),
            };
        }
        catch (Exception error) when (error is InvalidDataException or IOException)
        {
            isWhole = false;
        }

        if (!isWhole)
        {
            throw InferenceWireException.Bad($"The body is not valid {NameOf(encoding)}, or its end is missing; compress it again, or send it without Content-Encoding.");
        }
    }

    // The streams of .NET take a missing end for the end.
    private static bool Gzip(ReadOnlyMemory<byte> sent, int limit, PooledBytes into)
    {
        using GZipStream plain = new(Open(sent), CompressionMode.Decompress);
        Drain(plain, limit, into);
        return HasEnd(sent.Span, into.Span);
    }

    // At the end of gzip stand checksum and length of what was compressed: of all of it, or of the last of several members, each of which was checked as it came.
    private static bool HasEnd(ReadOnlySpan<byte> sent, ReadOnlySpan<byte> plain)
    {
        // A member without content says nothing of those before it.
        while (sent.Length > EmptyGzip && sent[^EmptyGzip..].StartsWith(GzipBegin) && sent[^LeastEnd..].SequenceEqual(EmptyEnd))
        {
            sent = sent[..^EmptyGzip];
        }

        if (sent.Length < LeastGzip)
        {
            return false;
        }

        uint length = BinaryPrimitives.ReadUInt32LittleEndian(sent[^4..]);
        return length == plain.Length
            || (length > 0 && length < plain.Length && Crc32.HashToUInt32(plain[^(int)length..]) == BinaryPrimitives.ReadUInt32LittleEndian(sent[^8..^4]));
    }

    private static bool Zlib(ReadOnlyMemory<byte> sent, int limit, PooledBytes into)
    {
        using ZLibStream plain = new(Open(sent), CompressionMode.Decompress);
        Drain(plain, limit, into);
        return sent.Length >= sizeof(uint) && BinaryPrimitives.ReadUInt32BigEndian(sent.Span[^sizeof(uint)..]) == Adler(into.Span);
    }

    private static bool Brotli(ReadOnlySpan<byte> sent, int limit, PooledBytes into)
    {
        using BrotliDecoder decoder = default;
        OperationStatus status;
        do
        {
            Span<byte> room = Room(into.GetMemory(LeastRoom), limit, into).Span;
            status = decoder.Decompress(sent, room, out int read, out int written);
            sent = sent[read..];
            Take(written, limit, into);
        }
        while (status == OperationStatus.DestinationTooSmall);

        return status == OperationStatus.Done && sent.IsEmpty;
    }

    private static MemoryStream Open(ReadOnlyMemory<byte> sent) =>
        MemoryMarshal.TryGetArray(sent, out ArraySegment<byte> bytes)
            ? new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count, writable: false)
            : new MemoryStream(sent.ToArray(), writable: false);

    private static void Drain(Stream plain, int limit, PooledBytes into)
    {
        int read;
        do
        {
            read = plain.Read(Room(into.GetMemory(LeastRoom), limit, into).Span);
            Take(read, limit, into);
        }
        while (read > 0);
    }

    // One byte over the limit is enough to know.
    private static Memory<byte> Room(Memory<byte> memory, int limit, PooledBytes into) =>
        memory[..(int)Math.Min(memory.Length, (long)limit - into.Length + 1)];

    private static void Take(int written, int limit, PooledBytes into)
    {
        into.Advance(written);
        if (into.Length > limit)
        {
            throw InferenceWireException.BodyTooLarge(limit);
        }
    }

    private static uint Adler(ReadOnlySpan<byte> bytes)
    {
        uint a = 1;
        uint b = 0;
        while (!bytes.IsEmpty)
        {
            int run = Math.Min(AdlerRun, bytes.Length);
            foreach (byte value in bytes[..run])
            {
                a += value;
                b += a;
            }

            a %= AdlerPrime;
            b %= AdlerPrime;
            bytes = bytes[run..];
        }

        return (b << 16) | a;
    }

    private static string NameOf(BodyEncoding encoding) => encoding switch
    {
        BodyEncoding.Gzip => "gzip",
        BodyEncoding.Deflate => "deflate (zlib)",
        _ => "br",
    };
}
