using Lifecycle.Drift;

namespace Lifecycle;

/// <summary>The watch over how well one served model predicts: scores are taken from its answers, labels come by the request's id.</summary>
public abstract class ModelPerformance
{
    private protected ModelPerformance(string model) => Model = model;

    /// <summary>The name under which the model is served.</summary>
    public string Model { get; }

    /// <summary>
    /// The monitor of the version that answers; null while it is being opened or cannot be, and when another one took its name over. One that another
    /// process holds is asked for again every minute, and so is one of this process once it is free.
    /// </summary>
    public abstract PerformanceMonitor? Monitor { get; }

    /// <summary>Why predictions are not watched; null when they are.</summary>
    public abstract string? Problem { get; }

    /// <summary>Predictions that came while there was no monitor.</summary>
    public abstract long Unwatched { get; }

    /// <summary>Labels that were dropped: more than 100,000 waited for a monitor.</summary>
    public abstract long UnwatchedLabels { get; }

    /// <summary>
    /// Takes the label of a prediction, whichever version made it: the last four versions of this process are asked. Never throws; a label that comes
    /// before its prediction, or before the monitor is open, waits.
    /// </summary>
    /// <param name="requestId">The id that came with the prediction (<c>Prediction&lt;T&gt;.RequestId</c>).</param>
    /// <param name="actual">Whether it really was positive.</param>
    public abstract void RecordLabel(Guid requestId, bool actual);

    /// <summary>Waits until the version that answers is watched.</summary>
    /// <exception cref="LifecycleException">It cannot be watched; the message says why and what to do.</exception>
    public abstract Task ReadyAsync(CancellationToken cancellationToken = default);
}
