namespace Lifecycle.Tracking;

/// <summary>A search of experiments, registered models or versions as text, as MLflow's clients send it.</summary>
public sealed record RegistrySearch
{
    /// <summary>
    /// For example <c>name LIKE 'mort%' AND tags.team = 'risk'</c>; null or empty means everything. Experiments: <c>name creation_time last_update_time tags.k</c>.
    /// Models: <c>name tags.k</c>. Versions: <c>name run_id source_path version_number tags.k</c>.
    /// </summary>
    public string? Filter { get; init; }

    /// <summary>Whose grammar filter and order follow.</summary>
    public FilterDialect Dialect { get; init; }

    /// <summary>
    /// Keys, for example <c>name DESC</c>. Experiments: <c>name experiment_id creation_time last_update_time</c>, without an order the newest first.
    /// Models: <c>name last_updated_timestamp (timestamp) creation_timestamp</c>, by name. Versions: <c>name version_number creation_timestamp
    /// last_updated_timestamp</c>, the last updated first.
    /// </summary>
    public IReadOnlyList<string> OrderBy { get; init; } = [];

    /// <summary>Active rows, deleted ones or both. Deleted models are never found.</summary>
    public LifecycleView View { get; init; } = LifecycleView.Active;

    /// <summary>
    /// At most so many rows. Experiments 1 to 50,000, models 1 to 1,000, versions 1 to 200,000; null means 1,000, 100 and 200,000.
    /// </summary>
    public int? Max { get; init; }

    /// <summary>Token of the page before; null or empty begins at the start.</summary>
    public string? PageToken { get; init; }
}

/// <summary>Experiments that a search found.</summary>
/// <param name="Experiments">In the order that was asked for.</param>
/// <param name="NextPageToken">Gives the next page of the same query; null when there is none.</param>
public sealed record ExperimentPage(IReadOnlyList<Experiment> Experiments, string? NextPageToken);

/// <summary>Registered models that a search found.</summary>
/// <param name="Models">In the order that was asked for.</param>
/// <param name="NextPageToken">Gives the next page of the same query; null when there is none.</param>
public sealed record RegisteredModelPage(IReadOnlyList<RegisteredModel> Models, string? NextPageToken);

/// <summary>Versions that a search found.</summary>
/// <param name="Versions">In the order that was asked for.</param>
/// <param name="NextPageToken">Gives the next page of the same query; null when there is none.</param>
public sealed record ModelVersionPage(IReadOnlyList<ModelVersion> Versions, string? NextPageToken);
