using System.Data.Common;
using Microsoft.Extensions.Logging;

namespace Lifecycle.Storage.Local;

/// <summary>Hands events to one receiver, one at a time and in order; an event that fails is handed over again before the next one.</summary>
internal sealed class OutboxReceiver : IAsyncDisposable
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);

    private readonly Outbox _outbox;
    private readonly string _name;
    private readonly Func<LifecycleEvent, CancellationToken, ValueTask> _handle;
    private readonly TimeSpan _poll;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Action<OutboxReceiver> _ended;
    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _waiting = new();
    private readonly List<(long Position, TaskCompletionSource Done)> _waiters = [];
    private readonly Task _loop;
    private long _position;
    private long _kept;
    private TimeSpan _delay = FirstDelay;
    private int _disposed;
    private bool _isOver;

    public OutboxReceiver(
        Outbox outbox, string name, long position, Func<LifecycleEvent, CancellationToken, ValueTask> handle,
        TimeSpan poll, TimeProvider time, ILogger logger, Action<OutboxReceiver> ended)
    {
        _outbox = outbox;
        _name = name;
        _position = _kept = position;
        _handle = handle;
        _poll = poll;
        _time = time;
        _logger = logger;
        _ended = ended;
        using (ExecutionContext.SuppressFlow())
        {
            _loop = Task.Run(RunAsync, CancellationToken.None);
        }
    }

    public string Name => _name;

    /// <summary>Says that there may be something new.</summary>
    public void Wake()
    {
        lock (_waiting)
        {
            if (!_isOver && _wake.CurrentCount == 0)
            {
                _wake.Release();
            }
        }
    }

    /// <summary>Waits until everything up to a position was handled, or the receiver was stopped.</summary>
    public Task DrainAsync(long position, CancellationToken cancellationToken)
    {
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_waiting)
        {
            if (_position >= position || _isOver)
            {
                return Task.CompletedTask;
            }

            _waiters.Add((position, done));
        }

        Wake();
        return done.Task.WaitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            await _stop.CancelAsync().ConfigureAwait(false);
        }

        await _loop.ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            TimeSpan pause = await StepAsync().ConfigureAwait(false);
            if (pause > TimeSpan.Zero)
            {
                await PauseAsync(pause).ConfigureAwait(false);
            }
        }

        await EndAsync().ConfigureAwait(false);
    }

    /// <summary>Hands over what there is; returns how long to wait before the next look.</summary>
    private async Task<TimeSpan> StepAsync()
    {
        try
        {
            List<(long Position, LifecycleEvent Happened)> events = await _outbox.ReadAsync(_position, _stop.Token).ConfigureAwait(false);
            foreach ((long position, LifecycleEvent happened) in events)
            {
                if (!await TryHandleAsync(position, happened).ConfigureAwait(false))
                {
                    await KeepAsync(_stop.Token).ConfigureAwait(false);
                    return Backoff();
                }
            }

            await KeepAsync(_stop.Token).ConfigureAwait(false);
            _delay = FirstDelay;
            return events.Count == 0 ? _poll : TimeSpan.Zero;
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            return TimeSpan.Zero;
        }
#pragma warning disable CA1031 // nobody waits for this loop: whatever goes wrong is logged and tried again
        catch (Exception error)
#pragma warning restore CA1031
        {
            StorageLog.OutboxFailed(_logger, _name, _delay, error);
            return Backoff();
        }
    }

    private async ValueTask<bool> TryHandleAsync(long position, LifecycleEvent happened)
    {
        try
        {
            await _handle(happened, _stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // a receiver may throw whatever it likes: it gets the event again, and the log says why
        catch (Exception error)
#pragma warning restore CA1031
        {
            StorageTelemetry.Deliveries.Add(1, StorageTelemetry.Outcome("failed"));
            StorageLog.ReceiverFailed(_logger, _name, happened.Name, position, _delay, error);
            return false;
        }

        StorageTelemetry.Deliveries.Add(1, StorageTelemetry.Outcome("handled"));
        _delay = FirstDelay;
        Handled(position);
        return true;
    }

    private void Handled(long position)
    {
        lock (_waiting)
        {
            _position = position;
            _waiters.Where(w => w.Position <= position).ToList().ForEach(w => w.Done.TrySetResult());
            _waiters.RemoveAll(w => w.Position <= position);
        }
    }

    private async ValueTask KeepAsync(CancellationToken cancellationToken)
    {
        if (_position > _kept)
        {
            await _outbox.KeepPositionAsync(_name, _position, cancellationToken).ConfigureAwait(false);
            _kept = _position;
        }
    }

    private async Task PauseAsync(TimeSpan pause)
    {
        using ITimer timer = _time.CreateTimer(_ => Wake(), null, pause, Timeout.InfiniteTimeSpan);
        await _wake.WaitAsync(_stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private TimeSpan Backoff()
    {
        TimeSpan delay = _delay;
        _delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay;
        return delay;
    }

    /// <summary>Keeps the position a last time. When that fails, the receiver sees some events again, as it must expect anyway.</summary>
    private async Task EndAsync()
    {
        try
        {
            await KeepAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception error) when (error is LifecycleException or DbException or ObjectDisposedException)
        {
            StorageLog.OutboxFailed(_logger, _name, TimeSpan.Zero, error);
        }

        lock (_waiting)
        {
            _isOver = true;
            _waiters.ForEach(w => w.Done.TrySetResult());
            _waiters.Clear();
        }

        _ended(this);
        _stop.Dispose();
        _wake.Dispose();
    }
}
