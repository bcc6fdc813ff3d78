namespace Lifecycle.Tracking;

public sealed partial class ModelRegistry
{
    private async ValueTask<ModelVersion> RegisterAsync(
        LifecycleTransaction transaction, string name, ModelArtifact model, IReadOnlyList<Evidence> evidence, CancellationToken cancellationToken)
    {
        List<(string RunId, Digest Digest, long Experiment)> logged = await transaction.QueryAsync(
            """
            SELECT coalesce(r.run_id, ''), l.digest, l.experiment FROM tracking_logged_model l LEFT JOIN tracking_run r ON r.id = l.run
            WHERE l.model_id = $id AND l.digest IS NOT NULL
            """,
            [("$id", model.Id)], row => (row.GetString(0), row.Digest(1), row.GetInt64(2)), cancellationToken).ConfigureAwait(false);
        if (logged.Count == 0 || logged[0].Digest != model.Digest)
        {
            throw new ModelNotFoundException(
                $"The model '{model.Id}' ({model.Digest}) was not logged in this workspace. Log it with a run of this workspace, then register what that returns.");
        }

        long now = _store.Now;
        ModelRow row = await VersionTable.EnsureModelAsync(transaction, name, now, cancellationToken).ConfigureAwait(false);
        int number = await NextNumberAsync(transaction, row.Id, cancellationToken).ConfigureAwait(false);
        ModelVersion version = new()
        {
            Model = name,
            Number = number,
            ModelId = model.Id,
            RunId = logged[0].RunId,
            Manifest = model.Manifest,
            Evidence = [.. evidence],
            CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(now),
            CreatedBy = _store.Actor.Actor,
            UpdatedAt = DateTimeOffset.FromUnixTimeMilliseconds(now),
            Source = "models:/" + model.Id,
            Location = LoggedModelTable.Uri(logged[0].Experiment, model.Id),
            ModelRow = row.Id,
        };
        await InsertAsync(transaction, version, cancellationToken).ConfigureAwait(false);
        foreach (Evidence item in evidence)
        {
            await InsertEvidenceAsync(transaction, row.Id, number, item, cancellationToken).ConfigureAwait(false);
        }

        await VersionTable.TouchAsync(transaction, row.Id, now, cancellationToken).ConfigureAwait(false);
        await AnnounceAsync(transaction, version, cancellationToken).ConfigureAwait(false);
        return version;
    }

    // Null: the logged model was finished meanwhile, resolve again.
    private async ValueTask<ModelVersion?> RegisterAsync(
        LifecycleTransaction transaction, string name, VersionSource source, ResolvedSource resolved, CancellationToken cancellationToken)
    {
        long now = _store.Now;
        ModelRow? row = source.MakesModel
            ? await VersionTable.EnsureModelAsync(transaction, name, now, cancellationToken).ConfigureAwait(false)
            : await VersionTable.FindModelAsync(transaction, name, cancellationToken).ConfigureAwait(false);
        if (row is null)
        {
            throw ModelNotFoundException.Model(name);
        }

        if (resolved.ModelId.Length > 0
            && await LoggedModelTable.StatusAsync(transaction, resolved.ModelId, cancellationToken).ConfigureAwait(false) != resolved.ModelStatus)
        {
            return null;
        }

        ModelVersion version = new()
        {
            Model = name,
            Number = await NextNumberAsync(transaction, row.Id, cancellationToken).ConfigureAwait(false),
            ModelId = resolved.ModelId,
            RunId = resolved.RunId,
            Evidence = [],
            CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(now),
            CreatedBy = _store.Actor.Actor,
            UpdatedAt = DateTimeOffset.FromUnixTimeMilliseconds(now),
            Source = source.Uri,
            Location = resolved.Location ?? source.Uri,
            RunLink = source.RunLink ?? "",
            Status = resolved.Status,
            Description = source.Description ?? "",
            Tags = new SortedDictionary<string, string>(source.Tags.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal),
            ModelRow = row.Id,
        };
        version = resolved.Manifest is { } manifest ? version with { Manifest = manifest } : version;
        await InsertAsync(transaction, version, cancellationToken).ConfigureAwait(false);
        foreach (ModelFile file in resolved.OwnFiles ? version.Manifest.Files : [])
        {
            await ArtifactTable.PutAsync(
                transaction, ArtifactTable.OfVersion, row.Id,
                new ArtifactEntry(VersionTable.FilePath(version.Number, file.Path), file.Size, file.Digest, version.CreatedAt), cancellationToken).ConfigureAwait(false);
        }

        await VersionTable.TouchAsync(transaction, row.Id, now, cancellationToken).ConfigureAwait(false);
        await AnnounceAsync(transaction, version, cancellationToken).ConfigureAwait(false);
        return version;
    }

    private static async ValueTask<int> NextNumberAsync(LifecycleTransaction transaction, long model, CancellationToken cancellationToken) =>
        (int)(long)(await transaction.ScalarAsync(
            "SELECT coalesce(max(version), 0) + 1 FROM tracking_model_version WHERE model = $model", [("$model", model)], cancellationToken).ConfigureAwait(false))!;

    private static async ValueTask InsertAsync(LifecycleTransaction transaction, ModelVersion version, CancellationToken cancellationToken)
    {
        await transaction.ExecuteAsync(
            """
            INSERT INTO tracking_model_version(
                model, version, digest, logged_model, run, source, storage, run_link, status, description, created, created_by, updated)
            VALUES($model, $version, $digest, $logged, $run, $source, $storage, $link, $status, $description, $now, $actor, $now)
            """,
            [
                ("$model", version.ModelRow), ("$version", (long)version.Number), ("$digest", version.DigestOrNull?.ToString()),
                ("$logged", version.ModelId.Length == 0 ? null : version.ModelId), ("$run", version.RunId.Length == 0 ? null : version.RunId),
                ("$source", version.Source), ("$storage", version.Location == version.Source ? null : version.Location), ("$link", version.RunLink),
                ("$status", (long)version.Status), ("$description", version.Description), ("$now", version.CreatedAt.ToUnixTimeMilliseconds()),
                ("$actor", version.CreatedBy),
            ],
            cancellationToken).ConfigureAwait(false);
        foreach ((string key, string value) in version.Tags)
        {
            await VersionTable.SetTagAsync(transaction, version.ModelRow, version.Number, key, value, cancellationToken).ConfigureAwait(false);
        }

        if (version.ModelId.Length > 0 && version.Source.StartsWith("models:/m-", StringComparison.Ordinal))
        {
            await LoggedModelTable.AddVersionAsync(transaction, version.ModelId, version.Model, version.Number, cancellationToken).ConfigureAwait(false);
        }
    }

    private static ValueTask<int> InsertEvidenceAsync(
        LifecycleTransaction transaction, long model, int number, Evidence evidence, CancellationToken cancellationToken) =>
        transaction.ExecuteAsync(
            """
            INSERT INTO tracking_evidence(model, version, kind, digest, subject, verdict, at, actor)
            VALUES($model, $version, $kind, $digest, $subject, $verdict, $at, $actor)
            """,
            [
                ("$model", model), ("$version", (long)number), ("$kind", evidence.Kind), ("$digest", evidence.Digest.ToString()),
                ("$subject", evidence.Subject.ToString()), ("$verdict", (long)evidence.Verdict), ("$at", evidence.At.ToUnixTimeMilliseconds()),
                ("$actor", evidence.Actor),
            ],
            cancellationToken);

    private async ValueTask AnnounceAsync(LifecycleTransaction transaction, ModelVersion version, CancellationToken cancellationToken)
    {
        string what = JsonText.Text(json =>
        {
            json.WriteString("model", version.Model);
            json.WriteNumber("version", version.Number);
            json.WriteString("digest", version.DigestOrNull?.ToString());
            json.WriteString("run", version.RunId.Length == 0 ? null : version.RunId);
            json.WriteString("source", version.Source);
            json.WriteStartArray("evidence");
            foreach (Evidence item in version.Evidence)
            {
                json.WriteStringValue($"{item.Kind} {item.Verdict} {item.Digest}");
            }

            json.WriteEndArray();
        });
        await _store.Audit.AppendAsync(
            transaction, new AuditRecord("model.version.registered", $"model/{version.Model}", After: what), cancellationToken).ConfigureAwait(false);
        List<LineageEdge> edges = [];
        if (version.DigestOrNull is { } digest)
        {
            LineageNode model = new(LineageNode.Model, digest.ToString());
            edges.Add(new LineageEdge(version, LineageEdge.SpecializationOf, model, version.CreatedAt, version.CreatedBy));
            if (version.RunId.Length > 0)
            {
                edges.Add(new LineageEdge(
                    model, LineageEdge.WasGeneratedBy, new LineageNode(LineageNode.Run, version.RunId), version.CreatedAt, version.CreatedBy));
            }
        }

        await _store.Events.PublishAsync(
            transaction, "lifecycle.model.version.registered", $"model/{version.Model}", what, edges, cancellationToken).ConfigureAwait(false);
    }
}
