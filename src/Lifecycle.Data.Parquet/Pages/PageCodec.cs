using System.IO.Compression;
using K4os.Compression.LZ4;
using Snappier;
using ZstdSharp;

namespace Lifecycle.Data.Parquet;

/// <summary>Unpacks a page to the size that it announces, which is the most that is ever written.</summary>
internal static class PageCodec
{
    public const int None = 0;

    /// <exception cref="ParquetFaultException">The bytes are damaged, unpack to another size, or the codec is not known.</exception>
    public static void Unpack(int codec, byte[] file, int at, int count, Span<byte> to, long offset)
    {
        try
        {
            ReadOnlySpan<byte> packed = file.AsSpan(at, count);
            bool whole = codec switch
            {
                None => TryCopy(packed, to),
                1 => Snappy.GetUncompressedLength(packed) == to.Length && Snappy.Decompress(packed, to) == to.Length,
                2 => Fill(new GZipStream(new MemoryStream(file, at, count, writable: false), CompressionMode.Decompress), to),
                4 => Fill(new BrotliStream(new MemoryStream(file, at, count, writable: false), CompressionMode.Decompress), to),
                6 => Zstandard(packed, to),
                7 => to.Length == 0 || LZ4Codec.Decode(packed, to) == to.Length,
                _ => throw new ParquetFaultException(
                    TableProblemKind.Damaged, $"the codec {codec} is not supported (none, Snappy, GZip, Brotli, Zstandard and LZ4 raw are)", offset),
            };
            if (!whole)
            {
                throw new ParquetFaultException(TableProblemKind.Damaged, $"a page of {count} bytes does not unpack to the {to.Length} bytes that it announces", offset);
            }
        }
        catch (Exception e) when (e is not (ParquetFaultException or OutOfMemoryException))
        {
            throw new ParquetFaultException(TableProblemKind.Damaged, "a page cannot be unpacked: " + e.Message, offset, e);
        }
    }

    private static bool TryCopy(ReadOnlySpan<byte> from, Span<byte> to)
    {
        if (from.Length != to.Length)
        {
            return false;
        }

        from.CopyTo(to);
        return true;
    }

    private static bool Fill(Stream unpacking, Span<byte> to)
    {
        using (unpacking)
        {
            // reading the end makes the checksum of a GZip count
            return unpacking.ReadAtLeast(to, to.Length, throwOnEndOfStream: false) == to.Length && unpacking.ReadByte() < 0;
        }
    }

    private static bool Zstandard(ReadOnlySpan<byte> packed, Span<byte> to)
    {
        using Decompressor decompressor = new();
        return decompressor.Unwrap(packed, to) == to.Length;
    }
}
