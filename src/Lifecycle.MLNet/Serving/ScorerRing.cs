using System.Runtime.ExceptionServices;
using Lifecycle.Serving;

namespace Lifecycle.MLNet;

/// <summary>
/// Runs of any number of rows from any number of threads. A few rows are scored on the caller's thread; many in chunks over the cores,
/// with the same answer and the same error as one row after the other.
/// </summary>
internal sealed class ScorerRing : IDisposable
{
    /// <summary>Rows that one scorer takes without looking at the token.</summary>
    public const int ChunkRows = 64;

    private readonly RowMapping _mapping;
    private readonly CoreRing<RowScorer> _scorers;

    public ScorerRing(RowMapping mapping)
    {
        _mapping = mapping;
        _scorers = new CoreRing<RowScorer>(() => new RowScorer(mapping));
        _scorers.Fill();
    }

    /// <summary>Scores all rows of the inputs.</summary>
    public void Run(TensorSet inputs, TensorSet outputs, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        int rows = inputs.Count == 0 ? 1 : (int)inputs[0].Value.Shape[0];
        if (rows == 0)
        {
            foreach (TensorSpec output in _mapping.Signature.Outputs)
            {
                outputs.Prepare(output.Name, output.Type, [0, Math.Max(0, output.Shape[1])]);
            }

            return;
        }

        RowScorer scorer = _scorers.Rent();
        try
        {
            scorer.Begin(inputs, outputs, rows);
            if (rows <= ChunkRows)
            {
                scorer.Score(1, rows);
            }

            scorer.End();
        }
        catch
        {
            // It may have stopped anywhere; the next caller gets a new one.
            _scorers.Discard(scorer);
            throw;
        }

        _scorers.Return(scorer);
        if (rows > ChunkRows)
        {
            OverCores(inputs, outputs, rows, cancellationToken);
        }
    }

    public void Dispose() => _scorers.Dispose();

    private void OverCores(TensorSet inputs, TensorSet outputs, int rows, CancellationToken cancellationToken)
    {
        // The first row is there already.
        int chunks = (rows - 2 + ChunkRows) / ChunkRows;
        Lock gate = new();
        int failed = chunks;
        ExceptionDispatchInfo? failure = null;
        ParallelOptions options = new() { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.For(0, chunks, options, (chunk, state) =>
        {
            try
            {
                int from = 1 + (chunk * ChunkRows);
                Chunk(inputs, outputs, from, Math.Min(rows, from + ChunkRows));
            }
            catch (Exception error)
            {
                lock (gate)
                {
                    if (chunk < failed)
                    {
                        (failed, failure) = (chunk, ExceptionDispatchInfo.Capture(error));
                    }
                }

                // Chunks before this one are scored still, so that the error is that of the first row that fails, however the threads run.
                state.Break();
            }
        });
        failure?.Throw();
    }

    private void Chunk(TensorSet inputs, TensorSet outputs, int from, int end)
    {
        RowScorer scorer = _scorers.Rent();
        try
        {
            scorer.Join(inputs, outputs);
            scorer.Score(from, end);
            scorer.End();
        }
        catch
        {
            _scorers.Discard(scorer);
            throw;
        }

        _scorers.Return(scorer);
    }
}
