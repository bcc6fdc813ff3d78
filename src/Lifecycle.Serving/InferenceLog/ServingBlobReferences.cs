using System.Runtime.CompilerServices;

namespace Lifecycle.Serving;

/// <summary>Names the blobs that serving needs: the sealed segments of the inference log.</summary>
public sealed class ServingBlobReferences : IBlobReferenceSource
{
    private readonly LifecycleDatabase _database;

    /// <summary>Makes the source.</summary>
    public ServingBlobReferences(LifecycleDatabase database)
    {
        ArgumentNullException.ThrowIfNull(database);
        _database = database;
    }

    /// <inheritdoc/>
    public string Name => "serving";

    /// <inheritdoc/>
    public async IAsyncEnumerable<Digest> ReferencesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await _database.MigrateAsync(ServingSchema.Set, cancellationToken).ConfigureAwait(false);
        await foreach (Digest digest in _database.StreamAsync(
            "SELECT digest FROM serving_log_segment", [], r => new Digest(r.GetFieldValue<byte[]>(0)), cancellationToken).ConfigureAwait(false))
        {
            yield return digest;
        }
    }

    /// <inheritdoc/>
    /// <remarks>Segments by their model and id.</remarks>
    public async IAsyncEnumerable<BlobHolder> HoldersAsync(IReadOnlySet<Digest> digests, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(digests);
        await _database.MigrateAsync(ServingSchema.Set, cancellationToken).ConfigureAwait(false);
        await foreach (BlobHolder holder in _database.StreamAsync(
            "SELECT digest, model || ' ' || id FROM serving_log_segment ORDER BY model, id", [],
            r => new BlobHolder(new Digest(r.GetFieldValue<byte[]>(0)), "inference log segment", r.GetString(1)), cancellationToken).ConfigureAwait(false))
        {
            if (digests.Contains(holder.Digest))
            {
                yield return holder;
            }
        }
    }
}
