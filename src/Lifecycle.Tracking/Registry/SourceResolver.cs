namespace Lifecycle.Tracking;

/// <summary>What a source stands for in this workspace.</summary>
internal sealed record ResolvedSource
{
    public ModelManifest? Manifest { get; init; }

    /// <summary>Whether nobody else holds the files: the version must name them itself, or the sweep takes them.</summary>
    public bool OwnFiles { get; init; }

    public string RunId { get; init; } = "";

    public string ModelId { get; init; } = "";

    public LoggedModelStatus? ModelStatus { get; init; }

    public VersionStatus Status { get; init; } = VersionStatus.Ready;

    public string? Location { get; init; }
}

/// <summary>Finds the files that a source stands for and stores their manifest. Nothing is fetched from anywhere.</summary>
internal sealed class SourceResolver(TrackingStore store)
{
    public async ValueTask<ResolvedSource> ResolveAsync(SourceUri uri, VersionSource source, CancellationToken cancellationToken)
    {
        ResolvedSource resolved = uri.Kind switch
        {
            SourceKind.Run => await OfRunAsync(uri, cancellationToken).ConfigureAwait(false),
            SourceKind.LoggedModel => await OfModelAsync(uri, cancellationToken).ConfigureAwait(false),
            SourceKind.Version => await OfVersionAsync(uri, cancellationToken).ConfigureAwait(false),
            _ => new ResolvedSource(),
        };
        if (resolved.ModelId.Length == 0 && source.ModelId is { Length: > 0 } id)
        {
            resolved = resolved with { ModelId = id, ModelStatus = (await RequireAsync(id, cancellationToken).ConfigureAwait(false)).Status };
        }

        return source.RunId is { Length: > 0 } run ? resolved with { RunId = run } : resolved;
    }

    private async ValueTask<ResolvedSource> OfRunAsync(SourceUri uri, CancellationToken cancellationToken)
    {
        List<ArtifactEntry> entries = await store.Database.QueryAsync(
            ArtifactTable.Of(new ArtifactOwner(ArtifactTable.OfRun, uri.Owner))
                + " AND ($path = '' OR path = $path OR substr(path, 1, length($path) + 1) = $path || '/') ORDER BY path",
            [("$owner", uri.Owner), ("$path", uri.Path)], ArtifactTable.Read, cancellationToken).ConfigureAwait(false);
        ModelManifest? manifest = await ManifestAsync(entries, uri.Path, cancellationToken).ConfigureAwait(false);
        return new ResolvedSource { RunId = uri.Owner, Manifest = manifest, OwnFiles = manifest is not null };
    }

    private async ValueTask<ResolvedSource> OfModelAsync(SourceUri uri, CancellationToken cancellationToken)
    {
        LoggedModelRow model = await RequireAsync(uri.Owner, cancellationToken).ConfigureAwait(false);
        ResolvedSource resolved = new()
        {
            ModelId = model.ModelId,
            RunId = model.RunId ?? "",
            ModelStatus = model.Status,
            Location = LoggedModelTable.Uri(model.Experiment, model.ModelId),
            Status = (VersionStatus)model.Status,
        };
        return model.Digest is not { } digest ? resolved
            : uri.Path.Length == 0
            ? resolved with { Manifest = await ModelManifest.LoadAsync(store.Blobs, digest, cancellationToken).ConfigureAwait(false) }
            : resolved with
            {
                Manifest = await ManifestAsync(
                    [.. (await ModelManifest.LoadAsync(store.Blobs, digest, cancellationToken).ConfigureAwait(false)).Files
                        .Where(f => f.Path == uri.Path || f.Path.StartsWith(uri.Path + "/", StringComparison.Ordinal))
                        .Select(f => new ArtifactEntry(f.Path, f.Size, f.Digest, default))],
                    uri.Path, cancellationToken).ConfigureAwait(false),
                Location = resolved.Location + "/" + uri.Path,
            };
    }

    private async ValueTask<ResolvedSource> OfVersionAsync(SourceUri uri, CancellationToken cancellationToken)
    {
        int number = int.Parse(uri.Path, System.Globalization.CultureInfo.InvariantCulture);
        List<VersionRow> rows = await store.Database.QueryAsync(
            VersionTable.ByNumber + " AND v.deleted_at IS NULL", [("$model", uri.Owner), ("$version", (long)number)], VersionTable.Read, cancellationToken)
            .ConfigureAwait(false);
        if (rows.Count == 0)
        {
            throw ModelNotFoundException.Version(uri.Owner, number);
        }

        (ModelVersion version, Digest? digest, _) = rows[0];
        return new ResolvedSource
        {
            Manifest = digest is { } known ? await ModelManifest.LoadAsync(store.Blobs, known, cancellationToken).ConfigureAwait(false) : null,
            OwnFiles = digest is not null,
            RunId = version.RunId,
            ModelId = version.ModelId,
            ModelStatus = version.ModelId.Length == 0 ? null : (await RequireAsync(version.ModelId, cancellationToken).ConfigureAwait(false)).Status,
            Status = version.Status,
            Location = version.Location,
        };
    }

    private async ValueTask<LoggedModelRow> RequireAsync(string id, CancellationToken cancellationToken)
    {
        List<LoggedModelRow> rows = await store.Database.QueryAsync(
            LoggedModelTable.Rows + " WHERE l.model_id = $id", [("$id", id)], LoggedModelTable.ReadRow, cancellationToken).ConfigureAwait(false);
        return rows.Count == 0 || rows[0].DeletedAt is not null ? throw ModelNotFoundException.Logged(id) : rows[0];
    }

    /// <summary>The manifest of entries, with paths below the folder; null when there is nothing, or nothing with content.</summary>
    private async ValueTask<ModelManifest?> ManifestAsync(List<ArtifactEntry> entries, string folder, CancellationToken cancellationToken)
    {
        if (entries.All(e => e.Size == 0))
        {
            return null;
        }

        ModelManifest manifest = new(entries.Select(e => new ModelFile(Below(e.Path, folder), e.Size, e.Digest)));
        using MemoryStream bytes = new(manifest.Bytes.ToArray(), writable: false);
        await store.Blobs.PutAsync(bytes, null, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<Digest> missing = await store.Blobs.KeepAsync(
            [.. manifest.Files.Select(f => f.Digest).Append(manifest.Digest).Distinct()], cancellationToken).ConfigureAwait(false);
        return missing.Count > 0 ? throw new BlobNotFoundException(missing[0], "register") : manifest;
    }

    private static string Below(string path, string folder) => folder.Length == 0 ? path
        : path == folder ? path[(path.LastIndexOf('/') + 1)..]
        : path[(folder.Length + 1)..];
}
