using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Lifecycle.Tracking;

/// <summary>What a record of a journal is.</summary>
internal enum JournalKind : byte
{
    Key = 1,
    Metric = 2,
    Param = 3,
    Tag = 4,
    TagRemoved = 5,
    Start = 6,
    End = 7,
    Input = 8,
    MetricOfModel = 9,
    Signal = 10,
}

/// <summary>The head of a segment.</summary>
internal readonly record struct JournalHeader(Guid Run, Guid Writer, long CreatedMs, uint ProcessId, uint Segment);

/// <summary>
/// The bytes of a journal segment, version 1, little endian. Header: <c>LCRJ</c>, version, header size, run, writer, time, process, segment number, CRC-32C of all that.
/// Record, 8-byte aligned: payload length, CRC-32C over (offset of the record, length, payload), payload, zeros. Length 0: nothing was written from here on.
/// </summary>
internal static class JournalFormat
{
    public const int HeaderSize = 4096;
    public const int RecordHead = 8;
    public const ushort Version = 1;

    private const int CheckedHeader = 56;

    private static ReadOnlySpan<byte> Magic => "LCRJ"u8;

    /// <summary>Bytes that a record of this payload takes.</summary>
    public static long RecordSize(int payload) => ((long)RecordHead + payload + 7) & ~7L;

    /// <summary>CRC-32C (Castagnoli; RFC 3720, appendix B.4).</summary>
    public static uint Checksum(ReadOnlySpan<byte> bytes) => ~Continue(uint.MaxValue, bytes);

    /// <summary>The checksum of a record, which also binds it to its place.</summary>
    public static uint Checksum(long offset, uint length, ReadOnlySpan<byte> payload)
    {
        uint crc = BitOperations.Crc32C(uint.MaxValue, (ulong)offset);
        crc = BitOperations.Crc32C(crc, length);
        return ~Continue(crc, payload);
    }

    public static void WriteHeader(Span<byte> head, in JournalHeader header)
    {
        head[..HeaderSize].Clear();
        Magic.CopyTo(head);
        BinaryPrimitives.WriteUInt16LittleEndian(head[4..], Version);
        BinaryPrimitives.WriteUInt16LittleEndian(head[6..], HeaderSize);
        header.Run.TryWriteBytes(head[8..24], bigEndian: true, out _);
        header.Writer.TryWriteBytes(head[24..40], bigEndian: true, out _);
        BinaryPrimitives.WriteInt64LittleEndian(head[40..], header.CreatedMs);
        BinaryPrimitives.WriteUInt32LittleEndian(head[48..], header.ProcessId);
        BinaryPrimitives.WriteUInt32LittleEndian(head[52..], header.Segment);
        BinaryPrimitives.WriteUInt32LittleEndian(head[56..], Checksum(head[..CheckedHeader]));
    }

    /// <summary>Reads a header.</summary>
    /// <returns>Why it is none of ours, or null.</returns>
    public static string? ReadHeader(ReadOnlySpan<byte> head, out JournalHeader header)
    {
        header = default;
        if (head.Length < HeaderSize || !head.StartsWith(Magic))
        {
            return "it is no journal";
        }

        if (BinaryPrimitives.ReadUInt16LittleEndian(head[4..]) is var version and not Version)
        {
            return $"it has version {version}, this build reads version {Version}; update the Lifecycle packages";
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(head[56..]) != Checksum(head[..CheckedHeader])
            || BinaryPrimitives.ReadUInt16LittleEndian(head[6..]) != HeaderSize)
        {
            return "its header is damaged";
        }

        header = new JournalHeader(
            new Guid(head[8..24], bigEndian: true), new Guid(head[24..40], bigEndian: true), BinaryPrimitives.ReadInt64LittleEndian(head[40..]),
            BinaryPrimitives.ReadUInt32LittleEndian(head[48..]), BinaryPrimitives.ReadUInt32LittleEndian(head[52..]));
        return null;
    }

    private static uint Continue(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (ulong eight in MemoryMarshal.Cast<byte, ulong>(bytes))
        {
            crc = BitOperations.Crc32C(crc, BitConverter.IsLittleEndian ? eight : BinaryPrimitives.ReverseEndianness(eight));
        }

        foreach (byte one in bytes[(bytes.Length & ~7)..])
        {
            crc = BitOperations.Crc32C(crc, one);
        }

        return crc;
    }
}
