namespace Lifecycle.Drift;

/// <summary>What an alert machine remembers, to be kept between windows and processes.</summary>
internal sealed record AlertMachineState
{
    public static AlertMachineState Empty { get; } = new();

    /// <summary>Alerts whose state is not quiet.</summary>
    public IReadOnlyList<AlertTrack> Tracks { get; init; } = [];

    /// <summary>When alerts were announced, oldest first; at most a day back and no more than the budget.</summary>
    public IReadOnlyList<DateTimeOffset> Announced { get; init; } = [];

    /// <summary>Alerts that were suppressed since the last one that was announced.</summary>
    public int Suppressed { get; init; }
}

/// <summary>One alert and what its next state depends on.</summary>
/// <param name="Alert">The alert after its last change.</param>
/// <param name="Last">The last windows, oldest first: <c>D</c> for drift, <c>.</c> for none.</param>
/// <param name="Quiet">Quiet windows in a row since it was raised.</param>
internal sealed record AlertTrack(DriftAlert Alert, string Last, int Quiet);
