namespace Lifecycle.Data.Tests;

/// <summary>A store that does something each time a file was read.</summary>
internal sealed class TouchingStore(IBlobStore inner, Action touch) : IBlobStore
{
    public ValueTask<StoredBlob> PutAsync(Stream content, BlobPutOptions? options = null, CancellationToken cancellationToken = default) =>
        inner.PutAsync(content, options, cancellationToken);

    public async ValueTask<BlobBatch> BeginBatchAsync(CancellationToken cancellationToken = default) =>
        new Batch(await inner.BeginBatchAsync(cancellationToken), touch);

    public ValueTask<Stream> OpenAsync(Digest digest, BlobOpenOptions? options = null, CancellationToken cancellationToken = default) =>
        inner.OpenAsync(digest, options, cancellationToken);

    public ValueTask<long?> FindAsync(Digest digest, CancellationToken cancellationToken = default) => inner.FindAsync(digest, cancellationToken);

    public IAsyncEnumerable<StoredBlob> ListAsync(CancellationToken cancellationToken = default) => inner.ListAsync(cancellationToken);

    public ValueTask<IReadOnlyList<Digest>> KeepAsync(IReadOnlyCollection<Digest> digests, CancellationToken cancellationToken = default) =>
        inner.KeepAsync(digests, cancellationToken);

    public ValueTask<LinkKind> PlaceAsync(Digest digest, string path, LinkKind link = LinkKind.Copy, CancellationToken cancellationToken = default) =>
        inner.PlaceAsync(digest, path, link, cancellationToken);

    public ValueTask<bool> DeleteAsync(Digest digest, CancellationToken cancellationToken = default) => inner.DeleteAsync(digest, cancellationToken);

    private sealed class Batch(BlobBatch inner, Action touch) : BlobBatch
    {
        public override async ValueTask<StoredBlob> PutAsync(Stream content, CancellationToken cancellationToken = default)
        {
            StoredBlob blob = await inner.PutAsync(content, cancellationToken);
            if (content is ScannedStream)
            {
                touch();
            }

            return blob;
        }

        public override ValueTask<BlobReceipt> CompleteAsync(CancellationToken cancellationToken = default) => inner.CompleteAsync(cancellationToken);

        public override ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
