using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;

namespace Lifecycle.Tracking;

/// <summary>
/// One file of a journal, mapped. A record stands in the page cache when <see cref="TryAppend"/> returns: the death of the process takes nothing.
/// Written by one caller at a time; read at the same time by one other.
/// </summary>
internal sealed unsafe class JournalSegment : IDisposable
{
    private const string Unfinished = ".tmp";

    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _start;
    private long _flushed = JournalFormat.HeaderSize;
    private bool _closed;

    private JournalSegment(string file, in JournalHeader header, MemoryMappedFile map, long capacity)
    {
        File = file;
        Header = header;
        Capacity = capacity;
        Position = JournalFormat.HeaderSize;
        _map = map;
        _view = map.CreateViewAccessor(0, capacity, MemoryMappedFileAccess.ReadWrite);
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _start = start + _view.PointerOffset;
    }

    public string File { get; }

    public JournalHeader Header { get; }

    public long Capacity { get; }

    /// <summary>Where the next record will stand.</summary>
    public long Position { get; private set; }

    /// <summary>All bytes of the segment.</summary>
    public ReadOnlySpan<byte> Bytes => new(_start, (int)Capacity);

    /// <summary>Makes the file under a temporary name with all its blocks, writes the header and gives it its name.</summary>
    /// <exception cref="IOException">The disk is full, or the folder cannot be written.</exception>
    public static JournalSegment Create(string file, in JournalHeader header, long capacity)
    {
        string unfinished = file + Unfinished;
        try
        {
            FileStream stream = new(unfinished, new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.ReadWrite,
                Share = FileShare.ReadWrite | FileShare.Delete,
                PreallocationSize = capacity,
                BufferSize = 0,
            });
            MemoryMappedFile map;
            try
            {
                stream.SetLength(capacity);
                Span<byte> head = stackalloc byte[JournalFormat.HeaderSize];
                JournalFormat.WriteHeader(head, header);
                stream.Write(head);
                System.IO.File.Move(unfinished, file, overwrite: false);
                map = MemoryMappedFile.CreateFromFile(stream, null, capacity, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
            }
            catch
            {
                stream.Dispose();
                throw;
            }

            return new JournalSegment(file, header, map, capacity);
        }
        catch
        {
            System.IO.File.Delete(unfinished);
            throw;
        }
    }

    /// <summary>Appends a record; false when there is no room for it.</summary>
    public bool TryAppend(ReadOnlySpan<byte> payload)
    {
        long size = JournalFormat.RecordSize(payload.Length);
        if (_closed || Position + size > Capacity)
        {
            return false;
        }

        byte* record = _start + Position;
        payload.CopyTo(new Span<byte>(record + JournalFormat.RecordHead, payload.Length));
        BinaryPrimitives.WriteUInt32LittleEndian(
            new Span<byte>(record + 4, 4), JournalFormat.Checksum(Position, (uint)payload.Length, payload));
        uint length = BitConverter.IsLittleEndian ? (uint)payload.Length : BinaryPrimitives.ReverseEndianness((uint)payload.Length);
        Volatile.Write(ref *(uint*)record, length);
        Position += size;
        return true;
    }

    /// <summary>Flushes what was appended since the last flush to the disk.</summary>
    public void Flush()
    {
        long position = Position;
        if (!_closed && position != _flushed)
        {
            _view.Flush();
            if (_flushed == JournalFormat.HeaderSize)
            {
                // the first time, the name of the file as well
                AtomicFile.FlushFolder(Path.GetDirectoryName(File)!);
            }

            _flushed = position;
        }
    }

    /// <summary>Unmaps the file and leaves it.</summary>
    public void Dispose()
    {
        if (!_closed)
        {
            _closed = true;
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
            _map.Dispose();
        }
    }
}
