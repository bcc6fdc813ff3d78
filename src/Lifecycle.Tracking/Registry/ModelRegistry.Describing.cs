namespace Lifecycle.Tracking;

public sealed partial class ModelRegistry
{
    /// <summary>Sets a tag of a model; what it was before is replaced.</summary>
    /// <exception cref="ModelNotFoundException">There is no such model.</exception>
    /// <exception cref="InvalidRegistryNameException">Key or value breaks its rule.</exception>
    public ValueTask SetModelTagAsync(string name, string key, string value, CancellationToken cancellationToken = default)
    {
        RegistryText.RequireTag(key, value);
        return ChangeModelAsync(name, "model.tagged", key, value, (transaction, row, token) => ModelTable.SetTagAsync(transaction, row, key, value, token), cancellationToken);
    }

    /// <summary>Takes a tag of a model away; a tag that is not there is left so, with an entry in the audit log.</summary>
    /// <exception cref="ModelNotFoundException">There is no such model.</exception>
    public ValueTask RemoveModelTagAsync(string name, string key, CancellationToken cancellationToken = default)
    {
        RegistryText.RequireTag(key, "");
        return ChangeModelAsync(
            name, "model.untagged", key, null,
            async (transaction, row, token) => await transaction.ExecuteAsync(
                "DELETE FROM tracking_registered_model_tag WHERE model = $model AND key = $key", [("$model", row), ("$key", key)], token).ConfigureAwait(false),
            cancellationToken);
    }

    /// <summary>Sets a tag of a version; what it was before is replaced.</summary>
    /// <exception cref="ModelNotFoundException">There is no such living version.</exception>
    /// <exception cref="InvalidRegistryNameException">Key or value breaks its rule.</exception>
    public async ValueTask SetTagAsync(ModelVersion version, string key, string value, CancellationToken cancellationToken = default)
    {
        RegistryText.RequireTag(key, value);
        await ChangeVersionAsync(
            version, "model.version.tagged", null, TagJson(version.Number, key, value),
            (transaction, row, token) => VersionTable.SetTagAsync(transaction, row, version.Number, key, value, token), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes a tag of a version away.</summary>
    /// <exception cref="ModelNotFoundException">There is no such living version.</exception>
    public async ValueTask RemoveTagAsync(ModelVersion version, string key, CancellationToken cancellationToken = default)
    {
        RegistryText.RequireTag(key, "");
        await ChangeVersionAsync(
            version, "model.version.untagged", TagJson(version.Number, key, null), null,
            async (transaction, row, token) => await transaction.ExecuteAsync(
                "DELETE FROM tracking_model_version_tag WHERE model = $model AND version = $version AND key = $key",
                [("$model", row), ("$version", (long)version.Number), ("$key", key)], token).ConfigureAwait(false),
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Says in words what a version is.</summary>
    /// <returns>The version as it is now.</returns>
    /// <exception cref="ModelNotFoundException">There is no such living version.</exception>
    public async ValueTask<ModelVersion> DescribeVersionAsync(ModelVersion version, string? description, CancellationToken cancellationToken = default)
    {
        RegistryText.RequireDescription(description);
        await ChangeVersionAsync(
            version, "model.version.described", null, TextJson("description", description),
            async (transaction, row, token) => await transaction.ExecuteAsync(
                "UPDATE tracking_model_version SET description = $description, updated = $now WHERE model = $model AND version = $version",
                [("$description", description ?? ""), ("$now", _store.Now), ("$model", row), ("$version", (long)version.Number)], token).ConfigureAwait(false),
            cancellationToken).ConfigureAwait(false);
        return await ReadAgainAsync(version, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask ChangeModelAsync(
        string name, string action, string key, string? value, Func<LifecycleTransaction, long, CancellationToken, ValueTask> change, CancellationToken cancellationToken)
    {
        await _store.ReadyAsync(cancellationToken).ConfigureAwait(false);
        await _store.Database.WriteAsync(
            async (transaction, token) =>
            {
                ModelRow row = await RequireModelAsync(transaction, name, token).ConfigureAwait(false);
                await change(transaction, row.Id, token).ConfigureAwait(false);
                string what = TagJson(null, key, value);
                await AuditAsync(transaction, action, name, value is null ? what : null, value is null ? null : what, cancellationToken: token).ConfigureAwait(false);
                return true;
            },
            CommitDurability.Flushed, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask ChangeVersionAsync(
        ModelVersion version, string action, string? before, string? after, Func<LifecycleTransaction, long, CancellationToken, ValueTask> change,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(version);
        await _store.ReadyAsync(cancellationToken).ConfigureAwait(false);
        await _store.Database.WriteAsync(
            async (transaction, token) =>
            {
                ModelRow row = await RequireModelAsync(transaction, version.Model, token).ConfigureAwait(false);
                await RequireLivingAsync(transaction, row.Id, version, token).ConfigureAwait(false);
                await change(transaction, row.Id, token).ConfigureAwait(false);
                await _store.Audit.AppendAsync(
                    transaction, new AuditRecord(action, $"model/{version.Model}/{version.Number}", before, after), token).ConfigureAwait(false);
                return true;
            },
            CommitDurability.Flushed, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<ModelVersion> ReadAgainAsync(ModelVersion version, CancellationToken cancellationToken) =>
        await GetVersionAsync(version.Model, version.Number, cancellationToken).ConfigureAwait(false)
        ?? throw ModelNotFoundException.Version(version.Model, version.Number);

    private static string TagJson(int? version, string key, string? value) => JsonText.Text(json =>
    {
        if (version is { } number)
        {
            json.WriteNumber("version", number);
        }

        json.WriteString("key", key);
        json.WriteString("value", value);
    });
}
