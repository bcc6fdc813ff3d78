using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Serving;

/// <summary>
/// The whole lines of a spool in the order of their ids. Only where they stand is kept in memory; the lines stay on the disk, and can be read
/// also when the spool was removed meanwhile.
/// </summary>
internal sealed class SpoolContent : IDisposable
{
    private const int ReadBytes = 1 << 16;

    private readonly SafeFileHandle _file;
    private readonly List<Line> _lines = [];

    private SpoolContent(SafeFileHandle file) => _file = file;

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
    public static SpoolContent Read(string file, bool whole) => Read(file, whole, null)!;

    /// <summary>Reads a spool of this model; null when it is of another one, or of none.</summary>
    /// <exception cref="FileNotFoundException">It was sealed meanwhile.</exception>
    public static SpoolContent? Read(string file, string model) => Read(file, whole: false, model);

    /// <summary>The model of a spool; null when it has no record that can be read.</summary>
    /// <exception cref="FileNotFoundException">It was sealed meanwhile.</exception>
    public static string? ModelOf(string file)
    {
        using SpoolContent content = new(OpenHandle(file));
        content.Index(whole: false, only: string.Empty);
        return content.Model;
    }

    /// <summary>The lines, one after the other.</summary>
    public Stream Open() => new Lines(this);

    public void Dispose() => _file.Dispose();

    private static SafeFileHandle OpenHandle(string file) =>
        File.OpenHandle(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    private static SpoolContent? Read(string file, bool whole, string? model)
    {
        SpoolContent content = new(OpenHandle(file));
        try
        {
            content.Index(whole, model);
            if (model is null || content.Model == model)
            {
                content._lines.Sort();
                return content;
            }
        }
        catch
        {
            content.Dispose();
            throw;
        }

        content.Dispose();
        return null;
    }

    // Ends early when the model is not the one that is looked for.
    private void Index(bool whole, string? only)
    {
        byte[] buffer = new byte[ReadBytes];
        long at = 0;
        int held = 0;
        while (RandomAccess.Read(_file, buffer.AsSpan(held), at + held) is > 0 and int read)
        {
            int looked = held, start = 0;
            held += read;
            while (buffer.AsSpan(looked, held - looked).IndexOf((byte)'\n') is >= 0 and int end)
            {
                Add(buffer.AsSpan(start, looked + end - start), at + start, whole);
                if (only is not null && Model is not null && Model != only)
                {
                    return;
                }

                looked = start = looked + end + 1;
            }

            held -= start;
            at += start;
            byte[] target = held > buffer.Length / 2 ? new byte[Math.Min(Array.MaxLength, 2L * buffer.Length)] : buffer;
            Buffer.BlockCopy(buffer, start, target, 0, held);
            buffer = target;
        }

        IsTorn = held > 0;
    }

    private void Add(ReadOnlySpan<byte> line, long offset, bool whole)
    {
        if (!RecordReader.TryHead(line, whole, out RecordHead head) || (Model ??= head.Model) != head.Model)
        {
            Unreadable++;
            return;
        }

        _lines.Add(new Line(head.Id, offset, line.Length + 1));
        Length += line.Length + 1;
        FirstAt = head.At < FirstAt ? head.At : FirstAt;
        LastAt = head.At > LastAt ? head.At : LastAt;
    }

    private readonly record struct Line(Guid Id, long Offset, int Length) : IComparable<Line>
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
                int part = RandomAccess.Read(content._file, buffer.Slice(written, Run(buffer.Length - written)), content._lines[_line].Offset + _read);
                if (part == 0)
                {
                    throw new IOException("A spool of the inference log became shorter while it was read, as after a write that failed. Read it again.");
                }

                written += part;
                Pass(part);
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

        // How much of the wanted bytes stands in one piece: most ids come in their order.
        private int Run(int wanted)
        {
            long run = content._lines[_line].Length - _read;
            for (int line = _line + 1; run < wanted && line < content._lines.Count; line++)
            {
                Line before = content._lines[line - 1], next = content._lines[line];
                if (next.Offset != before.Offset + before.Length)
                {
                    break;
                }

                run += next.Length;
            }

            return (int)Math.Min(run, wanted);
        }

        private void Pass(int bytes)
        {
            while (bytes > 0)
            {
                int part = Math.Min(bytes, content._lines[_line].Length - _read);
                bytes -= part;
                _read += part;
                if (_read == content._lines[_line].Length)
                {
                    _line++;
                    _read = 0;
                }
            }
        }
    }
}
