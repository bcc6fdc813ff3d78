using System.Diagnostics.CodeAnalysis;

namespace Lifecycle.Drift;

public sealed partial class PerformanceMonitor
{
    private readonly List<PerformanceFall> _falls = [];

    private bool HasNews()
    {
        lock (_gate)
        {
            return _windows.Any(w => w is { IsUnsaved: true, Point: not null });
        }
    }

    /// <summary>Writes what was not written yet; what fails is tried again the next time.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Saving never throws into the predictor: it waits, and the log says so once.")]
    private async ValueTask SaveAsync()
    {
        if (_store is null)
        {
            return;
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
        try
        {
            if (rows.Length > 0 || predictions.Count > 0 || falls.Length > 0)
            {
                int open = _join.Open.Window;
                long now = _join.Now;
                await _store.SaveAsync(
                    rows, predictions.Where(p => p.Window(open) > finalThrough).Select(p => PredictionRow.Of(p, open, now, _started)), falls, finalThrough,
                    CancellationToken.None).ConfigureAwait(false);
            }

            _saveFailed = false;
        }
        catch (Exception error)
        {
            lock (_gate)
            {
                Array.ForEach(windows, w => w.IsUnsaved = true);
                _falls.InsertRange(0, falls);
            }

            _join.Unsaved(predictions);
            if (!_saveFailed)
            {
                Log.SaveFailed(_logger, Name, predictions.Count, error);
            }

            _saveFailed = true;
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
                _join.Restore(memory.Predictions.Select(p => p.ToOpen(_started)), open);
            }

            WindowOf(open);
        }
    }
}
