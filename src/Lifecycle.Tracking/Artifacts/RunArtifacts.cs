namespace Lifecycle.Tracking;

/// <summary>An artifact of a run or a file of a logged model.</summary>
/// <param name="Path">Path inside the run or model.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Digest">SHA-256 of the content.</param>
/// <param name="CreatedAt">When it was stored.</param>
public sealed record ArtifactEntry(string Path, long Size, Digest Digest, DateTimeOffset CreatedAt);

/// <summary>What lies directly in a folder.</summary>
/// <param name="Path">Path inside the run or model.</param>
/// <param name="IsFolder">Whether it is a folder.</param>
/// <param name="Size">Bytes of a file; null for a folder.</param>
public sealed record ArtifactItem(string Path, bool IsFolder, long? Size);

/// <summary>The artifacts of one run, or the files of one logged model.</summary>
public sealed partial class RunArtifacts
{
    private readonly TrackingStore _store;
    private readonly ArtifactOwner _owner;

    internal RunArtifacts(TrackingStore store, string run)
        : this(store, new ArtifactOwner(ArtifactTable.OfRun, run))
    {
    }

    internal RunArtifacts(TrackingStore store, ArtifactOwner owner)
    {
        _store = store;
        _owner = owner;
    }

    /// <summary>All artifacts in ordinal order of their paths.</summary>
    /// <param name="under">Only those in this folder, for example <c>plots</c>; null means all.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    public async ValueTask<IReadOnlyList<ArtifactEntry>> ListAsync(string? under = null, CancellationToken cancellationToken = default)
    {
        string? folder = under is null ? null : ArtifactPath.Parse(under).Value + "/";
        await _store.ReadyAsync(cancellationToken).ConfigureAwait(false);
        return await _store.Database.QueryAsync(
            ArtifactTable.Of(_owner) + " AND ($folder IS NULL OR substr(path, 1, length($folder)) = $folder) ORDER BY path",
            [("$owner", _owner.Id), ("$folder", folder)], ArtifactTable.Read, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What lies directly in a folder, in ordinal order; empty for a file and for what is not there.</summary>
    /// <param name="folder">For example <c>plots</c>; null or empty for the top.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    /// <exception cref="InvalidArtifactPathException">The path breaks the rule.</exception>
    public async ValueTask<IReadOnlyList<ArtifactItem>> FolderAsync(string? folder = null, CancellationToken cancellationToken = default)
    {
        string? under = string.IsNullOrEmpty(folder) ? null : folder;
        int skip = under is null ? 0 : under.Length + 1;
        List<ArtifactItem> items = [];
        foreach (ArtifactEntry entry in await ListAsync(under, cancellationToken).ConfigureAwait(false))
        {
            int slash = entry.Path.IndexOf('/', skip);
            if (slash < 0)
            {
                items.Add(new ArtifactItem(entry.Path, false, entry.Size));
            }
            else if (items.Count == 0 || items[^1].Path != entry.Path[..slash])
            {
                items.Add(new ArtifactItem(entry.Path[..slash], true, null));
            }
        }

        items.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
        return items;
    }

    /// <summary>An artifact by its path; null when there is none.</summary>
    /// <exception cref="InvalidArtifactPathException">The path breaks the rule.</exception>
    public async ValueTask<ArtifactEntry?> FindAsync(string path, CancellationToken cancellationToken = default)
    {
        ArtifactPath checkedPath = ArtifactPath.Parse(path);
        await _store.ReadyAsync(cancellationToken).ConfigureAwait(false);
        List<ArtifactEntry> found = await _store.Database.QueryAsync(
            ArtifactTable.Of(_owner) + " AND path = $path", [("$owner", _owner.Id), ("$path", checkedPath.Value)], ArtifactTable.Read, cancellationToken)
            .ConfigureAwait(false);
        return found.Count == 0 ? null : found[0];
    }

    /// <summary>Opens an artifact; its bytes are checked against its digest while they are read.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="options">A part of it, or without the check.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <exception cref="TrackingException">There is no such artifact.</exception>
    /// <exception cref="ArtifactCorruptException">The bytes are damaged; also thrown by the stream.</exception>
    public async ValueTask<Stream> OpenAsync(string path, BlobOpenOptions? options = null, CancellationToken cancellationToken = default) =>
        await OpenAsync(
            await FindAsync(path, cancellationToken).ConfigureAwait(false)
                ?? throw new TrackingException($"The {_owner.Word} {_owner.Id} has no artifact '{path}'.", TrackingErrorKind.NotFound),
            options, cancellationToken).ConfigureAwait(false);

    /// <summary>Opens an artifact that was found before.</summary>
    /// <inheritdoc cref="OpenAsync(string, BlobOpenOptions?, CancellationToken)"/>
    public async ValueTask<Stream> OpenAsync(ArtifactEntry entry, BlobOpenOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entry);
        Stream stream;
        try
        {
            stream = await _store.Blobs.OpenAsync(entry.Digest, options, cancellationToken).ConfigureAwait(false);
        }
        catch (BlobCorruptedException damaged)
        {
            throw new ArtifactCorruptException(entry, damaged);
        }

        TrackingTelemetry.Artifact(entry.Size, "out");
        return new ArtifactStream(stream, entry);
    }
}
