using System.Diagnostics.CodeAnalysis;

namespace Lifecycle.Drift;

public sealed partial class PerformanceMonitor
{
    private static readonly TimeSpan LivePeriod = TimeSpan.FromMinutes(1);

    private readonly List<PerformanceFall> _falls = [];

    /// <summary>Why the monitor holds its name no more; null while it does.</summary>
    private MonitorHeldException? _lost;

    /// <summary>Whether another process has the name, so that nothing may be written.</summary>
    private bool _isOver;
    private bool _isLostTold;
    private Action<MonitorHeldException>? _whenLost;

    private bool HasNews()
    {
        lock (_gate)
        {
            return _windows.Any(w => w is { IsUnsaved: true, Point: not null });
        }
    }

    /// <summary>Writes what was not written yet; what fails is tried again the next time. Null when all is written, else what to tell who asked for it.</summary>
    private async ValueTask<Exception?> SaveAsync(bool isLast)
    {
        if (_store is null)
        {
            return null;
        }

        // Windows first: the predictions of a window that is seen closed are then all seen.
        PerformanceWindow[] windows;
        WindowRow[] rows;
        PerformanceFall[] falls;
        int finalThrough;
        lock (_gate)
        {
            WindowOf(_join.Open.Window);
            windows = [.. _windows.Where(w => w.IsUnsaved)];
            rows = [.. windows.Select(w => new WindowRow(w.Number, w.Opened, w.Closed, w.Rows, w.IsTooSmall, w.IsFinal, w.Point, [.. w.Told]))];
            (falls, finalThrough) = ([.. _falls], _finalThrough);
            foreach (PerformanceWindow window in windows)
            {
                window.IsUnsaved = false;
            }

            _falls.Clear();
        }

        List<OpenPrediction> predictions = _join.TakeUnsaved();
        int open = _join.Open.Window;
        long now = _join.Now;
        Exception? failure = rows.Length + predictions.Count + falls.Length == 0 ? null : await TryAsync(rows.Length, predictions.Count, () => _store.SaveAsync(
            rows, predictions.Where(p => p.Window(open) > finalThrough).Select(p => PredictionRow.Of(p, open, now, _started)), falls, finalThrough)).ConfigureAwait(false);
        if (failure is null)
        {
            return null;
        }

        lock (_gate)
        {
            Array.ForEach(windows, w => w.IsUnsaved = true);
            _falls.InsertRange(0, falls);
        }

        _join.Unsaved(predictions);
        if (isLast && !_isOver)
        {
            Log.NotWritten(_logger, Name, rows.Length, predictions.Count, failure);
        }

        return failure is MonitorHeldException ? failure : NotWritten($"{rows.Length} windows and {predictions.Count} predictions and labels", failure);
    }

    private LifecycleStorageException NotWritten(string what, Exception failure)
    {
        LifecycleStorageException? store = failure as LifecycleStorageException;
        return new LifecycleStorageException(
            store?.Store ?? "database", store?.Operation ?? "save", store?.Key ?? Name,
            $"The performance monitor '{Name}' could not write {what}. Nothing is lost: all is kept in memory and written by the next saving that succeeds; ask again once the store can be written. {failure.Message}",
            store?.IsTransient ?? true, failure);
    }

    /// <summary>
    /// Makes the newer monitor of this process the holder, with all that this one has; null when that is done or was cancelled before it began. When it
    /// fails, this one goes on.
    /// </summary>
    private async ValueTask<Exception?> GiveAsync(HandOverRequest newer)
    {
        if (!newer.TryBegin())
        {
            return null;
        }

        _join.Shut();
        try
        {
            if (await SaveAsync(isLast: false).ConfigureAwait(false) is { } unsaved)
            {
                return unsaved;
            }

            if (await TryAsync(0, 0, () => _store!.GiveAsync(newer.Owner)).ConfigureAwait(false) is { } failure)
            {
                return failure is MonitorHeldException ? failure : NotWritten("that a newer one holds its name", failure);
            }

            Interlocked.CompareExchange(ref _lost, MonitorHeldException.HandedOver(Name), null);
            _isOver = true;
            newer.Waiting = _join.ReadWaiting();
            newer.Answer.TrySetResult(null);
            Log.HandedOver(_logger, Name);
            return null;
        }
        finally
        {
            if (!_isOver)
            {
                _join.Reopen();
                if (Volatile.Read(ref _disposed) != 0)
                {
                    _join.Shut();
                }
            }
        }
    }

    /// <summary>Works with the store. It never throws into the predictor: what fails waits, and the log says so once, until it works again.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Whatever the store throws.")]
    private async ValueTask<Exception?> TryAsync(int windows, int waiting, Func<ValueTask> work)
    {
        try
        {
            await work().ConfigureAwait(false);
            _saveFailed = false;
            return null;
        }
        catch (MonitorHeldException lost)
        {
            Interlocked.CompareExchange(ref _lost, lost, null);
            _isOver = true;
            Log.HoldLost(_logger, Name, windows, waiting, lost);
            return lost;
        }
        catch (Exception error)
        {
            if (!_saveFailed)
            {
                Log.SaveFailed(_logger, Name, waiting, error);
            }

            _saveFailed = true;
            return error;
        }
    }

    /// <summary>The hold is lost: nothing is recorded or written any more, and handlers are told.</summary>
    private async ValueTask GoAsync(MonitorRequest? request)
    {
        MonitorHeldException lost = Volatile.Read(ref _lost)!;
        await StopRecordingAsync().ConfigureAwait(false);
        _store!.Forget();
        request?.Answer.TrySetException(lost);
        Tell();
        TellLost();
    }

    private void TellLost()
    {
        if (Volatile.Read(ref _lost) is not { } lost)
        {
            return;
        }

        Action<MonitorHeldException>? handlers;
        lock (_gate)
        {
            (handlers, _whenLost, _isLostTold) = (_whenLost, null, true);
        }

        _handlers.Tell(handlers, lost);
    }

    [SuppressMessage("Design", "CA1031", Justification = "Disposal must end; the log says what was not done.")]
    private async ValueTask ReleaseAsync()
    {
        try
        {
            if (_store is not null && !_isOver)
            {
                await _store.ReleaseAsync().ConfigureAwait(false);
            }
        }
        catch (MonitorHeldException lost)
        {
            Interlocked.CompareExchange(ref _lost, lost, null);
            _isOver = true;
            Log.HoldLost(_logger, Name, 0, 0, lost);
        }
        catch (Exception error)
        {
            Log.NotReleased(_logger, Name, error);
        }

        TellLost();
    }

    /// <summary>
    /// Closes windows that were written open, with predictions of later ones: a process that ends while a window fills may leave them. Called under the gate.
    /// </summary>
    private void CloseForgotten(PerformanceMemory? memory)
    {
        for (int i = 0; i < _windows.Count - 1; i++)
        {
            PerformanceWindow window = _windows[i];
            if (window.Closed is null)
            {
                int rows = memory!.Predictions.Count(p => p.Window == window.Number);
                (window.Closed, window.Rows, window.IsTooSmall, window.IsUnsaved) = (_windows[i + 1].Opened, rows, rows < _options.LeastRows, true);
            }
        }
    }

    /// <summary>Goes on where the monitor was left.</summary>
    private void Remember(PerformanceMemory? memory)
    {
        lock (_gate)
        {
            foreach (WindowRow row in memory?.Windows ?? [])
            {
                PerformanceWindow window = new(row.Number, row.Opened)
                {
                    Closed = row.Closed, Rows = row.Rows, IsTooSmall = row.IsTooSmall, Point = row.Point, IsFinal = row.IsFinal, IsUnsaved = false, Known = KnownLabels.Nothing,
                };
                window.Told.UnionWith(row.Told);
                _windows.Add(window);
                _finalThrough = window.IsFinal ? row.Number : _finalThrough;
            }

            int open = _windows.Count == 0 ? 0 : _windows[^1].Closed is null ? _windows[^1].Number : _windows[^1].Number + 1;
            if (memory is not null)
            {
                open = memory.Predictions.Select(p => p.Window).Append(open).Max();
                _join.Restore(memory.Predictions.Select(p => p.ToOpen(_started)), open);
                foreach ((ulong key, bool actual) in memory.Waiting)
                {
                    _join.Label(key, actual);
                }
            }

            WindowOf(open);
            CloseForgotten(memory);
        }
    }
}
