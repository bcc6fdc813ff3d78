namespace Lifecycle.Storage.Local;

/// <summary>A read-only, seekable stream over a part of a blob that is loaded and checked window by window.</summary>
/// <param name="start">Where the part begins in the blob.</param>
/// <param name="length">Bytes of the part.</param>
internal abstract class WindowStream(long start, long length) : Stream
{
    private long _position;

    /// <summary>Where the loaded window begins in the blob; -1 when none is loaded.</summary>
    protected long WindowStart { get; set; } = -1;

    protected ReadOnlyMemory<byte> Window { get; set; }

    protected bool IsClosed { get; private set; }

    public override bool CanRead => !IsClosed;

    public override bool CanSeek => !IsClosed;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    private bool IsLoaded => WindowStart >= 0 && start + _position >= WindowStart && start + _position < WindowStart + Window.Length;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(IsClosed, this);
        if (_position >= length || buffer.IsEmpty)
        {
            return 0;
        }

        if (!IsLoaded)
        {
            await LoadAsync(start + _position, cancellationToken).ConfigureAwait(false);
        }

        return Take(buffer.Span);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        if (_position >= length || buffer.IsEmpty)
        {
            return 0;
        }

        if (!IsLoaded)
        {
            LoadAsync(start + _position, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        }

        return Take(buffer);
    }

    public override long Seek(long offset, SeekOrigin origin)
    {
        Position = offset + origin switch { SeekOrigin.Begin => 0, SeekOrigin.Current => _position, _ => length };
        return _position;
    }

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException("A blob is read-only.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("A blob is read-only.");

    /// <summary>Loads and checks the window that holds the byte at <paramref name="at"/> of the blob.</summary>
    protected abstract ValueTask LoadAsync(long at, CancellationToken cancellationToken);

    protected override void Dispose(bool disposing)
    {
        IsClosed = true;
        base.Dispose(disposing);
    }

    private int Take(Span<byte> destination)
    {
        int from = (int)(start + _position - WindowStart);
        int count = (int)Math.Min(Math.Min(destination.Length, Window.Length - from), length - _position);
        if (count <= 0)
        {
            return 0;
        }

        Window.Span.Slice(from, count).CopyTo(destination);
        _position += count;
        return count;
    }
}
