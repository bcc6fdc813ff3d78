namespace Lifecycle.Tracking;

/// <summary>The files of one logged model.</summary>
public sealed class LoggedModelFiles
{
    internal const string List = """
        SELECT a.path, a.size, a.digest, a.created FROM tracking_logged_model l JOIN tracking_artifact a ON a.owner_kind = 2 AND a.owner = l.id
        WHERE l.model_id = $model
        """;

    private readonly TrackingStore _store;
    private readonly string _model;

    internal LoggedModelFiles(TrackingStore store, string model)
    {
        _store = store;
        _model = model;
    }

    /// <summary>All files in ordinal order of their paths.</summary>
    /// <param name="under">Only those in this folder; null means all.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    public async ValueTask<IReadOnlyList<ArtifactEntry>> ListAsync(string? under = null, CancellationToken cancellationToken = default)
    {
        string? folder = under is null ? null : ArtifactPath.Parse(under).Value + "/";
        await _store.ReadyAsync(cancellationToken).ConfigureAwait(false);
        return await _store.Database.QueryAsync(
            List + " AND ($folder IS NULL OR substr(a.path, 1, length($folder)) = $folder) ORDER BY a.path",
            [("$model", _model), ("$folder", folder)], ArtifactTable.Read, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens a file; its bytes are checked against its digest while they are read.</summary>
    /// <exception cref="ModelNotFoundException">The model has no such file.</exception>
    /// <exception cref="BlobCorruptedException">The bytes are damaged; also thrown by the stream.</exception>
    public async ValueTask<Stream> OpenAsync(string path, BlobOpenOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArtifactPath checkedPath = ArtifactPath.Parse(path);
        await _store.ReadyAsync(cancellationToken).ConfigureAwait(false);
        List<ArtifactEntry> found = await _store.Database.QueryAsync(
            List + " AND a.path = $path", [("$model", _model), ("$path", checkedPath.Value)], ArtifactTable.Read, cancellationToken).ConfigureAwait(false);
        if (found.Count == 0)
        {
            throw new ModelNotFoundException($"The logged model '{_model}' has no file '{checkedPath}'.");
        }

        Stream stream = await _store.Blobs.OpenAsync(found[0].Digest, options, cancellationToken).ConfigureAwait(false);
        TrackingTelemetry.Artifact(found[0].Size, "out");
        return stream;
    }

    /// <summary>Stores a file of a pending model; the same path again replaces it.</summary>
    /// <param name="path">See <see cref="ArtifactPath"/>.</param>
    /// <param name="content">Read to its end; not closed.</param>
    /// <param name="cancellationToken">Cancelling stores nothing that can be seen.</param>
    /// <exception cref="InvalidArtifactPathException">The path breaks the rule; the store was not asked.</exception>
    /// <exception cref="ModelNotFoundException">There is no such model, or it was deleted.</exception>
    /// <exception cref="InvalidModelException">The model is finished: its files cannot change.</exception>
    public async ValueTask<ArtifactEntry> PutAsync(string path, Stream content, CancellationToken cancellationToken = default)
    {
        ArtifactPath checkedPath = ArtifactPath.Parse(path);
        ArgumentNullException.ThrowIfNull(content);
        await _store.ReadyAsync(cancellationToken).ConfigureAwait(false);
        StoredBlob blob = await _store.Blobs.PutAsync(content, new BlobPutOptions { Layout = BlobLayout.Whole }, cancellationToken).ConfigureAwait(false);
        ArtifactEntry entry = new(checkedPath.Value, blob.Length, blob.Digest, DateTimeOffset.FromUnixTimeMilliseconds(_store.Now));
        await _store.Database.WriteAsync(
            async (transaction, token) => await ArtifactTable.PutAsync(
                transaction, ArtifactTable.OfModel, await RequirePendingAsync(transaction, token).ConfigureAwait(false), entry, token).ConfigureAwait(false),
            CommitDurability.Flushed, cancellationToken).ConfigureAwait(false);
        TrackingTelemetry.Artifact(blob.Length, "in");
        return entry;
    }

    /// <summary>Takes a file, or a folder with all in it, from a pending model.</summary>
    /// <returns>Files that were taken.</returns>
    /// <exception cref="ModelNotFoundException">There is no such model, or it was deleted.</exception>
    /// <exception cref="InvalidModelException">The model is finished: its files cannot change.</exception>
    public async ValueTask<int> DeleteAsync(string path, CancellationToken cancellationToken = default)
    {
        string checkedPath = ArtifactPath.Parse(path).Value;
        await _store.ReadyAsync(cancellationToken).ConfigureAwait(false);
        return await _store.Database.WriteAsync(
            async (transaction, token) => await transaction.ExecuteAsync(
                "DELETE FROM tracking_artifact WHERE owner_kind = 2 AND owner = $model AND (path = $path OR substr(path, 1, length($path) + 1) = $path || '/')",
                [("$model", await RequirePendingAsync(transaction, token).ConfigureAwait(false)), ("$path", checkedPath)], token).ConfigureAwait(false),
            CommitDurability.Flushed, cancellationToken).ConfigureAwait(false);
    }

    internal static IEnumerable<ModelFile> Of(IEnumerable<ArtifactEntry> entries) =>
        entries.Select(e => new ModelFile(e.Path, e.Size, e.Digest)).OrderBy(f => f.Path, StringComparer.Ordinal);

    /// <summary>Stores the manifest of the files that are there now; null when there are none, or none with content.</summary>
    internal async ValueTask<ModelManifest?> StoreManifestAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<ArtifactEntry> files = await ListAsync(null, cancellationToken).ConfigureAwait(false);
        if (files.All(f => f.Size == 0))
        {
            return null;
        }

        ModelManifest manifest = new(Of(files));
        using MemoryStream bytes = new(manifest.Bytes.ToArray(), writable: false);
        await _store.Blobs.PutAsync(bytes, null, cancellationToken).ConfigureAwait(false);
        return manifest;
    }

    private async ValueTask<long> RequirePendingAsync(LifecycleTransaction transaction, CancellationToken cancellationToken)
    {
        LoggedModelRow model = await LoggedModelTable.RequireAsync(transaction, _model, cancellationToken).ConfigureAwait(false);
        return model.Status == LoggedModelStatus.Pending ? model.Id
            : throw new InvalidModelException($"The logged model '{_model}' is {model.Status}: its files have a digest and cannot change. Log the model again under a new id.");
    }
}
