using Lifecycle.Drift;

namespace Lifecycle;

/// <summary>The watch over one served model: every prediction is counted against the reference of the version that answers.</summary>
public abstract class ModelMonitoring
{
    private protected ModelMonitoring(string model) => Model = model;

    /// <summary>The name under which the model is served.</summary>
    public string Model { get; }

    /// <summary>The monitor of the version that answers; null while its reference is looked for or when it has none.</summary>
    public abstract DriftMonitor? Monitor { get; }

    /// <summary>Why predictions are not watched; null when they are.</summary>
    public abstract string? Problem { get; }

    /// <summary>Predictions that came while there was no monitor.</summary>
    public abstract long Unwatched { get; }

    /// <summary>Waits until the version that answers is watched.</summary>
    /// <exception cref="LifecycleException">It cannot be watched; the message says why and what to do.</exception>
    public abstract Task ReadyAsync(CancellationToken cancellationToken = default);

    /// <summary>Closes the open window now: it is judged, saved and counted for alerts.</summary>
    /// <exception cref="LifecycleException">The model is not watched; the message says why and what to do.</exception>
    public async Task<DriftReport> CloseWindowAsync(CancellationToken cancellationToken = default)
    {
        await ReadyAsync(cancellationToken).ConfigureAwait(false);
        return await Monitor!.CloseWindowAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Checks what the open window holds so far; it stays open.</summary>
    /// <exception cref="LifecycleException">The model is not watched; the message says why and what to do.</exception>
    public async Task<DriftReport> CheckNowAsync(CancellationToken cancellationToken = default)
    {
        await ReadyAsync(cancellationToken).ConfigureAwait(false);
        return await Monitor!.CheckNowAsync(cancellationToken).ConfigureAwait(false);
    }
}
