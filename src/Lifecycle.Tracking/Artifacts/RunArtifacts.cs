namespace Lifecycle.Tracking;

/// <summary>An artifact of a run.</summary>
/// <param name="Path">Path inside the run.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Digest">SHA-256 of the content.</param>
/// <param name="CreatedAt">When it was stored.</param>
public sealed record ArtifactEntry(string Path, long Size, Digest Digest, DateTimeOffset CreatedAt);

/// <summary>The artifacts of one run.</summary>
public sealed class RunArtifacts
{
    private readonly TrackingStore _store;
    private readonly string _run;

    internal RunArtifacts(TrackingStore store, string run)
    {
        _store = store;
        _run = run;
    }

    /// <summary>All artifacts in ordinal order of their paths.</summary>
    /// <param name="under">Only those in this folder, for example <c>plots</c>; null means all.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    public async ValueTask<IReadOnlyList<ArtifactEntry>> ListAsync(string? under = null, CancellationToken cancellationToken = default)
    {
        string? folder = under is null ? null : ArtifactPath.Parse(under).Value + "/";
        await _store.ReadyAsync(cancellationToken).ConfigureAwait(false);
        return await _store.Database.QueryAsync(
            ArtifactTable.ListOfRun + " AND ($folder IS NULL OR substr(a.path, 1, length($folder)) = $folder) ORDER BY a.path",
            [("$run", _run), ("$folder", folder)], ArtifactTable.Read, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens an artifact; its bytes are checked against its digest while they are read.</summary>
    /// <exception cref="TrackingException">The run has no such artifact.</exception>
    /// <exception cref="BlobCorruptedException">The bytes are damaged; also thrown by the stream.</exception>
    public async ValueTask<Stream> OpenAsync(string path, BlobOpenOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArtifactPath checkedPath = ArtifactPath.Parse(path);
        await _store.ReadyAsync(cancellationToken).ConfigureAwait(false);
        List<ArtifactEntry> found = await _store.Database.QueryAsync(
            ArtifactTable.ListOfRun + " AND a.path = $path", [("$run", _run), ("$path", checkedPath.Value)], ArtifactTable.Read, cancellationToken)
            .ConfigureAwait(false);
        if (found.Count == 0)
        {
            throw new TrackingException($"The run {_run} has no artifact '{checkedPath}'.");
        }

        Stream stream = await _store.Blobs.OpenAsync(found[0].Digest, options, cancellationToken).ConfigureAwait(false);
        TrackingTelemetry.Artifact(found[0].Size, "out");
        return stream;
    }

    /// <summary>
    /// Stores an artifact beside the run's own, also after the run has ended: a report about what it made comes later. The same path again replaces it.
    /// </summary>
    /// <param name="path">For example <c>gates/mortgage.json</c>; see <see cref="ArtifactPath"/>.</param>
    /// <param name="content">The bytes.</param>
    /// <param name="cancellationToken">Cancelling stores nothing that can be seen.</param>
    /// <exception cref="InvalidArtifactPathException">The path breaks the rule; the store was not asked.</exception>
    /// <exception cref="TrackingException">There is no such run, or it was deleted.</exception>
    public async ValueTask<ArtifactEntry> PutAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        ArtifactPath checkedPath = ArtifactPath.Parse(path);
        await _store.ReadyAsync(cancellationToken).ConfigureAwait(false);
        using MemoryStream stream = new(content.ToArray(), writable: false);
        StoredBlob blob = await _store.Blobs.PutAsync(stream, null, cancellationToken).ConfigureAwait(false);
        ArtifactEntry entry = new(checkedPath.Value, blob.Length, blob.Digest, DateTimeOffset.FromUnixTimeMilliseconds(_store.Now));
        await _store.Database.WriteAsync(
            async (transaction, token) =>
            {
                RunRow run = await RunRow.FindAsync(transaction, _run, token).ConfigureAwait(false) ?? throw new TrackingException($"Run with id={_run} not found");
                if (run.IsDeleted)
                {
                    throw new TrackingException($"The run {_run} must be in the 'active' state. Current state is deleted.");
                }

                return await ArtifactTable.PutAsync(transaction, ArtifactTable.OfRun, run.Id, entry, token).ConfigureAwait(false);
            },
            CommitDurability.Flushed, cancellationToken).ConfigureAwait(false);
        TrackingTelemetry.Artifact(blob.Length, "in");
        return entry;
    }
}
