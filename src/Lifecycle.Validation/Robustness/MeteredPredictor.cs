namespace Lifecycle.Validation;

/// <summary>Calls the model in batches of at most 8,192 rows, one after the other, and takes nothing but finite scores for an answer.</summary>
internal sealed class MeteredPredictor(BatchPredictor predict, TimeProvider time, TimeSpan timeout)
{
    public const int MostRows = 8_192;

    public async ValueTask<double[]> ScoreAsync(ColumnBatch rows, CancellationToken cancellationToken)
    {
        double[] scores = new double[rows.RowCount];
        long started = time.GetTimestamp();
        for (int from = 0; from < scores.Length; from += MostRows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = Math.Min(MostRows, scores.Length - from);
            ColumnBatch batch = count == scores.Length ? rows : rows.Rows([.. Enumerable.Range(from, count)]);

            // NaN marks what the model has not answered; the batch gets a buffer of its own, for a model that goes on after its time.
            double[] answer = new double[count];
            Array.Fill(answer, double.NaN);
            await CallAsync(batch, answer, timeout - time.GetElapsedTime(started), cancellationToken).ConfigureAwait(false);
            Check(answer, from);
            answer.CopyTo(scores, from);
        }

        return scores;
    }

    private async ValueTask CallAsync(ColumnBatch batch, double[] answer, TimeSpan left, CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        using CancellationTokenSource linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            await Task.Run(() => predict(batch, answer, linked.Token).AsTask(), cancellationToken)
                .WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException) when (left <= TimeSpan.Zero || time.GetElapsedTime(started) >= left)
        {
            throw new PredictorException(FormattableString.Invariant($"The model did not answer {batch.RowCount:N0} rows within the {timeout.TotalSeconds:N0} seconds a requirement may wait (ValidationOptions.RequirementTimeout)."));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception error)
        {
            throw new PredictorException(FormattableString.Invariant($"The model failed on a batch of {batch.RowCount:N0} rows: {error.GetType().Name}: {error.Message}"), error);
        }
        finally
        {
            await linked.CancelAsync().ConfigureAwait(false);
            ValidationTelemetry.PredictionDuration.Record(time.GetElapsedTime(started).TotalSeconds);
        }
    }

    private static void Check(double[] answer, int from)
    {
        int first = Array.FindIndex(answer, s => !double.IsFinite(s));
        if (first >= 0)
        {
            int odd = answer.Count(s => !double.IsFinite(s));
            throw new PredictorException(FormattableString.Invariant(
                $"The model left {odd:N0} of {answer.Length:N0} scores unanswered or not finite, the first is row {from + first}. It must fill scores[i] for every row i."));
        }
    }
}

/// <summary>The model that was tried threw, hung or answered wrongly.</summary>
public sealed class PredictorException : LifecycleException
{
    /// <summary>Makes the error.</summary>
    public PredictorException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
