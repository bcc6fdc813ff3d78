using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Lifecycle.Tracking;

/// <summary>Why a reader stopped.</summary>
internal enum JournalStop
{
    /// <summary>Nothing was written from here on, as yet or ever.</summary>
    Written,

    /// <summary>What is here does not fit its checksum, or its length leaves the segment.</summary>
    Torn,
}

/// <summary>Walks over the records of a segment.</summary>
internal ref struct JournalReader
{
    private readonly ReadOnlySpan<byte> _segment;
    private readonly long _from;

    /// <summary>Reads from an offset on.</summary>
    /// <param name="segment">The bytes of the segment from <paramref name="from"/> to its end.</param>
    /// <param name="offset">Where a record begins, counted from the beginning of the segment.</param>
    /// <param name="from">Where the bytes begin in the segment.</param>
    public JournalReader(ReadOnlySpan<byte> segment, long offset, long from)
    {
        _segment = segment;
        _from = from;
        Offset = offset;
    }

    /// <summary>Where the next record begins.</summary>
    public long Offset { get; private set; }

    /// <summary>Why the last call of <see cref="TryRead"/> gave nothing.</summary>
    public JournalStop Stop { get; private set; }

    public bool TryRead(out ReadOnlySpan<byte> payload)
    {
        payload = default;
        int here = (int)(Offset - _from);
        if (here + JournalFormat.RecordHead > _segment.Length)
        {
            Stop = JournalStop.Written;
            return false;
        }

        // The writer stores the length last; whoever sees it sees the rest of the record.
        ref uint stored = ref Unsafe.As<byte, uint>(ref MemoryMarshal.GetReference(_segment[here..]));
        uint length = BitConverter.IsLittleEndian
            ? Volatile.Read(ref stored) : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(Volatile.Read(ref stored));
        if (length == 0)
        {
            Stop = JournalStop.Written;
            return false;
        }

        if (length > int.MaxValue || here + JournalFormat.RecordHead + (long)length > _segment.Length)
        {
            Stop = JournalStop.Torn;
            return false;
        }

        ReadOnlySpan<byte> record = _segment.Slice(here, JournalFormat.RecordHead + (int)length);
        uint checksum = System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(record[4..]);
        if (checksum != JournalFormat.Checksum(Offset, length, record[JournalFormat.RecordHead..]))
        {
            Stop = JournalStop.Torn;
            return false;
        }

        payload = record[JournalFormat.RecordHead..];
        Offset += JournalFormat.RecordSize((int)length);
        return true;
    }
}
