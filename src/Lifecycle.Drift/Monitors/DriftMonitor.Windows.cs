using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Lifecycle.Drift;

/// <summary>Stores a closed window and the changes of alerts it brought.</summary>
internal delegate ValueTask WindowSink(DriftReport report, IReadOnlyList<DriftAlert> changes, CancellationToken cancellationToken);

public partial class DriftMonitor
{
    private const int MostPeriods = 24;
    private const int MostUnsaved = 1000;

    private readonly WindowSink? _sink;
    private readonly Queue<(DriftReport Report, IReadOnlyList<DriftAlert> Changes)> _unsaved = new();
    private uint[][] _start;
    private DateTimeOffset _opened;
    private DriftReport? _latest;
    private long _ticks;
    private int _periods;
    private bool _saveFailed;

    /// <summary>
    /// Whether every row reaches every column, so that the first column alone says how many rows there were; columns that are read a moment
    /// later may be some rows ahead. Otherwise the fullest column says it.
    /// </summary>
    private protected virtual bool CountsWholeRows => false;

    private async Task RunAsync()
    {
        await foreach (CheckRequest? request in _requests.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                await CloseIfDueAsync().ConfigureAwait(false);
                if (request is { Closes: true })
                {
                    await CloseAsync(tooSmall: Rows([.. _recorders.Select(r => r.Read())]) < _options.LeastRows).ConfigureAwait(false);
                    request.Answer.SetResult(_latest!);
                }
                else
                {
                    request?.Answer.SetResult(Check(closes: false, tooSmall: false));
                }
            }
#pragma warning disable CA1031 // the task must live on; who asked is told, and the log says it
            catch (Exception error)
#pragma warning restore CA1031
            {
                Log.CheckFailed(_logger, Name, error);
                request?.Answer.TrySetException(error);
            }
        }

        await CloseLastAsync().ConfigureAwait(false);
    }

    private async ValueTask CloseIfDueAsync()
    {
        bool byTime = Interlocked.Exchange(ref _timerDue, 0) == 1, byRows = Interlocked.Exchange(ref _rowsDue, 0) == 1;
        if (!byTime && !byRows)
        {
            return;
        }

        long rows = Rows([.. _recorders.Select(r => r.Read())]);
        if (byTime)
        {
            _periods++;
        }

        bool isFull = byTime ? rows >= _options.LeastRows : rows >= Math.Max(_options.LeastRows, _rowsPerWindow);
        if (isFull || _periods >= MostPeriods)
        {
            await CloseAsync(tooSmall: !isFull).ConfigureAwait(false);
        }
    }

    private async ValueTask CloseLastAsync()
    {
        try
        {
            if (Rows([.. _recorders.Select(r => r.Read())]) >= _options.LeastRows)
            {
                await CloseAsync(tooSmall: false).ConfigureAwait(false);
            }
            else
            {
                await SaveAsync().ConfigureAwait(false);
            }
        }
#pragma warning disable CA1031 // disposal must end; the log says what was lost
        catch (Exception error)
#pragma warning restore CA1031
        {
            Log.CheckFailed(_logger, Name, error);
        }

        if (_unsaved.Count > 0)
        {
            Log.WindowsLost(_logger, Name, _unsaved.Count);
        }
    }

    private async ValueTask CloseAsync(bool tooSmall)
    {
        DriftReport report = Check(closes: true, tooSmall);
        _periods = 0;
        Volatile.Write(ref _latest, report);
        int active = _machine.Active.Count;
        IReadOnlyList<DriftAlert> changes = tooSmall ? [] : _machine.Observe(report);
        Alerts.Update(_machine.Active);
        DriftTelemetry.WindowClosed(report);
        DriftTelemetry.AlertsChanged(_machine.Active.Count - active, Model, Version);
        if (_sink is not null)
        {
            _unsaved.Enqueue((report, changes));
        }

        await SaveAsync().ConfigureAwait(false);
        Tell(Checked?.GetInvocationList().Cast<Action<DriftReport>>() ?? [], report);
        foreach (DriftAlert change in changes)
        {
            Tell(Alerts.HandlersOf(change), change);
        }
    }

    /// <summary>Saves what is waiting, oldest first; what fails stays for the next time, at most 1,000 windows.</summary>
    private async ValueTask SaveAsync()
    {
        while (_sink is not null && _unsaved.TryPeek(out (DriftReport Report, IReadOnlyList<DriftAlert> Changes) waiting))
        {
            try
            {
                await _sink(waiting.Report, waiting.Changes, CancellationToken.None).ConfigureAwait(false);
                _unsaved.Dequeue();
                _saveFailed = false;
            }
#pragma warning disable CA1031 // window results are never thrown into the predictor: they wait and the log says so once
            catch (Exception error)
#pragma warning restore CA1031
            {
                if (!_saveFailed)
                {
                    Log.SaveFailed(_logger, Name, _unsaved.Count, error);
                }

                _saveFailed = true;
                while (_unsaved.Count > MostUnsaved)
                {
                    _unsaved.Dequeue();
                }

                return;
            }
        }
    }

    private DriftReport Check(bool closes, bool tooSmall)
    {
        using Activity? activity = DriftTelemetry.Source.StartActivity("drift.check");
        long started = Stopwatch.GetTimestamp();
        uint[][] now = [.. _recorders.Select(r => r.Read())];
        ReportAssembly assembly = new(Reference, _options.Policy);
        long rows = 0;
        for (int i = 0; i < now.Length; i++)
        {
            long values = _recorders[i].Report(_start[i], now[i], closes, assembly);
            rows = i == 0 || !CountsWholeRows ? Math.Max(rows, values) : rows;
        }

        DateTimeOffset end = _time.GetUtcNow();
        DriftReport report = assembly.Build(rows) with { Window = new DriftWindow(Name, Model, Version, _opened, end) { TooSmall = tooSmall } };
        if (closes)
        {
            (_start, _opened) = (now, end);
        }

        DriftTelemetry.Checked(report, Stopwatch.GetElapsedTime(started));
        return report;
    }

    private long Rows(uint[][] now)
    {
        long rows = 0;
        for (int i = 0; i < now.Length; i++)
        {
            rows = Math.Max(rows, _recorders[i].Report(_start[i], now[i], closes: false, null));
        }

        return rows;
    }

    private void Tell<TWord>(IEnumerable<Action<TWord>> handlers, TWord word)
    {
        foreach (Action<TWord> handler in handlers)
        {
            try
            {
                handler(word);
            }
#pragma warning disable CA1031 // a handler's failure is its own; the others are told all the same
            catch (Exception error)
#pragma warning restore CA1031
            {
                Log.HandlerFailed(_logger, Name, error);
            }
        }
    }

    internal static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The drift monitor '{Monitor}' could not check a window.")]
        public static partial void CheckFailed(ILogger logger, string monitor, Exception error);

        [LoggerMessage(2, LogLevel.Warning, "The drift monitor '{Monitor}' could not save {Waiting} windows; they are kept in memory and saved later.")]
        public static partial void SaveFailed(ILogger logger, string monitor, int waiting, Exception error);

        [LoggerMessage(3, LogLevel.Error, "The drift monitor '{Monitor}' was disposed with {Lost} windows that could not be saved.")]
        public static partial void WindowsLost(ILogger logger, string monitor, int lost);

        [LoggerMessage(4, LogLevel.Error, "A handler of the drift monitor '{Monitor}' failed.")]
        public static partial void HandlerFailed(ILogger logger, string monitor, Exception error);

        [LoggerMessage(5, LogLevel.Warning, "The getter of column '{Column}' of the drift monitor '{Monitor}' threw; such values count as unreadable and are not logged again.")]
        public static partial void GetterFailed(ILogger logger, string monitor, string column, Exception error);
    }

    /// <summary>Somebody asks for a check.</summary>
    private sealed record CheckRequest(bool Closes, TaskCompletionSource<DriftReport> Answer);
}
