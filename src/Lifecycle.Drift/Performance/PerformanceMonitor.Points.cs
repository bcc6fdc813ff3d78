namespace Lifecycle.Drift;

public sealed partial class PerformanceMonitor
{
    private const int MostWindows = 1000;

    private readonly DateTimeOffset _started;
    private readonly Lock _gate = new();
    private readonly Lock _judging = new();
    private readonly List<PerformanceWindow> _windows = [];
    private readonly Queue<object> _news = new();
    private PerformancePoint? _open;
    private KnownLabels _openKnown;
    private int _openNumber = -1;
    private int _finalThrough = -1;

    /// <summary>
    /// The open window as it stands; the newest closed one while the open one is empty. Computed when it is asked for, O(n log n), and kept until
    /// something is recorded.
    /// </summary>
    public PerformancePoint Current
    {
        get
        {
            (int number, int rows) = _join.Open;
            return rows == 0 && History is [.., { } newest] ? newest : JudgeOpen(number);
        }
    }

    /// <summary>The closed windows, oldest first, at most 1,000, with the labels that came by now.</summary>
    public IReadOnlyList<PerformancePoint> History
    {
        get
        {
            if (JudgeClosed(withLabels: true))
            {
                Signal(ref _workDue);
            }

            lock (_gate)
            {
                return [.. _windows.Where(w => w.Point is not null).Select(w => w.Point!)];
            }
        }
    }

    private PerformancePoint JudgeOpen(int number)
    {
        lock (_judging)
        {
            List<OpenPrediction> rows = _join.Read(number);
            KnownLabels known = KnownLabels.Of(rows);
            DateTimeOffset opened;
            lock (_gate)
            {
                opened = WindowOf(number).Opened;
            }

            bool isSame = _open is not null && _openNumber == number && _open.Rows == rows.Count;
            if (!isSame || _openKnown != known)
            {
                _open = _judge.Judge(new DriftWindow(Name, Model, Version, opened, _time.GetUtcNow()), rows, isSame ? _open!.Metrics : null) with { IsOpen = true };
                (_openNumber, _openKnown) = (number, known);
            }

            return _open!;
        }
    }

    /// <summary>Judges closed windows that were never judged or come near the end of the memory, and those that got labels when asked to.</summary>
    /// <returns>Whether there is something new.</returns>
    private bool JudgeClosed(bool withLabels)
    {
        lock (_judging)
        {
            int nearing = _join.NearingWindow;
            (int from, int to) = withLabels ? _join.TakeTouched() : (int.MaxValue, -1);
            PerformanceWindow[] due;
            lock (_gate)
            {
                due = [.. _windows.Where(w => w.Closed is not null && !w.IsFinal
                    && (w.Point is null || (w.Number >= from && w.Number <= to) || w.Number <= nearing))];
            }

            bool isNew = false;
            foreach (PerformanceWindow window in due)
            {
                try
                {
                    isNew |= JudgeAgain(window, isFinal: window.Number <= nearing);
                }
#pragma warning disable CA1031 // one window's failure is its own: the others are judged and saved all the same
                catch (Exception error)
#pragma warning restore CA1031
                {
                    if (window.Failure is null)
                    {
                        Log.JudgeFailed(_logger, Name, error);
                    }

                    window.Failure = error;
                }
            }

            return isNew;
        }
    }

    /// <summary>Why the newest closed window has no judgement; null when it has one.</summary>
    private Exception? FailureOfNewest()
    {
        lock (_gate)
        {
            return _windows.LastOrDefault(w => w.Closed is not null) is { Point: null } newest ? newest.Failure : null;
        }
    }

    private bool JudgeAgain(PerformanceWindow window, bool isFinal)
    {
        List<OpenPrediction> rows = _join.Read(window.Number);
        bool isDue = window.Point is null || isFinal || KnownLabels.Of(rows) != window.Known;
        if (isDue)
        {
            Judge(window, rows, isFinal);
        }

        return isDue;
    }

    private void Judge(PerformanceWindow window, List<OpenPrediction> rows, bool isFinal)
    {
        bool isWhole = rows.Count == window.Rows && _join.LeftWindow < window.Number;
        PerformancePoint? before = window.Point, point = before;
        if (isWhole || before is null)
        {
            point = _judge.Judge(
                new DriftWindow(Name, Model, Version, window.Opened, window.Closed!.Value) { TooSmall = window.IsTooSmall }, rows, before?.Metrics);
            point = isWhole ? point : point with
            {
                Warnings = [.. point.Warnings, $"{window.Rows - rows.Count} of {window.Rows} predictions had left the memory before the window was judged."],
            };
        }

        lock (_gate)
        {
            window.Point = point! with { IsFinal = isFinal || !isWhole };
            window.IsFinal = window.Point.IsFinal;
            window.IsUnsaved = true;
            window.Known = KnownLabels.Of(rows);
            _finalThrough = window.IsFinal ? Math.Max(_finalThrough, window.Number) : _finalThrough;
            if (before is null)
            {
                _news.Enqueue(window.Point);
            }

            AddFalls(window);
        }

        DriftTelemetry.Judged(window.Point, isNew: before is null);
    }

    private void AddFalls(PerformanceWindow window)
    {
        // A window that cannot be judged again may still show metrics that were asked for in a former life.
        foreach (MetricPoint metric in window.IsTooSmall ? [] : window.Point!.Metrics.Where(m => Estimator.Metrics.Contains(m.Metric)))
        {
            // Early labels are no random sample: a fall must also show with the weights against that.
            bool isSum = metric.Metric is { Kind: MetricKind.BusinessValue, PerPrediction: false };
            bool byLabels = metric.RealizedFell && metric.Reweighted.IsDefined && (isSum || metric.Reweighted.Value < metric.RealizedLimit);
            if (metric.EstimateFell && window.Told.Add((metric.Metric, false)))
            {
                Add(new PerformanceFall(window.Point!, metric, ByLabels: false));
            }

            if (byLabels && window.Told.Add((metric.Metric, true)))
            {
                Add(new PerformanceFall(window.Point!, metric, ByLabels: true));
            }
        }

        void Add(PerformanceFall fall)
        {
            _news.Enqueue(fall);
            if (_store is not null)
            {
                _falls.Add(fall);
            }
        }
    }

    /// <summary>The window of a number, made when it is new. Called under the gate.</summary>
    private PerformanceWindow WindowOf(int number)
    {
        if (_windows.Count == 0)
        {
            _windows.Add(new PerformanceWindow(number, _started));
        }

        while (_windows[^1].Number < number)
        {
            _windows.Add(new PerformanceWindow(_windows[^1].Number + 1, _time.GetUtcNow()));
        }

        return _windows[Math.Max(0, number - _windows[0].Number)];
    }

    /// <summary>Notes that a window closed. Called by the thread whose prediction filled it, or by the background task.</summary>
    private void CloseWindow(int number, int rows, bool isTooSmall)
    {
        lock (_gate)
        {
            PerformanceWindow window = WindowOf(number);
            (window.Closed, window.Rows, window.IsTooSmall, window.IsUnsaved) = (_time.GetUtcNow(), rows, isTooSmall, true);
            WindowOf(number + 1);
        }
    }

    private void Filled(int number, int rows)
    {
        CloseWindow(number, rows, isTooSmall: rows < _options.LeastRows);
        Signal(ref _workDue);
    }
}
