using System.Collections.ObjectModel;

namespace Lifecycle.Tracking;

/// <summary>A run that no process owns: it goes on until somebody says that it ended.</summary>
public sealed record NewRun
{
    /// <summary>Id of its experiment; <c>0</c> is <c>Default</c>.</summary>
    public string ExperimentId { get; init; } = "0";

    /// <summary>1 to 500 characters; null means <c>run-</c> and the last 8 digits of its id.</summary>
    public string? Name { get; init; }

    /// <summary>Who started it; null means the acting user.</summary>
    public string? User { get; init; }

    /// <summary>When it began; null means now.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Tags by key.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = ReadOnlyDictionary<string, string>.Empty;
}

/// <summary>What shall be different about a run; what is null stays.</summary>
public sealed record RunChange
{
    /// <summary>Where it stands. Any change is allowed; one that ends the run is published.</summary>
    public RunStatus? Status { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>1 to 500 characters.</summary>
    public string? Name { get; init; }
}

/// <summary>A logged model that a run made.</summary>
/// <param name="ModelId"><c>m-</c> and 32 hex digits.</param>
/// <param name="Step">At which step.</param>
public sealed record RunOutput(string ModelId, long Step);
