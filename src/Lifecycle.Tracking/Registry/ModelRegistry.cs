using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lifecycle.Tracking;

/// <summary>
/// Models under names: versions that are never reused, aliases that say which version counts, and every time anybody moved one, with who and why.
/// Every change is all or nothing and stands in the audit log. Safe for any number of threads and processes.
/// </summary>
public sealed partial class ModelRegistry
{
    private const int KeptManifests = 256;

    private readonly TrackingStore _store;
    private readonly ExperimentCatalog? _experiments;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<Digest, ModelManifest> _manifests = new();
    private readonly GroupCommit _promotions;

    /// <summary>Opens the registry of a workspace; its tables are made at the first call.</summary>
    /// <param name="database">Keeps the tables.</param>
    /// <param name="blobs">Keeps the files of models.</param>
    /// <param name="objects">Is told which blobs tracking holds.</param>
    /// <param name="audit">Every change writes one entry.</param>
    /// <param name="events">Registrations and moves of aliases are published.</param>
    /// <param name="actor">Who acts; null means the user of the operating system.</param>
    /// <param name="time">The clock; null means the system's.</param>
    /// <param name="rules">Who may refuse a promotion, besides the rule about evidence that is always asked.</param>
    /// <param name="experiments">Runs of this process, so that lineage sees what they logged a moment ago.</param>
    /// <param name="logger">Told of moves and refusals.</param>
    public ModelRegistry(
        LifecycleDatabase database, IBlobStore blobs, BlobUpkeep objects, IAuditLog audit, ILifecycleEvents events,
        IActorAccessor? actor = null, TimeProvider? time = null, IEnumerable<IPromotionRule>? rules = null,
        ExperimentCatalog? experiments = null, ILogger<ModelRegistry>? logger = null)
    {
        _store = new TrackingStore(database, blobs, objects, audit, events, actor, time);
        _promotions = new GroupCommit(database, CommitDurability.Flushed);
        _experiments = experiments;
        _logger = logger ?? NullLogger<ModelRegistry>.Instance;
        Rules = [new EvidenceRule(), .. rules ?? []];
    }

    /// <summary>All rules that are asked before a promotion; the one about evidence is the first.</summary>
    public IReadOnlyList<IPromotionRule> Rules { get; }

    /// <summary>Registers a model as the next version of a name; the name is made when it is new.</summary>
    /// <inheritdoc cref="RegisterAsync(string, ModelArtifact, IReadOnlyList{Evidence}, CancellationToken)"/>
    public ValueTask<ModelVersion> RegisterAsync(string name, ModelArtifact model, params Evidence[] evidence) =>
        RegisterAsync(name, model, (IReadOnlyList<Evidence>)evidence, CancellationToken.None);

    /// <summary>Registers a model as the next version of a name; the name is made when it is new.</summary>
    /// <param name="name">1 to 256 characters, none of them a control character.</param>
    /// <param name="model">What <see cref="Run.LogModelAsync(string, IReadOnlyDictionary{string, Stream}, CancellationToken)"/> returned.</param>
    /// <param name="evidence">What was said about this model. Its reports must be stored.</param>
    /// <param name="cancellationToken">Cancelling registers nothing.</param>
    /// <exception cref="EvidenceMismatchException">An evidence speaks of another model; the message names both digests.</exception>
    /// <exception cref="ModelNotFoundException">The model was not logged in this workspace.</exception>
    /// <exception cref="BlobNotFoundException">A report or the manifest is not stored.</exception>
    public async ValueTask<ModelVersion> RegisterAsync(
        string name, ModelArtifact model, IReadOnlyList<Evidence> evidence, CancellationToken cancellationToken = default)
    {
        RegistryNames.RequireModel(name);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(evidence);
        foreach (Evidence item in evidence)
        {
            ArgumentNullException.ThrowIfNull(item, nameof(evidence));
            if (item.Subject != model.Digest)
            {
                throw new EvidenceMismatchException(item, model.Digest);
            }
        }

        await _store.ReadyAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<Digest> missing = await _store.Blobs.KeepAsync(
            [.. evidence.Select(e => e.Digest).Append(model.Digest).Distinct()], cancellationToken).ConfigureAwait(false);
        if (missing.Count > 0)
        {
            throw new BlobNotFoundException(missing[0], "register");
        }

        ModelVersion version = await _store.Database.WriteAsync(
            (transaction, token) => RegisterAsync(transaction, name, model, evidence, token), CommitDurability.Flushed, cancellationToken).ConfigureAwait(false);
        TrackingLog.VersionRegistered(_logger, version.Model, version.Number, version.Digest);
        return version;
    }

    /// <summary>Registers what a source stands for as the next version of a name: what MLflow's clients do.</summary>
    /// <param name="name">1 to 256 characters, none of them a control character.</param>
    /// <param name="source">When its files lie in this workspace the version has a manifest and a digest; otherwise it is only kept.</param>
    /// <param name="cancellationToken">Cancelling registers nothing.</param>
    /// <exception cref="InvalidModelException">The source is refused.</exception>
    /// <exception cref="InvalidRegistryNameException">The name, a tag or the description breaks its rule.</exception>
    /// <exception cref="ModelNotFoundException">There is no such logged model or version, or no model of the name and <see cref="VersionSource.MakesModel"/> is off.</exception>
    public async ValueTask<ModelVersion> RegisterAsync(string name, VersionSource source, CancellationToken cancellationToken = default)
    {
        RegistryNames.RequireModel(name);
        ArgumentNullException.ThrowIfNull(source);
        RegistryText.RequireTags(source.Tags);
        RegistryText.RequireDescription(source.Description);
        SourceUri uri = SourceUri.Parse(source.Uri, source.Tags.ContainsKey("mlflow.prompt.text") || source.Tags.ContainsKey("mlflow.prompt.is_prompt"));
        await _store.ReadyAsync(cancellationToken).ConfigureAwait(false);
        if (_experiments is not null)
        {
            await _experiments.ReadOwnWritesAsync(cancellationToken).ConfigureAwait(false);
        }

        for (int attempt = 1; attempt <= Attempts; attempt++)
        {
            ResolvedSource resolved = await new SourceResolver(_store).ResolveAsync(uri, source, cancellationToken).ConfigureAwait(false);
            ModelVersion? version = await _store.Database.WriteAsync(
                (transaction, token) => RegisterAsync(transaction, name, source, resolved, token), CommitDurability.Flushed, cancellationToken).ConfigureAwait(false);
            if (version is not null)
            {
                TrackingLog.SourceRegistered(_logger, version.Model, version.Number, version.Source);
                return version;
            }
        }

        throw new ConcurrencyConflictException(
            "registry", "register", name, $"The source '{source.Uri}' was changed {Attempts} times while it was being registered. Try again.");
    }

    /// <summary>A version by its number, deleted or not; null when there is none.</summary>
    public async ValueTask<ModelVersion?> GetVersionAsync(string model, int number, CancellationToken cancellationToken = default)
    {
        await _store.ReadyAsync(cancellationToken).ConfigureAwait(false);
        return await OneAsync(VersionTable.ByNumber, [("$model", model), ("$version", (long)number)], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// The version that an alias points at now; null when it points nowhere or there is no such model. <c>latest</c> is the greatest version that is not deleted.
    /// </summary>
    public async ValueTask<ModelVersion?> GetByAliasAsync(string model, string alias, CancellationToken cancellationToken = default)
    {
        await _store.ReadyAsync(cancellationToken).ConfigureAwait(false);
        bool latest = string.Equals(alias, "latest", StringComparison.OrdinalIgnoreCase);
        return await OneAsync(
            latest ? VersionTable.Latest : VersionTable.ByAlias, [("$model", model), ("$alias", alias)], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>All versions of a model by rising number, deleted ones included; empty when there is no such model.</summary>
    public async ValueTask<IReadOnlyList<ModelVersion>> VersionsAsync(string model, CancellationToken cancellationToken = default)
    {
        await _store.ReadyAsync(cancellationToken).ConfigureAwait(false);
        List<VersionRow> rows = await _store.Database.QueryAsync(
            VersionTable.OfModel, [("$model", model)], VersionTable.Read, cancellationToken).ConfigureAwait(false);
        List<ModelVersion> versions = new(rows.Count);
        foreach (VersionRow row in rows)
        {
            versions.Add(await CompleteAsync(row, cancellationToken).ConfigureAwait(false));
        }

        return versions;
    }

    /// <summary>All living models by name.</summary>
    public async ValueTask<IReadOnlyList<RegisteredModel>> ModelsAsync(CancellationToken cancellationToken = default)
    {
        await _store.ReadyAsync(cancellationToken).ConfigureAwait(false);
        return await _store.Database.QueryAsync(
            ModelTable.Columns + " WHERE m.ended IS NULL ORDER BY m.name", [], ModelTable.Read, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A model by its name; null when there is none, or it was deleted.</summary>
    public async ValueTask<RegisteredModel?> GetModelAsync(string name, CancellationToken cancellationToken = default)
    {
        await _store.ReadyAsync(cancellationToken).ConfigureAwait(false);
        List<RegisteredModel> rows = await _store.Database.QueryAsync(
            ModelTable.Columns + " WHERE m.name = $name AND m.ended IS NULL", [("$name", name)], ModelTable.Read, cancellationToken).ConfigureAwait(false);
        return rows.Count == 0 ? null : rows[0];
    }

    private async ValueTask<ModelVersion?> OneAsync(string sql, IReadOnlyList<(string Name, object? Value)> parameters, CancellationToken cancellationToken) =>
        (await OneWithRevisionAsync(sql, parameters, cancellationToken).ConfigureAwait(false)).Version;

    private async ValueTask<(ModelVersion? Version, long Revision)> OneWithRevisionAsync(
        string sql, IReadOnlyList<(string Name, object? Value)> parameters, CancellationToken cancellationToken)
    {
        List<VersionRow> rows = await _store.Database.QueryAsync(sql, parameters, VersionTable.Read, cancellationToken).ConfigureAwait(false);
        if (rows.Count == 0)
        {
            return (null, 0);
        }

        return (await CompleteAsync(rows[0], cancellationToken).ConfigureAwait(false), rows[0].Revision);
    }

    internal async ValueTask<ModelVersion> CompleteAsync(VersionRow row, CancellationToken cancellationToken) => row.Digest is { } digest
        ? row.Version with { Manifest = await ManifestAsync(digest, cancellationToken).ConfigureAwait(false) } : row.Version;

    private async ValueTask<ModelManifest> ManifestAsync(Digest digest, CancellationToken cancellationToken)
    {
        if (_manifests.TryGetValue(digest, out ModelManifest? known))
        {
            return known;
        }

        ModelManifest manifest = await ModelManifest.LoadAsync(_store.Blobs, digest, cancellationToken).ConfigureAwait(false);
        if (_manifests.Count >= KeptManifests)
        {
            _manifests.Clear();
        }

        _manifests[digest] = manifest;
        return manifest;
    }
}
