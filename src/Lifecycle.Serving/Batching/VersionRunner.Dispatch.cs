namespace Lifecycle.Serving;

/// <summary>Who of those that wait runs next, and with whom. What stands here runs under the gate unless it says otherwise.</summary>
internal sealed partial class VersionRunner
{
    // A batch looks past so many calls of other shapes for those that fit; the first of the queue is always in the next batch.
    private const int LooksPast = 128;

    private const int MaximumCalls = 1_024;

    private readonly Stack<BatchWorker> _idleWorkers = new();
    private readonly List<BatchWorker> _workers = [];
    private long _due = long.MaxValue;

    /// <summary>Hands a worker its batch. A worker that gets none has given up its place. Takes the gate.</summary>
    public bool Take(BatchWorker worker, long now)
    {
        Work work;
        bool taken;
        lock (_gate)
        {
            _starting = false;
            taken = _queue.First is { Inputs: not null } && Ready(now);
            if (taken)
            {
                Fill(worker, now);
            }
            else
            {
                Retire(worker);
            }

            work = Pump(now);
            TellIdle();
        }

        if (taken)
        {
            ServingMeter.QueueChanged(Name, -worker.Count);
        }

        Go(work, now);
        return taken;
    }

    /// <summary>A worker has answered all of its batch: it gets the next one, or gives up its place. Takes the gate.</summary>
    /// <param name="worker">It.</param>
    /// <param name="ticks">Mean time of its runs.</param>
    /// <param name="now">Timestamp.</param>
    public void Finish(BatchWorker worker, long ticks, long now)
    {
        Work work;
        bool again;
        lock (_gate)
        {
            Learn(ticks, worker.Count == 1);
            worker.Clear();
            again = !_starting && _queue.First is { Inputs: not null } && Ready(now) && _active <= Allowed();
            if (again)
            {
                _starting = true;
            }
            else
            {
                Retire(worker);
            }

            work = Pump(now);
            TellIdle();
        }

        // Through the pool, not in a loop: the callers that were just answered come first, and their next calls fill the batch.
        if (again)
        {
            _start(worker);
        }

        Go(work, now);
    }

    /// <summary>Takes from a batch the calls that still want their answer; from now on nobody can give up. Takes the gate.</summary>
    public void Claim(BatchWorker worker)
    {
        lock (_gate)
        {
            for (int i = 0; i < worker.Count; i++)
            {
                if (worker.Calls[i] is { } call)
                {
                    call.Worker = null;
                }
            }
        }
    }

    /// <summary>As <see cref="Claim(BatchWorker)"/>, for one call; null when it gave up. Takes the gate.</summary>
    public WaitingCall? Claim(BatchWorker worker, int place)
    {
        lock (_gate)
        {
            WaitingCall? call = worker.Calls[place];
            call?.Worker = null;
            return call;
        }
    }

    // A run that did not go through a worker has ended. Takes the gate.
    private void Leave(long ticks, long now)
    {
        Work work;
        lock (_gate)
        {
            _active--;
            Learn(ticks, single: true);
            work = Pump(now);
            TellIdle();
        }

        Go(work, now);
    }

    private void Push(WaitingCall call, long now)
    {
        call.Due = long.MaxValue;
        if (_delay != 0 && call.Inputs is not null)
        {
            call.Due = Math.Max(now, Math.Min(now + _delay, call.Deadline - (long)(_mean * RunsOf(call))));
            _due = Math.Min(_due, call.Due);
        }

        _queue.Push(call);
        SetAlarm(Math.Min(call.Due, call.Deadline), now);
    }

    // Starts at most one worker: it starts the next when it leaves somebody waiting, so a worker does not come for nothing.
    private Work Pump(long now)
    {
        Work work = default;
        if (_queue.First is not { } head || (_starting && head.Inputs is not null))
        {
            return work;
        }

        WaitingCall? last = null;
        int allowed = Allowed();
        while (_active < allowed && _queue.First is { } first)
        {
            if (first.Inputs is null)
            {
                _queue.Remove(first);
                _active++;
                if (last is null)
                {
                    work.Granted = first;
                }
                else
                {
                    last.Next = first;
                }

                last = first;
                continue;
            }

            if (!_starting && Ready(now))
            {
                _starting = true;
                _active++;
                work.Worker = IdleWorker();
            }

            break;
        }

        return work;
    }

    // Not under the gate.
    private void Go(in Work work, long now)
    {
        if (work.Worker is { } worker)
        {
            _start(worker);
        }

        for (WaitingCall? call = work.Granted, next; call is not null; call = next)
        {
            next = call.Next;
            call.Next = null;
            ServingMeter.QueueChanged(Name, -1);
            MeasureQueue(now - call.Queued);
            call.Succeed(new AdmissionTicket(now, now - call.Queued, new CallTimes(call.Started, call.Timeout, call.Deadline)));
        }
    }

    private void MeasureQueue(long ticks)
    {
        if (ServingMeter.MeasuresQueue)
        {
            ServingMeter.Queued(TimeSpan.FromSeconds(ticks / _ticksPerSecond), Name);
        }
    }

    private void Fill(BatchWorker worker, long now)
    {
        WaitingCall first = _queue.First!;
        BatchRelease release = _delay == 0 ? BatchRelease.Idle : DueRelease(now);
        int passed = 0;
        for (WaitingCall? call = first, next; call is not null; call = next)
        {
            next = _queue.After(call);
            if (call != first && !Joins(first, call))
            {
                if (++passed > LooksPast)
                {
                    break;
                }

                continue;
            }

            if (call != first && (worker.Rows + call.Rows > MaxRows || worker.Count == worker.Calls.Length))
            {
                release = BatchRelease.Full;
                break;
            }

            _queue.Remove(call);
            worker.Add(call);
            if (!Batches || worker.Rows >= MaxRows)
            {
                release = BatchRelease.Full;
                break;
            }
        }

        worker.Begin(_closed ? BatchRelease.Stop : release, now);
        if (_delay != 0)
        {
            FindDue();
        }
    }

    private bool Joins(WaitingCall first, WaitingCall call) =>
        Batches && call.Inputs is { } inputs && first.Rows <= MaxRows && (_rowBytes >= 0 || TensorRows.Join(first.Inputs!, inputs));

    private bool Ready(long now) => _delay == 0 || _closed || _queue.Weight >= MaxRows || now >= _due;

    private BatchRelease DueRelease(long now)
    {
        BatchRelease release = BatchRelease.Idle;
        for (WaitingCall? call = _queue.First; call is not null; call = _queue.After(call))
        {
            if (now - call.Queued >= _delay)
            {
                return BatchRelease.Delay;
            }

            if (now >= call.Due)
            {
                release = BatchRelease.Deadline;
            }
        }

        return release;
    }

    private void FindDue()
    {
        _due = long.MaxValue;
        for (WaitingCall? call = _queue.First; call is not null; call = _queue.After(call))
        {
            _due = Math.Min(_due, call.Due);
        }
    }

    private BatchWorker IdleWorker()
    {
        if (!_idleWorkers.TryPop(out BatchWorker? worker))
        {
            worker = new BatchWorker(this, Batches ? Math.Min(MaxRows, MaximumCalls) : 1);
            _workers.Add(worker);
        }

        return worker;
    }

    private void Retire(BatchWorker worker)
    {
        _active--;
        _idleWorkers.Push(worker);
    }

    // Calls elsewhere bring their own threads and do not say when they end, so one place is always there for those that wait.
    private int Allowed() => (int)Math.Min(_maxWorkers, Math.Max(1, _maxConcurrency - _runningElsewhere()));

    private void Learn(long ticks, bool single)
    {
        SetMean(_mean == 0 ? ticks : _mean + (NewestWeight * (ticks - _mean)));
        int calm = single && _queue.Count == 0 ? Math.Min(_calm + 1, CalmRuns) : 0;
        if (calm != _calm)
        {
            _calm = calm;
        }
    }

    private void SetMean(double ticks)
    {
        _mean = ticks;
        _meanPerWeight = ticks / _maxWorkers / (Batches ? MaxRows : 1);
    }

    // Ticks that a new call of this level would wait for its run to begin. Without the runs that go on now and its own run after it,
    // full queues would let in exactly those calls that expire at the moment of their answer.
    private double Estimate(int level) =>
        (_queue.WeightAhead(level) * _meanPerWeight) + (_active >= _maxWorkers ? _mean / _maxWorkers : 0);

    private struct Work
    {
        public BatchWorker? Worker;

        // Linked by Next.
        public WaitingCall? Granted;
    }
}
