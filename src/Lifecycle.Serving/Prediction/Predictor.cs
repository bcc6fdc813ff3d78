using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Lifecycle.Serving;

/// <summary>
/// A served model as a method: any thread, any number at once. Each call leases the version that serves at that moment, so a swap neither fails nor mixes an answer.
/// </summary>
/// <typeparam name="TIn">One row that goes in.</typeparam>
/// <typeparam name="TOut">What comes out for it.</typeparam>
public sealed class Predictor<
    [DynamicallyAccessedMembers(ModelTypes.Members)] TIn,
    [DynamicallyAccessedMembers(ModelTypes.Members)] TOut>
{
    private readonly ServedModel _model;
    private readonly IInferenceSink<TIn, TOut>[] _sinks;
    private readonly TimeProvider _time;
    private long _sinkFailures;

    internal Predictor(ServedModel model, IInferenceSink<TIn, TOut>[] sinks, TimeProvider time)
    {
        _model = model;
        _sinks = sinks;
        _time = time;
    }

    /// <summary>The model, with its state.</summary>
    public ServedModel Model => _model;

    /// <summary>Predicts into a new object; nothing else is allocated.</summary>
    /// <exception cref="PredictionRejectedException">No version is ready.</exception>
    /// <exception cref="PredictionFailedException">The model threw.</exception>
    /// <exception cref="ObjectDisposedException">The host was disposed.</exception>
    public TOut Predict(TIn input)
    {
        TOut output = default!;
        Run(input, ref output, fresh: true, _sinks.Length == 0 ? default : LifecycleId.New(_time));
        return output;
    }

    /// <summary>Predicts into the caller's object, so that nothing is allocated. An object that is null is made.</summary>
    /// <exception cref="PredictionRejectedException">No version is ready.</exception>
    /// <exception cref="PredictionFailedException">The model threw.</exception>
    /// <exception cref="ObjectDisposedException">The host was disposed.</exception>
    public void Predict(TIn input, ref TOut output) =>
        Run(input, ref output, fresh: false, _sinks.Length == 0 ? default : LifecycleId.New(_time));

    /// <summary>Predicts and says which version answered and under which request id.</summary>
    /// <exception cref="PredictionRejectedException">No version is ready.</exception>
    /// <exception cref="PredictionFailedException">The model threw.</exception>
    /// <exception cref="ObjectDisposedException">The host was disposed.</exception>
    public ValueTask<Prediction<TOut>> PredictAsync(TIn input, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<Prediction<TOut>>(cancellationToken);
        }

        try
        {
            TOut output = default!;
            Guid id = LifecycleId.New(_time);
            string version = Run(input, ref output, fresh: true, id);
            return new(new Prediction<TOut>(output, version, id));
        }
        catch (Exception error)
        {
            return ValueTask.FromException<Prediction<TOut>>(error);
        }
    }

    private string Run(TIn input, ref TOut output, bool fresh, Guid id)
    {
        VersionLease lease = _model.Acquire();
        ServedVersion version = lease.Version;
        long started = ServingMeter.PredictionDuration.Enabled ? _time.GetTimestamp() : 0;
        Exception? failure = null;
        try
        {
            // The binding of this model made the function with these very types.
            ModelFunction<TIn, TOut> function = Unsafe.As<ModelFunction<TIn, TOut>>(version.Typed!);
            if (fresh)
            {
                output = function.Predict(input);
            }
            else
            {
                function.Predict(input, ref output);
            }

            version.CountSuccess(lease.Cell);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            version.CountFailure(lease.Cell);
            failure = error;
            throw Failed(version, error);
        }
        finally
        {
            if (started != 0)
            {
                ServingMeter.Predicted(_time.GetElapsedTime(started), _model.Name, version.Version, 1, failure);
            }

            lease.Release();
        }

        if (_sinks.Length != 0)
        {
            Tell(new InferenceStamp(_model.Name, version.Version, id, _time.GetUtcNow()), input, output);
        }

        return version.Version;
    }

    private Exception Failed(ServedVersion version, Exception error) =>
        error is InvalidInputException ? error : new PredictionFailedException(_model.Name, version.Version, error);

    private void Tell(in InferenceStamp stamp, TIn input, TOut output)
    {
        foreach (IInferenceSink<TIn, TOut> sink in _sinks)
        {
            try
            {
                sink.Record(in stamp, input, output);
            }
            catch (Exception error)
            {
                long failures = Interlocked.Increment(ref _sinkFailures);
                ServingMeter.RecordDropped(_model.Name);
                if (long.IsPow2(failures))
                {
                    _model.SinkFailed(sink.GetType(), failures, error);
                }
            }
        }
    }
}
