namespace Lifecycle.Tracking;

/// <summary>Where a run stands. Numbers are MLflow's.</summary>
public enum RunStatus
{
    /// <summary>It goes on.</summary>
    Running = 1,

    /// <summary>It waits to begin.</summary>
    Scheduled = 2,

    /// <summary>It ended well.</summary>
    Finished = 3,

    /// <summary>It ended with an error.</summary>
    Failed = 4,

    /// <summary>It was stopped, or its process died.</summary>
    Killed = 5,
}

/// <summary>One value of a metric.</summary>
/// <param name="Key">Name of the metric.</param>
/// <param name="Value">The value; NaN and both infinities are values.</param>
/// <param name="Step">Any number, negative too.</param>
/// <param name="At">When, to the millisecond.</param>
public sealed record MetricPoint(string Key, double Value, long Step, DateTimeOffset At);

/// <summary>Data that a run used.</summary>
/// <param name="Dataset">Which data.</param>
/// <param name="Context">What for, for example <c>training</c>; empty when nobody said.</param>
public sealed record RunInput(DatasetReference Dataset, string Context)
{
    /// <summary>Which kind of source the address of the data is, for example <c>s3</c>; null for data that .NET named.</summary>
    public string? SourceType { get; init; }

    /// <summary>The columns in the words of whoever named the data; null when <see cref="DatasetReference.Schema"/> says it.</summary>
    public string? SchemaText { get; init; }

    /// <summary>Further tags of this use; null when there are none.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
}

/// <summary>Misuse of a run that was refused: a bad key, a changed param, a call after the end.</summary>
/// <param name="Reason">One of a few words: <c>key</c>, <c>param-changed</c>, <c>value</c>, <c>time</c>, <c>ended</c>; <c>capture</c> when its environment could not be read or stored.</param>
/// <param name="Subject">What it was about, most often a key.</param>
/// <param name="Text">One sentence for a person.</param>
/// <param name="At">When.</param>
public sealed record RunProblem(string Reason, string Subject, string Text, DateTimeOffset At)
{
    internal static RunProblem OfDeleted(string run, TimeProvider time) => new(
        "deleted", run, $"The run {run} was deleted while it was logged to. What is logged is kept with it; restore the run to see it in searches.", time.GetUtcNow());
}

/// <summary>What is known of a run.</summary>
public sealed record RunRecord
{
    /// <summary>32 hex digits.</summary>
    public required string Id { get; init; }

    /// <summary>Name of the run.</summary>
    public required string Name { get; init; }

    /// <summary>Id of its experiment.</summary>
    public required string ExperimentId { get; init; }

    /// <summary>Name of its experiment.</summary>
    public required string Experiment { get; init; }

    /// <summary>Where it stands.</summary>
    public required RunStatus Status { get; init; }

    /// <summary>Whether it was deleted.</summary>
    public required bool IsDeleted { get; init; }

    /// <summary>Who started it.</summary>
    public required string User { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended; null while it goes on.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Params by key.</summary>
    public required IReadOnlyDictionary<string, string> Params { get; init; }

    /// <summary>The latest point of each metric: the greatest (step, time, value), NaN below every number.</summary>
    public required IReadOnlyDictionary<string, MetricPoint> Metrics { get; init; }

    /// <summary>Tags by key.</summary>
    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    /// <summary>The data it used, in the order it was logged.</summary>
    public required IReadOnlyList<RunInput> Inputs { get; init; }

    /// <summary>Ids of the logged models it read.</summary>
    public IReadOnlyList<string> ModelInputs { get; init; } = [];

    /// <summary>The logged models it said it made.</summary>
    public IReadOnlyList<RunOutput> Outputs { get; init; } = [];

    /// <summary>The run as a node of lineage.</summary>
    public LineageNode ToLineageNode() => new(LineageNode.Run, Id);

    /// <summary>The run as a node of lineage.</summary>
    public static implicit operator LineageNode(RunRecord run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return run.ToLineageNode();
    }
}
