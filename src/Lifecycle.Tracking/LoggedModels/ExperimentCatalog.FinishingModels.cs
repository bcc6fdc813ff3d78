namespace Lifecycle.Tracking;

public sealed partial class ExperimentCatalog
{
    /// <summary>
    /// Ends the upload of a logged model. Ready: its files have a digest from now on and cannot change. Failed: they stay as they are, without digest.
    /// Versions that were registered from it while it was pending become the same. Finishing it again the same way changes nothing.
    /// </summary>
    /// <param name="modelId"><c>m-...</c></param>
    /// <param name="ready">Whether the files are complete.</param>
    /// <param name="cancellationToken">Cancelling changes nothing.</param>
    /// <exception cref="ModelNotFoundException">There is no such model, or it was deleted.</exception>
    /// <exception cref="InvalidModelException">It was finished the other way before.</exception>
    public async ValueTask<LoggedModel> FinishModelAsync(string modelId, bool ready, CancellationToken cancellationToken = default)
    {
        await OpenForReadingAsync(cancellationToken).ConfigureAwait(false);
        LoggedModelStatus status = ready ? LoggedModelStatus.Ready : LoggedModelStatus.UploadFailed;
        for (int attempt = 1; attempt <= 3; attempt++)
        {
            ModelManifest? manifest = ready ? await StoreManifestAsync(modelId, cancellationToken).ConfigureAwait(false) : null;
            LoggedModel? finished = await _store.Database.WriteAsync(
                (transaction, token) => FinishAsync(transaction, modelId, status, manifest, token), CommitDurability.Flushed, cancellationToken).ConfigureAwait(false);
            if (finished is not null)
            {
                return finished;
            }
        }

        throw new ConcurrencyConflictException(
            "tracking", "finish", modelId, $"Files came to the model '{modelId}' while it was being finished. Wait for the uploads and try again.");
    }

    /// <summary>Deletes a logged model: it is hidden, its files stay for the versions that came from it.</summary>
    /// <exception cref="ModelNotFoundException">There is no such model, or it was deleted before.</exception>
    public async ValueTask DeleteModelAsync(string modelId, CancellationToken cancellationToken = default) => await ChangeModelAsync(
        modelId,
        async (transaction, model, token) =>
        {
            await transaction.ExecuteAsync(
                "UPDATE tracking_logged_model SET deleted_at = $now, updated = $now WHERE id = $id", [("$now", _store.Now), ("$id", model.Id)], token).ConfigureAwait(false);
            await _store.Audit.AppendAsync(
                transaction, new AuditRecord("model.hidden", $"logged-model/{modelId}", Before: JsonText.Text(json => json.WriteString("name", model.Name))), token)
                .ConfigureAwait(false);
        },
        cancellationToken).ConfigureAwait(false);

    // Null: other files than those of the manifest are there by now.
    private async ValueTask<LoggedModel?> FinishAsync(
        LifecycleTransaction transaction, string modelId, LoggedModelStatus status, ModelManifest? manifest, CancellationToken cancellationToken)
    {
        LoggedModelRow model = await LoggedModelTable.RequireAsync(transaction, modelId, cancellationToken).ConfigureAwait(false);
        if (model.Status != LoggedModelStatus.Pending)
        {
            return model.Status == status
                ? await ReadModelAsync(transaction, modelId, cancellationToken).ConfigureAwait(false)
                : throw new InvalidModelException($"The logged model '{modelId}' is {model.Status} and stays so. Log it again under a new id.");
        }

        List<ArtifactEntry> files = await transaction.QueryAsync(
            ArtifactTable.Of(new ArtifactOwner(ArtifactTable.OfModel, modelId)), [("$owner", modelId)], ArtifactTable.Read, cancellationToken).ConfigureAwait(false);
        if (status == LoggedModelStatus.Ready && (manifest is null ? files.Any(f => f.Size > 0) : !manifest.Files.SequenceEqual(FilesOf(files))))
        {
            return null;
        }

        (string, object?)[] cells =
        [
            ("$status", (long)status), ("$digest", manifest?.Digest.ToString()), ("$now", _store.Now), ("$id", model.Id), ("$model", modelId),
        ];
        await transaction.ExecuteAsync(
            "UPDATE tracking_logged_model SET status = $status, digest = $digest, updated = $now WHERE id = $id", cells, cancellationToken).ConfigureAwait(false);
        await transaction.ExecuteAsync(
            """
            UPDATE tracking_registered_model SET revision = revision + 1
            WHERE id IN (SELECT model FROM tracking_model_version WHERE logged_model = $model AND status = 1)
            """,
            cells, cancellationToken).ConfigureAwait(false);
        await transaction.ExecuteAsync(
            """
            UPDATE tracking_model_version SET status = $status, digest = CASE WHEN source = 'models:/' || $model THEN $digest END, updated = $now
            WHERE logged_model = $model AND status = 1
            """,
            cells, cancellationToken).ConfigureAwait(false);
        await LoggedModelTable.AuditAsync(
            _store, transaction, status == LoggedModelStatus.Ready ? "model.logged" : "model.failed", model.RunId is { } run ? $"run/{run}" : $"logged-model/{modelId}",
            modelId, model.Name, manifest, cancellationToken).ConfigureAwait(false);
        if (manifest is not null && model.RunId is { } runId
            && await RunRow.FindAsync(transaction, runId, cancellationToken).ConfigureAwait(false) is { Status: not (RunStatus.Running or RunStatus.Scheduled) } ended)
        {
            await RunTable.PublishEndAsync(_store, transaction, ended, ended.Status, cancellationToken).ConfigureAwait(false);
        }

        return await ReadModelAsync(transaction, modelId, cancellationToken).ConfigureAwait(false);
    }

    private static IEnumerable<ModelFile> FilesOf(IEnumerable<ArtifactEntry> entries) =>
        entries.Select(e => new ModelFile(e.Path, e.Size, e.Digest)).OrderBy(f => f.Path, StringComparer.Ordinal);

    // The manifest of the files that are there now; null when there are none, or none with content.
    private async ValueTask<ModelManifest?> StoreManifestAsync(string modelId, CancellationToken cancellationToken)
    {
        IReadOnlyList<ArtifactEntry> files = await ArtifactsOfModel(modelId).ListAsync(null, cancellationToken).ConfigureAwait(false);
        if (files.All(f => f.Size == 0))
        {
            return null;
        }

        ModelManifest manifest = new(FilesOf(files));
        using MemoryStream bytes = new(manifest.Bytes.ToArray(), writable: false);
        await _store.Blobs.PutAsync(bytes, null, cancellationToken).ConfigureAwait(false);
        return manifest;
    }
}
