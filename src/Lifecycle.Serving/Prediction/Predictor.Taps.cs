namespace Lifecycle.Serving;

/// <content>Who is told of a call: sinks, log, shadow.</content>
public sealed partial class Predictor<TIn, TOut>
{
    /// <summary>Tells the sinks of a call in tensors.</summary>
    internal void Tell(TypedModel<TIn, TOut> typed, in InferenceStamp stamp, TensorSet inputs, TensorSet outputs, int rows)
    {
        if (_sinks.Length == 0 || typed.Tensors is not { WhyInputsAreNotRead: null } tensors)
        {
            return;
        }

        for (int row = 0; row < rows; row++)
        {
            TellSinks(stamp, tensors.ReadInput(inputs, row), tensors.ReadOutput(outputs, row));
        }
    }

    /// <summary>Tells the sinks of a stored outcome.</summary>
    internal void TellFeedback(string model, Guid requestId, string outcome)
    {
        foreach (IInferenceSink<TIn, TOut> sink in _sinks)
        {
            try
            {
                sink.Feedback(model, requestId, outcome);
            }
            catch (Exception error)
            {
                SinkFailed(sink, error);
            }
        }
    }

    private void Tell(TypedModel<TIn, TOut> typed, in InferenceStamp stamp, TIn input, TOut output)
    {
        TellSinks(stamp, input, output);
        if (_model.Wants(stamp) && typed.Tensors is { WhyInputsAreNotWritten: null } tensors)
        {
            TensorPair pair = _pairs.Rent();
            try
            {
                tensors.WriteInput(pair.Inputs, 1, 0, input);
                pair.Outputs.Clear();
                if (tensors.WhyOutputsAreNotWritten is null)
                {
                    tensors.WriteOutput(pair.Outputs, 1, 0, output);
                }

                _model.Copy(stamp, pair.Inputs, pair.Outputs, arePart: true, canBeRun: tensors.InputsAreWhole && pair.Outputs.Count > 0);
            }
            catch (Exception error)
            {
                // The caller has an answer: that a row does not fit into tensors is no failure of the call.
                _model.NotTold(error);
            }
            finally
            {
                _pairs.Return(pair);
            }
        }
    }

    private void LogFailure(TypedModel<TIn, TOut> typed, in InferenceStamp stamp, TIn input, Exception error)
    {
        if (_model.WantsRecord(stamp.RequestId) && typed.Tensors is { WhyInputsAreNotWritten: null } tensors)
        {
            TensorPair pair = _pairs.Rent();
            try
            {
                tensors.WriteInput(pair.Inputs, 1, 0, input);
                _model.CopyFailure(stamp, pair.Inputs, error);
            }
            catch (Exception untold)
            {
                _model.NotTold(untold);
            }
            finally
            {
                _pairs.Return(pair);
            }
        }
    }

    private void TellSinks(in InferenceStamp stamp, TIn input, TOut output)
    {
        foreach (IInferenceSink<TIn, TOut> sink in _sinks)
        {
            try
            {
                sink.Record(in stamp, input, output);
            }
            catch (Exception error)
            {
                SinkFailed(sink, error);
            }
        }
    }

    private void SinkFailed(IInferenceSink<TIn, TOut> sink, Exception error)
    {
        long failures = Interlocked.Increment(ref _sinkFailures);
        ServingMeter.RecordDropped(_model.Name, "sink_failed");
        if (long.IsPow2(failures))
        {
            _model.SinkFailed(sink.GetType(), failures, error);
        }
    }
}
