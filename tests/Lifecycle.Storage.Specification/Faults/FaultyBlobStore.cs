using System.Runtime.CompilerServices;

namespace Lifecycle.Storage.Specification;

/// <summary>A blob store whose operations go wrong as planned. Names: <c>blobs.put</c>, <c>.begin</c>, <c>.batch.put</c>, <c>.batch.complete</c>, <c>.open</c>, <c>.find</c>, <c>.list</c>, <c>.keep</c>, <c>.place</c>, <c>.delete</c>.</summary>
/// <param name="inner">The store that does the work.</param>
/// <param name="plan">What goes wrong.</param>
public sealed class FaultyBlobStore(IBlobStore inner, FaultPlan plan) : IBlobStore
{
    /// <inheritdoc/>
    public async ValueTask<StoredBlob> PutAsync(Stream content, BlobPutOptions? options = null, CancellationToken cancellationToken = default)
    {
        Exception? half = await plan.StepAsync("blobs.put", cancellationToken);
        return await inner.PutAsync(half is null ? content : new HalfStream(content, half), options, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<BlobBatch> BeginBatchAsync(CancellationToken cancellationToken = default)
    {
        Exception? half = await plan.StepAsync("blobs.begin", cancellationToken);
        BlobBatch batch = await inner.BeginBatchAsync(cancellationToken);
        if (half is not null)
        {
            await batch.DisposeAsync();
            throw half;
        }

        return new Batch(batch, plan);
    }

    /// <inheritdoc/>
    public async ValueTask<Stream> OpenAsync(Digest digest, BlobOpenOptions? options = null, CancellationToken cancellationToken = default)
    {
        Exception? half = await plan.StepAsync("blobs.open", cancellationToken);
        Stream content = await inner.OpenAsync(digest, options, cancellationToken);
        return half is null ? content : new HalfStream(content, half);
    }

    /// <inheritdoc/>
    public async ValueTask<long?> FindAsync(Digest digest, CancellationToken cancellationToken = default)
    {
        Exception? half = await plan.StepAsync("blobs.find", cancellationToken);
        return half is null ? await inner.FindAsync(digest, cancellationToken) : throw half;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredBlob> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Exception? half = await plan.StepAsync("blobs.list", cancellationToken);
        await foreach (StoredBlob blob in inner.ListAsync(cancellationToken))
        {
            yield return blob;
            if (half is not null)
            {
                break;
            }
        }

        if (half is not null)
        {
            throw half;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<Digest>> KeepAsync(IReadOnlyCollection<Digest> digests, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(digests);
        Exception? half = await plan.StepAsync("blobs.keep", cancellationToken);
        IReadOnlyList<Digest> missing = await inner.KeepAsync(half is null ? digests : [.. digests.Take(digests.Count / 2)], cancellationToken);
        return half is null ? missing : throw half;
    }

    /// <inheritdoc/>
    public async ValueTask<LinkKind> PlaceAsync(Digest digest, string path, LinkKind link = LinkKind.Copy, CancellationToken cancellationToken = default)
    {
        Exception? half = await plan.StepAsync("blobs.place", cancellationToken);
        return half is null ? await inner.PlaceAsync(digest, path, link, cancellationToken) : throw half;
    }

    /// <inheritdoc/>
    public async ValueTask<bool> DeleteAsync(Digest digest, CancellationToken cancellationToken = default)
    {
        Exception? half = await plan.StepAsync("blobs.delete", cancellationToken);
        bool deleted = await inner.DeleteAsync(digest, cancellationToken);
        return half is null ? deleted : throw half;
    }

    private sealed class Batch(BlobBatch inner, FaultPlan plan) : BlobBatch
    {
        public override async ValueTask<StoredBlob> PutAsync(Stream content, CancellationToken cancellationToken = default)
        {
            Exception? half = await plan.StepAsync("blobs.batch.put", cancellationToken);
            return await inner.PutAsync(half is null ? content : new HalfStream(content, half), cancellationToken);
        }

        public override async ValueTask<StoredBlob> PutAsync(Stream content, BlobPutOptions? options, CancellationToken cancellationToken = default)
        {
            Exception? half = await plan.StepAsync("blobs.batch.put", cancellationToken);
            return await inner.PutAsync(half is null ? content : new HalfStream(content, half), options, cancellationToken);
        }

        public override async ValueTask<BlobReceipt> CompleteAsync(CancellationToken cancellationToken = default)
        {
            Exception? half = await plan.StepAsync("blobs.batch.complete", cancellationToken);
            BlobReceipt receipt = await inner.CompleteAsync(cancellationToken);
            return half is null ? receipt : throw half;
        }

        public override ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
