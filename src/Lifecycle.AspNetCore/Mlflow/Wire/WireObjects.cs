namespace Lifecycle.AspNetCore;

// What goes out, and what goes in and out. Unset fields and empty lists are left out, so lists are null when they are empty.

internal sealed record WireError(string ErrorCode, string Message);

internal sealed record WireNothing
{
    public static readonly WireNothing Instance = new();
}

/// <summary>A tag or a param.</summary>
internal sealed record WirePair(string? Key, string? Value);

internal sealed record WireExperiment
{
    public required string ExperimentId { get; init; }

    public required string Name { get; init; }

    public required string ArtifactLocation { get; init; }

    public required string LifecycleStage { get; init; }

    public required long LastUpdateTime { get; init; }

    public required long CreationTime { get; init; }

    public WirePair[]? Tags { get; init; }
}

internal sealed record WireMetric
{
    public string? Key { get; init; }

    public double? Value { get; init; }

    public long? Timestamp { get; init; }

    public long? Step { get; init; }

    public string? ModelId { get; init; }

    public string? DatasetName { get; init; }

    public string? DatasetDigest { get; init; }

    public string? RunId { get; init; }
}

internal sealed record WireRunHead
{
    public required string RunUuid { get; init; }

    public required string ExperimentId { get; init; }

    public required string RunName { get; init; }

    public required string UserId { get; init; }

    public required Lifecycle.Tracking.RunStatus Status { get; init; }

    public required long StartTime { get; init; }

    public long? EndTime { get; init; }

    public required string ArtifactUri { get; init; }

    public required string LifecycleStage { get; init; }

    public required string RunId { get; init; }
}

internal sealed record WireRunCells(WireMetric[]? Metrics, WirePair[]? Params, WirePair[]? Tags);

internal sealed record WireRun(WireRunHead Info, WireRunCells Data, WireRunInputs Inputs, WireRunOutputs? Outputs);

internal sealed record WireRunInputs(WireDatasetInput[]? DatasetInputs, WireModelInput[]? ModelInputs);

internal sealed record WireRunOutputs(WireModelOutput[]? ModelOutputs);

internal sealed record WireDatasetInput(WirePair[]? Tags, WireDataset? Dataset);

internal sealed record WireDataset
{
    public string? Name { get; init; }

    public string? Digest { get; init; }

    public string? SourceType { get; init; }

    public string? Source { get; init; }

    public string? Schema { get; init; }

    public string? Profile { get; init; }
}

internal sealed record WireModelInput(string? ModelId);

internal sealed record WireModelOutput(string? ModelId, long? Step);

internal sealed record WireDatasetSummary(string ExperimentId, string Name, string Digest, string? Context);

internal sealed record WireFile(string Path, bool IsDir, long? FileSize);

/// <summary>Which runs or experiments a search means.</summary>
internal enum WireView
{
    ActiveOnly = 1,
    DeletedOnly = 2,
    All = 3,
}
