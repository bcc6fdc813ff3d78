namespace Lifecycle.Tracking;

/// <summary>Whether the files of a logged model are complete.</summary>
public enum LoggedModelStatus
{
    /// <summary>Files may still come.</summary>
    Pending = 1,

    /// <summary>The files are complete and have a digest.</summary>
    Ready = 2,

    /// <summary>The upload failed; the files that came stay as they are.</summary>
    UploadFailed = 3,
}

/// <summary>A model of an experiment: made pending, filled with files, then finished. What <see cref="Run"/> logs itself is ready at once.</summary>
public sealed record LoggedModel
{
    /// <summary><c>m-</c> and 32 hex digits.</summary>
    public required string Id { get; init; }

    /// <summary>Id of the experiment.</summary>
    public required string ExperimentId { get; init; }

    /// <summary>Its name; not unique.</summary>
    public required string Name { get; init; }

    /// <summary>What kind of model the client called it; may be empty.</summary>
    public string Type { get; init; } = "";

    /// <summary>Whether its files are complete.</summary>
    public required LoggedModelStatus Status { get; init; }

    /// <summary>The run that made it, if a run did.</summary>
    public string? SourceRunId { get; init; }

    /// <summary>Digest of the manifest of its files; null until it is ready, and for a ready one without files.</summary>
    public Digest? Digest { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last finished or deleted.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When it was deleted, if it was.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>Its params.</summary>
    public IReadOnlyDictionary<string, string> Params { get; init; } = new Dictionary<string, string>();

    /// <summary>Its tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Its metrics, all points, by key, time and step.</summary>
    public IReadOnlyList<LoggedModelMetric> Metrics { get; init; } = [];

    /// <summary>Whether it was deleted.</summary>
    public bool IsDeleted => DeletedAt is not null;

    /// <summary>Where MLflow's clients find its files: <c>mlflow-artifacts:/&lt;experiment&gt;/models/&lt;id&gt;/artifacts</c>.</summary>
    public string ArtifactUri => $"mlflow-artifacts:/{ExperimentId}/models/{Id}/artifacts";
}

/// <summary>What a run measured of a logged model.</summary>
/// <param name="Key">Key.</param>
/// <param name="Value">Value; NaN and infinities are values.</param>
/// <param name="Step">Step.</param>
/// <param name="At">When, to the millisecond.</param>
/// <param name="RunId">The run that measured it.</param>
/// <param name="DatasetName">The data set it was measured on; null when not said.</param>
/// <param name="DatasetDigest">Its digest; null when not said.</param>
public sealed record LoggedModelMetric(
    string Key, double Value, long Step, DateTimeOffset At, string RunId, string? DatasetName = null, string? DatasetDigest = null);

/// <summary>A logged model that shall be made.</summary>
/// <param name="ExperimentId">Id of an active experiment.</param>
public sealed record LoggedModelStart(string ExperimentId)
{
    /// <summary>Not empty, none of <c>/ : . % " '</c>, at most 250 characters; null: <c>model-</c> and the end of the id.</summary>
    public string? Name { get; init; }

    /// <summary>Any text, for example <c>Agent</c>.</summary>
    public string? Type { get; init; }

    /// <summary>The run that makes it.</summary>
    public string? SourceRunId { get; init; }

    /// <summary>Params; they never change.</summary>
    public IReadOnlyDictionary<string, string> Params { get; init; } = new Dictionary<string, string>();

    /// <summary>Tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();
}
