using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Lifecycle.Tracking;

/// <summary>
/// Moves what the journals of this process hold into the database: one task, woken every <see cref="JournalOptions.DrainInterval"/>, by many new records,
/// or by a flush. When the database cannot be written, it tries again after 50 ms, doubling to 5 s, for ever; logging goes on meanwhile.
/// </summary>
internal sealed class JournalDrain(BatchWriter writer, TrackingStore store, JournalOptions options, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, RunJournal> _journals = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _signal = new(0);
    private readonly CancellationTokenSource _stop = new();
    private List<TaskCompletionSource> _waiters = [];
    private Task? _loop;
    private long _lastFlush = Stopwatch.GetTimestamp();
    private long _lastBeat = Stopwatch.GetTimestamp();
    private TimeSpan _pause;
    private bool _closed;

    public void Add(RunJournal journal)
    {
        lock (_gate)
        {
            _journals[journal.RunId] = journal;
            _loop ??= Task.Run(LoopAsync, CancellationToken.None);
        }

        Wake();
    }

    public void Wake()
    {
        if (_signal.CurrentCount == 0)
        {
            _signal.Release();
        }
    }

    /// <summary>Waits until everything that was logged before the call is in the database.</summary>
    /// <exception cref="LifecycleStorageException">It could not be written now. It stays in the journal and is tried again.</exception>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (_journals.IsEmpty)
        {
            return;
        }

        TaskCompletionSource waiter = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_closed)
            {
                throw Closed();
            }

            _waiters.Add(waiter);
        }

        Wake();
        await waiter.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>As <see cref="FlushAsync"/>, but gives up quietly after a time or when the database cannot be written.</summary>
    /// <returns>What went wrong; null when all is in the database.</returns>
    public async ValueTask<Exception?> TryFlushAsync(TimeSpan within, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(within);
        try
        {
            await FlushAsync(timeout.Token).ConfigureAwait(false);
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new TimeoutException($"The database was not written within {within}.");
        }
        catch (LifecycleStorageException e)
        {
            return e;
        }
    }

    /// <summary>Stops. What is not in the database stays in the journals for whoever opens the store next.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        Wake();
        if (_loop is { } loop)
        {
            await loop.ConfigureAwait(false);
        }

        foreach (RunJournal journal in _journals.Values)
        {
            journal.Abandon();
        }

        _journals.Clear();
        _stop.Dispose();
    }

    private async Task LoopAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            TimeSpan wait = _journals.IsEmpty ? Timeout.InfiniteTimeSpan : _pause > options.DrainInterval ? _pause : options.DrainInterval;
            await _signal.WaitAsync(wait, CancellationToken.None).ConfigureAwait(false);
            List<TaskCompletionSource> waiters;
            lock (_gate)
            {
                waiters = _waiters;
                _waiters = [];
            }

            Exception? failure = await PassAsync().ConfigureAwait(false);
            _pause = failure is null ? TimeSpan.Zero : _pause == TimeSpan.Zero ? FirstPause : _pause + _pause < LongestPause ? _pause + _pause : LongestPause;
            foreach (TaskCompletionSource waiter in waiters)
            {
                if (failure is null)
                {
                    waiter.SetResult();
                }
                else
                {
                    waiter.SetException(failure as LifecycleStorageException ?? new LifecycleStorageException(
                        "database", "drain", "journal", $"What was logged could not be written to the database: {failure.Message} It stays in the journal and is tried again.",
                        isTransient: true, failure));
                }
            }
        }

        lock (_gate)
        {
            _closed = true;
            _waiters.ForEach(w => w.SetException(Closed()));
            _waiters = [];
        }
    }

    private static LifecycleStorageException Closed() => new("database", "drain", "journal", "The store was closed; the journal keeps what was logged.");

    private async ValueTask<Exception?> PassAsync()
    {
        bool flush = Stopwatch.GetElapsedTime(_lastFlush) >= options.FlushInterval;
        Exception? failure = null;
        foreach (RunJournal journal in _journals.Values)
        {
            try
            {
                await DrainAsync(journal, flush).ConfigureAwait(false);
                if (journal.IsDegraded)
                {
                    failure ??= new IOException($"the journal of run {journal.RunId} cannot grow: {journal.DegradedBy}");
                }
            }
            catch (Exception e) when (!_stop.IsCancellationRequested)
            {
                // Whatever it is, the journal keeps the records and the next pass tries again; logging must not suffer.
                failure = e;
                if (_pause == TimeSpan.Zero)
                {
                    TrackingLog.DrainFailed(logger, journal.RunId, e);
                }
            }
            catch (Exception e)
            {
                // the store is closing; what could not be written stays in the journal
                return e;
            }
        }

        if (flush)
        {
            _lastFlush = Stopwatch.GetTimestamp();
        }

        return failure ?? await BeatAsync().ConfigureAwait(false);
    }

    // Says that the runs of this process live, for other machines that share the store.
    private async ValueTask<Exception?> BeatAsync()
    {
        if (Stopwatch.GetElapsedTime(_lastBeat) < RunOwner.Beat || _journals.IsEmpty)
        {
            return null;
        }

        try
        {
            await writer.BeatAsync([.. _journals.Keys], _stop.Token).ConfigureAwait(false);
            _lastBeat = Stopwatch.GetTimestamp();
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    private async ValueTask DrainAsync(RunJournal journal, bool flush)
    {
        bool wasDegraded = journal.IsDegraded;
        string? cause = journal.DegradedBy;
        long restored = journal.Maintain(flush);
        if (restored > 0 && !journal.IsDegraded)
        {
            TrackingLog.Restored(logger, journal.RunId, restored, journal.Dropped);
        }
        else if (wasDegraded && journal.MustSayDegraded())
        {
            TrackingLog.Degraded(logger, journal.RunId, cause ?? "unknown");
        }

        await store.ReadyAsync(_stop.Token).ConfigureAwait(false);
        long until = journal.Appended;
        long taken = 0;
        do
        {
            JournalBatch batch = journal.Read();
            if (batch.IsEmpty)
            {
                return;
            }

            long began = Stopwatch.GetTimestamp();
            long? points = await writer.WriteAsync(batch, _stop.Token).ConfigureAwait(false);
            TrackingTelemetry.Drained(batch.Records, points ?? 0, Stopwatch.GetElapsedTime(began));
            taken += batch.Records;
            if (journal.Committed(batch) is { } torn)
            {
                TrackingLog.JournalTorn(logger, torn, batch.Offset, 0);
            }

            if (journal.IsFinished)
            {
                _journals.TryRemove(journal.RunId, out _);
                journal.Owner.Remove();
                return;
            }
        }
        while (taken < until + JournalBatch.MaximumRecords);
    }
}
