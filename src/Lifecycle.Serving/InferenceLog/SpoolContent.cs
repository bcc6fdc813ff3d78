using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Serving;

/// <summary>The whole lines of a spool in the order of their ids.</summary>
internal sealed class SpoolContent
{
    private readonly byte[] _bytes;
    private readonly List<Line> _lines = [];

    private SpoolContent(byte[] bytes) => _bytes = bytes;

    /// <summary>Its model; null when it has no record.</summary>
    public string? Model { get; private set; }

    public int Records => _lines.Count;

    /// <summary>Bytes of the lines with their ends.</summary>
    public long Length { get; private set; }

    /// <summary>Whether it ends within a line, as after a kill.</summary>
    public bool IsTorn { get; private set; }

    /// <summary>Whole lines that cannot be read: what a power loss left, or a newer build wrote.</summary>
    public int Unreadable { get; private set; }

    public Guid First => _lines[0].Id;

    public Guid Last => _lines[^1].Id;

    public DateTimeOffset FirstAt { get; private set; } = DateTimeOffset.MaxValue;

    public DateTimeOffset LastAt { get; private set; } = DateTimeOffset.MinValue;

    /// <summary>Reads a spool that may be written to meanwhile.</summary>
    /// <param name="file">The spool.</param>
    /// <param name="whole">Whether to look at every line to its end, for a spool that a dead process left.</param>
    /// <exception cref="FileNotFoundException">It was sealed meanwhile.</exception>
    public static SpoolContent Read(string file, bool whole)
    {
        byte[] bytes;
        using (SafeFileHandle handle = File.OpenHandle(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))
        {
            bytes = new byte[RandomAccess.GetLength(handle)];
            int read = 0;
            while (read < bytes.Length && RandomAccess.Read(handle, bytes.AsSpan(read), read) is > 0 and int part)
            {
                read += part;
            }

            // it may have become shorter: a write that failed is taken back
            Array.Resize(ref bytes, read);
        }

        SpoolContent content = new(bytes);
        content.Index(whole);
        return content;
    }

    /// <summary>The lines, one after the other.</summary>
    public Stream Open() => new Lines(this);

    private void Index(bool whole)
    {
        ReadOnlySpan<byte> all = _bytes;
        for (int at = 0; at < all.Length;)
        {
            int length = all[at..].IndexOf((byte)'\n');
            if (length < 0)
            {
                IsTorn = true;
                break;
            }

            if (RecordReader.TryHead(all.Slice(at, length), whole, out RecordHead head) && (Model ??= head.Model) == head.Model)
            {
                _lines.Add(new Line(head.Id, at, length + 1));
                Length += length + 1;
                FirstAt = head.At < FirstAt ? head.At : FirstAt;
                LastAt = head.At > LastAt ? head.At : LastAt;
            }
            else
            {
                Unreadable++;
            }

            at += length + 1;
        }

        _lines.Sort();
    }

    private readonly record struct Line(Guid Id, int Offset, int Length) : IComparable<Line>
    {
        public int CompareTo(Line other) => Id.CompareTo(other.Id) is var order && order != 0 ? order : Offset.CompareTo(other.Offset);
    }

    /// <summary>Reads through the lines.</summary>
    private sealed class Lines(SpoolContent content) : Stream
    {
        private int _line;
        private int _read;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            int written = 0;
            while (written < buffer.Length && _line < content._lines.Count)
            {
                (_, int offset, int length) = content._lines[_line];
                int part = Math.Min(length - _read, buffer.Length - written);
                content._bytes.AsSpan(offset + _read, part).CopyTo(buffer[written..]);
                written += part;
                _read += part;
                if (_read == length)
                {
                    _line++;
                    _read = 0;
                }
            }

            return written;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<int>(cancellationToken) : new ValueTask<int>(Read(buffer.Span));

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
