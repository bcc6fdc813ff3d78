namespace Lifecycle.Storage.Specification;

/// <summary>A stream that gives a few bytes a read, cannot seek, and tells before each read.</summary>
/// <param name="bytes">What it gives.</param>
/// <param name="most">Most bytes of one read.</param>
public sealed class DribblingStream(byte[] bytes, int most) : Stream
{
    private readonly MemoryStream _bytes = new(bytes);
    private int _reads;

    /// <summary>Called before each read with its number, counted from 0.</summary>
    public Action<int>? BeforeRead { get; init; }

    /// <summary>Whether somebody closed it.</summary>
    public bool IsDisposed { get; private set; }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        BeforeRead?.Invoke(_reads++);
        return _bytes.Read(buffer, offset, Math.Min(count, most));
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        BeforeRead?.Invoke(_reads++);
        cancellationToken.ThrowIfCancellationRequested();
        return new(_bytes.Read(buffer.Span[..Math.Min(buffer.Length, most)]));
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

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
        IsDisposed = true;
        base.Dispose(disposing);
    }
}
