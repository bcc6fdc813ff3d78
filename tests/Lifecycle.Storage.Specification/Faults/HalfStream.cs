namespace Lifecycle.Storage.Specification;

/// <summary>A stream that fails when about half of it has been read.</summary>
/// <param name="inner">Gives the bytes; disposed with this stream.</param>
/// <param name="error">What is thrown.</param>
public sealed class HalfStream(Stream inner, Exception error) : Stream
{
    private long _left = inner is { CanSeek: true } ? (inner.Length - inner.Position) / 2 : 1;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => inner.Length;

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        if (_left == 0 && count > 0)
        {
            throw error;
        }

        int read = inner.Read(buffer, offset, (int)Math.Min(count, _left));
        _left = read == 0 ? 0 : _left - read;
        return read;
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
