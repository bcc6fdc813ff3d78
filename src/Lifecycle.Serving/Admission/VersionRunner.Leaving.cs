namespace Lifecycle.Serving;

/// <summary>How calls end that get no answer: by their token, their deadline, a stop.</summary>
internal sealed partial class VersionRunner
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    private long _alarm = long.MaxValue;
    private TaskCompletionSource? _idle;

    /// <summary>The caller's token was cancelled: the call leaves the queue, or its rows are dropped when the run ends.</summary>
    public void Cancel(WaitingCall call)
    {
        bool waited;
        lock (_gate)
        {
            waited = call.Waits;
            if (!Abandon(call, Abandonment.Cancelled))
            {
                return;
            }

            if (_delay != 0 && waited && call.Due <= _due)
            {
                FindDue();
            }

            TellIdle();
        }

        Tell(call, Abandonment.Cancelled, waited);
    }

    /// <summary>The inputs of a batch are read: who gave up meanwhile is told now.</summary>
    public void TellAbandoned(BatchWorker worker)
    {
        for (int i = 0; i < worker.Count; i++)
        {
            WaitingCall? call;
            Abandonment why;
            lock (_gate)
            {
                call = worker.Calls[i];
                why = call?.Abandoned ?? Abandonment.None;
                if (why == Abandonment.None)
                {
                    continue;
                }

                Detach(call!);
            }

            Tell(call!, why, waited: false);
        }
    }

    /// <summary>Everything that waits is refused now; what runs goes on. Calls that come later are taken as before.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="message">The model's state and what to do.</param>
    public void Reject(RejectionReason reason, string message)
    {
        WaitingCall? refused = null;
        lock (_gate)
        {
            while (_queue.First is { } call)
            {
                _queue.Remove(call);
                call.Next = refused;
                refused = call;
            }

            _due = long.MaxValue;
            TellIdle();
        }

        for (WaitingCall? call = refused, next; call is not null; call = next)
        {
            next = call.Next;
            call.Next = null;
            ServingMeter.QueueChanged(Name, -1);
            ServingMeter.Rejected(Name, reason);
            call.Fail(new PredictionRejectedException(reason, message, RetryAfter(TimeSpan.Zero)));
        }
    }

    /// <summary>Refuses new calls and waits until those that wait have run.</summary>
    /// <param name="limit">Most time to wait.</param>
    /// <returns>Whether nothing waits and nothing runs.</returns>
    public async Task<bool> StopAsync(TimeSpan limit)
    {
        long now = Time.GetTimestamp();
        Work work;
        lock (_gate)
        {
            _closed = true;
            work = Pump(now);
        }

        Go(work, now);
        try
        {
            await WhenIdle().WaitAsync(limit, Time).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Ends when nothing waits and nothing runs, also none of the runs whose callers gave up.</summary>
    public Task WhenIdle()
    {
        lock (_gate)
        {
            return IsIdle ? Task.CompletedTask : (_idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    private bool IsIdle => _active == 0 && _queue.Count == 0;

    private void TellIdle()
    {
        if (_idle is { } idle && IsIdle)
        {
            _idle = null;
            idle.SetResult();
        }
    }

    // Under the gate. True when the caller may be told: nobody reads or writes its tensors any more.
    private bool Abandon(WaitingCall call, Abandonment why)
    {
        if (call.Waits)
        {
            _queue.Remove(call);
            return true;
        }

        if (call.Worker is not { } worker)
        {
            return false;
        }

        if (!worker.InputsAreRead(noteAbandoned: false))
        {
            call.Abandoned = why;
            if (!worker.InputsAreRead(noteAbandoned: true))
            {
                return false;
            }
        }

        Detach(call);
        return true;
    }

    private static void Detach(WaitingCall call)
    {
        Volatile.Write(ref call.Worker!.Calls[call.Place], null);
        call.Worker = null;
    }

    // Not under the gate.
    private void Tell(WaitingCall call, Abandonment why, bool waited)
    {
        if (waited)
        {
            ServingMeter.QueueChanged(Name, -1);
        }
        else
        {
            Counters.Failure(Time.GetTimestamp() - call.Started);
        }

        call.Fail(why == Abandonment.Cancelled ? new OperationCanceledException(call.Token) : new PredictionTimeoutException(Name, call.Timeout));
    }

    private void OnAlarm()
    {
        WaitingCall? waiting = null;
        WaitingCall? running = null;
        Work work;
        long now = Time.GetTimestamp();
        lock (_gate)
        {
            _alarm = long.MaxValue;
            long next = long.MaxValue;
            for (WaitingCall? call = _queue.First, after; call is not null; call = after)
            {
                after = _queue.After(call);
                if (call.Deadline <= now)
                {
                    _queue.Remove(call);
                    call.Next = waiting;
                    waiting = call;
                }
                else
                {
                    next = Math.Min(next, call.Deadline);
                }
            }

            foreach (BatchWorker worker in _workers)
            {
                for (int i = 0; i < worker.Count; i++)
                {
                    // A call that was answered may be another one by now.
                    if (worker.Calls[i] is not { Abandoned: Abandonment.None } call || call.Worker != worker)
                    {
                        continue;
                    }

                    if (call.Deadline > now)
                    {
                        next = Math.Min(next, call.Deadline);
                    }
                    else if (Abandon(call, Abandonment.TimedOut))
                    {
                        call.Next = running;
                        running = call;
                    }
                }
            }

            work = Pump(now);
            if (_delay != 0)
            {
                FindDue();

                // What is due already starts when a worker is free.
                next = _due > now ? Math.Min(next, _due) : next;
            }

            SetAlarm(next, now);
            TellIdle();
        }

        Go(work, now);
        TellAll(waiting, waited: true);
        TellAll(running, waited: false);
    }

    private void TellAll(WaitingCall? calls, bool waited)
    {
        for (WaitingCall? call = calls, next; call is not null; call = next)
        {
            next = call.Next;
            call.Next = null;
            Tell(call, Abandonment.TimedOut, waited);
        }
    }

    // Under the gate. Whole milliseconds, rounded up: a timer knows no shorter ones.
    private void SetAlarm(long at, long now)
    {
        if (at < _alarm)
        {
            _alarm = at;
            double milliseconds = Math.Ceiling(Math.Max(0, at - now) / _ticksPerSecond * 1_000);
            _timer.Change(TimeSpan.FromMilliseconds(Math.Clamp(milliseconds, Tick.TotalMilliseconds, int.MaxValue)), Timeout.InfiniteTimeSpan);
        }
    }
}
