namespace Lifecycle.Tracking;

/// <summary>A search of logged models, as MLflow's clients send it.</summary>
public sealed record LoggedModelSearch
{
    /// <summary>Ids of experiments; null means all, an empty list none.</summary>
    public IReadOnlyList<string>? ExperimentIds { get; init; }

    /// <summary>
    /// For example <c>metrics.auc &gt; 0.9 AND params.trees = '100'</c>; attributes are <c>name model_id model_type status source_run_id creation_timestamp
    /// last_updated_timestamp</c>. Null or empty means every model.
    /// </summary>
    public string? Filter { get; init; }

    /// <summary>Whose grammar the filter follows.</summary>
    public FilterDialect Dialect { get; init; }

    /// <summary>Tests of metrics look at these data only; without a test of a metric, models that have a metric on one of them.</summary>
    public IReadOnlyList<LoggedModelDataset> Datasets { get; init; } = [];

    /// <summary>Keys of the order; without them the newest first.</summary>
    public IReadOnlyList<LoggedModelOrder> OrderBy { get; init; } = [];

    /// <summary>At most so many models, 1 to 50,000.</summary>
    public int Max { get; init; } = 50;

    /// <summary>Token of the page before; null or empty begins at the start.</summary>
    public string? PageToken { get; init; }
}

/// <summary>Data that a metric was measured on.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Digest">Its digest; null means any.</param>
public sealed record LoggedModelDataset(string Name, string? Digest = null);

/// <summary>One key of an order of logged models.</summary>
/// <param name="Field">An attribute, or <c>metrics.k</c>.</param>
/// <param name="Ascending">Smallest first.</param>
/// <param name="DatasetName">For a metric: on which data; null means any.</param>
/// <param name="DatasetDigest">For a metric: on which data; null means any.</param>
public sealed record LoggedModelOrder(string Field, bool Ascending = true, string? DatasetName = null, string? DatasetDigest = null);

/// <summary>Logged models that a search found.</summary>
/// <param name="Models">In the order that was asked for.</param>
/// <param name="NextPageToken">Gives the next page of the same query; null when there is none.</param>
public sealed record LoggedModelPage(IReadOnlyList<LoggedModel> Models, string? NextPageToken);
