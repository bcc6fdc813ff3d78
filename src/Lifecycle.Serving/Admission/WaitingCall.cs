using System.Threading.Tasks.Sources;

namespace Lifecycle.Serving;

/// <summary>
/// A call that did not run at once; used again when its caller has taken the answer. All of it is guarded by the gate of its runner, but for the answer.
/// </summary>
internal sealed class WaitingCall : IValueTaskSource, IValueTaskSource<AdmissionTicket>
{
    // Most callers take their answer on the thread that makes the next call, so one call a thread is kept there and the rest is shared.
    private const int MaximumShared = 4_096;

    private static readonly Lock SharedGate = new();

    [ThreadStatic]
    private static WaitingCall? t_kept;

    private static WaitingCall? s_shared;
    private static int s_sharedCount;

    private ManualResetValueTaskSourceCore<AdmissionTicket> _answer = new() { RunContinuationsAsynchronously = true };

    private WaitingCall()
    {
    }

    public VersionRunner Runner { get; private set; } = null!;

    /// <summary>Null when the caller waits for a ticket.</summary>
    public TensorSet? Inputs { get; private set; }

    public TensorSet? Outputs { get; private set; }

    /// <summary>Rows as they are counted; 1 when the model has none.</summary>
    public long Rows { get; private set; }

    public long Bytes { get; private set; }

    public CancellationToken Token { get; private set; }

    /// <summary>Timestamp of the call.</summary>
    public long Started { get; private set; }

    public TimeSpan Timeout { get; private set; }

    /// <summary>Timestamp at which the caller gives up.</summary>
    public long Deadline { get; private set; }

    public int Level { get; private set; }

    /// <summary>Timestamp at which it came into the queue.</summary>
    public long Queued;

    /// <summary>Timestamp at which a worker must not wait for more rows any longer.</summary>
    public long Due;

    /// <summary>What it counts as in the estimate of the wait: rows where they are batched, else 1.</summary>
    public long Weight;

    public bool Waits;

    public WaitingCall? Previous;

    public WaitingCall? Next;

    /// <summary>The worker that runs it; null before, and as soon as the answer is written.</summary>
    public BatchWorker? Worker;

    /// <summary>Its place in the batch of the worker.</summary>
    public int Place;

    /// <summary>Why the caller gave up while its inputs were read; told as soon as they are.</summary>
    public Abandonment Abandoned;

    private CancellationTokenRegistration _registration;

    /// <summary>Takes a call from those that were used before, or makes one.</summary>
    public static WaitingCall Rent(
        VersionRunner runner, TensorSet? inputs, TensorSet? outputs, long rows, long bytes, in CallTimes times, int level, CancellationToken token)
    {
        WaitingCall call = Take();
        call.Runner = runner;
        call.Inputs = inputs;
        call.Outputs = outputs;
        call.Rows = rows;
        call.Bytes = bytes;
        call.Started = times.Started;
        call.Timeout = times.Timeout;
        call.Deadline = times.Deadline;
        call.Level = level;
        call.Token = token;
        return call;
    }

    public ValueTask Answer => new(this, _answer.Version);

    public ValueTask<AdmissionTicket> Ticket => new(this, _answer.Version);

    /// <summary>Listens to the caller's token. Called by the caller, once the call is in the queue.</summary>
    public void ListenToToken() => _registration = Token.UnsafeRegister(
        static call =>
        {
            WaitingCall waiting = (WaitingCall)call!;
            waiting.Runner.Cancel(waiting);
        },
        this);

    public void Succeed(AdmissionTicket ticket = default) => _answer.SetResult(ticket);

    public void Fail(Exception error) => _answer.SetException(error);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _answer.GetStatus(token);

    ValueTaskSourceStatus IValueTaskSource<AdmissionTicket>.GetStatus(short token) => _answer.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _answer.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource<AdmissionTicket>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _answer.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource.GetResult(short token) => Consume(token);

    AdmissionTicket IValueTaskSource<AdmissionTicket>.GetResult(short token) => Consume(token);

    /// <summary>Gives a call back that never came into a queue.</summary>
    public void Discard() => Recycle();

    private AdmissionTicket Consume(short token)
    {
        if (_answer.GetStatus(token) == ValueTaskSourceStatus.Pending)
        {
            throw new InvalidOperationException("The answer is not there yet; await it.");
        }

        // Waits for a cancellation that is being told right now: after it nobody but the caller knows this object.
        _registration.Dispose();
        try
        {
            return _answer.GetResult(token);
        }
        finally
        {
            _answer.Reset();
            Recycle();
        }
    }

    private void Recycle()
    {
        Runner = null!;
        Inputs = null;
        Outputs = null;
        Token = default;
        Previous = null;
        Next = null;
        Worker = null;
        Abandoned = Abandonment.None;
        _registration = default;
        if (t_kept is null)
        {
            t_kept = this;
            return;
        }

        lock (SharedGate)
        {
            if (s_sharedCount < MaximumShared)
            {
                Next = s_shared;
                s_shared = this;
                s_sharedCount++;
            }
        }
    }

    private static WaitingCall Take()
    {
        if (t_kept is { } kept)
        {
            t_kept = null;
            return kept;
        }

        if (Volatile.Read(ref s_shared) is not null)
        {
            lock (SharedGate)
            {
                if (s_shared is { } shared)
                {
                    s_shared = shared.Next;
                    s_sharedCount--;
                    shared.Next = null;
                    return shared;
                }
            }
        }

        return new WaitingCall();
    }
}

/// <summary>Why a caller no longer waits.</summary>
internal enum Abandonment
{
    None,
    Cancelled,
    TimedOut,
}

/// <summary>When a call began and when its caller gives up, as timestamps.</summary>
internal readonly record struct CallTimes(long Started, TimeSpan Timeout, long Deadline);
