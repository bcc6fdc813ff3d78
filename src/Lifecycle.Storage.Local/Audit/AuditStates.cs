using System.Text;

namespace Lifecycle.Storage.Local;

/// <summary>Keeps states that are too big for an audit entry as blobs.</summary>
internal sealed class AuditStates(IBlobReferenceSource source, IBlobStore blobs, BlobUpkeep? upkeep)
{
    /// <summary>A state as long as a reference or shorter stays where it is.</summary>
    private const int Worthwhile = 256;

    /// <summary>The record with references instead of big states; the digests are added to <paramref name="digests"/>.</summary>
    public async ValueTask<AuditRecord> MoveAsync(AuditRecord record, List<Digest> digests, CancellationToken cancellationToken)
    {
        if (upkeep is not null)
        {
            await upkeep.RegisterAsync(source, cancellationToken).ConfigureAwait(false);
        }

        return record with
        {
            Before = await MoveAsync(record.Before, digests, cancellationToken).ConfigureAwait(false),
            After = await MoveAsync(record.After, digests, cancellationToken).ConfigureAwait(false),
        };
    }

    private async ValueTask<string?> MoveAsync(string? state, List<Digest> digests, CancellationToken cancellationToken)
    {
        if (state is null || state.Length <= Worthwhile)
        {
            return state;
        }

        StoredBlob blob = await blobs.PutAsync(new MemoryStream(Encoding.UTF8.GetBytes(state)), null, cancellationToken).ConfigureAwait(false);
        digests.Add(blob.Digest);
        return AuditEntryFormat.Reference(blob);
    }
}
