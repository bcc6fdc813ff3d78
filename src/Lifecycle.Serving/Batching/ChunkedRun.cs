namespace Lifecycle.Serving;

/// <summary>A call with more rows than a batch may have: it runs alone, in pieces of at most a batch.</summary>
internal static class ChunkedRun
{
    /// <summary>Runs the pieces one after the other, counts each run, and puts the outputs together.</summary>
    /// <param name="runner">Whose model runs.</param>
    /// <param name="inputs">All rows.</param>
    /// <param name="outputs">Filled at the end.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="worker">Whose first call must still want the answer; null when the caller waits on this thread.</param>
    /// <param name="times">When the caller gives up; looked at before each piece.</param>
    /// <param name="runs">Is raised by one with each piece that begins.</param>
    /// <param name="cancellationToken">Looked at before each piece.</param>
    /// <exception cref="PredictionTimeoutException">The time of the call was over before the last piece.</exception>
    public static void Run(
        VersionRunner runner, TensorSet inputs, TensorSet outputs, int rows, BatchWorker? worker, in CallTimes times, ref int runs, CancellationToken cancellationToken)
    {
        TensorSet[] parts = new TensorSet[(rows + runner.MaxRows - 1) / runner.MaxRows];
        using TensorSet piece = new();
        int done = 0;
        try
        {
            for (int first = 0; first < rows; first += runner.MaxRows)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (worker is not null && Volatile.Read(ref worker.Calls[0]) is null)
                {
                    throw new OperationCanceledException("Nobody waits for the rest of these rows any more.");
                }

                int count = Math.Min(runner.MaxRows, rows - first);
                long began = runner.Time.GetTimestamp();
                if (began >= times.Deadline)
                {
                    throw new PredictionTimeoutException(runner.Name, times.Timeout);
                }

                TensorRows.Split(inputs, first, count, piece);
                long copied = runner.Time.GetTimestamp();
                TensorSet part = parts[done++] = new TensorSet();
                runs++;
                runner.Model.Run(piece, part, cancellationToken);
                long ran = runner.Time.GetTimestamp();
                RequireRows(part, count);
                runner.Counters.Execution(count, copied - began, ran - copied, 0);
                ServingMeter.Batched(runner.Name, count, BatchRelease.Full);
            }

            TensorRows.Concat(parts, outputs);
        }
        finally
        {
            foreach (TensorSet part in parts.AsSpan(0, done))
            {
                part.Dispose();
            }
        }
    }

    /// <exception cref="InvalidOperationException">An output has not one row for each that went in, so nobody can say whose they are.</exception>
    public static void RequireRows(TensorSet outputs, long rows)
    {
        for (int i = 0; i < outputs.Count; i++)
        {
            (string name, TensorValue value) = outputs[i];
            if (value.Shape.Rank == 0 || value.Shape[0] != rows)
            {
                throw new InvalidOperationException(
                    $"The output '{name}' came with the shape {value.Shape} from a run of {rows} rows; a model whose rows are batched gives one row for each.");
            }
        }
    }
}
