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
}
