using System.Buffers;
using System.Buffers.Binary;

namespace Lifecycle.Tracking;

/// <summary>A segment written by one positioned write a record, for file systems whose mappings cannot be trusted.</summary>
internal sealed class CalledSegment(string file, in JournalHeader header, FileStream stream, long capacity) : JournalSegment(file, header, capacity)
{
    private const int OnStack = 512;

    public override ReadOnlySpan<byte> Read(long offset, out long from)
    {
        from = offset;
        byte[] bytes = new byte[Math.Max(0, Position - offset)];
        int read = 0;
        while (read < bytes.Length)
        {
            int more = RandomAccess.Read(stream.SafeFileHandle, bytes.AsSpan(read), offset + read);
            if (more == 0)
            {
                break;
            }

            read += more;
        }

        return bytes.AsSpan(0, read);
    }

    private protected override void Store(long position, ReadOnlySpan<byte> payload, uint checksum)
    {
        int size = (int)JournalFormat.RecordSize(payload.Length);
        byte[]? rented = size > OnStack ? ArrayPool<byte>.Shared.Rent(size) : null;
        Span<byte> record = rented is null ? stackalloc byte[OnStack] : rented;
        record = record[..size];
        record[^8..].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(record, (uint)payload.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record[4..], checksum);
        payload.CopyTo(record[JournalFormat.RecordHead..]);
        RandomAccess.Write(stream.SafeFileHandle, record, position);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private protected override void FlushToDisk() => stream.Flush(flushToDisk: true);

    private protected override void Close() => stream.Dispose();
}
