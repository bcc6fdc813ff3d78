using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Lifecycle.Serving;

/// <summary>
/// Writes what waits in the ring of one model to a spool, on a task of its own: every 200 ms or 256 records, to the disk once a second. A spool
/// that is large or old enough goes to the <see cref="SegmentSealer"/>. What cannot be written is tried again while the ring fills.
/// </summary>
internal sealed class SegmentWriter : IDisposable
{
    private const int BatchBytes = 1 << 20;
    private const int LargestKept = 1 << 22;
    private const int LastTurns = 20;

    private static readonly TimeSpan WriteEvery = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan FlushEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WarnEvery = TimeSpan.FromMinutes(1);

    private readonly string _model;
    private readonly InferenceLogOptions _options;
    private readonly LogStorage _storage;
    private readonly SegmentSealer _sealer;
    private readonly SegmentSealer _rescue;
    private readonly WakeSignal _wake;
    private readonly RecordWriter _records = new();
    private readonly ConcurrentQueue<Awaited> _awaited = new();
    private readonly Task _loop;
    private readonly ITimer _tick;
    private ArrayBufferWriter<byte> _batch = new(BatchBytes / 16);
    private SpoolFile? _spool;
    private int _batched;
    private long _made;
    private long _flushed;
    private bool _isFailing;
    private long _failedRecords;
    private long _reportedFull;
    private long _reportedFailed;
    private long? _warned;
    private volatile bool _isStopping;

    /// <summary>Begins to write.</summary>
    /// <param name="model">Name under which it is served.</param>
    /// <param name="ring">Where its predictions wait.</param>
    /// <param name="wake">Set by the ring.</param>
    /// <param name="options">When to seal, and how much may wait on the disk.</param>
    /// <param name="storage">Where to.</param>
    /// <param name="rescue">Has the spools of dead processes.</param>
    public SegmentWriter(string model, LogRing ring, WakeSignal wake, InferenceLogOptions options, LogStorage storage, SegmentSealer rescue)
    {
        _rescue = rescue;
        _model = model;
        _options = options;
        _storage = storage;
        _wake = wake;
        _sealer = new SegmentSealer(storage);
        Ring = ring;
        _loop = Task.Run(RunAsync);
        _tick = storage.Time.CreateTimer(_ => wake.Set(), null, WriteEvery, WriteEvery);
    }

    public LogRing Ring { get; }

    /// <summary>Records that were taken in and could not be written.</summary>
    public long Failed => Volatile.Read(ref _failedRecords);

    /// <summary>Ends when what was recorded before the call is in the spool, or could not be written there.</summary>
    public Task WrittenAsync()
    {
        if (_isStopping)
        {
            return _loop;
        }

        Awaited awaited = new(Ring.Tail, new(TaskCreationOptions.RunContinuationsAsynchronously));
        _awaited.Enqueue(awaited);
        _wake.Set();
        return Task.WhenAny(awaited.Written.Task, _loop);
    }

    /// <summary>Takes no more, writes what is there and seals it. What the store does not take in time is left to the next start.</summary>
    public async Task StopAsync(TimeSpan limit)
    {
        long start = _storage.Time.GetTimestamp();
        Ring.Close();
        _isStopping = true;
        _wake.Set();
        await _tick.DisposeAsync().ConfigureAwait(false);
        try
        {
            await _loop.WaitAsync(limit, _storage.Time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // the disk does not answer
        }

        TimeSpan left = limit - _storage.Time.GetElapsedTime(start);
        if (!await _sealer.CompleteAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero).ConfigureAwait(false))
        {
            ServingLog.LeftUnsealed(_storage.Logger, _model, _storage.Folder);
        }
    }

    /// <summary>Call after <see cref="StopAsync"/>.</summary>
    public void Dispose()
    {
        _tick.Dispose();
        _sealer.Dispose();
        if (_loop.IsCompleted)
        {
            _wake.Dispose();
        }
    }

    private async Task RunAsync()
    {
        SpinWait wait = default;
        while (!_isStopping)
        {
            await _wake.WaitAsync().ConfigureAwait(false);
            if (Turn())
            {
                wait.Reset();
            }
            else
            {
                // somebody waits for a record that its caller is still copying
                wait.SpinOnce();
                _wake.Set();
            }
        }

        // what came in before the ring was closed; a caller may still be copying
        wait.Reset();
        for (int turn = 0; turn == 0 || (turn < LastTurns && Ring.Waiting > 0); turn++)
        {
            Turn();
            wait.SpinOnce();
        }

        LoseWhatIsLeft();
        try
        {
            Seal(always: true);
            Report();
        }
        catch (Exception error)
        {
            Warn(error);
        }
    }

    /// <summary>Writes what waits, and does what is due.</summary>
    /// <returns>Whether all who awaited what was recorded before the turn are told.</returns>
    private bool Turn()
    {
        int awaited = _awaited.Count;
        bool isWritten = false;
        try
        {
            long before = Ring.Taken;
            Ring.BeginDrain();
            try
            {
                isWritten = Drain(Ring.Tail);
            }
            finally
            {
                Ring.EndDrain(goesOn: isWritten && Ring.Taken > before);
            }

            if (_spool is { IsDirty: true } && (_isStopping || _storage.Time.GetElapsedTime(_flushed) >= FlushEvery))
            {
                Flush();
            }

            Seal(always: false);
            Report();
        }
        catch (Exception error)
        {
            Warn(error);
        }

        for (; awaited > 0 && _awaited.TryPeek(out Awaited first) && (!isWritten || first.Position <= Ring.Taken); awaited--)
        {
            _awaited.TryDequeue(out _);
            first.Written.TrySetResult();
        }

        return awaited == 0;
    }

    /// <summary>Writes what waits, but no more than there is now: callers who never pause must not keep the writer from the rest of its work.</summary>
    /// <param name="end">Where to stop.</param>
    /// <returns>Whether all that it took is written.</returns>
    private bool Drain(long end)
    {
        while (true)
        {
            while (_batched < LogRing.WakeAt && _batch.WrittenCount < BatchBytes && Ring.Taken < end)
            {
                ref readonly LogCell record = ref Ring.Peek();
                if (Unsafe.IsNullRef(in record))
                {
                    break;
                }

                Format(record);
                Ring.Release();
            }

            if (_batched == 0)
            {
                return true;
            }

            if (!TryWrite())
            {
                return false;
            }

            _batched = 0;
            if (_batch.Capacity > LargestKept)
            {
                _batch = new ArrayBufferWriter<byte>(BatchBytes / 16);
            }

            _batch.ResetWrittenCount();
        }
    }

    private void Format(in LogCell record)
    {
        if (record.Layout is null)
        {
            return;
        }

        try
        {
            _batch.Write(_records.Write(record));
            _batched++;
        }
        catch (Exception error)
        {
            Interlocked.Increment(ref _failedRecords);
            Warn(error);
        }
    }

    private bool TryWrite()
    {
        ReadOnlySpan<byte> lines = _batch.WrittenSpan;
        try
        {
            Seal(always: false);
            if (!Fits(lines.Length))
            {
                // what the object store has not got cannot make room
                Seal(always: true);
            }

            if (!Fits(lines.Length))
            {
                Warn(null, $"{Waiting} bytes of spools wait for the object store, and SpoolBytes is {_options.SpoolBytes}.");
                return false;
            }

            if (_spool is null)
            {
                _spool = SpoolFile.Create(_storage.Folder, LifecycleId.New(_storage.Time), _model);
                _made = _flushed = _storage.Time.GetTimestamp();
            }

            _spool.Append(lines, _batched);
            _isFailing = false;
            return true;
        }
        catch (Exception error)
        {
            Warn(error);
            return false;
        }
    }

    private bool Fits(int bytes) => Waiting + (_spool?.Length ?? 0) + bytes <= Math.Max(_options.SpoolBytes, bytes);

    private void Flush()
    {
        _flushed = _storage.Time.GetTimestamp();
        _spool?.Flush();
    }

    private void Seal(bool always)
    {
        if (_spool is not { } spool
            || !(always || spool.Length >= _options.SealBytes || _storage.Time.GetElapsedTime(_made) >= _options.SealAge))
        {
            return;
        }

        if (spool.Length > 0)
        {
            _spool = null;
            _sealer.Add(spool);
        }
        else if (always)
        {
            _spool = null;
            spool.Remove();
        }
    }

    private void LoseWhatIsLeft()
    {
        long lost = _batched;
        _batched = 0;
        for (ref readonly LogCell record = ref Ring.Peek(); !Unsafe.IsNullRef(in record); record = ref Ring.Peek())
        {
            lost += record.Layout is null ? 0 : 1;
            Ring.Release();
        }

        // and what stands behind one that its caller is still copying
        Interlocked.Add(ref _failedRecords, lost + Ring.Waiting);
    }

    private void Report()
    {
        long full = Ring.DroppedFull, failed = Ring.DroppedFailed + Failed;
        if (full + failed == _reportedFull + _reportedFailed)
        {
            return;
        }

        if (_warned is not { } last || _isStopping || _storage.Time.GetElapsedTime(last) >= WarnEvery)
        {
            _warned = _storage.Time.GetTimestamp();
            ServingLog.RecordsDropped(
                _storage.Logger, _model, full + failed - _reportedFull - _reportedFailed,
                full > _reportedFull ? "more came than could be written, and the memory for them was full" : "they could not be written");
        }

        ServingMeter.RecordsDropped(_model, "ring_full", full - _reportedFull);
        ServingMeter.RecordsDropped(_model, "write_failed", failed - _reportedFailed);
        (_reportedFull, _reportedFailed) = (full, failed);
    }

    /// <summary>Bytes of the spools of this model that the object store has not got, those of dead processes among them.</summary>
    private long Waiting => _sealer.Pending + _rescue.PendingOf(_model);

    // Once until it works again: the state lasts for many turns.
    private void Warn(Exception? error, string? reason = null)
    {
        if (!_isFailing)
        {
            _isFailing = true;
            ServingLog.SpoolFailed(_storage.Logger, error, _model, reason ?? error?.Message ?? string.Empty);
        }
    }

    /// <summary>Somebody who waits until what was recorded before a position is written.</summary>
    private readonly record struct Awaited(long Position, TaskCompletionSource Written);
}
