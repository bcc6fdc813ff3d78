namespace Lifecycle.Tracking;

public sealed partial class ModelRegistry
{
    /// <summary>
    /// Gives one's word that a version may have an alias. Rules see it (<see cref="PromotionRequest.Approvals"/>); by itself it moves nothing.
    /// It is about the model and the evidence of this moment: evidence that comes later makes it void.
    /// </summary>
    /// <param name="version">A living version whose files are here.</param>
    /// <param name="alias">The alias.</param>
    /// <param name="reason">Why.</param>
    /// <param name="cancellationToken">Cancelling changes nothing.</param>
    /// <exception cref="ModelNotFoundException">There is no such living version, it is another model, or its files lie elsewhere.</exception>
    public async ValueTask<Approval> ApproveAsync(ModelVersion version, string alias, string? reason = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(version);
        RegistryNames.RequireAlias(alias);
        Digest digest = version.Digest;
        await _store.ReadyAsync(cancellationToken).ConfigureAwait(false);
        return await _store.Database.WriteAsync(
            async (transaction, token) =>
            {
                ModelRow row = await RequireModelAsync(transaction, version.Model, token).ConfigureAwait(false);
                await RequireLivingAsync(transaction, row.Id, version, token).ConfigureAwait(false);
                await RequireDigestAsync(transaction, row.Id, version, digest, token).ConfigureAwait(false);
                List<string> evidence = await VersionTable.EvidenceDigestsAsync(transaction, row.Id, version.Number, token).ConfigureAwait(false);
                Approval approval = new()
                {
                    Alias = alias,
                    Actor = _store.Actor.Actor,
                    At = DateTimeOffset.FromUnixTimeMilliseconds(_store.Now),
                    Reason = reason,
                    Model = digest,
                    Evidence = [.. evidence.Select(e => Digest.Parse(e))],
                };
                await transaction.ExecuteAsync(
                    """
                    INSERT INTO tracking_approval(model, version, alias, digest, evidence, actor, at, reason)
                    VALUES($model, $version, $alias, $digest, $evidence, $actor, $at, $reason)
                    """,
                    [
                        ("$model", row.Id), ("$version", (long)version.Number), ("$alias", alias), ("$digest", digest.ToString()),
                        ("$evidence", string.Join('\n', evidence)), ("$actor", approval.Actor), ("$at", approval.At.ToUnixTimeMilliseconds()), ("$reason", reason),
                    ],
                    token).ConfigureAwait(false);
                await VersionTable.ReviseAsync(transaction, row.Id, token).ConfigureAwait(false);
                string what = JsonText.Text(json =>
                {
                    json.WriteString("model", version.Model);
                    json.WriteNumber("version", version.Number);
                    json.WriteString("alias", alias);
                    json.WriteString("digest", digest.ToString());
                    json.WriteStartArray("evidence");
                    evidence.ForEach(json.WriteStringValue);
                    json.WriteEndArray();
                });
                await AuditAsync(transaction, "model.version.approved", version.Model, after: what, reason: reason, cancellationToken: token).ConfigureAwait(false);
                await _store.Events.PublishAsync(
                    transaction, "lifecycle.model.version.approved", $"model/{version.Model}", what, null, token).ConfigureAwait(false);
                return approval;
            },
            CommitDurability.Flushed, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The approvals of a version, oldest first, void ones included and marked.</summary>
    /// <param name="version">The version.</param>
    /// <param name="alias">Only those for this alias; null means all.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    public async ValueTask<IReadOnlyList<Approval>> ApprovalsAsync(ModelVersion version, string? alias = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(version);
        await _store.ReadyAsync(cancellationToken).ConfigureAwait(false);
        return await _store.Database.QueryAsync(
            """
            SELECT a.alias, a.actor, a.at, a.reason, a.digest, a.evidence,
                a.digest IS NOT v.digest OR a.evidence <> coalesce(
                    (SELECT group_concat(digest, char(10)) FROM
                        (SELECT e.digest FROM tracking_evidence e WHERE e.model = a.model AND e.version = a.version ORDER BY e.digest)), '')
            FROM tracking_approval a
            JOIN tracking_registered_model m ON m.id = a.model AND m.ended IS NULL
            JOIN tracking_model_version v ON v.model = a.model AND v.version = a.version
            WHERE m.name = $model AND a.version = $version AND ($alias IS NULL OR a.alias = $alias) ORDER BY a.id
            """,
            [("$model", version.Model), ("$version", (long)version.Number), ("$alias", alias)],
            row => new Approval
            {
                Alias = row.GetString(0),
                Actor = row.GetString(1),
                At = row.Time(2),
                Reason = row.TextOrNull(3),
                Model = row.Digest(4),
                Evidence = [.. row.GetString(5).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(d => Digest.Parse(d))],
                IsVoid = row.GetBoolean(6),
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Adds evidence to a version that was registered before. Approvals given without it become void.</summary>
    /// <param name="version">A living version whose files are here.</param>
    /// <param name="evidence">It must name this very model, and its report must be stored.</param>
    /// <param name="cancellationToken">Cancelling changes nothing.</param>
    /// <returns>The version as it is now.</returns>
    /// <exception cref="EvidenceMismatchException">It speaks of another model; the message names both digests.</exception>
    /// <exception cref="BlobNotFoundException">The report is not stored.</exception>
    /// <exception cref="ModelNotFoundException">There is no such living version, it is another model, or its files lie elsewhere.</exception>
    public async ValueTask<ModelVersion> AddEvidenceAsync(ModelVersion version, Evidence evidence, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(version);
        ArgumentNullException.ThrowIfNull(evidence);
        if (evidence.Subject != version.Digest)
        {
            throw new EvidenceMismatchException(evidence, version.Digest);
        }

        await _store.ReadyAsync(cancellationToken).ConfigureAwait(false);
        if (await _store.Blobs.KeepAsync([evidence.Digest], cancellationToken).ConfigureAwait(false) is [Digest missing, ..])
        {
            throw new BlobNotFoundException(missing, "add evidence");
        }

        await ChangeVersionAsync(
            version, "model.version.evidence", null, JsonText.Text(json => json.WriteString("evidence", $"{evidence.Kind} {evidence.Verdict} {evidence.Digest}")),
            async (transaction, row, token) =>
            {
                await RequireDigestAsync(transaction, row, version, version.Digest, token).ConfigureAwait(false);
                await InsertEvidenceAsync(transaction, row, version.Number, evidence, token).ConfigureAwait(false);
                await VersionTable.ReviseAsync(transaction, row, token).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        return await ReadAgainAsync(version, cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask RequireDigestAsync(
        LifecycleTransaction transaction, long modelRow, ModelVersion version, Digest digest, CancellationToken cancellationToken)
    {
        object? known = await transaction.ScalarAsync(
            "SELECT digest FROM tracking_model_version WHERE model = $model AND version = $version",
            [("$model", modelRow), ("$version", (long)version.Number)], cancellationToken).ConfigureAwait(false);
        if (!string.Equals(known as string, digest.ToString(), StringComparison.Ordinal))
        {
            throw new ModelNotFoundException($"'{version}' is {known ?? "without files"} in this workspace, not {digest}.");
        }
    }
}
