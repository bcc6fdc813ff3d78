namespace Lifecycle.Tracking;

/// <summary>Where a registered version came from.</summary>
public sealed record Lineage
{
    /// <summary>The version.</summary>
    public required ModelVersion Version { get; init; }

    /// <summary>The run that made the model; empty when unknown.</summary>
    public required string RunId { get; init; }

    /// <summary>Name of the run; empty when the run is not of this workspace.</summary>
    public required string RunName { get; init; }

    /// <summary>The experiment of the run; empty when the run is not of this workspace.</summary>
    public required string Experiment { get; init; }

    /// <summary>Who ran it; empty when the run is not of this workspace.</summary>
    public required string User { get; init; }

    /// <summary>How the run ended; <see cref="RunStatus.Running"/> while it lasts, null when it is not of this workspace.</summary>
    public required RunStatus? Status { get; init; }

    /// <summary>When it began; null when the run is not of this workspace.</summary>
    public required DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The data it used, with digests.</summary>
    public required IReadOnlyList<RunInput> Inputs { get; init; }

    /// <summary>Its params.</summary>
    public required IReadOnlyDictionary<string, string> Params { get; init; }

    /// <summary>What was recorded of its environment, <c>lifecycle/environment.json</c> among its artifacts; null when nothing was.</summary>
    public ArtifactEntry? Environment { get; init; }

    /// <summary>What was said about the model.</summary>
    public IReadOnlyList<Evidence> Evidence => Version.Evidence;
}
