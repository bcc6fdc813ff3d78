using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Lifecycle.Serving;

/// <summary>
/// Scores many rows on one leased version: chunks side by side, answers in the order of the rows, at most twice as many chunks in memory as are scored at once.
/// </summary>
internal sealed class ScoringJob<
    [DynamicallyAccessedMembers(ModelTypes.Members)] TIn,
    [DynamicallyAccessedMembers(ModelTypes.Members)] TOut>(ServedModel model, ScoringOptions options, Action<ScoringProgress>? progress, TimeProvider time)
{
    /// <summary>Rows of a chunk.</summary>
    public const int ChunkRows = 256;

    private readonly int _degree = Math.Clamp(options.MaxDegree, 1, Math.Max(1, model.MaxConcurrency / 2));
    private int _living;

    /// <summary>Chunks in memory now; for tests.</summary>
    internal int Living => Volatile.Read(ref _living);

    /// <summary>Most chunks that were in memory at once; for tests.</summary>
    internal int MostLiving { get; private set; }

    /// <summary>Scores the rows of a source, which is made when the first answer is asked for.</summary>
    public async IAsyncEnumerable<Scored<TOut>> RunAsync(
        Func<CancellationToken, RowSource<TIn>> rows, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        VersionLease lease = model.AcquireNamed(options.Version);
        ServedVersion version = lease.Version;
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Queue<Chunk> chunks = new();

        // Whoever asks for the rows scores some of them instead of sleeping, unless his thread has others to serve, as that of a window.
        bool helps = SynchronizationContext.Current is null;
        ScoringPump<Chunk> pump = new(helps ? _degree - 1 : _degree, chunk => Score(version, chunk, stop.Token));
        RowSource<TIn>? source = null;
        try
        {
            source = rows(stop.Token);
            long started = time.GetTimestamp(), told = started, returned = 0, failed = 0, first = 0;
            bool more = true;
            while (more || chunks.Count > 0)
            {
                while (more && chunks.Count < 2 * _degree)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    Chunk chunk = Rent(first);
                    chunk.Count = await source.ReadAsync(chunk.Inputs, ChunkRows).ConfigureAwait(false);
                    more = chunk.Count == ChunkRows;
                    first += chunk.Count;
                    if (chunk.Count == 0)
                    {
                        Return(chunk);
                        break;
                    }

                    chunks.Enqueue(chunk);
                    pump.Add(chunk);
                }

                if (chunks.Count == 0)
                {
                    break;
                }

                Chunk done = chunks.Peek();
                while (helps && !done.Scored.IsCompleted && pump.TryRun())
                {
                }

                await done.Scored.ConfigureAwait(false);
                chunks.Dequeue();
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
                    Tell(time.GetElapsedTime(started), returned, failed);
                }
            }

            Tell(time.GetElapsedTime(started), returned, failed);
        }
        finally
        {
            // Nothing may run on the version after its lease is given back.
            await stop.CancelAsync().ConfigureAwait(false);
            while (pump.TryRun())
            {
            }

            await Task.WhenAll(chunks.Select(c => c.Scored)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                if (source is not null)
                {
                    await source.DisposeAsync().ConfigureAwait(false);
                }
            }
            finally
            {
                lease.Release();
            }
        }
    }

    private void Tell(TimeSpan elapsed, long returned, long failed) => progress?.Invoke(
        new ScoringProgress(returned, failed, elapsed > TimeSpan.Zero ? returned / elapsed.TotalSeconds : 0, elapsed, options.Total));

    private void Score(ServedVersion version, Chunk chunk, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        TypedModel<TIn, TOut> typed = Unsafe.As<TypedModel<TIn, TOut>>(version.Typed!);
        if (!typed.IsBatched || typed.Tensors is null || !TryTogether(version, typed.Tensors, chunk, cancellationToken))
        {
            OneByOne(version, typed.Function, chunk, cancellationToken);
        }
    }

    /// <summary>One run over all rows; false when it threw, so that rows are tried one by one and each gets its own error.</summary>
    private bool TryTogether(ServedVersion version, TensorBinding<TIn, TOut> tensors, Chunk chunk, CancellationToken cancellationToken)
    {
        using TensorPair pair = new();
        long started = time.GetTimestamp();
        try
        {
            tensors.WriteInputs(pair.Inputs, chunk.Inputs.AsSpan(0, chunk.Count));
            long written = time.GetTimestamp();
            version.Model.Run(pair.Inputs, pair.Outputs, cancellationToken);
            ChunkedRun.RequireRows(pair.Outputs, chunk.Count);
            long ran = time.GetTimestamp();
            for (int i = 0; i < chunk.Count; i++)
            {
                chunk.Outputs[i] = tensors.ReadOutput(pair.Outputs, i);
            }

            long read = time.GetTimestamp();
            RunTimes times = new(read - started, 0, written - started, ran - written, read - ran);
            version.Counters.Success(chunk.Count, times, read);
            version.Counters.Execution(chunk.Count, times.Input, times.Infer, times.Output);
            return true;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Row after row, on as few rents of what the model keeps for a thread as there are rows that fail.</summary>
    private void OneByOne(ServedVersion version, ModelFunction<TIn, TOut> function, Chunk chunk, CancellationToken cancellationToken)
    {
        int next = 0;
        while (next < chunk.Count)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int done = 0;
            long started = time.GetTimestamp();
            try
            {
                function.Predict(chunk.Inputs.AsSpan(next, chunk.Count - next), chunk.Outputs.AsSpan(next, chunk.Count - next), ref done);
                long ended = time.GetTimestamp();
                version.Counters.Singles(done, ended - started, ended);
                return;
            }
            catch (Exception error) when (!cancellationToken.IsCancellationRequested)
            {
                long ended = time.GetTimestamp(), share = (ended - started) / (done + 1);
                version.Counters.Singles(done, ended - started - share, ended);
                version.Counters.Failure(share);
                Exception told = ServedModel.IsOfTheModel(error, cancellationToken) ? new PredictionFailedException(model.Name, version.Version, error) : error;
                if (options.OnError == ScoringErrors.Throw)
                {
                    throw told;
                }

                (chunk.Errors ??= new Exception?[ChunkRows])[next + done] = told;
                next += done + 1;
            }
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

    internal sealed class Chunk(long first) : ScoringWork
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
