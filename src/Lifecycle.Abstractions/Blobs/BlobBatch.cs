namespace Lifecycle;

/// <summary>
/// A group of puts. Nothing is promised before <see cref="CompleteAsync"/> returns; disposing without it leaves nothing.
/// A batch is used by one caller at a time.
/// </summary>
public abstract class BlobBatch : IAsyncDisposable
{
    /// <summary>Adds all bytes from the stream's position to its end.</summary>
    public abstract ValueTask<StoredBlob> PutAsync(Stream content, CancellationToken cancellationToken = default);

    /// <summary>Adds all bytes from the stream's position to its end, laid out as asked.</summary>
    /// <param name="content">Read to its end; never closed.</param>
    /// <param name="options">How the bytes are laid out; null means <see cref="BlobLayout.Auto"/>. A store with one layout only may ignore it.</param>
    /// <param name="cancellationToken">Cancelling drops this put; the batch goes on.</param>
    public virtual ValueTask<StoredBlob> PutAsync(Stream content, BlobPutOptions? options, CancellationToken cancellationToken = default) =>
        PutAsync(content, cancellationToken);

    /// <summary>Adds bytes from memory.</summary>
    public virtual ValueTask<StoredBlob> PutAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        PutAsync(new MemoryStream(content.ToArray(), writable: false), cancellationToken);

    /// <summary>Makes all puts of this batch durable, then visible.</summary>
    public abstract ValueTask<BlobReceipt> CompleteAsync(CancellationToken cancellationToken = default);

    /// <summary>Drops what was not completed.</summary>
    public abstract ValueTask DisposeAsync();
}
