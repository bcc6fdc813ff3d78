namespace Lifecycle.Tracking;

/// <summary>Where a version comes from, when it is not a model in hand: what MLflow's clients send.</summary>
/// <param name="Uri">
/// <c>models:/m-...</c>, <c>models:/name/version</c>, <c>runs:/run/path</c> and <c>mlflow-artifacts:/...</c> stand for files of this workspace.
/// <c>s3 gs wasbs abfss dbfs hdfs https</c> are kept and never fetched. All else is refused, paths of this computer above all.
/// </param>
public sealed record VersionSource(string Uri)
{
    /// <summary>The run that made it; null: the run the source speaks of, if any.</summary>
    public string? RunId { get; init; }

    /// <summary>A link to the run, kept as it is.</summary>
    public string? RunLink { get; init; }

    /// <summary>The logged model; null: the one the source speaks of, if any.</summary>
    public string? ModelId { get; init; }

    /// <summary>At most 100,000 characters.</summary>
    public string? Description { get; init; }

    /// <summary>Keys of at most 250, values of at most 100,000 characters.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether the model is made when there is none of the name; otherwise that is a <see cref="ModelNotFoundException"/>.</summary>
    public bool MakesModel { get; init; } = true;
}
