namespace Lifecycle.Tracking;

public sealed partial class ModelRegistry
{
    /// <summary>
    /// Says what an alias asks of a version; what was said before is replaced, and asking for nothing takes the protection away. The model is made when it is new.
    /// </summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="alias">The alias.</param>
    /// <param name="protect">For example <c>p =&gt; p.RequireEvidence("gate")</c>.</param>
    /// <param name="cancellationToken">Cancelling changes nothing.</param>
    public async ValueTask ProtectAsync(string model, string alias, Action<AliasProtection> protect, CancellationToken cancellationToken = default)
    {
        RegistryNames.RequireModel(model);
        RegistryNames.RequireAlias(alias);
        ArgumentNullException.ThrowIfNull(protect);
        AliasProtection protection = new();
        protect(protection);
        await _store.ReadyAsync(cancellationToken).ConfigureAwait(false);
        await _store.Database.WriteAsync(
            (transaction, token) => ProtectAsync(transaction, model, alias, [.. protection.Evidence], token), CommitDurability.Flushed, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>The kinds of evidence that an alias asks for; empty when it is not protected.</summary>
    public async ValueTask<IReadOnlyList<string>> RequiredEvidenceAsync(string model, string alias, CancellationToken cancellationToken = default)
    {
        await _store.ReadyAsync(cancellationToken).ConfigureAwait(false);
        return await _store.Database.QueryAsync(
            """
            SELECT p.evidence FROM tracking_alias_protection p JOIN tracking_registered_model m ON m.id = p.model AND m.ended IS NULL
            WHERE m.name = $model AND p.alias = $alias ORDER BY p.evidence
            """,
            [("$model", model), ("$alias", alias)], row => row.GetString(0), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Deletes a version: it stays readable with its run and digest, its number is never used again, and aliases that point at it point nowhere.
    /// </summary>
    /// <exception cref="InvalidOperationException">A protected alias points at it: move that alias first.</exception>
    /// <exception cref="ModelNotFoundException">There is no such version, or it was deleted before.</exception>
    public async ValueTask DeleteVersionAsync(ModelVersion version, string? reason = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(version);
        await _store.ReadyAsync(cancellationToken).ConfigureAwait(false);
        await _store.Database.WriteAsync(
            (transaction, token) => DeleteAsync(transaction, version, reason, token), CommitDurability.Flushed, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<AuditEntry?> ProtectAsync(
        LifecycleTransaction transaction, string model, string alias, IReadOnlyList<string> evidence, CancellationToken cancellationToken)
    {
        long now = _store.Now;
        ModelRow row = await VersionTable.EnsureModelAsync(transaction, model, now, cancellationToken).ConfigureAwait(false);
        List<string> before = await transaction.QueryAsync(
            "SELECT evidence FROM tracking_alias_protection WHERE model = $model AND alias = $alias ORDER BY evidence",
            [("$model", row.Id), ("$alias", alias)], r => r.GetString(0), cancellationToken).ConfigureAwait(false);
        if (before.SequenceEqual(evidence, StringComparer.Ordinal))
        {
            return null;
        }

        await transaction.ExecuteAsync(
            "DELETE FROM tracking_alias_protection WHERE model = $model AND alias = $alias", [("$model", row.Id), ("$alias", alias)], cancellationToken)
            .ConfigureAwait(false);
        foreach (string kind in evidence)
        {
            await transaction.ExecuteAsync(
                "INSERT INTO tracking_alias_protection(model, alias, evidence) VALUES($model, $alias, $evidence)",
                [("$model", row.Id), ("$alias", alias), ("$evidence", kind)], cancellationToken).ConfigureAwait(false);
        }

        await VersionTable.ReviseAsync(transaction, row.Id, cancellationToken).ConfigureAwait(false);
        return await _store.Audit.AppendAsync(
            transaction, new AuditRecord("model.alias.protected", $"model/{model}", ProtectionJson(alias, before), ProtectionJson(alias, evidence)), cancellationToken)
            .ConfigureAwait(false);
    }

    private async ValueTask<AuditEntry> DeleteAsync(
        LifecycleTransaction transaction, ModelVersion version, string? reason, CancellationToken cancellationToken)
    {
        ModelRow row = await RequireModelAsync(transaction, version.Model, cancellationToken).ConfigureAwait(false);
        await RequireLivingAsync(transaction, row.Id, version, cancellationToken).ConfigureAwait(false);
        await CloseAliasesAsync(transaction, row.Id, version.Model, version.Number, $"'{version}'", reason, lasts: true, cancellationToken).ConfigureAwait(false);
        long now = _store.Now;
        await transaction.ExecuteAsync(
            "UPDATE tracking_model_version SET deleted_at = $now, deleted_by = $actor WHERE model = $model AND version = $version",
            [("$now", now), ("$actor", _store.Actor.Actor), ("$model", row.Id), ("$version", (long)version.Number)], cancellationToken).ConfigureAwait(false);
        await VersionTable.TouchAsync(transaction, row.Id, now, cancellationToken).ConfigureAwait(false);
        string what = VersionJson(version.Model, version.Number);
        await _store.Events.PublishAsync(
            transaction, "lifecycle.model.version.deleted", $"model/{version.Model}", what, null, cancellationToken).ConfigureAwait(false);
        return await _store.Audit.AppendAsync(
            transaction, new AuditRecord("model.version.deleted", $"model/{version.Model}", Before: what, Reason: reason), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends what aliases of a version, or of all versions, point at; refused when one of them is protected.</summary>
    private async ValueTask CloseAliasesAsync(
        LifecycleTransaction transaction, long modelRow, string model, int? version, string what, string? reason, bool lasts, CancellationToken cancellationToken)
    {
        List<(string Alias, bool Points, bool Protected)> aliases = await transaction.QueryAsync(
            """
            SELECT p.alias, p.version IS NOT NULL, EXISTS(SELECT 1 FROM tracking_alias_protection x WHERE x.model = p.model AND x.alias = p.alias)
            FROM tracking_alias_period p INDEXED BY tracking_alias_period_lasting
            WHERE p.model = $model AND ($version IS NULL OR p.version = $version) AND p.superseded_at IS NULL AND p.valid_to IS NULL ORDER BY p.alias
            """,
            [("$model", modelRow), ("$version", version is { } v ? (long)v : null)], r => (r.GetString(0), r.GetBoolean(1), r.GetBoolean(2)), cancellationToken)
            .ConfigureAwait(false);
        if (aliases.FirstOrDefault(a => a.Protected && a.Points).Alias is { } held)
        {
            throw new InvalidOperationException($"{what} cannot be deleted: the protected alias '{held}' points at it. Promote another version or roll back first.");
        }

        foreach (string alias in aliases.Where(a => a.Points).Select(a => a.Alias))
        {
            AliasPeriod? current = await AliasTable.CurrentAsync(transaction, model, alias, cancellationToken).ConfigureAwait(false);
            await MoveAsync(transaction, modelRow, model, alias, current, null, AliasMove.Deletion, reason, cancellationToken, lasts).ConfigureAwait(false);
        }
    }

    private static string ProtectionJson(string alias, IReadOnlyList<string> evidence) => JsonText.Text(json =>
    {
        json.WriteString("alias", alias);
        json.WriteStartArray("evidence");
        foreach (string kind in evidence)
        {
            json.WriteStringValue(kind);
        }

        json.WriteEndArray();
    });
}
