namespace Lifecycle.Drift;

/// <summary>The alerts of a monitor: those that are up, and word of those that come and go.</summary>
public sealed class DriftAlerts
{
    private volatile IReadOnlyList<DriftAlert> _active = [];

    internal DriftAlerts()
    {
    }

    /// <summary>An alert was raised. Called on the monitor's background task, one alert at a time; what a handler throws is logged.</summary>
    public event Action<DriftAlert>? Raised;

    /// <summary>An alert was cleared.</summary>
    public event Action<DriftAlert>? Cleared;

    /// <summary>Alerts that are raised or about to clear, suppressed ones included.</summary>
    public IReadOnlyList<DriftAlert> Active => _active;

    internal void Update(IReadOnlyList<DriftAlert> active) => _active = active;

    /// <summary>The handlers that a change concerns; null for changes that are not announced.</summary>
    internal Action<DriftAlert>? HandlersOf(DriftAlert change)
    {
        bool wasRaised = change.Before is AlertState.Raised or AlertState.Clearing;
        return change.Suppressed ? null
            : change.State == AlertState.Raised && !wasRaised ? Raised
            : change.State == AlertState.Quiet && wasRaised ? Cleared
            : null;
    }
}
