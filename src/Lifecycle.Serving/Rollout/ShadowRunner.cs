using System.Threading.Channels;

namespace Lifecycle.Serving;

/// <summary>
/// Runs copies of inputs on a shadow, one after the other, and compares. Callers only pay for the copy: what does not fit into the channel is dropped.
/// A run that hangs costs the shadow a thread and the later copies of its version, until it returns.
/// </summary>
internal sealed class ShadowRunner : IAsyncDisposable
{
    private const int Waiting = 256;

    /// <summary>Most bytes of copies that wait.</summary>
    internal const long WaitingBytes = 64L << 20;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly string _model;
    private readonly HostContext _context;
    private readonly Channel<ShadowCopy> _copies = Channel.CreateBounded<ShadowCopy>(new BoundedChannelOptions(Waiting) { SingleReader = true });
    private readonly CancellationTokenSource _stop = new();
    private readonly ShadowTally _tally = new();
    private readonly Lock _lock = new();
    private ServedVersion[] _hanging = [];
    private int _waiting;
    private long _waitingBytes;
    private Task? _work;

    public ShadowRunner(string model, HostContext context)
    {
        _model = model;
        _context = context;
    }

    /// <summary>Is told of every run of the shadow; null when nobody listens.</summary>
    public Action<InferenceStamp, TensorSet, TensorSet?>? Logged { get; set; }

    public ShadowReport Report => _tally.Report();

    /// <summary>Whether a request is in the sample: by its id, so that the same request always is or is not.</summary>
    public static bool Wants(Guid id, double sample) => sample >= 1 || TrafficSplit.Bucket(id, 0) < sample * TrafficSplit.Buckets;

    /// <summary>Takes a copy, or drops it.</summary>
    /// <param name="arm">The shadow.</param>
    /// <param name="stamp">The call that was answered.</param>
    /// <param name="inputs">What went in.</param>
    /// <param name="outputs">What came out.</param>
    /// <param name="isPart">Whether more may have come out; only what is here is compared.</param>
    public void Offer(RouteArm arm, in InferenceStamp stamp, TensorSet inputs, TensorSet outputs, bool isPart = false)
    {
        // Not even the copy is made when there is no room for it or nobody would run it.
        long bytes = TensorRows.Bytes(inputs) + TensorRows.Bytes(outputs);
        if (Volatile.Read(ref _waiting) >= Waiting || Volatile.Read(ref _waitingBytes) + bytes > WaitingBytes || HangsOn(arm.Version))
        {
            Drop();
            return;
        }

        ShadowCopy copy = new(arm, stamp, bytes, isPart);
        inputs.CopyTo(copy.Inputs);
        outputs.CopyTo(copy.Outputs);
        Waits(1, bytes);
        if (!_copies.Writer.TryWrite(copy))
        {
            Waits(-1, -bytes);
            copy.Dispose();
            Drop();
            return;
        }

        if (Volatile.Read(ref _work) is null)
        {
            Start();
        }
    }

    /// <summary>Counts a copy that nobody will run.</summary>
    public void Drop()
    {
        _tally.Drop();
        ServingMeter.Shadowed(_model, "dropped");
    }

    /// <summary>Whether a run of this version took longer than the limit and has not come back.</summary>
    public bool HangsOn(ServedVersion version) => Array.IndexOf(Volatile.Read(ref _hanging), version) >= 0;

    public async ValueTask DisposeAsync()
    {
        _copies.Writer.TryComplete();
        await _stop.CancelAsync().ConfigureAwait(false);
        if (_work is { } work)
        {
            await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        while (_copies.Reader.TryRead(out ShadowCopy? left))
        {
            left.Dispose();
        }

        _stop.Dispose();
    }

    private void Start()
    {
        lock (_lock)
        {
            _work ??= Task.Run(WorkAsync);
        }
    }

    private void Waits(int copies, long bytes)
    {
        Interlocked.Add(ref _waiting, copies);
        Interlocked.Add(ref _waitingBytes, bytes);
    }

    private async Task WorkAsync()
    {
        await foreach (ShadowCopy copy in _copies.Reader.ReadAllAsync(_stop.Token).ConfigureAwait(false))
        {
            Waits(-1, -copy.Bytes);
            if (HangsOn(copy.Arm.Version))
            {
                copy.Dispose();
                Drop();
                continue;
            }

            // The run gets a thread of its own: when it hangs, this one goes on.
            CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            Task<Outcome> run = Task.Run(() => Run(copy, end.Token));
            try
            {
                Count(copy, await run.WaitAsync(Limit, _context.Time, _stop.Token).ConfigureAwait(false));
            }
            catch (TimeoutException late)
            {
                Hangs(copy, late);
                _ = ComeBackAsync(copy.Arm.Version, run);
                _ = end.CancelAsync();
            }
            finally
            {
                _ = EndAsync(copy, run, end);
            }
        }
    }

    /// <summary>Nobody frees what a run may still read.</summary>
    private static async Task EndAsync(ShadowCopy copy, Task<Outcome> run, CancellationTokenSource end)
    {
        Outcome outcome = await run.ConfigureAwait(false);
        outcome.Outputs?.Dispose();
        copy.Dispose();
        end.Dispose();
    }

    /// <summary>A run that hung ends after all: its version gets copies again, unless another one hangs.</summary>
    private async Task ComeBackAsync(ServedVersion version, Task run)
    {
        await run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_lock)
        {
            List<ServedVersion> left = [.. _hanging];
            left.Remove(version);
            Volatile.Write(ref _hanging, [.. left]);
        }
    }

    private void Hangs(ShadowCopy copy, TimeoutException late)
    {
        lock (_lock)
        {
            Volatile.Write(ref _hanging, [.. _hanging, copy.Arm.Version]);
        }

        Fail(copy, Stamp(copy, Limit, late), "timeout");
    }

    private Outcome Run(ShadowCopy copy, CancellationToken cancellationToken)
    {
        ServedVersion version = copy.Arm.Version;
        if (!version.TryAcquire(out int cell))
        {
            return new Outcome(null, TimeSpan.Zero, IsGone: true, null);
        }

        TensorSet outputs = new();
        long started = _context.Time.GetTimestamp();
        try
        {
            version.Model.Signature.Check(copy.Inputs);
            version.Model.Run(copy.Inputs, outputs, cancellationToken);
            return new Outcome(outputs, _context.Time.GetElapsedTime(started), IsGone: false, null);
        }
        catch (Exception error)
        {
            outputs.Dispose();
            return new Outcome(null, _context.Time.GetElapsedTime(started), IsGone: false, error);
        }
        finally
        {
            version.Release(cell);
        }
    }

    private void Count(ShadowCopy copy, Outcome outcome)
    {
        if (outcome.IsGone)
        {
            Drop();
            return;
        }

        InferenceStamp stamp = Stamp(copy, outcome.Time, outcome.Error);
        if (ServingMeter.MeasuresCalls)
        {
            ServingMeter.Predicted(outcome.Time, _model, copy.Arm, InferenceRole.Shadow, 0, outcome.Error);
        }

        if (outcome.Outputs is null)
        {
            Fail(copy, stamp, "error");
            return;
        }

        Logged?.Invoke(stamp, copy.Inputs, outcome.Outputs);
        bool equal = _tally.Compare(copy.Outputs, outcome.Outputs, copy.IsPart, copy.Stamp.Duration, outcome.Time);
        ServingMeter.Shadowed(_model, equal ? "match" : "mismatch");
    }

    private void Fail(ShadowCopy copy, in InferenceStamp stamp, string result)
    {
        Logged?.Invoke(stamp, copy.Inputs, null);
        _tally.Error();
        ServingMeter.Shadowed(_model, result);
    }

    private static InferenceStamp Stamp(ShadowCopy copy, TimeSpan time, Exception? error) => copy.Stamp with
    {
        Version = copy.Arm.Version.Version, Arm = copy.Arm.Name, Role = InferenceRole.Shadow, Propensity = 0, Duration = time, Error = error?.GetType().Name,
    };

    private sealed record Outcome(TensorSet? Outputs, TimeSpan Time, bool IsGone, Exception? Error);

    private sealed class ShadowCopy(RouteArm arm, InferenceStamp stamp, long bytes, bool isPart) : IDisposable
    {
        public RouteArm Arm => arm;

        public InferenceStamp Stamp => stamp;

        public long Bytes => bytes;

        public bool IsPart => isPart;

        public TensorSet Inputs { get; } = new();

        public TensorSet Outputs { get; } = new();

        public void Dispose()
        {
            Inputs.Dispose();
            Outputs.Dispose();
        }
    }
}
