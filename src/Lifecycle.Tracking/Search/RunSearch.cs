namespace Lifecycle.Tracking;

/// <summary>A search of runs as text, as MLflow's clients send it.</summary>
public sealed record RunSearch
{
    /// <summary>Ids of experiments, for example <c>0</c>; ids that do not exist find nothing. Null means all experiments, an empty list none.</summary>
    public IReadOnlyList<string>? ExperimentIds { get; init; }

    /// <summary>For example <c>metrics.auc &gt; 0.9 AND params.trainer = 'LightGbm'</c>; null or empty means every run. At most 64 KiB.</summary>
    public string? Filter { get; init; }

    /// <summary>Whose grammar filter and order follow.</summary>
    public FilterDialect Dialect { get; init; }

    /// <summary>Keys, for example <c>metrics.auc DESC</c>. Ties, and no order at all: the latest start first, then by id.</summary>
    public IReadOnlyList<string> OrderBy { get; init; } = [];

    /// <summary>Active runs, deleted ones or both.</summary>
    public LifecycleView View { get; init; } = LifecycleView.Active;

    /// <summary>At most so many runs, 1 to 50,000.</summary>
    public int Max { get; init; } = 1000;

    /// <summary><see cref="RunPage.NextPageToken"/> of the page before; null or empty begins at the start.</summary>
    public string? PageToken { get; init; }

    /// <summary>What is read of each run.</summary>
    public RunColumns Columns { get; init; } = RunColumns.All;
}

/// <summary>Runs that a search found.</summary>
/// <param name="Runs">In the order that was asked for; ties by latest start, then by id.</param>
/// <param name="NextPageToken">Gives the next page of the same query; null when no further run fits.</param>
public sealed record RunPage(IReadOnlyList<RunRecord> Runs, string? NextPageToken)
{
    /// <summary>Whether further runs fit the filter.</summary>
    public bool HasMore => NextPageToken is not null;
}
