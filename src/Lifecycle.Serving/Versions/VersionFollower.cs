using System.Threading.Channels;

namespace Lifecycle.Serving;

/// <summary>Follows one source: takes what it names, newest first, and tries again what failed. Nothing it does disturbs what serves.</summary>
internal sealed class VersionFollower(
    IModelSource source, Func<ModelRevision, CancellationToken, ValueTask<FollowOutcome>> load, Action<Exception> sourceFailed, Action nothingNamed, HostContext context)
    : IAsyncDisposable
{
    private readonly Channel<ModelRevision> _newest = Channel.CreateBounded<ModelRevision>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _work = Task.CompletedTask;

    /// <summary>Ends with the first attempt, whatever came of it.</summary>
    public Task First => _first.Task;

    public void Start() => _work = Task.Run(() => Task.WhenAll(WatchAsync(_stop.Token), LoadAsync(_stop.Token)));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _first.TrySetResult();
        _stop.Dispose();
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        int failures = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await foreach (ModelRevision? revision in source.WatchAsync(cancellationToken).ConfigureAwait(false))
                {
                    failures = 0;
                    if (revision is null)
                    {
                        nothingNamed();
                        _first.TrySetResult();
                    }
                    else
                    {
                        await _newest.Writer.WriteAsync(revision, cancellationToken).ConfigureAwait(false);
                    }
                }

                return;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                sourceFailed(error);
                _first.TrySetResult();
                await Task.Delay(Wait(failures++), context.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        while (await _newest.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (!_newest.Reader.TryRead(out ModelRevision? revision))
            {
                continue;
            }

            int failures = 0;
            while (await load(revision, cancellationToken).ConfigureAwait(false) == FollowOutcome.TryAgain)
            {
                _first.TrySetResult();
                if (await NewerWithinAsync(Wait(failures++), cancellationToken).ConfigureAwait(false))
                {
                    break;
                }
            }

            _first.TrySetResult();
        }
    }

    /// <summary>Waits for the time to pass or for a newer revision to come.</summary>
    private async ValueTask<bool> NewerWithinAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<bool> newer = _newest.Reader.WaitToReadAsync(both.Token).AsTask();
        Task first = await Task.WhenAny(newer, Task.Delay(wait, context.Time, both.Token)).ConfigureAwait(false);
        await both.CancelAsync().ConfigureAwait(false);
        await ((Task)newer).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        return first == newer && newer.IsCompletedSuccessfully;
    }

    /// <summary>Doubling from the first to the longest wait, +-20 %, so that many hosts do not come at once.</summary>
    private TimeSpan Wait(int failures)
    {
        double seconds = Math.Min(
            context.Options.RetryFirst.TotalSeconds * Math.Pow(2, Math.Min(failures, 20)), context.Options.RetryLongest.TotalSeconds);
        uint spread = (uint)HashCode.Combine(Environment.ProcessId, source, failures) % 401;
        return TimeSpan.FromSeconds(seconds * (0.8 + (spread / 1000.0)));
    }
}

/// <summary>What came of a load.</summary>
internal enum FollowOutcome
{
    /// <summary>Published, or rejected for good.</summary>
    Settled,

    /// <summary>It may succeed later.</summary>
    TryAgain,
}
