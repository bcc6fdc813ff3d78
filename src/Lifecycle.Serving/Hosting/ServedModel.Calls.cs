using System.Runtime.CompilerServices;

namespace Lifecycle.Serving;

/// <content>How a call finds its version and runs.</content>
public sealed partial class ServedModel
{
    private const int AcquireTries = 3;

    /// <summary>
    /// Asks the model in tensors, as a server would: the deployment chooses the version, the call waits for its turn, rows of several callers may share a run.
    /// </summary>
    /// <param name="inputs">Not to be touched until the call has ended; with <see cref="TensorCoercion.Lossless"/> narrower tensors are widened in it.</param>
    /// <param name="outputs">Filled; may be used again for the next call.</param>
    /// <param name="options">Routing key, version, time, priority, id.</param>
    /// <param name="cancellationToken">Takes the call out of the queue; a run that has begun goes on and its answer is thrown away.</param>
    /// <returns>Which version answered, and under which id.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="PredictionOptions.Timeout"/> is zero or below; use more, null or <see cref="Timeout.InfiniteTimeSpan"/>.</exception>
    /// <exception cref="InvalidInputException">The inputs do not fit the signature.</exception>
    /// <exception cref="UnknownModelException">The version or alias of <paramref name="options"/> is not served.</exception>
    /// <exception cref="PredictionRejectedException">No version is ready, or too many calls wait.</exception>
    /// <exception cref="PredictionTimeoutException">The time was over.</exception>
    /// <exception cref="PredictionFailedException">The model threw.</exception>
    /// <exception cref="ObjectDisposedException">The host was disposed.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<InferenceStamp> InferAsync(
        TensorSet inputs, TensorSet outputs, PredictionOptions options = default, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(outputs);
        cancellationToken.ThrowIfCancellationRequested();
        TimeSpan timeout = options.TimeGiven();
        Guid id = options.RequestId == default ? LifecycleId.New(_context.Time) : options.RequestId;
        long started = _context.Time.GetTimestamp();
        VersionLease lease = Acquire(options.RoutingKey, id, options.Version);
        ServedVersion version = lease.Arm.Version;
        CallTrace trace = Begin(lease, id);
        Exception? failure = null;
        long rows = 1;
        try
        {
            rows = Check(version.Model.Signature, inputs);

            // What another version left in it is no answer of this one.
            outputs.Clear();
            if (rows == 0)
            {
                Nothing(version, outputs, started);
            }
            else
            {
                RunRequest request = new(options.Priority, timeout, started, started);
                await version.Runner.RunAsync(inputs, outputs, rows, request, cancellationToken).ConfigureAwait(false);
            }

            InferenceStamp stamp = Stamp(lease, id, started, options.ClientId);
            Tap(lease, stamp, inputs, outputs, (int)rows);
            return stamp;
        }
        catch (Exception error)
        {
            failure = error;
            if (!IsOfTheModel(error, cancellationToken))
            {
                throw;
            }

            CopyFailure(Stamp(lease, id, started, options.ClientId), inputs, error);
            throw new PredictionFailedException(Name, version.Version, error);
        }
        finally
        {
            Told(trace, lease, started, 0, rows, failure);
            lease.Release();
        }
    }

    /// <summary>Runs a leased version on this thread, without waiting.</summary>
    internal void Run(VersionLease lease, TensorSet inputs, TensorSet outputs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(outputs);
        cancellationToken.ThrowIfCancellationRequested();
        ServedVersion version = lease.Version;
        bool isWatched = IsWatched || HasSinks;
        Guid id = isWatched || NeedsId ? LifecycleId.New(_context.Time) : default;
        CallTrace trace = Begin(lease, id);
        Exception? failure = null;
        long rows = 1, ended = 0;
        bool began = false;
        version.Enter(lease.Cell);
        long started = _context.Time.GetTimestamp();
        try
        {
            rows = Check(version.Model.Signature, inputs);
            outputs.Clear();
            if (rows == 0)
            {
                Nothing(version, outputs, started);
            }
            else
            {
                began = true;
                version.Model.Run(inputs, outputs, cancellationToken);
                ended = _context.Time.GetTimestamp();
                began = false;
                long ticks = ended - started;
                if (rows == 1)
                {
                    version.Counters.Single(lease.Core, ticks, ended);
                }
                else
                {
                    version.Counters.Success(rows, new RunTimes(ticks, 0, 0, ticks, 0), ended);
                    version.Counters.Execution((int)rows, 0, ticks, 0);
                }
            }

            if (isWatched)
            {
                Tap(lease, Stamp(lease, id, started, null), inputs, outputs, (int)rows);
            }
        }
        catch (Exception error)
        {
            failure = error;
            if (began)
            {
                version.Counters.Failure(_context.Time.GetTimestamp() - started);
            }

            if (!IsOfTheModel(error, cancellationToken))
            {
                throw;
            }

            CopyFailure(Stamp(lease, id, started, null), inputs, error);
            throw new PredictionFailedException(Name, version.Version, error);
        }
        finally
        {
            version.Exit(lease.Cell);
            Told(trace, lease, started, ended, rows, failure);
        }
    }

    /// <summary>A version that is run without being counted, for a replay.</summary>
    internal ReplayTarget Replay(string version)
    {
        VersionLease lease = AcquireNamed(version);
        LoadedModel model = lease.Version.Model;
        return new ReplayTarget(
            (inputs, outputs, token) =>
            {
                model.Signature.Check(inputs);
                model.Run(inputs, outputs, token);
            },
            new HeldLease(lease));
    }

    /// <summary>Leases the version that answers a call.</summary>
    /// <param name="key">The routing key; null lets the id decide.</param>
    /// <param name="id">The request.</param>
    /// <param name="version">The alias or version that the caller names; null lets the deployment decide.</param>
    /// <param name="runs">Whether a call begins with it on this thread; it is released so, too.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal VersionLease Acquire(string? key = null, Guid id = default, string? version = null, bool runs = false)
    {
        RouteArm? only = Volatile.Read(ref _route).Only;
        return only is not null && version is null && only.Version.TryAcquire(out int cell, runs)
            ? new VersionLease(only, cell)
            : AcquireSlowly(key, id, version, runs);
    }

    /// <summary>Leases the version that a job or a replay names, or that the deployment decides; never another one in its place.</summary>
    /// <exception cref="PredictionRejectedException">The model is stopped: its fallback is not what was asked for.</exception>
    internal VersionLease AcquireNamed(string? version)
    {
        VersionLease lease = Acquire(id: LifecycleId.New(_context.Time), version: version);
        if (version is null || !ReferenceEquals(lease.Version, _fallback))
        {
            return lease;
        }

        lease.Release();
        throw new PredictionRejectedException(
            RejectionReason.Stopped,
            $"The model '{Name}' is stopped and answers by its fallback only, which is not version '{version}'. Deployments.ResumeAsync lets it answer again.",
            TimeSpan.FromSeconds(1));
    }

    /// <summary>Whether it was the model that threw, and not the host or the caller. A cancellation is the caller's only when the caller's token says so.</summary>
    internal static bool IsOfTheModel(Exception error, CancellationToken token = default) => error is OperationCanceledException
        ? !token.IsCancellationRequested
        : error is not (InvalidInputException or PredictionRejectedException or PredictionTimeoutException or PredictionFailedException or UnknownModelException);

    /// <summary>Rows of inputs that fit; 1 when the model has none.</summary>
    private long Check(TensorSignature signature, TensorSet inputs)
    {
        if (signature.IsEmpty)
        {
            // The model itself says best why it takes no tensors.
            return 1;
        }

        if (_coercion == TensorCoercion.Lossless)
        {
            TensorWidening.Widen(inputs, signature);
        }

        return signature.Check(inputs) is >= 0 and long some ? some : 1;
    }

    /// <summary>No rows are answered by no rows, without a run.</summary>
    private void Nothing(ServedVersion version, TensorSet outputs, long started)
    {
        TensorRows.None(version.Model.Signature, outputs);
        long ended = _context.Time.GetTimestamp();
        version.Counters.Success(0, new RunTimes(ended - started, 0, 0, 0, 0), ended);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private VersionLease AcquireSlowly(string? key, Guid id, string? version, bool runs)
    {
        SpinWait spin = default;
        for (int attempt = 0; ; attempt++)
        {
            RouteTable route = Volatile.Read(ref _route);
            RouteArm arm = Choose(route, key, id, version);
            if (arm.Version.TryAcquire(out int cell, runs))
            {
                return new VersionLease(arm, cell);
            }

            if (attempt >= AcquireTries)
            {
                spin.SpinOnce();
            }
        }
    }

    private RouteArm Choose(RouteTable route, string? key, Guid id, string? version)
    {
        if (route.Closing == RouteClosing.None)
        {
            if (version is not null)
            {
                return route.Find(version) ?? throw new UnknownModelException(Name, version, route.Versions.Select(v => v.Version));
            }

            if ((route.Only ?? route.At(Bucket(key, id))) is { } arm)
            {
                return arm;
            }
        }

        if (route.Fallback is { } fallback)
        {
            return fallback;
        }

        ObjectDisposedException.ThrowIf(route.Closing == RouteClosing.Disposed, typeof(ModelHost));
        RejectionReason reason = route.Closing == RouteClosing.Stopped ? RejectionReason.Stopped : RejectionReason.NotReady;
        ServingMeter.Rejected(Name, reason);
        throw new PredictionRejectedException(
            reason,
            reason == RejectionReason.Stopped
                ? StoppedMessage(route.StopReason)
                : $"The model '{Name}' is not ready ({State}): {Reason ?? "it is on its way"}.",
            TimeSpan.FromSeconds(1));
    }

    private int Bucket(string? key, Guid id) => !string.IsNullOrEmpty(key)
        ? TrafficSplit.Bucket(key, _seed)
        : TrafficSplit.Bucket(id == default ? LifecycleId.New(_context.Time) : id, _seed);

    private sealed class HeldLease(VersionLease lease) : IDisposable
    {
        private int _released;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _released, 1) == 0)
            {
                lease.Release();
            }
        }
    }
}
