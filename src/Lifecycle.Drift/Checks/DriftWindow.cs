using System.Text.Json.Serialization;

namespace Lifecycle.Drift;

/// <summary>A stretch of time whose rows were checked together.</summary>
/// <param name="Monitor">Name of the monitor.</param>
/// <param name="Model">The model; null when the monitor watches no registered model.</param>
/// <param name="Version">Label of the model's version.</param>
/// <param name="Start">When the window opened.</param>
/// <param name="End">When it closed.</param>
public sealed record DriftWindow(string Monitor, string? Model, string? Version, DateTimeOffset Start, DateTimeOffset End)
{
    /// <summary>Whether the window closed with fewer rows than the monitor asks for, because they did not come in 24 periods.</summary>
    public bool TooSmall { get; init; }

    /// <summary>Why values may be missing or times untrue.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public WindowGaps Gap { get; init; }
}
