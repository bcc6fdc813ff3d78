namespace Lifecycle.Validation;

/// <summary>
/// Calls the model in batches of at most 8,192 rows, one after the other unless more are allowed at once, counts and times the calls, and
/// takes nothing but finite scores for an answer. One belongs to one requirement: its calls together may take the timeout.
/// </summary>
internal sealed class MeteredPredictor(BatchPredictor predict, TimeProvider time, TimeSpan timeout, int concurrency = 1)
{
    public const int MostRows = 8_192;

    private long _calls, _rows;
    private TimeSpan _waited;

    public long Calls => _calls;

    public long Rows => _rows;

    /// <summary>How long the model was waited for.</summary>
    public TimeSpan Waited => _waited;

    /// <summary>Scores of the rows, in their order.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <param name="numbers">What each row is called in messages; its position when null.</param>
    /// <param name="batchRows">Rows of a call.</param>
    /// <exception cref="PredictorException">The model threw, hung or answered wrongly; the message gives the first row.</exception>
    public async ValueTask<double[]> ScoreAsync(ColumnBatch rows, CancellationToken cancellationToken, int[]? numbers = null,
        int batchRows = MostRows)
    {
        double[] scores = new double[rows.RowCount];
        long started = time.GetTimestamp();
        try
        {
            int batches = (scores.Length + batchRows - 1) / batchRows;
            for (int from = 0; from < batches; from += concurrency)
            {
                cancellationToken.ThrowIfCancellationRequested();
                TimeSpan left = timeout - _waited - time.GetElapsedTime(started);
                int count = Math.Min(concurrency, batches - from);
                Task[] calls = new Task[count];
                for (int i = 0; i < count; i++)
                {
                    calls[i] = ScoreBatchAsync(rows, (from + i) * batchRows, batchRows, scores, left, numbers, cancellationToken);
                }

                await FirstErrorAsync(calls).ConfigureAwait(false);
            }
        }
        finally
        {
            _waited += time.GetElapsedTime(started);
        }

        return scores;
    }

    /// <summary>
    /// Waits for all; of several errors the one of the earliest rows is thrown, so that the answer does not depend on who was first.
    /// </summary>
    private static async Task FirstErrorAsync(Task[] calls)
    {
        foreach (Task call in calls)
        {
            await call.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        foreach (Task call in calls)
        {
            await call.ConfigureAwait(false);
        }
    }

    private async Task ScoreBatchAsync(ColumnBatch rows, int from, int batchRows, double[] scores, TimeSpan left, int[]? numbers,
        CancellationToken cancellationToken)
    {
        int count = Math.Min(batchRows, scores.Length - from);
        ColumnBatch batch = RowBlock.Of(rows, from, count);

        // NaN marks what the model has not answered; the batch gets a buffer of its own, for a model that goes on after its time.
        double[] answer = new double[count];
        Array.Fill(answer, double.NaN);
        int Number(int at) => numbers is null ? from + at : numbers[from + at];
        await CallAsync(batch, answer, left, Number(0), Number(count - 1), cancellationToken).ConfigureAwait(false);
        int first = Array.FindIndex(answer, s => !double.IsFinite(s));
        if (first >= 0)
        {
            int odd = answer.Count(s => !double.IsFinite(s));
            throw new PredictorException(FormattableString.Invariant(
                $"The model left {odd:N0} of {answer.Length:N0} scores unanswered or not finite, the first is row {Number(first)}. It must fill scores[i] for every row i."));
        }

        answer.CopyTo(scores, from);
    }

    private async ValueTask CallAsync(ColumnBatch batch, double[] answer, TimeSpan left, int firstRow, int lastRow,
        CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        Interlocked.Increment(ref _calls);
        Interlocked.Add(ref _rows, batch.RowCount);
        using CancellationTokenSource linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task call = Task.Run(() => predict(batch, answer, linked.Token).AsTask(), cancellationToken);
        try
        {
            await call.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!call.IsCompleted)
        {
            throw new PredictorException(FormattableString.Invariant(
                $"The model did not answer {batch.RowCount:N0} rows, the first is row {firstRow}, within the {timeout.TotalSeconds:0.###} seconds a requirement may wait (ValidationOptions.RequirementTimeout)."));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception error)
        {
            throw new PredictorException(FormattableString.Invariant(
                $"The model failed on a batch of {batch.RowCount:N0} rows, row {firstRow} to row {lastRow}: {error.GetType().Name}: {error.Message}"), error);
        }
        finally
        {
            await linked.CancelAsync().ConfigureAwait(false);
            ValidationTelemetry.PredictionDuration.Record(time.GetElapsedTime(started).TotalSeconds);
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
