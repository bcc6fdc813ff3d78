namespace Lifecycle.Serving;

/// <summary>
/// Runs one version of a model: who runs now, who waits, who is refused, and whose rows share a run.
/// Everything that changes is guarded by one gate that is held for a few field writes; no caller's code and no model runs under it.
/// A run that began outlives a caller who gave up: wait for <see cref="WhenIdle"/> before the model is freed.
/// </summary>
internal sealed partial class VersionRunner : IDisposable
{
    // So many runs of a single call that left nobody waiting make calm; a first call finds it calm.
    private const int CalmRuns = 8;

    private const double NewestWeight = 0.2;

    private readonly Lock _gate = new();
    private readonly Func<long> _runningElsewhere;
    private readonly Action<BatchWorker> _start;
    private readonly AdmissionQueue _queue;
    private readonly int _maxConcurrency;
    private readonly int _maxWorkers;
    private readonly int _queueLength;
    private readonly long _queueBytes;
    private readonly TimeSpan _timeout;
    private readonly long _delay;
    private readonly long _rowBytes;
    private readonly ITimer _timer;
    private readonly double _ticksPerSecond;

    private int _active;
    private bool _starting;
    private bool _closed;
    private volatile int _calm = CalmRuns;
    private double _mean;
    private double _meanPerWeight;

    /// <summary>Makes the runner; the options are read now and never again.</summary>
    /// <param name="name">Name under which the model is served.</param>
    /// <param name="version">Its version.</param>
    /// <param name="model">What runs; not owned.</param>
    /// <param name="admission">Limits.</param>
    /// <param name="batching">How rows share runs; matters only if the model's rows are batched.</param>
    /// <param name="counters">Where requests and runs are counted.</param>
    /// <param name="time">The clock.</param>
    /// <param name="runningElsewhere">Calls that run now without having asked; called often, under the gate.</param>
    /// <param name="start">How a worker gets a thread: the thread pool, unless a test steps by hand.</param>
    /// <exception cref="LifecycleException">An option is out of range.</exception>
    public VersionRunner(
        string name,
        string version,
        LoadedModel model,
        AdmissionOptions admission,
        BatchingOptions batching,
        VersionCounters counters,
        TimeProvider time,
        Func<long>? runningElsewhere = null,
        Action<BatchWorker>? start = null)
    {
        admission.Checked(name);
        batching.Checked(name);
        Name = name;
        Version = version;
        Model = model;
        Counters = counters;
        Time = time;
        Batches = model.RowsAreBatched && batching.Enabled;
        MaxRows = batching.MaxBatchRows;
        _maxConcurrency = admission.MaxConcurrency;
        _maxWorkers = Batches ? Math.Min(batching.Workers, admission.MaxConcurrency) : admission.MaxConcurrency;
        _queueLength = admission.QueueLength;
        _queueBytes = admission.QueueBytes;
        _timeout = admission.Timeout;
        _queue = new AdmissionQueue(admission.PriorityLevels);
        _ticksPerSecond = time.TimestampFrequency;
        _delay = Batches ? Ticks(batching.MaxDelay) : 0;
        _rowBytes = RowBytes(model.Signature);
        _runningElsewhere = runningElsewhere ?? (static () => 0);
        _start = start ?? (static worker => ThreadPool.UnsafeQueueUserWorkItem(worker, preferLocal: false));

        // The timer must not keep the context of whoever loaded the version.
        using AsyncFlowControl? flow = ExecutionContext.IsFlowSuppressed() ? null : ExecutionContext.SuppressFlow();
        _timer = time.CreateTimer(static runner => ((VersionRunner)runner!).OnAlarm(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public string Name { get; }

    public string Version { get; }

    public LoadedModel Model { get; }

    public VersionCounters Counters { get; }

    public TimeProvider Time { get; }

    /// <summary>Whether rows of several calls share a run.</summary>
    public bool Batches { get; }

    /// <summary>Most rows of a batch.</summary>
    public int MaxRows { get; }

    /// <summary>Calls that wait.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _queue.Count;
            }
        }
    }

    /// <summary>Running mean of the time of a run.</summary>
    public TimeSpan MeanRun
    {
        get
        {
            lock (_gate)
            {
                return TimeSpan.FromSeconds(_mean / _ticksPerSecond);
            }
        }
    }

    /// <summary>Tells how long a run takes before the first one: the warm-up knows.</summary>
    public void Seed(TimeSpan run)
    {
        lock (_gate)
        {
            SetMean(Ticks(run));
        }
    }

    /// <summary>Runs the model over a call's rows: at once on this thread, or after waiting, perhaps together with other calls' rows.</summary>
    /// <param name="inputs">Checked against the signature; not touched any more when the task has ended, however it ended.</param>
    /// <param name="outputs">Filled when the task has ended well; not touched any more when it has ended.</param>
    /// <param name="rows">Rows; below 0 when the model has none.</param>
    /// <param name="request">What the call asks.</param>
    /// <param name="cancellationToken">Takes the call out of the queue at once; the rows of a run that began are dropped.</param>
    /// <exception cref="PredictionRejectedException">Refused before any work.</exception>
    /// <exception cref="PredictionTimeoutException">The time of the call was over.</exception>
    public ValueTask RunAsync(TensorSet inputs, TensorSet outputs, long rows, RunRequest request, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        long now = request.Now == 0 ? Time.GetTimestamp() : request.Now;
        CallTimes times = Times(request, now);
        if (now >= times.Deadline)
        {
            return ValueTask.FromException(new PredictionTimeoutException(Name, times.Timeout));
        }

        rows = rows < 0 ? 1 : rows;
        if (TryEnter())
        {
            return RunHere(inputs, outputs, rows, times, now, cancellationToken);
        }

        WaitingCall call = WaitingCall.Rent(
            this, inputs, outputs, rows, _rowBytes >= 0 ? rows * _rowBytes : TensorRows.Bytes(inputs), times, _queue.Level(request.Priority), cancellationToken);
        if (Enqueue(call, now) is { } refused)
        {
            return ValueTask.FromException(refused);
        }

        if (cancellationToken.CanBeCanceled)
        {
            call.ListenToToken();
        }

        return call.Answer;
    }

    /// <summary>Waits for the right to run the model on the caller's own thread; same queue, same limits. Counting the request is the caller's.</summary>
    /// <param name="request">What the call asks.</param>
    /// <param name="bytes">Memory that the call holds while it waits.</param>
    /// <param name="cancellationToken">Takes the call out of the queue at once.</param>
    /// <exception cref="PredictionRejectedException">Refused before any work.</exception>
    /// <exception cref="PredictionTimeoutException">The time of the call was over while it waited.</exception>
    public ValueTask<AdmissionTicket> EnterAsync(RunRequest request, long bytes, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<AdmissionTicket>(cancellationToken);
        }

        long now = request.Now == 0 ? Time.GetTimestamp() : request.Now;
        CallTimes times = Times(request, now);
        if (now >= times.Deadline)
        {
            return ValueTask.FromException<AdmissionTicket>(new PredictionTimeoutException(Name, times.Timeout));
        }

        if (TryEnter())
        {
            return new(new AdmissionTicket(now, 0, times));
        }

        WaitingCall call = WaitingCall.Rent(this, null, null, 1, bytes, times, _queue.Level(request.Priority), cancellationToken);
        if (Enqueue(call, now) is { } refused)
        {
            return ValueTask.FromException<AdmissionTicket>(refused);
        }

        if (cancellationToken.CanBeCanceled)
        {
            call.ListenToToken();
        }

        return call.Ticket;
    }

    /// <summary>Gives a ticket back; a call that waits gets its place. Exactly once a ticket.</summary>
    /// <param name="ticket">From <see cref="EnterAsync"/>.</param>
    /// <param name="ended">Timestamp of the end of the run; 0 reads the clock.</param>
    public void Exit(AdmissionTicket ticket, long ended = 0)
    {
        ended = ended == 0 ? Time.GetTimestamp() : ended;
        Leave(ended - ticket.Granted, ended);
    }

    /// <summary>Disposes the timer and the buffers. Nobody may wait or run.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        lock (_gate)
        {
            _closed = true;
            while (_idleWorkers.TryPop(out BatchWorker? worker))
            {
                worker.Dispose();
            }
        }
    }

    private CallTimes Times(in RunRequest request, long now)
    {
        long started = request.Started == 0 ? now : request.Started;
        TimeSpan timeout = request.Timeout <= TimeSpan.Zero ? _timeout
            : _timeout <= TimeSpan.Zero ? request.Timeout
            : request.Timeout < _timeout ? request.Timeout : _timeout;
        return timeout <= TimeSpan.Zero ? new(started, timeout, long.MaxValue) : new(started, timeout, started + Ticks(timeout));
    }

    // Bytes of a row where every row is alike, so that all fit together; -1 where a row's size or shape depends on the call.
    private static long RowBytes(TensorSignature signature)
    {
        long bytes = 0;
        foreach (TensorSpec input in signature.Inputs)
        {
            TensorShape shape = input.Shape;
            if (input.IsScalar || input.Type == TensorElementType.Bytes || shape.Rank == 0 || shape[0] != -1 || shape.Dimensions[1..].Contains(-1))
            {
                return -1;
            }

            bytes += shape.WithRows(1).ElementCount() * input.Type.Size();
        }

        return bytes;
    }

    private static TimeSpan RetryAfter(TimeSpan wait) => TimeSpan.FromSeconds(Math.Clamp(Math.Ceiling(wait.TotalSeconds), 1, 3_600));

    private long Ticks(TimeSpan span) => (long)Math.Min(span.TotalSeconds * _ticksPerSecond, long.MaxValue / 4);
}
