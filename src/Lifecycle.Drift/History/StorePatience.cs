namespace Lifecycle.Drift;

/// <summary>
/// How long a monitor waits for its store. While it runs, so long a call; once it is being disposed, ten seconds in all, counted anew whenever a call
/// succeeds. Calls come one after the other.
/// </summary>
internal sealed class StorePatience(TimeProvider time, TimeSpan running)
{
    private static readonly TimeSpan Closing = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private CancellationTokenSource? _call;
    private long? _closing;
    private bool _isReached;

    /// <summary>The monitor is being disposed.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closing ??= time.GetTimestamp();
            Limit();
        }
    }

    /// <summary>The running call has the store for itself: it may take the time it needs.</summary>
    public void Reached()
    {
        lock (_gate)
        {
            _isReached = true;
            _call?.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    public async ValueTask<T> RunAsync<T>(Func<CancellationToken, ValueTask<T>> call)
    {
        using CancellationTokenSource limit = new(running, time);
        lock (_gate)
        {
            (_call, _isReached) = (limit, false);
            Limit();
        }

        try
        {
            T result = await call(limit.Token).ConfigureAwait(false);
            lock (_gate)
            {
                _closing = _closing is null ? null : time.GetTimestamp();
            }

            return result;
        }
        finally
        {
            lock (_gate)
            {
                _call = null;
            }
        }
    }

    private void Limit()
    {
        if (_closing is { } since && !_isReached)
        {
            TimeSpan left = Closing - time.GetElapsedTime(since);
            _call?.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        }
    }
}
