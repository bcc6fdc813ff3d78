using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;

namespace Lifecycle.Tracking;

/// <summary>A segment written through a mapping: payload and checksum first, the length last and with release order, so a reader sees whole records.</summary>
internal sealed unsafe class MappedSegment : JournalSegment
{
    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _start;

    public MappedSegment(string file, in JournalHeader header, FileStream stream, long capacity)
        : base(file, header, capacity)
    {
        _map = MemoryMappedFile.CreateFromFile(stream, null, capacity, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
        _view = _map.CreateViewAccessor(0, capacity, MemoryMappedFileAccess.ReadWrite);
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _start = start + _view.PointerOffset;
    }

    public override ReadOnlySpan<byte> Read(long offset, out long from)
    {
        from = 0;
        return new ReadOnlySpan<byte>(_start, (int)Capacity);
    }

    private protected override void Store(long position, ReadOnlySpan<byte> payload, uint checksum)
    {
        byte* record = _start + position;
        payload.CopyTo(new Span<byte>(record + JournalFormat.RecordHead, payload.Length));
        BinaryPrimitives.WriteUInt32LittleEndian(new Span<byte>(record + 4, 4), checksum);
        uint length = BitConverter.IsLittleEndian ? (uint)payload.Length : BinaryPrimitives.ReverseEndianness((uint)payload.Length);
        Volatile.Write(ref *(uint*)record, length);
    }

    private protected override void FlushToDisk() => _view.Flush();

    private protected override void Close()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _map.Dispose();
    }
}
