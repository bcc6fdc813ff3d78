namespace Lifecycle;

/// <summary>
/// Content-addressed bytes. Blobs are immutable; the same bytes twice are one object; a reader never sees half a write;
/// bytes are checked against their digest on read unless the caller declines; a cancelled or crashed put leaves nothing visible.
/// </summary>
/// <remarks>
/// Failures of the store are <see cref="LifecycleStorageException"/>; <see cref="OperationCanceledException"/> is never wrapped.
/// Whoever keeps a digest in a table of its own registers an <see cref="IBlobReferenceSource"/>.
/// </remarks>
public interface IBlobStore
{
    /// <summary>Stores all bytes from the stream's position to its end; returns when they are durable and visible.</summary>
    /// <param name="content">Read to its end; never closed.</param>
    /// <param name="options">How the bytes are laid out; null means <see cref="BlobLayout.Auto"/>.</param>
    /// <param name="cancellationToken">Cancelling leaves nothing behind.</param>
    ValueTask<StoredBlob> PutAsync(Stream content, BlobPutOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Starts a group of puts that becomes durable and visible at once.</summary>
    ValueTask<BlobBatch> BeginBatchAsync(CancellationToken cancellationToken = default);

    /// <summary>Opens a blob, whole or a range of it, as a seekable stream.</summary>
    /// <exception cref="BlobNotFoundException">The store holds no such blob.</exception>
    /// <exception cref="BlobCorruptedException">The bytes do not fit the digest; also thrown by the stream's reads.</exception>
    ValueTask<Stream> OpenAsync(Digest digest, BlobOpenOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Length of the blob in bytes, or null when the store does not hold it.</summary>
    ValueTask<long?> FindAsync(Digest digest, CancellationToken cancellationToken = default);

    /// <summary>All blobs in the order of their digests, parts of bigger blobs among them (<see cref="StoredBlob.IsPart"/>).</summary>
    IAsyncEnumerable<StoredBlob> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Renews blobs that a caller is about to refer to without putting them; returns those that are not there.
    /// </summary>
    ValueTask<IReadOnlyList<Digest>> KeepAsync(IReadOnlyCollection<Digest> digests, CancellationToken cancellationToken = default);

    /// <summary>Writes the blob as a file at <paramref name="path"/> (temporary name, flush, rename) and says how it was done.</summary>
    /// <param name="digest">The blob.</param>
    /// <param name="path">The file to make; an existing file is an error.</param>
    /// <param name="link">What is wished for; a store that cannot do it copies.</param>
    /// <param name="cancellationToken">Cancelling leaves no file.</param>
    ValueTask<LinkKind> PlaceAsync(Digest digest, string path, LinkKind link = LinkKind.Copy, CancellationToken cancellationToken = default);

    /// <summary>Removes a blob. For upkeep only: features drop their reference instead. Returns whether it was there.</summary>
    ValueTask<bool> DeleteAsync(Digest digest, CancellationToken cancellationToken = default);
}
