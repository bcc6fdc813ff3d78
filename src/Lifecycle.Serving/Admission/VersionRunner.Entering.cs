namespace Lifecycle.Serving;

/// <summary>How calls begin: at once on their caller's thread, in the queue, or not at all.</summary>
internal sealed partial class VersionRunner
{
    private bool TryEnter()
    {
        // A look without the gate first: under load nearly every call is turned away here.
        if (_queue.Count != 0 || (Batches ? _delay != 0 || _calm < CalmRuns : Volatile.Read(ref _active) >= _maxConcurrency))
        {
            return false;
        }

        lock (_gate)
        {
            if (_closed || _queue.Count != 0
                || (Batches
                    ? _active != 0 || _calm < CalmRuns || _runningElsewhere() != 0
                    : _active + _runningElsewhere() >= _maxConcurrency))
            {
                return false;
            }

            _active++;
            return true;
        }
    }

    private ValueTask RunHere(TensorSet inputs, TensorSet outputs, long rows, in CallTimes times, long begun, CancellationToken token)
    {
        long ended;
        int runs = 0;
        bool alone = !Batches || rows <= MaxRows;
        try
        {
            if (alone)
            {
                Model.Run(inputs, outputs, token);
            }
            else
            {
                ChunkedRun.Run(this, inputs, outputs, (int)rows, null, times, ref runs, token);
            }

            ended = Time.GetTimestamp();
        }
        catch (Exception error)
        {
            ended = Time.GetTimestamp();
            Counters.Failure(ended - times.Started);
            Leave((ended - begun) / Math.Max(runs, 1), ended);
            return ValueTask.FromException(error);
        }

        long ticks = ended - begun;
        if (alone)
        {
            if (Batches)
            {
                ServingMeter.Batched(Name, rows, BatchRelease.Idle);
            }

            if (rows == 1 && ended < times.Deadline)
            {
                Counters.Single(ticks, ended);
                Leave(ticks, ended);
                return default;
            }

            Counters.Execution((int)rows, 0, ticks, 0);
        }

        if (ended < times.Deadline)
        {
            Counters.Success(rows, new RunTimes(ended - times.Started, 0, 0, ticks, 0), ended);
            Leave(ticks / Math.Max(runs, 1), ended);
            return default;
        }

        Counters.Failure(ended - times.Started);
        Leave(ticks / Math.Max(runs, 1), ended);
        return ValueTask.FromException(new PredictionTimeoutException(Name, times.Timeout));
    }

    // A call with more rows than a batch may have runs in pieces.
    private long RunsOf(WaitingCall call) => Batches && call.Inputs is not null ? (call.Rows + MaxRows - 1) / MaxRows : 1;

    private PredictionRejectedException? Enqueue(WaitingCall call, long now)
    {
        RejectionReason reason;
        double estimate = 0;
        int count;
        long bytes;
        double run;
        Work work = default;
        call.Queued = now;
        call.Weight = Batches && call.Inputs is not null ? call.Rows : 1;
        lock (_gate)
        {
            count = _queue.Count;
            bytes = _queue.Bytes;
            run = _mean * RunsOf(call);
            int free = Math.Max(0, Allowed() - _active);
            bool goesOn = count == 0 && free > 0;

            // Those for whom a worker is free or on its way do not wait for others, so they fill no queue.
            int taken = free + (_starting ? 1 : 0);
            estimate = goesOn ? 0 : Estimate(call.Level);
            if (_closed)
            {
                reason = RejectionReason.Draining;
            }
            else if (!goesOn && (count >= Math.Max(_queueLength, taken) || bytes + call.Bytes > _queueBytes))
            {
                reason = RejectionReason.QueueFull;
            }
            else if (!goesOn && estimate + run >= call.Deadline - now)
            {
                reason = RejectionReason.Deadline;
            }
            else
            {
                reason = RejectionReason.NotReady;
                Push(call, now);
                work = Pump(now);
            }
        }

        if (reason == RejectionReason.NotReady)
        {
            ServingMeter.QueueChanged(Name, 1);
            Go(work, now);
            return null;
        }

        TimeSpan timeout = call.Timeout;
        call.Discard();
        ServingMeter.Rejected(Name, reason);
        TimeSpan wait = TimeSpan.FromSeconds(estimate / _ticksPerSecond);
        TimeSpan answer = TimeSpan.FromSeconds((estimate + run) / _ticksPerSecond);
        string why = reason switch
        {
            RejectionReason.Draining => "is stopping and takes no more calls. Call another instance",
            RejectionReason.Deadline => $"would answer after about {answer.TotalMilliseconds:0} ms and the call has {timeout.TotalMilliseconds:0.###} ms. Try again later, or give it more time",
            _ => $"refuses the call: {count} calls with {bytes} bytes wait already. Try again later, or raise AdmissionOptions.QueueLength or QueueBytes",
        };
        return new PredictionRejectedException(reason, $"The model '{Name}' {why}.", RetryAfter(wait));
    }
}
