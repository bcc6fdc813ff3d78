namespace Lifecycle.Tracking;

public sealed partial class RunArtifacts
{
    /// <summary>
    /// Stores an artifact beside the run's own, also after the run has ended: a report about what it made comes later. The same path again replaces it.
    /// </summary>
    /// <param name="path">For example <c>gates/mortgage.json</c>; see <see cref="ArtifactPath"/>.</param>
    /// <param name="content">The bytes.</param>
    /// <param name="cancellationToken">Cancelling stores nothing that can be seen.</param>
    /// <exception cref="InvalidArtifactPathException">The path breaks the rule; the store was not asked.</exception>
    /// <exception cref="TrackingException">There is no such run, it was deleted, or the path is a folder or lies in a file.</exception>
    public async ValueTask<ArtifactEntry> PutAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        using MemoryStream stream = new(content.ToArray(), writable: false);
        return await PutAsync(path, stream, content.Length, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stores an artifact from a stream, in pieces: memory does not grow with its size.</summary>
    /// <param name="path">For example <c>gates/mortgage.json</c>; see <see cref="ArtifactPath"/>.</param>
    /// <param name="content">Read to its end; not closed. When it breaks off nothing is stored.</param>
    /// <param name="expectedLength">The number of bytes that will come, when known: a full disk is then found before the first byte.</param>
    /// <param name="cancellationToken">Cancelling stores nothing that can be seen.</param>
    /// <exception cref="InvalidArtifactPathException">The path breaks the rule; the store was not asked.</exception>
    /// <exception cref="TrackingException">There is no such run or model, it was deleted, or the path is a folder or lies in a file.</exception>
    public async ValueTask<ArtifactEntry> PutAsync(string path, Stream content, long? expectedLength = null, CancellationToken cancellationToken = default)
    {
        ArtifactPath checkedPath = ArtifactPath.Parse(path);
        ArgumentNullException.ThrowIfNull(content);
        await _store.ReadyAsync(cancellationToken).ConfigureAwait(false);
        await _store.Database.WriteAsync(
            async (transaction, token) =>
            {
                long owner = await _owner.RequireAsync(transaction, token).ConfigureAwait(false);
                await RequireFreeAsync(transaction, owner, checkedPath.Value, token).ConfigureAwait(false);
                return true;
            },
            CommitDurability.Buffered, cancellationToken).ConfigureAwait(false);
        StoredBlob blob = await _store.Blobs.PutAsync(content, new BlobPutOptions { ExpectedLength = expectedLength }, cancellationToken).ConfigureAwait(false);
        ArtifactEntry entry = new(checkedPath.Value, blob.Length, blob.Digest, DateTimeOffset.FromUnixTimeMilliseconds(_store.Now));
        await _store.Database.WriteAsync(
            async (transaction, token) =>
            {
                long owner = await _owner.RequireAsync(transaction, token).ConfigureAwait(false);
                await RequireFreeAsync(transaction, owner, checkedPath.Value, token).ConfigureAwait(false);
                return await ArtifactTable.PutAsync(transaction, _owner.Kind, owner, entry, token).ConfigureAwait(false);
            },
            CommitDurability.Flushed, cancellationToken).ConfigureAwait(false);
        TrackingTelemetry.Artifact(blob.Length, "in");
        return entry;
    }

    /// <summary>Removes an artifact, or everything in a folder. The bytes stay until nothing names them any more and the upkeep of the store removes them.</summary>
    /// <param name="path">A file or a folder.</param>
    /// <param name="cancellationToken">Cancelling removes nothing.</param>
    /// <returns>Artifacts that were removed; 0 when there was nothing.</returns>
    /// <exception cref="InvalidArtifactPathException">The path breaks the rule.</exception>
    /// <exception cref="TrackingException">There is no such run or model, or it was deleted.</exception>
    public async ValueTask<int> DeleteAsync(string path, CancellationToken cancellationToken = default)
    {
        ArtifactPath checkedPath = ArtifactPath.Parse(path);
        await _store.ReadyAsync(cancellationToken).ConfigureAwait(false);
        return await _store.Database.WriteAsync(
            async (transaction, token) => await transaction.ExecuteAsync(
                """
                DELETE FROM tracking_artifact
                WHERE owner_kind = $kind AND owner = $owner AND (path = $path OR substr(path, 1, length($path) + 1) = $path || '/')
                """,
                [
                    ("$kind", (long)_owner.Kind), ("$owner", await _owner.RequireAsync(transaction, token).ConfigureAwait(false)), ("$path", checkedPath.Value),
                ],
                token).ConfigureAwait(false),
            CommitDurability.Flushed, cancellationToken).ConfigureAwait(false);
    }

    // A path is a file or a folder, not both.
    private async ValueTask RequireFreeAsync(LifecycleTransaction transaction, long owner, string path, CancellationToken cancellationToken)
    {
        List<string> folders = [];
        for (int slash = path.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = path.IndexOf('/', slash + 1))
        {
            folders.Add(path[..slash]);
        }

        object? other = await transaction.ScalarAsync(
            """
            SELECT path FROM tracking_artifact WHERE owner_kind = $kind AND owner = $owner
                AND (path IN (SELECT value FROM json_each($folders)) OR (path > $path || '/' AND path < $path || '0')) LIMIT 1
            """,
            [("$kind", (long)_owner.Kind), ("$owner", owner), ("$folders", JsonText.List(folders)), ("$path", path)], cancellationToken).ConfigureAwait(false);
        if (other is string taken)
        {
            throw new TrackingException($"Invalid path '{path}': the {_owner.Word} has the artifact '{taken}', and a path is either a file or a folder.");
        }
    }
}
