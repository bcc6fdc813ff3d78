namespace Lifecycle.Tracking;

public sealed partial class ModelRegistry
{
    /// <summary>Makes a name without versions.</summary>
    /// <param name="name">1 to 256 characters, none of them a control character.</param>
    /// <param name="description">At most 100,000 characters.</param>
    /// <param name="tags">Keys of at most 250, values of at most 100,000 characters.</param>
    /// <param name="cancellationToken">Cancelling makes nothing.</param>
    /// <exception cref="ModelExistsException">A living model has the name.</exception>
    /// <exception cref="InvalidRegistryNameException">The name, a tag or the description breaks its rule.</exception>
    public async ValueTask<RegisteredModel> CreateModelAsync(
        string name, string? description = null, IReadOnlyDictionary<string, string>? tags = null, CancellationToken cancellationToken = default)
    {
        RegistryNames.RequireModel(name);
        RegistryText.RequireDescription(description);
        tags ??= new Dictionary<string, string>();
        RegistryText.RequireTags(tags);
        await _store.ReadyAsync(cancellationToken).ConfigureAwait(false);
        return await _store.Database.WriteAsync(
            async (transaction, token) =>
            {
                if (await VersionTable.FindModelAsync(transaction, name, token).ConfigureAwait(false) is not null)
                {
                    throw new ModelExistsException(name);
                }

                ModelRow row = await VersionTable.EnsureModelAsync(transaction, name, _store.Now, token).ConfigureAwait(false);
                await DescribeAsync(transaction, row.Id, description, token).ConfigureAwait(false);
                foreach ((string key, string value) in tags)
                {
                    await ModelTable.SetTagAsync(transaction, row.Id, key, value, token).ConfigureAwait(false);
                }

                await AuditAsync(transaction, "model.created", name, after: TextJson("description", description), cancellationToken: token).ConfigureAwait(false);
                return await ReadModelAsync(transaction, row.Id, token).ConfigureAwait(false);
            },
            CommitDurability.Flushed, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Says in words what a model is.</summary>
    /// <exception cref="ModelNotFoundException">There is no such model.</exception>
    public async ValueTask<RegisteredModel> DescribeModelAsync(string name, string? description, CancellationToken cancellationToken = default)
    {
        RegistryText.RequireDescription(description);
        await _store.ReadyAsync(cancellationToken).ConfigureAwait(false);
        return await _store.Database.WriteAsync(
            async (transaction, token) =>
            {
                ModelRow row = await RequireModelAsync(transaction, name, token).ConfigureAwait(false);
                RegisteredModel before = await ReadModelAsync(transaction, row.Id, token).ConfigureAwait(false);
                await DescribeAsync(transaction, row.Id, description, token).ConfigureAwait(false);
                await VersionTable.TouchAsync(transaction, row.Id, _store.Now, token).ConfigureAwait(false);
                await AuditAsync(
                    transaction, "model.described", name, TextJson("description", before.Description), TextJson("description", description), cancellationToken: token)
                    .ConfigureAwait(false);
                return await ReadModelAsync(transaction, row.Id, token).ConfigureAwait(false);
            },
            CommitDurability.Flushed, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gives a model another name. Versions, aliases and their history go with it.</summary>
    /// <exception cref="ModelNotFoundException">There is no such model.</exception>
    /// <exception cref="ModelExistsException">Another living model has the name.</exception>
    public async ValueTask<RegisteredModel> RenameModelAsync(string name, string newName, CancellationToken cancellationToken = default)
    {
        RegistryNames.RequireModel(newName);
        await _store.ReadyAsync(cancellationToken).ConfigureAwait(false);
        return await _store.Database.WriteAsync(
            async (transaction, token) =>
            {
                ModelRow row = await RequireModelAsync(transaction, name, token).ConfigureAwait(false);
                if (await VersionTable.FindModelAsync(transaction, newName, token).ConfigureAwait(false) is not null)
                {
                    throw new ModelExistsException(newName);
                }

                long now = _store.Now;
                (string, object?)[] cells = [("$name", newName), ("$now", now), ("$model", row.Id)];
                await transaction.ExecuteAsync("UPDATE tracking_registered_model SET name = $name WHERE id = $model", cells, token).ConfigureAwait(false);
                await transaction.ExecuteAsync(
                    "UPDATE tracking_model_version SET updated = $now WHERE model = $model AND deleted_at IS NULL", cells, token).ConfigureAwait(false);
                await VersionTable.TouchAsync(transaction, row.Id, now, token).ConfigureAwait(false);
                await AuditAsync(transaction, "model.renamed", name, TextJson("name", name), TextJson("name", newName), cancellationToken: token).ConfigureAwait(false);
                transaction.OnCommitted(AliasSignal.Of(_store.Database).Moved);
                return await ReadModelAsync(transaction, row.Id, token).ConfigureAwait(false);
            },
            CommitDurability.Flushed, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Deletes a model with its versions: nothing is removed, its aliases point nowhere, and the name is free. A new model of the name begins at version 1;
    /// the history of the name shows both.
    /// </summary>
    /// <exception cref="ModelNotFoundException">There is no such model.</exception>
    /// <exception cref="InvalidOperationException">A protected alias points at one of its versions: take that alias away first.</exception>
    public async ValueTask DeleteModelAsync(string name, string? reason = null, CancellationToken cancellationToken = default)
    {
        await _store.ReadyAsync(cancellationToken).ConfigureAwait(false);
        await _store.Database.WriteAsync(
            async (transaction, token) =>
            {
                ModelRow row = await RequireModelAsync(transaction, name, token).ConfigureAwait(false);
                RegisteredModel before = await ReadModelAsync(transaction, row.Id, token).ConfigureAwait(false);
                await CloseAliasesAsync(transaction, row.Id, name, null, $"'{name}'", reason, lasts: false, token).ConfigureAwait(false);
                (string, object?)[] cells = [("$now", _store.Now), ("$actor", _store.Actor.Actor), ("$model", row.Id)];
                foreach (int number in await transaction.QueryAsync(
                    "SELECT version FROM tracking_model_version WHERE model = $model AND deleted_at IS NULL ORDER BY version", [("$model", row.Id)],
                    r => r.GetInt32(0), token).ConfigureAwait(false))
                {
                    await _store.Events.PublishAsync(
                        transaction, "lifecycle.model.version.deleted", $"model/{name}", VersionJson(name, number), null, token).ConfigureAwait(false);
                }

                await transaction.ExecuteAsync(
                    "UPDATE tracking_model_version SET deleted_at = $now, deleted_by = $actor WHERE model = $model AND deleted_at IS NULL", cells, token)
                    .ConfigureAwait(false);
                await transaction.ExecuteAsync(
                    "UPDATE tracking_registered_model SET ended = $now, updated = $now, revision = revision + 1 WHERE id = $model", cells, token).ConfigureAwait(false);
                string what = JsonText.Text(json =>
                {
                    json.WriteString("model", name);
                    json.WriteNumber("versions", before.Versions);
                });
                await AuditAsync(transaction, "model.deleted", name, before: what, reason: reason, cancellationToken: token).ConfigureAwait(false);
                return true;
            },
            CommitDurability.Flushed, cancellationToken).ConfigureAwait(false);
    }

    private static ValueTask<int> DescribeAsync(LifecycleTransaction transaction, long model, string? description, CancellationToken cancellationToken) =>
        transaction.ExecuteAsync(
            "UPDATE tracking_registered_model SET description = $description WHERE id = $model", [("$description", description), ("$model", model)], cancellationToken);

    private static async ValueTask<RegisteredModel> ReadModelAsync(LifecycleTransaction transaction, long model, CancellationToken cancellationToken) =>
        (await transaction.QueryAsync(ModelTable.Columns + " WHERE m.id = $model", [("$model", model)], ModelTable.Read, cancellationToken).ConfigureAwait(false))[0];

    private async ValueTask AuditAsync(
        LifecycleTransaction transaction, string action, string model, string? before = null, string? after = null, string? reason = null,
        CancellationToken cancellationToken = default) =>
        await _store.Audit.AppendAsync(transaction, new AuditRecord(action, $"model/{model}", before, after, reason), cancellationToken).ConfigureAwait(false);

    private static string VersionJson(string model, int number) => JsonText.Text(json =>
    {
        json.WriteString("model", model);
        json.WriteNumber("version", number);
    });

    private static string TextJson(string member, string? text) => JsonText.Text(json => json.WriteString(member, text));
}
