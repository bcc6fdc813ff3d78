using System.Text.Json;

namespace Lifecycle.Data;

public sealed partial class DatasetCatalog
{
    // The same split again is the same definition, and nothing is written.
    internal async ValueTask<Digest> KeepSplitAsync(
        DatasetVersion version, byte[] definition, IReadOnlyDictionary<string, long> rows, CancellationToken cancellationToken)
    {
        await ReadyAsync(cancellationToken).ConfigureAwait(false);
        MemoryStream content = new(definition, writable: false);
        Digest digest = (await Blobs.PutAsync(content, null, cancellationToken).ConfigureAwait(false)).Digest;
        return await _database.WriteAsync(
            async (transaction, token) =>
            {
                int added = await transaction.ExecuteAsync(
                    "INSERT INTO data_split (digest, version, created, actor) VALUES ($digest, $version, $at, $actor) ON CONFLICT (digest) DO NOTHING",
                    [("$digest", digest.ToString()), ("$version", version.Id), ("$at", _time.GetUtcNow().ToUnixTimeMilliseconds()), ("$actor", _actor.Actor)],
                    token).ConfigureAwait(false);
                if (added > 0)
                {
                    string state = JsonSerializer.Serialize(new SplitState(digest.ToString(), rows), DataJson.Default.SplitState);
                    await _audit.AppendAsync(transaction, new AuditRecord("dataset.split", "dataset/" + version, null, state), token).ConfigureAwait(false);
                }

                return digest;
            },
            CommitDurability.Flushed,
            cancellationToken).ConfigureAwait(false);
    }
}
