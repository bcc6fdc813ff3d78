namespace Lifecycle.Tracking;

/// <summary>Whether the files of a logged model are complete. Numbers are MLflow's.</summary>
public enum LoggedModelStatus
{
    /// <summary>Files are being uploaded.</summary>
    Pending = 1,

    /// <summary>It can be used.</summary>
    Ready = 2,

    /// <summary>The upload failed.</summary>
    UploadFailed = 3,
}

/// <summary>A metric of a logged model, measured by a run, maybe on named data.</summary>
/// <param name="Key">Name of the metric.</param>
/// <param name="Value">The value.</param>
/// <param name="Step">Step of the run.</param>
/// <param name="At">When.</param>
/// <param name="RunId">The run that measured it.</param>
/// <param name="DatasetName">On which data; null when nobody said.</param>
/// <param name="DatasetDigest">On which data; null when nobody said.</param>
public sealed record LoggedModelMetric(string Key, double Value, long Step, DateTimeOffset At, string RunId, string? DatasetName, string? DatasetDigest);

/// <summary>A logged model, with or without files yet.</summary>
public sealed record LoggedModel
{
    /// <summary><c>m-</c> and 32 hex digits.</summary>
    public required string Id { get; init; }

    /// <summary>Id of its experiment.</summary>
    public required string ExperimentId { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its type, as its client named it; may be empty.</summary>
    public required string Type { get; init; }

    /// <summary>Whether its files are complete.</summary>
    public required LoggedModelStatus Status { get; init; }

    /// <summary>The run that logged it; null when none did.</summary>
    public string? SourceRunId { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it last changed.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Params by key.</summary>
    public IReadOnlyDictionary<string, string> Params { get; init; } = new Dictionary<string, string>();

    /// <summary>Tags by key.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Metrics, by key and time.</summary>
    public IReadOnlyList<LoggedModelMetric> Metrics { get; init; } = [];
}
