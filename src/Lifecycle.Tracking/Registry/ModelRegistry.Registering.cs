namespace Lifecycle.Tracking;

public sealed partial class ModelRegistry
{
    private async ValueTask<ModelVersion> RegisterAsync(
        LifecycleTransaction transaction, string name, ModelArtifact model, IReadOnlyList<Evidence> evidence, CancellationToken cancellationToken)
    {
        List<(string RunId, Digest Digest)> logged = await transaction.QueryAsync(
            "SELECT r.run_id, l.digest FROM tracking_logged_model l JOIN tracking_run r ON r.id = l.run WHERE l.model_id = $id",
            [("$id", model.Id)], row => (row.GetString(0), row.Digest(1)), cancellationToken).ConfigureAwait(false);
        if (logged.Count == 0 || logged[0].Digest != model.Digest)
        {
            throw new ModelNotFoundException(
                $"The model '{model.Id}' ({model.Digest}) was not logged in this workspace. Log it with a run of this workspace, then register what that returns.");
        }

        long now = _store.Now;
        ModelRow row = await VersionTable.EnsureModelAsync(transaction, name, now, cancellationToken).ConfigureAwait(false);
        int number = (int)(long)(await transaction.ScalarAsync(
            "SELECT coalesce(max(version), 0) + 1 FROM tracking_model_version WHERE model = $model", [("$model", row.Id)], cancellationToken).ConfigureAwait(false))!;
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
        };
        await transaction.ExecuteAsync(
            """
            INSERT INTO tracking_model_version(model, version, digest, logged_model, run, source, created, created_by, updated)
            VALUES($model, $version, $digest, $logged, $run, $source, $now, $actor, $now)
            """,
            [
                ("$model", row.Id), ("$version", (long)number), ("$digest", model.Digest.ToString()), ("$logged", model.Id),
                ("$run", version.RunId), ("$source", "models:/" + model.Id), ("$now", now), ("$actor", version.CreatedBy),
            ],
            cancellationToken).ConfigureAwait(false);
        foreach (Evidence item in evidence)
        {
            await InsertEvidenceAsync(transaction, row.Id, number, item, cancellationToken).ConfigureAwait(false);
        }

        await VersionTable.TouchAsync(transaction, row.Id, now, cancellationToken).ConfigureAwait(false);
        await AnnounceAsync(transaction, version, cancellationToken).ConfigureAwait(false);
        return version;
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
            json.WriteString("digest", version.Digest.ToString());
            json.WriteString("run", version.RunId);
            json.WriteStartArray("evidence");
            foreach (Evidence item in version.Evidence)
            {
                json.WriteStringValue($"{item.Kind} {item.Verdict} {item.Digest}");
            }

            json.WriteEndArray();
        });
        LineageNode model = new(LineageNode.Model, version.Digest.ToString());
        await _store.Audit.AppendAsync(
            transaction, new AuditRecord("model.version.registered", $"model/{version.Model}", After: what), cancellationToken).ConfigureAwait(false);
        await _store.Events.PublishAsync(
            transaction, "lifecycle.model.version.registered", $"model/{version.Model}", what,
            [
                new LineageEdge(version, LineageEdge.SpecializationOf, model, version.CreatedAt, version.CreatedBy),
                new LineageEdge(model, LineageEdge.WasGeneratedBy, new LineageNode(LineageNode.Run, version.RunId), version.CreatedAt, version.CreatedBy),
            ],
            cancellationToken).ConfigureAwait(false);
    }
}
