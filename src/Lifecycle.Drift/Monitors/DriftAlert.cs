namespace Lifecycle.Drift;

/// <summary>Where an alert stands.</summary>
public enum AlertState
{
    /// <summary>Nothing to say.</summary>
    Quiet,

    /// <summary>Drift was seen, not yet in enough windows.</summary>
    Pending,

    /// <summary>Somebody should look.</summary>
    Raised,

    /// <summary>Raised, and the last window was quiet.</summary>
    Clearing,
}

/// <summary>An alert about one column and one rule, after a change of its state.</summary>
public sealed record DriftAlert
{
    /// <summary>The rule of drift alerts; other alerts carry the name of a <see cref="QualityRule"/>.</summary>
    public const string DriftRule = "Drift";

    /// <summary>Id; the same from the first sight of drift to the end.</summary>
    public required Guid Id { get; init; }

    /// <summary>Name of the monitor.</summary>
    public required string Monitor { get; init; }

    /// <summary>The model; null when the monitor watches no registered model.</summary>
    public string? Model { get; init; }

    /// <summary>Label of the model's version.</summary>
    public string? Version { get; init; }

    /// <summary>The column.</summary>
    public required string Column { get; init; }

    /// <summary><see cref="DriftRule"/> or the name of a <see cref="QualityRule"/>.</summary>
    public required string Rule { get; init; }

    /// <summary>The state now.</summary>
    public AlertState State { get; init; }

    /// <summary>The state before.</summary>
    public AlertState Before { get; init; }

    /// <summary>When the state changed: the end of the window that changed it.</summary>
    public DateTimeOffset ChangedAt { get; init; }

    /// <summary>When it was raised.</summary>
    public DateTimeOffset? RaisedAt { get; init; }

    /// <summary>When it was cleared.</summary>
    public DateTimeOffset? ClearedAt { get; init; }

    /// <summary>Whether the day's budget was spent when it was raised; it is stored and not announced.</summary>
    public bool Suppressed { get; init; }

    /// <summary>Alerts that were suppressed since the last one that was announced.</summary>
    public int SuppressedBefore { get; init; }

    /// <summary>Who said that somebody looks after it; null while nobody did.</summary>
    public string? AcknowledgedBy { get; init; }

    /// <summary>When that was said.</summary>
    public DateTimeOffset? AcknowledgedAt { get; init; }

    /// <summary>One line for a person.</summary>
    public required string Summary { get; init; }
}
