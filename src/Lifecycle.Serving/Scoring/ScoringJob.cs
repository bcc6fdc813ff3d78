using System.Buffers;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Lifecycle.Serving;

/// <summary>
/// Scores many rows on one leased version: chunks side by side, answers in the order of the rows, at most twice as many chunks in memory as are scored at once.
/// </summary>
internal sealed class ScoringJob<
    [DynamicallyAccessedMembers(ModelTypes.Members)] TIn,
    [DynamicallyAccessedMembers(ModelTypes.Members)] TOut>(ServedModel model, TypedModel<TIn, TOut> typed, VersionLease lease, ScoringOptions options, int degree)
{
    /// <summary>Rows of a chunk.</summary>
    public const int ChunkRows = 256;

    private readonly ServedVersion _version = lease.Version;
    private int _living;

    /// <summary>Chunks in memory now; for tests.</summary>
    internal int Living => Volatile.Read(ref _living);

    /// <summary>Most chunks that were in memory at once; for tests.</summary>
    internal int MostLiving { get; private set; }

    public async IAsyncEnumerable<Scored<TOut>> RunAsync(
        IAsyncEnumerable<TIn> rows, Action<ScoringProgress>? progress, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        long started = time.GetTimestamp(), told = started, returned = 0, failed = 0;
        Queue<Task<Chunk>> chunks = new();
        IAsyncEnumerator<TIn> source = rows.GetAsyncEnumerator(stop.Token);
        await using (source.ConfigureAwait(false))
        {
            try
            {
                bool more = true;
                long first = 0;
                while (more || chunks.Count > 0)
                {
                    while (more && chunks.Count < 2 * degree && Running(chunks) < degree)
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        Chunk chunk = Rent(first);
                        more = await FillAsync(chunk, source).ConfigureAwait(false);
                        first += chunk.Count;
                        if (chunk.Count == 0)
                        {
                            Return(chunk);
                            break;
                        }

                        chunks.Enqueue(Task.Run(() => Score(chunk, stop.Token), stop.Token));
                    }

                    if (chunks.Count == 0)
                    {
                        break;
                    }

                    Chunk done = await chunks.Dequeue().ConfigureAwait(false);
                    for (int i = 0; i < done.Count; i++)
                    {
                        Scored<TOut> row = new(done.First + i, done.Outputs[i], done.Errors?[i]);
                        failed += row.Error is null ? 0 : 1;
                        returned++;
                        yield return row;
                    }

                    Return(done);
                    if (progress is not null && time.GetElapsedTime(told) >= options.ProgressInterval)
                    {
                        told = time.GetTimestamp();
                        Tell(progress, time.GetElapsedTime(started), returned, failed);
                    }
                }

                if (progress is not null)
                {
                    Tell(progress, time.GetElapsedTime(started), returned, failed);
                }
            }
            finally
            {
                // Nothing may run on the version after its lease is given back.
                await stop.CancelAsync().ConfigureAwait(false);
                await ((Task)Task.WhenAll(chunks)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private static int Running(Queue<Task<Chunk>> chunks) => chunks.Count(c => !c.IsCompleted);

    private void Tell(Action<ScoringProgress> progress, TimeSpan elapsed, long returned, long failed) => progress(
        new ScoringProgress(returned, failed, elapsed > TimeSpan.Zero ? returned / elapsed.TotalSeconds : 0, elapsed, options.Total));

    private static async ValueTask<bool> FillAsync(Chunk chunk, IAsyncEnumerator<TIn> source)
    {
        while (chunk.Count < ChunkRows)
        {
            if (!await source.MoveNextAsync().ConfigureAwait(false))
            {
                return false;
            }

            chunk.Inputs[chunk.Count++] = source.Current;
        }

        return true;
    }

    private Chunk Score(Chunk chunk, CancellationToken cancellationToken)
    {
        if (typed.Tensors is not null && typed.IsBatched)
        {
            if (TryScoreTogether(chunk, typed.Tensors, cancellationToken))
            {
                return chunk;
            }
        }

        for (int i = 0; i < chunk.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Score(chunk, i);
        }

        return chunk;
    }

    /// <summary>One run over all rows; false when it threw, so that rows are tried one by one and each gets its own error.</summary>
    private bool TryScoreTogether(Chunk chunk, TensorBinding<TIn, TOut> tensors, CancellationToken cancellationToken)
    {
        using TensorPair pair = new();
        long started = Stopwatch.GetTimestamp();
        try
        {
            tensors.WriteInputs(pair.Inputs, chunk.Inputs.AsSpan(0, chunk.Count));
            long written = Stopwatch.GetTimestamp();
            _version.Model.Run(pair.Inputs, pair.Outputs, cancellationToken);
            long ran = Stopwatch.GetTimestamp();
            for (int i = 0; i < chunk.Count; i++)
            {
                chunk.Outputs[i] = tensors.ReadOutput(pair.Outputs, i);
            }

            long read = Stopwatch.GetTimestamp();
            RunTimes times = new(read - started, 0, written - started, ran - written, read - ran);
            _version.Counters.Success(chunk.Count, times, read);
            _version.Counters.Execution(chunk.Count, times.Input, times.Infer, times.Output);
            return true;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return false;
        }
    }

    private void Score(Chunk chunk, int row)
    {
        long started = Stopwatch.GetTimestamp();
        try
        {
            typed.Function.Predict(chunk.Inputs[row], ref chunk.Outputs[row]);
            long ended = Stopwatch.GetTimestamp();
            _version.Counters.Single(ended - started, ended);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            _version.Counters.Failure(Stopwatch.GetTimestamp() - started);
            Exception told = ServedModel.IsOfTheModel(error) ? new PredictionFailedException(model.Name, _version.Version, error) : error;
            if (options.OnError == ScoringErrors.Throw)
            {
                throw told;
            }

            (chunk.Errors ??= new Exception?[ChunkRows])[row] = told;
        }
    }

    private Chunk Rent(long first)
    {
        MostLiving = Math.Max(MostLiving, Interlocked.Increment(ref _living));
        return new Chunk(first);
    }

    private void Return(Chunk chunk)
    {
        Interlocked.Decrement(ref _living);
        chunk.Return();
    }

    internal sealed class Chunk(long first)
    {
        public long First => first;

        public int Count { get; set; }

        public TIn[] Inputs { get; } = ArrayPool<TIn>.Shared.Rent(ChunkRows);

        // Handed to the caller row by row: never used again.
        public TOut[] Outputs { get; } = new TOut[ChunkRows];

        public Exception?[]? Errors { get; set; }

        public void Return() => ArrayPool<TIn>.Shared.Return(Inputs, RuntimeHelpers.IsReferenceOrContainsReferences<TIn>());
    }
}
