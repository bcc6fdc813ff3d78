namespace Lifecycle.Serving;

/// <summary>
/// Runs one batch at a time on a pool thread, from buffers of its own: the callers' tensors are read before the run and written after it,
/// so that a caller who gives up during the run takes nothing away from it.
/// </summary>
internal sealed class BatchWorker : IThreadPoolWorkItem, IDisposable
{
    // Buffers above this size are not kept from batch to batch.
    private const long MaximumKept = 1 << 20;

    private readonly VersionRunner _runner;
    private readonly TensorSet[] _sets;
    private readonly long[] _rows;
    private TensorSet _inputs = new();
    private TensorSet _outputs = new();
    private TensorSet? _oneIn;
    private TensorSet? _oneOut;
    private BatchRelease _release;
    private long _taken;
    private bool _read;
    private bool _abandoned;

    public BatchWorker(VersionRunner runner, int places)
    {
        _runner = runner;
        Calls = new WaitingCall?[places];
        _sets = new TensorSet[places];
        _rows = new long[places];
    }

    /// <summary>The calls of the batch; null where one was answered or gave up.</summary>
    public WaitingCall?[] Calls { get; }

    /// <summary>Calls that came into the batch.</summary>
    public int Count { get; private set; }

    /// <summary>Their rows.</summary>
    public long Rows { get; private set; }

    /// <summary>Puts a call into the batch. Under the gate.</summary>
    public void Add(WaitingCall call)
    {
        call.Worker = this;
        call.Place = Count;
        Calls[Count] = call;
        _sets[Count] = call.Inputs!;
        _rows[Count++] = call.Rows;
        Rows += call.Rows;
    }

    /// <summary>The batch is complete. Under the gate.</summary>
    public void Begin(BatchRelease release, long now)
    {
        _release = release;
        _taken = now;
        _read = false;
        _abandoned = false;
    }

    /// <summary>The batch is over. Under the gate.</summary>
    public void Clear()
    {
        Array.Clear(Calls, 0, Count);
        Array.Clear(_sets, 0, Count);
        Count = 0;
        Rows = 0;
    }

    /// <summary>Whether the callers' inputs are not needed any more. Under the gate.</summary>
    /// <param name="noteAbandoned">If they are still needed, whoever gave up is to be told by the worker.</param>
    public bool InputsAreRead(bool noteAbandoned)
    {
        if (noteAbandoned)
        {
            Volatile.Write(ref _abandoned, true);
            Interlocked.MemoryBarrier();
        }

        return Volatile.Read(ref _read);
    }

    public void Dispose()
    {
        _inputs.Dispose();
        _outputs.Dispose();
        _oneIn?.Dispose();
        _oneOut?.Dispose();
    }

    void IThreadPoolWorkItem.Execute()
    {
        if (!_runner.Take(this, _runner.Time.GetTimestamp()))
        {
            return;
        }

        int runs = 1;
        try
        {
            runs = Serve();
        }
        catch (Exception error)
        {
            // The copying failed, not the model; whoever has no answer yet gets the error.
            InputsRead();
            for (int i = 0; i < Count; i++)
            {
                Fail(i, error);
            }
        }

        long now = _runner.Time.GetTimestamp();
        _inputs = Kept(_inputs) ?? new TensorSet();
        _outputs = Kept(_outputs) ?? new TensorSet();
        _oneIn = Kept(_oneIn);
        _oneOut = Kept(_oneOut);
        _runner.Finish(this, (now - _taken) / Math.Max(runs, 1), now);
    }

    private int Serve()
    {
        for (int i = 0; ServingMeter.MeasuresQueue && i < Count; i++)
        {
            ServingMeter.Queued(_runner.Time.GetElapsedTime(Calls[i]?.Queued ?? _taken, _taken), _runner.Name);
        }

        // Another model's names cannot come, but a caller who gave an input too many must not leave it to the next.
        if (_inputs.Count > _sets[0].Count)
        {
            _inputs.Dispose();
            _inputs = new TensorSet();
        }

        try
        {
            TensorRows.Concat(_sets.AsSpan(0, Count), _inputs);
        }
        catch (Exception) when (Count > 1)
        {
            // One of them brought tensors that cannot be read; the others must not suffer for it.
            return Isolate(fromCallers: true);
        }

        // Nobody is told to have given up before the inputs are read, so the first call is still there.
        CancellationToken token = Count == 1 ? Calls[0]!.Token : default;
        CallTimes times = new(Calls[0]!.Started, Calls[0]!.Timeout, Calls[0]!.Deadline);
        long copied = _runner.Time.GetTimestamp();
        InputsRead();
        int runs = 0;
        bool chunked = _runner.Batches && Rows > _runner.MaxRows;
        try
        {
            if (chunked)
            {
                ChunkedRun.Run(_runner, _inputs, _outputs, (int)Rows, this, times, ref runs, token);
            }
            else
            {
                _runner.Model.Run(_inputs, _outputs, token);
                if (Count > 1)
                {
                    ChunkedRun.RequireRows(_outputs, Rows);
                }
            }
        }
        catch (Exception error)
        {
            if (Count == 1)
            {
                Fail(0, error);
                return runs;
            }

            ServingMeter.Isolated(_runner.Name);
            return 1 + Isolate(fromCallers: false);
        }

        Answer(copied, _runner.Time.GetTimestamp(), counted: chunked);
        return runs;
    }

    private void Answer(long copied, long ran, bool counted)
    {
        _runner.Claim(this);
        int first = 0;
        for (int i = 0; i < Count; i++)
        {
            if (Calls[i] is { } call)
            {
                try
                {
                    if (Count == 1)
                    {
                        TensorRows.Concat([_outputs], call.Outputs!);
                    }
                    else
                    {
                        TensorRows.Split(_outputs, first, (int)_rows[i], call.Outputs!);
                    }
                }
                catch (Exception error)
                {
                    Fail(i, error);
                }
            }

            first += (int)_rows[i];
        }

        long ended = _runner.Time.GetTimestamp();
        long total = 0, queue = 0, rows = 0;
        int answered = 0;
        for (int i = 0; i < Count; i++)
        {
            if (Calls[i] is { } call)
            {
                answered++;
                rows += call.Rows;
                total += ended - call.Started;
                queue += _taken - call.Queued;
            }
        }

        if (!counted)
        {
            CountRun(Rows, _release, copied - _taken, ran - copied, ended - ran);
        }

        _runner.Counters.Successes(
            answered, rows, new RunTimes(total, queue, answered * (copied - _taken), answered * (ran - copied), answered * (ended - ran)), ended);
        for (int i = 0; i < Count; i++)
        {
            if (Calls[i] is { } call)
            {
                Calls[i] = null;
                call.Succeed();
            }
        }
    }

    // Each call alone, once: who failed gets the error and the others their rows.
    private int Isolate(bool fromCallers)
    {
        if (fromCallers)
        {
            InputsRead();
            _runner.Claim(this);
        }

        int first = 0;
        int runs = 0;
        for (int i = 0; i < Count; i++)
        {
            if (Volatile.Read(ref Calls[i]) is not null)
            {
                runs++;
                RunAlone(i, first, fromCallers);
            }

            first += (int)_rows[i];
        }

        return runs;
    }

    private void RunAlone(int place, int firstRow, bool fromCaller)
    {
        TensorSet inputs = _oneIn ??= new TensorSet();
        TensorSet outputs = _oneOut ??= new TensorSet();
        try
        {
            long began = _runner.Time.GetTimestamp();
            if (fromCaller)
            {
                TensorRows.Concat([_sets[place]], inputs);
            }
            else
            {
                TensorRows.Split(_inputs, firstRow, (int)_rows[place], inputs);
            }

            long copied = _runner.Time.GetTimestamp();
            _runner.Model.Run(inputs, outputs, CancellationToken.None);
            long ran = _runner.Time.GetTimestamp();
            WaitingCall? call = _runner.Claim(this, place);
            if (call is not null)
            {
                TensorRows.Concat([outputs], call.Outputs!);
            }

            long ended = _runner.Time.GetTimestamp();
            CountRun(_rows[place], _release, copied - began, ran - copied, ended - ran);
            if (call is not null)
            {
                RunTimes times = new(ended - call.Started, began - call.Queued, copied - began, ran - copied, ended - ran);
                _runner.Counters.Success(call.Rows, times, ended);
                Calls[place] = null;
                call.Succeed();
            }
        }
        catch (Exception error)
        {
            Fail(place, error);
        }
    }

    private void CountRun(long rows, BatchRelease release, long input, long infer, long output)
    {
        _runner.Counters.Execution((int)rows, input, infer, output);
        if (_runner.Batches)
        {
            ServingMeter.Batched(_runner.Name, rows, release);
        }
    }

    private void Fail(int place, Exception error)
    {
        if (_runner.Claim(this, place) is { } call)
        {
            _runner.Counters.Failure(_runner.Time.GetTimestamp() - call.Started);
            Calls[place] = null;
            call.Fail(error);
        }
    }

    private void InputsRead()
    {
        Volatile.Write(ref _read, true);
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _abandoned))
        {
            _runner.TellAbandoned(this);
        }
    }

    private static TensorSet? Kept(TensorSet? set)
    {
        if (set is null || set.KeptBytes <= MaximumKept)
        {
            return set;
        }

        set.Dispose();
        return null;
    }
}
