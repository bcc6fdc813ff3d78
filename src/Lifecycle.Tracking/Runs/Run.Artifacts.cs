namespace Lifecycle.Tracking;

public sealed partial class Run
{
    /// <summary>Stores an artifact; the same path again replaces it. All or nothing.</summary>
    /// <param name="path">For example <c>plots/roc.svg</c>; see <see cref="ArtifactPath"/>.</param>
    /// <param name="content">Read to its end; not closed.</param>
    /// <param name="cancellationToken">Cancelling stores nothing that can be seen.</param>
    /// <exception cref="InvalidArtifactPathException">The path breaks the rule; the store was not asked.</exception>
    /// <exception cref="TrackingException">The run has ended or was deleted.</exception>
    /// <exception cref="LifecycleStorageException">The store or the database cannot be written.</exception>
    public async ValueTask<ArtifactEntry> LogArtifactAsync(string path, Stream content, CancellationToken cancellationToken = default)
    {
        ArtifactPath checkedPath = ArtifactPath.Parse(path);
        ArgumentNullException.ThrowIfNull(content);
        RequireOpen();
        StoredBlob blob = await _store.Blobs.PutAsync(content, null, cancellationToken).ConfigureAwait(false);
        await _drain.FlushAsync(cancellationToken).ConfigureAwait(false);
        ArtifactEntry entry = await _store.Database.WriteAsync(
            async (transaction, token) =>
            {
                RunRow run = await ArtifactTable.RequireOpenAsync(transaction, Id, token).ConfigureAwait(false);
                ArtifactEntry added = new(checkedPath.Value, blob.Length, blob.Digest, DateTimeOffset.FromUnixTimeMilliseconds(_store.Now));
                await ArtifactTable.PutAsync(transaction, ArtifactTable.OfRun, run.Id, added, token).ConfigureAwait(false);
                return added;
            },
            CommitDurability.Flushed, cancellationToken).ConfigureAwait(false);
        TrackingTelemetry.Artifact(blob.Length, "in");
        return entry;
    }

    /// <summary>Stores an artifact from memory.</summary>
    /// <inheritdoc cref="LogArtifactAsync(string, Stream, CancellationToken)"/>
    public async ValueTask<ArtifactEntry> LogArtifactAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        using MemoryStream stream = new(content.ToArray(), writable: false);
        return await LogArtifactAsync(path, stream, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stores a model: its files, its manifest, and the record that this run made it. All or nothing.</summary>
    /// <param name="name">Not empty, none of <c>/ : . % " '</c>, no control character, at most 250 characters.</param>
    /// <param name="files">Content by path; read to the end, not closed. 1 to 10,000 files.</param>
    /// <param name="cancellationToken">Cancelling stores nothing that can be seen.</param>
    /// <exception cref="InvalidModelException">There are no files or too many, or the name breaks the rule.</exception>
    /// <exception cref="InvalidArtifactPathException">A path breaks the rule.</exception>
    /// <exception cref="TrackingException">The run has ended or was deleted.</exception>
    /// <exception cref="LifecycleStorageException">The store or the database cannot be written.</exception>
    public ValueTask<ModelArtifact> LogModelAsync(string name, IReadOnlyDictionary<string, Stream> files, CancellationToken cancellationToken = default) =>
        LogModelAsync(name, files, null, cancellationToken);

    /// <summary>Stores a model with its file <c>MLmodel</c>. All or nothing.</summary>
    /// <param name="name">Not empty, none of <c>/ : . % " '</c>, no control character, at most 250 characters.</param>
    /// <param name="files">Content by path; read to the end, not closed. 1 to 10,000 files, none of them <c>MLmodel</c> when there is a description.</param>
    /// <param name="description">Flavours and signature; null writes no <c>MLmodel</c>. The file is no part of the digest: it names the run and the time.</param>
    /// <param name="cancellationToken">Cancelling stores nothing that can be seen.</param>
    /// <exception cref="InvalidModelException">There are no files or too many, the name breaks the rule, or <c>MLmodel</c> is given twice.</exception>
    /// <exception cref="InvalidArtifactPathException">A path breaks the rule.</exception>
    /// <exception cref="TrackingException">The run has ended or was deleted.</exception>
    /// <exception cref="LifecycleStorageException">The store or the database cannot be written.</exception>
    public async ValueTask<ModelArtifact> LogModelAsync(
        string name, IReadOnlyDictionary<string, Stream> files, ModelDescription? description, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(files);
        LoggedModelTable.RequireName(name);
        ModelManifest.RequirePaths([.. files.Keys, .. description is null ? (string[])[] : [ModelDescription.FileName]]);
        RequireOpen();
        List<ModelFile> stored = new(files.Count);
        foreach ((string path, Stream content) in files.OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            ArgumentNullException.ThrowIfNull(content, nameof(files));
            StoredBlob blob = await _store.Blobs.PutAsync(content, new BlobPutOptions { Layout = BlobLayout.Whole }, cancellationToken).ConfigureAwait(false);
            stored.Add(new ModelFile(path, blob.Length, blob.Digest));
        }

        ModelManifest manifest = new(stored);
        using (MemoryStream bytes = new(manifest.Bytes.ToArray(), writable: false))
        {
            await _store.Blobs.PutAsync(bytes, null, cancellationToken).ConfigureAwait(false);
        }

        await _drain.FlushAsync(cancellationToken).ConfigureAwait(false);
        ModelArtifact model = new()
        {
            Id = "m-" + LifecycleId.New(_store.Time).ToString("N"),
            Name = name,
            RunId = Id,
            Manifest = manifest,
            CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(_store.Now),
        };
        ArtifactEntry? described = description is null ? null : await DescribeAsync(model, description, cancellationToken).ConfigureAwait(false);
        await _store.Database.WriteAsync(
            async (transaction, token) =>
            {
                RunRow run = await ArtifactTable.RequireOpenAsync(transaction, Id, token).ConfigureAwait(false);
                AuditEntry entry = await LoggedModelTable.AddAsync(_store, transaction, run, model, token).ConfigureAwait(false);
                if (described is not null)
                {
                    long row = (long)(await transaction.ScalarAsync(
                        "SELECT id FROM tracking_logged_model WHERE model_id = $model", [("$model", model.Id)], token).ConfigureAwait(false))!;
                    await ArtifactTable.PutAsync(transaction, ArtifactTable.OfModel, row, described, token).ConfigureAwait(false);
                }

                return entry;
            },
            CommitDurability.Flushed, cancellationToken).ConfigureAwait(false);
        TrackingTelemetry.Artifact(manifest.Size, "in");
        return model;
    }

    /// <summary>Stores a model from memory.</summary>
    /// <inheritdoc cref="LogModelAsync(string, IReadOnlyDictionary{string, Stream}, CancellationToken)"/>
    public async ValueTask<ModelArtifact> LogModelAsync(
        string name, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> files, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(files);
        Dictionary<string, Stream> streams = files.ToDictionary(
            f => f.Key, f => (Stream)new MemoryStream(f.Value.ToArray(), writable: false), StringComparer.Ordinal);
        return await LogModelAsync(name, streams, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<ArtifactEntry> DescribeAsync(ModelArtifact model, ModelDescription description, CancellationToken cancellationToken)
    {
        ModelDescription full = description with
        {
            ArtifactPath = model.Name,
            MlflowVersion = MLmodelFile.Form,
            ModelId = model.Id,
            ModelUuid = model.Id[2..],
            RunId = Id,
            SizeBytes = model.Manifest.Size,
            CreatedAt = model.CreatedAt,
        };
        using MemoryStream bytes = new(MLmodelFile.Write(full), writable: false);
        StoredBlob blob = await _store.Blobs.PutAsync(bytes, null, cancellationToken).ConfigureAwait(false);
        return new ArtifactEntry(ModelDescription.FileName, blob.Length, blob.Digest, model.CreatedAt);
    }

    private void RequireOpen()
    {
        if (Status != RunStatus.Running)
        {
            throw new TrackingException($"Nothing can be logged to the run {Id}: it ended as {Status}. Start another run.");
        }
    }
}
