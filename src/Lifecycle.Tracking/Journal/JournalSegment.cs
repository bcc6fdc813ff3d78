using System.Diagnostics.CodeAnalysis;

namespace Lifecycle.Tracking;

/// <summary>
/// One file of a journal. A record stands in the page cache when <see cref="TryAppend"/> returns: the death of the process takes nothing.
/// Written by one caller at a time; read at the same time by one other.
/// </summary>
internal abstract class JournalSegment : IDisposable
{
    private const string Unfinished = ".tmp";

    private long _flushed = JournalFormat.HeaderSize;

    private protected JournalSegment(string file, in JournalHeader header, long capacity)
    {
        File = file;
        Header = header;
        Capacity = capacity;
        Position = JournalFormat.HeaderSize;
    }

    public string File { get; }

    public JournalHeader Header { get; }

    public long Capacity { get; }

    /// <summary>Where the next record will stand.</summary>
    public long Position { get; private set; }

    private protected bool IsClosed { get; private set; }

    /// <summary>Makes the file under a temporary name with all its blocks, writes the header and gives it its name.</summary>
    /// <param name="file">The name; it must be free.</param>
    /// <param name="header">The head.</param>
    /// <param name="capacity">Bytes of the file.</param>
    /// <param name="mapped">Whether records are stored through a mapping of the file; otherwise by one positioned write each.</param>
    /// <exception cref="IOException">The disk is full, the folder cannot be written, or the name is taken.</exception>
    public static JournalSegment Create(string file, in JournalHeader header, long capacity, bool mapped = true)
    {
        string unfinished = file + Unfinished;
        if (System.IO.File.Exists(file))
        {
            throw new SegmentTakenException(file);
        }

        FileStream stream = Open(unfinished, capacity);
        try
        {
            stream.SetLength(capacity);
            Span<byte> head = stackalloc byte[JournalFormat.HeaderSize];
            JournalFormat.WriteHeader(head, header);
            stream.Write(head);
            Name(unfinished, file);
            return mapped ? new MappedSegment(file, header, stream, capacity) : new CalledSegment(file, header, stream, capacity);
        }
        catch
        {
            stream.Dispose();
            System.IO.File.Delete(unfinished);
            throw;
        }
    }

    /// <summary>Appends a record; false when there is no room for it.</summary>
    public bool TryAppend(ReadOnlySpan<byte> payload)
    {
        long size = JournalFormat.RecordSize(payload.Length);
        if (IsClosed || Position + size > Capacity)
        {
            return false;
        }

        Store(Position, payload, JournalFormat.Checksum(Position, (uint)payload.Length, payload));
        Position += size;
        return true;
    }

    /// <summary>The bytes from an offset, or from before it, to the end of what was written.</summary>
    /// <param name="offset">Where the reader is.</param>
    /// <param name="from">Where the bytes begin in the segment; at most the offset.</param>
    public abstract ReadOnlySpan<byte> Read(long offset, out long from);

    /// <summary>Flushes what was appended since the last flush to the disk.</summary>
    public void Flush()
    {
        long position = Position;
        if (!IsClosed && position != _flushed)
        {
            FlushToDisk();
            if (_flushed == JournalFormat.HeaderSize)
            {
                // the first time, the name of the file as well
                AtomicFile.FlushFolder(Path.GetDirectoryName(File)!);
            }

            _flushed = position;
        }
    }

    /// <summary>Closes the file and leaves it.</summary>
    public void Dispose()
    {
        if (!IsClosed)
        {
            IsClosed = true;
            Close();
        }
    }

    private protected abstract void Store(long position, ReadOnlySpan<byte> payload, uint checksum);

    private protected abstract void FlushToDisk();

    private protected abstract void Close();

    private static FileStream Open(string unfinished, long capacity)
    {
        try
        {
            return new FileStream(unfinished, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                Share = FileShare.ReadWrite | FileShare.Delete,
                PreallocationSize = capacity,
                BufferSize = 0,
            });
        }
        catch (IOException error) when (IsTaken(error))
        {
            throw new SegmentTakenException(unfinished);
        }
    }

    private static void Name(string unfinished, string file)
    {
        try
        {
            System.IO.File.Move(unfinished, file, overwrite: false);
        }
        catch (IOException error) when (IsTaken(error))
        {
            throw new SegmentTakenException(file);
        }
    }

    // By the code: whoever had the name may have given it back by now. On Unix the runtime puts errno into HResult.
    private static bool IsTaken(IOException error) => (uint)error.HResult is 17 or 0x80070050 or 0x800700B7;
}

/// <summary>Another process that logs to the same run took the number of a segment; the next one may be free.</summary>
[SuppressMessage("Design", "CA1064", Justification = "It never leaves the journal.")]
internal sealed class SegmentTakenException(string file) : IOException($"'{file}' is taken");
