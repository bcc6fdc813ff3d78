using System.Threading.Channels;

namespace Lifecycle.Serving;

/// <summary>
/// Follows one source for the names that are wanted now, and calls for a pass over its newest offer whenever that, the wish or the time of a retry comes.
/// Passes never overlap, and nothing a source does disturbs what serves: whatever it or a pass throws is told, and it is tried again later.
/// </summary>
/// <param name="source">Is watched.</param>
/// <param name="pass">Brings what is loaded to an offer; says when to come again, null when all is settled.</param>
/// <param name="failed">Is told when the source or a pass threw.</param>
/// <param name="context">Clock and waits.</param>
internal sealed class VersionFollower(
    IModelSource source, Func<ModelOffer, ModelDemand, CancellationToken, ValueTask<TimeSpan?>> pass, Action<Exception> failed, HostContext context)
    : IAsyncDisposable
{
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private readonly List<(long Wish, TaskCompletionSource Done)> _waiting = [];
    private ModelDemand _demand = new([ModelOffer.Latest]);
    private CancellationTokenSource _watch = new();
    private (ModelOffer Offer, ModelDemand Demand, long Wish)? _newest;
    private long _wish;
    private Task _work = Task.CompletedTask;

    /// <summary>Ends with the first pass, or with the first failure of the source.</summary>
    public Task First => _first.Task;

    /// <summary>Says which names are wanted. The same as before changes nothing.</summary>
    public void Want(IEnumerable<string> names)
    {
        ModelDemand demand = new([.. names.Distinct(StringComparer.Ordinal)]);
        lock (_lock)
        {
            if (demand.Names.Count == _demand.Names.Count && demand.Names.All(_demand.Names.Contains))
            {
                return;
            }

            _demand = demand;
            _wish++;
            _watch.Cancel();
        }
    }

    public void Start() => _work = Task.Run(() => Task.WhenAll(WatchAsync(_stop.Token), PassesAsync(_stop.Token)));

    /// <summary>Calls for a pass now.</summary>
    public void Wake() => _wake.Writer.TryWrite(true);

    /// <summary>Asks the source anew and ends with the pass over its answer, or when the source fails.</summary>
    public async Task AskAgainAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _wish++;
            _watch.Cancel();
        }

        await SettledAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends with a pass over an offer to the newest wish, or when the source failed to make one.</summary>
    public async Task SettledAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _waiting.Add((_wish, done));
        }

        Wake();
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
        await done.Task.WaitAsync(both.Token).ConfigureAwait(false);
    }

    /// <summary>Ends with the watch and with the pass that runs now. A source or a load that does not heed the stop makes it long: bound the wait.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        lock (_lock)
        {
            _watch.Cancel();
        }

        await _work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _first.TrySetResult();
        _stop.Dispose();
        _watch.Dispose();
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        int failures = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            (ModelDemand demand, long wish, CancellationToken changed) = Begin();
            using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, changed);
            try
            {
                await foreach (ModelOffer offer in source.WatchAsync(demand, either.Token).ConfigureAwait(false))
                {
                    failures = 0;
                    lock (_lock)
                    {
                        _newest = (offer ?? throw new LifecycleException("The source offered null; offer ModelOffer.Nothing when there is nothing."), demand, wish);
                    }

                    Wake();
                }

                // A source that ends never changes; only another wish makes it say more.
                await Task.Delay(Timeout.InfiniteTimeSpan, either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (either.IsCancellationRequested)
            {
            }
            catch (Exception error)
            {
                Failed(error, wish);
                await Task.Delay(context.Options.Backoff(failures++, source), context.Time, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private (ModelDemand Demand, long Wish, CancellationToken Changed) Begin()
    {
        lock (_lock)
        {
            if (_watch.IsCancellationRequested)
            {
                _watch.Dispose();
                _watch = new CancellationTokenSource();
            }

            return (_demand, _wish, _watch.Token);
        }
    }

    private async Task PassesAsync(CancellationToken cancellationToken)
    {
        TimeSpan? again = null;
        int failures = 0;
        while (await WakesAsync(again, cancellationToken).ConfigureAwait(false))
        {
            (ModelOffer Offer, ModelDemand Demand, long Wish)? newest;
            lock (_lock)
            {
                newest = _newest;
            }

            if (newest is { } now)
            {
                try
                {
                    again = await pass(now.Offer, now.Demand, cancellationToken).ConfigureAwait(false);
                    failures = 0;
                    Release(now.Wish);
                    _first.TrySetResult();
                }
                catch (Exception error) when (!cancellationToken.IsCancellationRequested)
                {
                    again = context.Options.Backoff(failures++, source);
                    Failed(error, now.Wish);
                }
            }
        }
    }

    /// <summary>Whoever waits learns of it; that it cannot be told stops nothing.</summary>
    private void Failed(Exception error, long wish)
    {
        try
        {
            failed(error);
        }
        catch (Exception)
        {
        }

        Release(wish);
        _first.TrySetResult();
    }

    /// <summary>Waits until woken, or until it is time to try again.</summary>
    private async ValueTask<bool> WakesAsync(TimeSpan? again, CancellationToken cancellationToken)
    {
        if (again is null)
        {
            return await WokenAsync(cancellationToken).ConfigureAwait(false);
        }

        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<bool> woken = WokenAsync(both.Token);
        await Task.WhenAny(woken, Task.Delay(again.Value, context.Time, both.Token)).ConfigureAwait(false);
        await both.CancelAsync().ConfigureAwait(false);
        await ((Task)woken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        return true;
    }

    private async Task<bool> WokenAsync(CancellationToken cancellationToken) =>
        await _wake.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false) && _wake.Reader.TryRead(out _);

    private void Release(long wish)
    {
        lock (_lock)
        {
            for (int i = _waiting.Count - 1; i >= 0; i--)
            {
                if (_waiting[i].Wish <= wish)
                {
                    _waiting[i].Done.TrySetResult();
                    _waiting.RemoveAt(i);
                }
            }
        }
    }
}
