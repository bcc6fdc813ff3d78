namespace Lifecycle.Drift;

/// <summary>What somebody wants of the background task of a performance monitor, and waits for.</summary>
/// <param name="closes">Whether the open window is to be closed.</param>
internal class MonitorRequest(bool closes)
{
    public bool Closes => closes;

    public TaskCompletionSource<PerformancePoint?> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>The wish of another monitor of this process to hold the name.</summary>
/// <param name="owner">Its mark.</param>
internal sealed class HandOverRequest(string owner) : MonitorRequest(closes: false)
{
    private const int Waits = 0, Begun = 1, Cancelled = 2;

    private int _state = Waits;

    public string Owner => owner;

    /// <summary>Labels that wait for their predictions: they are in no database.</summary>
    public IReadOnlyList<(ulong Key, bool Actual)> Waiting { get; set; } = [];

    /// <summary>From here on it cannot be cancelled; false when it was.</summary>
    public bool TryBegin() => Interlocked.CompareExchange(ref _state, Begun, Waits) == Waits;

    public void Cancel(CancellationToken token)
    {
        if (Interlocked.CompareExchange(ref _state, Cancelled, Waits) == Waits)
        {
            Answer.TrySetCanceled(token);
        }
    }
}
