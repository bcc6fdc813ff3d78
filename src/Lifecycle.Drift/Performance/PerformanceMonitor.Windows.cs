using Microsoft.Extensions.Logging;

namespace Lifecycle.Drift;

public sealed partial class PerformanceMonitor
{
    private const int MostPeriods = 24;

    private static readonly TimeSpan LookPeriod = TimeSpan.FromSeconds(10);

    private long _looked;
    private int _periods;
    private int _periodWindow;
    private bool _saveFailed;

    private async Task RunAsync()
    {
        await foreach (MonitorRequest? request in _requests.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                Interlocked.Exchange(ref _workDue, 0);
                if (_isOver)
                {
                    request?.Answer.TrySetException(Volatile.Read(ref _lost)!);
                    continue;
                }

                bool saves = Interlocked.Exchange(ref _saveDue, 0) == 1 || request is not null, lives = Interlocked.Exchange(ref _liveDue, 0) == 1;
                CloseDue(request);
                JudgeClosed(withLabels: saves || IsTimeToLook());
                Tell();
                saves |= HasNews();
                Exception? failure = saves ? await SaveAsync(isLast: false).ConfigureAwait(false) : null;
                failure ??= request is { Closes: true } ? FailureOfNewest() : null;
                if (failure is null && request is HandOverRequest newer)
                {
                    failure = await GiveAsync(newer).ConfigureAwait(false);
                }

                if (lives && !_isOver)
                {
                    await TryAsync(0, 0, () => _store!.LiveAsync()).ConfigureAwait(false);
                }

                Forget();
                if (_isOver)
                {
                    await GoAsync(request).ConfigureAwait(false);
                }
                else if (failure is not null)
                {
                    request?.Answer.TrySetException(failure);
                }
                else
                {
                    request?.Answer.TrySetResult(History is [.., { } newest] ? newest : null);
                }
            }
#pragma warning disable CA1031 // the task must live on; who asked is told, and the log says it
            catch (Exception error)
#pragma warning restore CA1031
            {
                Log.JudgeFailed(_logger, Name, error);
                request?.Answer.TrySetException(error);
            }
        }

        await CloseLastAsync().ConfigureAwait(false);
    }

    /// <summary>Labels that come all the time are looked at every ten seconds.</summary>
    private bool IsTimeToLook()
    {
        bool isTime = _looked == 0 || _time.GetElapsedTime(_looked) >= LookPeriod;
        _looked = isTime ? _time.GetTimestamp() : _looked;
        return isTime;
    }

    private void CloseDue(MonitorRequest? request)
    {
        (int number, int rows) = _join.Open;
        if (Interlocked.Exchange(ref _periodDue, 0) == 1)
        {
            _periods = number == _periodWindow ? _periods + 1 : 1;
            _periodWindow = number;
            if (rows >= _options.LeastRows || _periods >= MostPeriods)
            {
                Close();
            }
        }

        if (request is { Closes: true })
        {
            Close();
        }
    }

    private void Close()
    {
        // The number comes with the closing: a prediction may fill and close the window that was open just before.
        if (_join.Close(leastRows: 1) is (int number, int rows))
        {
            CloseWindow(number, rows, isTooSmall: rows < _options.LeastRows);
        }
    }

    private async ValueTask CloseLastAsync()
    {
        try
        {
            if (_store is null && _join.Open.Rows >= _options.LeastRows)
            {
                Close();
            }

            if (!_isOver)
            {
                JudgeClosed(withLabels: true);
                Tell();
                await SaveAsync(isLast: true).ConfigureAwait(false);
            }

            await ReleaseAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // disposal must end; the log says what was lost
        catch (Exception error)
#pragma warning restore CA1031
        {
            Log.JudgeFailed(_logger, Name, error);
        }
        finally
        {
            _store?.Forget();
        }
    }

    private void Tell()
    {
        while (true)
        {
            object? news;
            lock (_gate)
            {
                if (!_news.TryDequeue(out news))
                {
                    return;
                }
            }

            if (news is PerformancePoint point)
            {
                _handlers.Tell(Closed, point);
            }
            else if (news is PerformanceFall fall)
            {
                _handlers.Tell(Fell, fall);
            }
        }
    }

    /// <summary>Drops the oldest windows when there are too many.</summary>
    private void Forget()
    {
        lock (_gate)
        {
            int surplus = _windows.Count - MostWindows - 1;
            if (surplus > 0)
            {
                _finalThrough = Math.Max(_finalThrough, _windows[surplus - 1].Number);
                int unsaved = _store is null ? 0 : _windows.Take(surplus).Count(w => w.IsUnsaved);
                _windows.RemoveRange(0, surplus);
                if (unsaved > 0)
                {
                    Log.WindowsForgotten(_logger, Name, unsaved);
                }
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(21, LogLevel.Error, "The performance monitor '{Monitor}' could not judge a window.")]
        public static partial void JudgeFailed(ILogger logger, string monitor, Exception error);

        [LoggerMessage(22, LogLevel.Warning, "The performance monitor '{Monitor}' could not save {Waiting} predictions and labels; they are kept in memory and saved later.")]
        public static partial void SaveFailed(ILogger logger, string monitor, int waiting, Exception error);

        [LoggerMessage(25, LogLevel.Error, "The performance monitor '{Monitor}' ended and could not write {Windows} windows and {Waiting} predictions and labels; they are lost.")]
        public static partial void NotWritten(ILogger logger, string monitor, int windows, int waiting, Exception error);

        [LoggerMessage(26, LogLevel.Error, "The performance monitor '{Monitor}' lost its hold; {Windows} windows and {Waiting} predictions and labels that were not written yet are dropped, and it records no more.")]
        public static partial void HoldLost(ILogger logger, string monitor, int windows, int waiting, Exception error);

        [LoggerMessage(27, LogLevel.Warning, "The performance monitor '{Monitor}' was opened again in this process. This one wrote what it had and records no more.")]
        public static partial void HandedOver(ILogger logger, string monitor);

        [LoggerMessage(28, LogLevel.Error, "The performance monitor '{Monitor}' drops {Windows} windows that could not be saved: it keeps 1,000.")]
        public static partial void WindowsForgotten(ILogger logger, string monitor, int windows);

        [LoggerMessage(29, LogLevel.Warning, "The performance monitor '{Monitor}' ended and could not tell its store; another process waits until this one ends.")]
        public static partial void NotReleased(ILogger logger, string monitor, Exception error);

        [LoggerMessage(23, LogLevel.Error, "A handler of the performance monitor '{Monitor}' failed.")]
        public static partial void HandlerFailed(ILogger logger, string monitor, Exception error);
    }
}
