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
        await foreach (ClosingRequest? request in _requests.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                Interlocked.Exchange(ref _workDue, 0);
                bool saves = Interlocked.Exchange(ref _saveDue, 0) == 1 || request is not null;
                CloseDue(request);
                JudgeClosed(withLabels: saves || IsTimeToLook());
                Tell();
                saves |= HasNews();
                if (saves)
                {
                    await SaveAsync().ConfigureAwait(false);
                }

                Forget();
                request?.Answer.SetResult(History is [.., { } newest] ? newest : null);
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

    private void CloseDue(ClosingRequest? request)
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

            JudgeClosed(withLabels: true);
            Tell();
            await SaveAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // disposal must end; the log says what was lost
        catch (Exception error)
#pragma warning restore CA1031
        {
            Log.JudgeFailed(_logger, Name, error);
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
                Tell(Closed, point);
            }
            else if (news is PerformanceFall fall)
            {
                Tell(Fell, fall);
            }
        }
    }

    private void Tell<TWord>(Action<TWord>? handlers, TWord word)
    {
        foreach (Delegate handler in handlers?.GetInvocationList() ?? [])
        {
            try
            {
                ((Action<TWord>)handler)(word);
            }
#pragma warning disable CA1031 // a handler's failure is its own; the others are told all the same
            catch (Exception error)
#pragma warning restore CA1031
            {
                Log.HandlerFailed(_logger, Name, error);
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
                _windows.RemoveRange(0, surplus);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(21, LogLevel.Error, "The performance monitor '{Monitor}' could not judge a window.")]
        public static partial void JudgeFailed(ILogger logger, string monitor, Exception error);

        [LoggerMessage(22, LogLevel.Warning, "The performance monitor '{Monitor}' could not save {Waiting} predictions and labels; they are kept in memory and saved later.")]
        public static partial void SaveFailed(ILogger logger, string monitor, int waiting, Exception error);

        [LoggerMessage(23, LogLevel.Error, "A handler of the performance monitor '{Monitor}' failed.")]
        public static partial void HandlerFailed(ILogger logger, string monitor, Exception error);
    }
}
