using System.Data.Common;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Lifecycle.Data;

public sealed partial class DatasetCatalog
{
    private const int MaximumDefinition = 1 << 24;

    /// <summary>The definition of a split that was made earlier, also by another process; give it to a version to make its parts again.</summary>
    /// <param name="digest"><see cref="DatasetSplit.Digest"/>; also what a run keeps as the digest of a part.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="BlobNotFoundException">The store does not hold it.</exception>
    /// <exception cref="DatasetException">The blob is no definition of a split, or was written by a newer version.</exception>
    public async ValueTask<SplitDefinition> OpenSplitDefinitionAsync(Digest digest, CancellationToken cancellationToken = default)
    {
        SplitDocument document = await ReadSplitAsync(digest, cancellationToken).ConfigureAwait(false);
        SplitDefinition definition = SplitDefinition.Of(document);
        if (definition.Types is null)
        {
            // one that was written before types were kept: those of the version that it was made for
            await foreach (VersionRow row in QueryAsync(
                "WHERE d.name = $name AND v.digest = $tree ORDER BY v.number", [("$name", document.Dataset), ("$tree", document.Tree)], cancellationToken).ConfigureAwait(false))
            {
                return definition.TypedBy(new DatasetVersion(this, row).TableOf(definition.File).Schema);
            }
        }

        return definition;
    }

    /// <summary>The first split of a dataset that gives a key the same position, with its types; null when there is none.</summary>
    /// <param name="version">What is split.</param>
    /// <param name="definition">How it is split.</param>
    /// <param name="unread">Takes a sentence for each earlier split that cannot be read.</param>
    /// <param name="cancellationToken">Cancels between splits.</param>
    /// <exception cref="DatasetException">An earlier split was written by a newer version.</exception>
    internal async ValueTask<SplitDefinition?> EarlierSplitAsync(
        DatasetVersion version, SplitDefinition definition, List<string> unread, CancellationToken cancellationToken)
    {
        if (definition.TimeColumn is not null)
        {
            return null; // a time is a position of its own
        }

        await ReadyAsync(cancellationToken).ConfigureAwait(false);
        List<(Digest Digest, string Version)> splits = [];
        DbConnection connection = await _database.DataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            DbCommand command = connection.Command(
                "SELECT s.digest, s.version FROM data_split s JOIN data_version v ON v.id = s.version JOIN data_dataset d ON d.id = v.dataset WHERE d.name = $name ORDER BY s.rowid",
                ("$name", version.Name));
            await using (command.ConfigureAwait(false))
            {
                DbDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                {
                    while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    {
                        splits.Add((Digest.Parse(reader.GetString(0)), reader.GetString(1)));
                    }
                }
            }
        }

        foreach ((Digest digest, string id) in splits)
        {
            try
            {
                SplitDefinition earlier = await OpenSplitDefinitionAsync(digest, cancellationToken).ConfigureAwait(false);
                if (earlier.Types is not null && earlier.HasPositionsOf(definition)
                    && (earlier.File == definition.File || (version.Tables.Count == 1 && await FindWithRemovedAsync(id, cancellationToken).ConfigureAwait(false) is { Tables.Count: 1 })))
                {
                    return earlier;
                }
            }
            catch (Exception e) when ((IsDamage(e) && e is not NewerSplitException) || e is UnknownColumnException)
            {
                LogSplitNotRead(digest, version.Name, e.Message);
                unread.Add($"The earlier split {digest} of {version.Name} cannot be read, so if it was by the same columns, rows may have changed their part: {e.Message}");
            }
        }

        return null;
    }

    [LoggerMessage(EventId = 3, Level = LogLevel.Warning, Message = "The split {Digest} of {Dataset} cannot be read, so the types of its key are not those of later splits: {Problem}")]
    private partial void LogSplitNotRead(Digest digest, string dataset, string problem);

    private async ValueTask<SplitDocument> ReadSplitAsync(Digest digest, CancellationToken cancellationToken)
    {
        byte[] bytes = await ReadBlobAsync(Blobs, digest, MaximumDefinition, cancellationToken).ConfigureAwait(false);
        if (VersionRecord.IsNewer(bytes, SplitDocument.FormatPrefix, SplitDocument.FormatName))
        {
            throw new NewerSplitException(
                $"The split {digest} was written by a newer version of the Lifecycle packages, so which part it gives a row is not known; update them, or split by a definition.");
        }

        try
        {
            return JsonSerializer.Deserialize(bytes, DataJson.Default.SplitDocument) is { Format: SplitDocument.FormatName, File: not null, Key: not null, Salt: not null, Parts: not null } document
                ? document
                : throw new DatasetException($"The blob {digest} is no definition of a split.");
        }
        catch (JsonException e)
        {
            throw new DatasetException($"The blob {digest} is no definition of a split.", e);
        }
    }

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

    private sealed class NewerSplitException(string message) : DatasetException(message);
}
