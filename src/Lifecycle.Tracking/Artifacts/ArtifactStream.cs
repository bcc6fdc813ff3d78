namespace Lifecycle.Tracking;

/// <summary>The bytes of an artifact; says which artifact it was when they are damaged.</summary>
internal sealed class ArtifactStream(Stream inner, ArtifactEntry entry) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => inner.CanSeek;

    public override bool CanWrite => false;

    public override long Length => inner.Length;

    public override long Position
    {
        get => inner.Position;
        set => inner.Position = value;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        try
        {
            return inner.Read(buffer);
        }
        catch (BlobCorruptedException damaged)
        {
            throw new ArtifactCorruptException(entry, damaged);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (BlobCorruptedException damaged)
        {
            throw new ArtifactCorruptException(entry, damaged);
        }
    }

    public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}

/// <summary>The bytes of an artifact are not those that were stored.</summary>
public sealed class ArtifactCorruptException : LifecycleStorageException
{
    internal ArtifactCorruptException(ArtifactEntry entry, BlobCorruptedException damaged)
        : base(
            "artifacts", "read", entry.Path, $"The artifact '{entry.Path}' is damaged: its digest should be {entry.Digest}. {damaged.Message}", isTransient: false, damaged)
    {
        Path = entry.Path;
        Expected = entry.Digest;
    }

    /// <summary>Path inside the run or model.</summary>
    public string Path { get; }

    /// <summary>The digest the bytes should have.</summary>
    public Digest Expected { get; }
}
