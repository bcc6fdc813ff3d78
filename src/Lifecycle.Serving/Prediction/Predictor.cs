using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Lifecycle.Serving;

/// <summary>
/// A served model as a method: any thread, any number at once. Each call leases the version that serves at that moment, so a swap neither fails nor mixes an answer.
/// </summary>
/// <typeparam name="TIn">One row that goes in.</typeparam>
/// <typeparam name="TOut">What comes out for it.</typeparam>
[SuppressMessage("Design", "CA1001", Justification = "It holds pooled memory only, and lives as long as its host.")]
public sealed partial class Predictor<
    [DynamicallyAccessedMembers(ModelTypes.Members)] TIn,
    [DynamicallyAccessedMembers(ModelTypes.Members)] TOut>
{
    private readonly ServedModel _model;
    private readonly IInferenceSink<TIn, TOut>[] _sinks;
    private readonly Func<TIn, string?>? _stickyBy;
    private readonly TimeProvider _time;
    private readonly CoreRing<TensorPair> _pairs = new(static () => new TensorPair());
    private long _sinkFailures;

    internal Predictor(ServedModel model, IInferenceSink<TIn, TOut>[] sinks, Func<TIn, string?>? stickyBy, TimeProvider time)
    {
        _model = model;
        _sinks = sinks;
        _stickyBy = stickyBy;
        _time = time;
    }

    /// <summary>The model, with its state.</summary>
    public ServedModel Model => _model;

    /// <summary>Predicts into a new object on this thread, without waiting; nothing else is allocated.</summary>
    /// <exception cref="PredictionRejectedException">No version is ready, or the model is stopped.</exception>
    /// <exception cref="PredictionFailedException">The model threw.</exception>
    /// <exception cref="ObjectDisposedException">The host was disposed.</exception>
    public TOut Predict(TIn input)
    {
        TOut output = default!;
        Run(input, ref output, fresh: true);
        return output;
    }

    /// <summary>Predicts into the caller's object on this thread, without waiting, so that nothing is allocated. An object that is null is made.</summary>
    /// <exception cref="PredictionRejectedException">No version is ready, or the model is stopped.</exception>
    /// <exception cref="PredictionFailedException">The model threw.</exception>
    /// <exception cref="ObjectDisposedException">The host was disposed.</exception>
    public void Predict(TIn input, ref TOut output) => Run(input, ref output, fresh: false);

    /// <summary>Predicts when it is this call's turn, and says which version answered and under which request id.</summary>
    /// <inheritdoc cref="PredictAsync(TIn, PredictionOptions, CancellationToken)"/>
    public ValueTask<Prediction<TOut>> PredictAsync(TIn input, CancellationToken cancellationToken = default) => PredictAsync(input, default, cancellationToken);

    /// <summary>
    /// Predicts when it is this call's turn, and says which version answered and under which request id. Rows of several callers may share a run
    /// (<see cref="BatchingOptions"/>).
    /// </summary>
    /// <param name="input">Not to be changed until the call has ended.</param>
    /// <param name="options">Routing key, version, time, priority, id.</param>
    /// <param name="cancellationToken">Takes the call out of the queue; a run that has begun goes on and its answer is thrown away.</param>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="PredictionOptions.Timeout"/> is zero or below; use more, null or <see cref="Timeout.InfiniteTimeSpan"/>.</exception>
    /// <exception cref="UnknownModelException">The version or alias of <paramref name="options"/> is not served.</exception>
    /// <exception cref="PredictionRejectedException">No version is ready, the model is stopped, or too many calls wait.</exception>
    /// <exception cref="PredictionTimeoutException">The time was over.</exception>
    /// <exception cref="PredictionFailedException">The model threw.</exception>
    /// <exception cref="ObjectDisposedException">The host was disposed.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Prediction<TOut>> PredictAsync(TIn input, PredictionOptions options, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        TimeSpan timeout = options.TimeGiven();
        Guid id = options.RequestId == default ? LifecycleId.New(_time) : options.RequestId;
        long started = _time.GetTimestamp();
        VersionLease lease = _model.Acquire(options.RoutingKey ?? Key(input), id, options.Version);
        TypedModel<TIn, TOut> typed = Unsafe.As<TypedModel<TIn, TOut>>(lease.Version.Typed!);
        CallTrace trace = _model.Begin(lease, id);
        Exception? failure = null;
        try
        {
            RunRequest request = new(options.Priority, timeout, started, started);
            TOut output = typed.IsBatched
                ? await RunWithOthersAsync(typed, lease, input, request, cancellationToken).ConfigureAwait(false)
                : await RunInTurnAsync(typed, lease, input, request, cancellationToken).ConfigureAwait(false);
            InferenceStamp stamp = _model.Stamp(lease, id, started, options.ClientId);
            Tell(typed, stamp, input, output);
            return new Prediction<TOut>(output, stamp.Version, id) { Arm = stamp.Arm };
        }
        catch (Exception error)
        {
            failure = error;
            if (!ServedModel.IsOfTheModel(error, cancellationToken))
            {
                throw;
            }

            LogFailure(typed, _model.Stamp(lease, id, started, options.ClientId), input, error);
            throw new PredictionFailedException(_model.Name, lease.Version.Version, error);
        }
        finally
        {
            _model.Told(trace, lease, started, 0, 1, failure);
            lease.Release();
        }
    }

    private string? Key(TIn input) => _stickyBy is null || !_model.IsSplit ? null : _stickyBy(input);

    private void Run(TIn input, ref TOut output, bool fresh)
    {
        bool isWatched = _sinks.Length != 0 || _model.IsWatched;
        bool isListenedTo = CallTrace.IsListenedTo;
        Guid id = isWatched || _model.IsSplit || (isListenedTo && CallTrace.HasListeners) ? LifecycleId.New(_time) : default;
        VersionLease lease = _model.Acquire(Key(input), id, runs: true);
        ServedVersion version = lease.Version;

        // The binding of this model made the function with these very types.
        TypedModel<TIn, TOut> typed = Unsafe.As<TypedModel<TIn, TOut>>(version.Typed!);
        CallTrace trace = isListenedTo ? _model.Begin(lease, id) : default;
        Exception? failure = null;
        long started = _time.GetTimestamp(), ended = 0;
        try
        {
            if (fresh)
            {
                output = typed.Function.Predict(input);
            }
            else
            {
                typed.Function.Predict(input, ref output);
            }

            ended = _time.GetTimestamp();
            version.Counters.Single(lease.Core, ended - started, ended);
            if (isWatched)
            {
                Tell(typed, _model.Stamp(lease, id, started, null), input, output);
            }
        }
        catch (Exception error)
        {
            failure = error;
            if (ended == 0)
            {
                version.Counters.Failure(_time.GetTimestamp() - started);
            }

            if (!ServedModel.IsOfTheModel(error))
            {
                throw;
            }

            if (isWatched)
            {
                LogFailure(typed, _model.Stamp(lease, id, started, null), input, error);
            }

            throw new PredictionFailedException(_model.Name, version.Version, error);
        }
        finally
        {
            _model.Told(trace, lease, started, ended, 1, failure);
            lease.Release(runs: true);
        }
    }

    private async ValueTask<TOut> RunInTurnAsync(
        TypedModel<TIn, TOut> typed, VersionLease lease, TIn input, RunRequest request, CancellationToken cancellationToken)
    {
        ServedVersion version = lease.Version;
        AdmissionTicket ticket = await version.Runner.EnterAsync(request, 0, cancellationToken).ConfigureAwait(false);
        long began = _time.GetTimestamp();
        try
        {
            TOut output = typed.Function.Predict(input);
            long ended = _time.GetTimestamp();
            if (ended >= ticket.Times.Deadline)
            {
                // Who asked has given up, as with a call in tensors.
                throw new PredictionTimeoutException(_model.Name, ticket.Times.Timeout);
            }

            if (ticket.Queue == 0)
            {
                version.Counters.Single(ended - began, ended);
            }
            else
            {
                version.Counters.Success(1, new RunTimes(ticket.Queue + ended - began, ticket.Queue, 0, ended - began, 0), ended);
                version.Counters.Execution(1, 0, ended - began, 0);
            }

            return output;
        }
        catch
        {
            version.Counters.Failure(_time.GetTimestamp() - began);
            throw;
        }
        finally
        {
            version.Runner.Exit(ticket);
        }
    }

    private async ValueTask<TOut> RunWithOthersAsync(
        TypedModel<TIn, TOut> typed, VersionLease lease, TIn input, RunRequest request, CancellationToken cancellationToken)
    {
        TensorPair pair = _pairs.Rent();
        try
        {
            typed.Tensors!.WriteInput(pair.Inputs, 1, 0, input);
            pair.Outputs.Clear();
            await lease.Version.Runner.RunAsync(pair.Inputs, pair.Outputs, 1, request, cancellationToken).ConfigureAwait(false);
            return typed.Tensors.ReadOutput(pair.Outputs, 0);
        }
        finally
        {
            // However the call ended, its run touches the pair no more.
            _pairs.Return(pair);
        }
    }
}
