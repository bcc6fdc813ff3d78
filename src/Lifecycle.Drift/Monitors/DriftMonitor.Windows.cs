using System.Diagnostics;

namespace Lifecycle.Drift;

public partial class DriftMonitor
{
    private const int MostPeriods = 24;

    /// <summary>Where the sub-windows of the open window begin, oldest first; the last one is still open.</summary>
    private List<WindowMark> _marks;

    /// <summary>The reading up to which telemetry knows.</summary>
    private uint[] _reported;
    private DriftReport? _latest;
    private WindowGaps _gap;
    private int _periods;

    /// <summary>
    /// Whether every row reaches every column, so that the first column alone says how many rows there were; columns that are read a moment
    /// later may be some rows ahead. Otherwise the fullest column says it.
    /// </summary>
    private protected virtual bool CountsWholeRows => false;

    private async Task RunAsync()
    {
        await RestoreAsync().ConfigureAwait(false);
        await foreach (CheckRequest? request in _requests.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                await CloseIfDueAsync().ConfigureAwait(false);
                await SaveIfDueAsync().ConfigureAwait(false);
                if (request is { Closes: true })
                {
                    await CloseAsync(Counters.Read(), isFull: null).ConfigureAwait(false);
                    if (_unsaved.Count == 0)
                    {
                        request.Answer.SetResult(_latest!);
                    }
                    else
                    {
                        request.Answer.SetException(NotWritten());
                    }
                }
                else
                {
                    request?.Answer.SetResult(Check(Counters.Read(), tooSmall: false));
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

        await StopAsync().ConfigureAwait(false);
    }

    /// <summary>A check that comes late finds all that was counted until then: windows that nobody closed are merged.</summary>
    private async ValueTask CloseIfDueAsync()
    {
        bool byTime = Interlocked.Exchange(ref _windowDue, 0) == 1, byRows = Interlocked.Exchange(ref _rowsDue, 0) == 1;
        if (!byTime && !byRows)
        {
            return;
        }

        uint[] now = Counters.Read();
        if (byTime)
        {
            _periods++;
        }

        long rows = Rows(_marks[0], now);
        bool endsPart = byTime || Rows(_marks[^1], now) >= _rowsPerWindow, isFull = endsPart && rows >= _options.LeastRows;
        if (isFull || _periods >= MostPeriods)
        {
            await CloseAsync(now, isFull).ConfigureAwait(false);
        }
        else if (endsPart && _options.Parts > 1)
        {
            Mark(now, MostPeriods + _options.Parts);
        }
    }

    /// <param name="now">The reading that ends the window.</param>
    /// <param name="isFull">Whether it has enough rows; null when nobody looked.</param>
    private async ValueTask CloseAsync(uint[] now, bool? isFull)
    {
        bool tooSmall = !(isFull ?? Rows(_marks[0], now) >= _options.LeastRows);
        DriftReport report = Check(now, tooSmall);
        DriftTelemetry.WindowClosed(report, Reference, _recorders.Sum(r => r.Values(_reported, now)), _recorders.Sum(r => r.Unseen(_reported, now)));
        UnsavedWindow window = new(_clock.NewId(), report, _marks[0].Counts, now);
        _reported = now;
        Mark(now, _options.Parts);
        (_periods, _gap) = (0, WindowGaps.None);
        Volatile.Write(ref _latest, report);
        await KeepAsync(window).ConfigureAwait(false);
    }

    private DriftReport Check(uint[] now, bool tooSmall)
    {
        using Activity? activity = DriftTelemetry.Source.StartActivity("drift.check");
        long started = Stopwatch.GetTimestamp();
        WindowMark first = _marks[0];
        ReportAssembly assembly = new(Reference, _options.Policy);
        for (int i = 0; i < _recorders.Length; i++)
        {
            int column = i;
            IEnumerable<UnseenLabels> unseen = _recorders[i] is CategoryRecorder labels
                ? _marks.Select(m => m.Unseen?[column] ?? labels.OpenUnseen)
                : [];
            _recorders[i].Report(first.Counts, now, unseen, assembly);
        }

        DriftReport report = assembly.Build(Rows(first, now)) with
        {
            Window = new DriftWindow(Name, Model, Version, first.Opened, _clock.Wall)
            {
                TooSmall = tooSmall,
                Gap = _gap | (_marks.Any(_clock.Jumped) ? WindowGaps.ClockJumped : WindowGaps.None),
            },
        };
        DriftTelemetry.Checked(report, Stopwatch.GetElapsedTime(started));
        return report;
    }

    /// <summary>Begins a sub-window and drops the oldest ones beyond so many.</summary>
    private void Mark(uint[] now, int most)
    {
        _marks[^1] = _marks[^1] with { Unseen = [.. _recorders.Select(r => (r as CategoryRecorder)?.TakeUnseen())] };
        _marks.Add(_clock.Mark(now));
        _marks.RemoveRange(0, Math.Max(0, _marks.Count - most));
    }

    private long Rows(WindowMark since, uint[] now) => CountsWholeRows && _recorders.Length > 0
        ? _recorders[0].Values(since.Counts, now)
        : _recorders.Select(r => r.Values(since.Counts, now)).DefaultIfEmpty().Max();
}
