using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
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

    // An Adler checksum may add up so many bytes before it must be reduced to stay within 32 bits.
    private const int AdlerRun = 5552;
    private const uint AdlerPrime = 65521;

    /// <summary>Decompresses all of it.</summary>
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
        catch (InvalidDataException)
        {
            isWhole = false;
        }

        if (!isWhole)
        {
            throw InferenceWireException.Bad($"The body is not valid {NameOf(encoding)}, or its end is missing; compress it again, or send it without Content-Encoding.");
        }
    }

    // The streams of .NET take a missing end for the end. The number at the end of gzip is the length of what was compressed.
    private static bool Gzip(ReadOnlyMemory<byte> sent, int limit, PooledBytes into)
    {
        using GZipStream plain = new(Open(sent), CompressionMode.Decompress);
        Drain(plain, limit, into);
        return sent.Length >= LeastGzip && BinaryPrimitives.ReadUInt32LittleEndian(sent.Span[^sizeof(uint)..]) == (uint)into.Length;
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
