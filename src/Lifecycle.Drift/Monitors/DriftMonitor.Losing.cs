namespace Lifecycle.Drift;

public partial class DriftMonitor
{
    /// <summary>
    /// Another process took this one for dead and goes on with what was saved: here it is dropped, from the windows that wait and from the open
    /// one, so that no row is counted twice.
    /// </summary>
    private void LoseOpen()
    {
        _isClaimed = false;
        if (_savedAt is not { } saved)
        {
            return;
        }

        _savedAt = null;
        foreach (UnsavedWindow window in _unsaved.Where(w => IsBefore(w.From, saved.Counts) && IsBefore(saved.Counts, w.To)))
        {
            DriftReport rest = Since(saved, window);
            Interlocked.CompareExchange(ref _latest, rest, window.Report);
            (window.From, window.Report) = (saved.Counts, rest);
        }

        WindowMark? cut = _marks.LastOrDefault(m => IsBefore(m.Counts, saved.Counts));
        if (cut is not null)
        {
            _marks.RemoveRange(0, _marks.IndexOf(cut) + 1);
            _marks.Insert(0, saved with { Unseen = cut.Unseen });
            _reported = IsBefore(_reported, saved.Counts) ? saved.Counts : _reported;
        }
    }

    /// <summary>The report of a window without what was counted before a mark.</summary>
    private DriftReport Since(WindowMark mark, UnsavedWindow window)
    {
        ReportAssembly assembly = new(Reference, _options.Policy);
        foreach (ColumnRecorder recorder in _recorders)
        {
            recorder.Report(mark.Counts, window.To, [], assembly);
        }

        long rows = Rows(mark, window.To);
        return assembly.Build(rows) with { Window = window.Report.Window! with { Start = mark.Opened, TooSmall = rows < _options.LeastRows } };
    }

    /// <summary>Whether a reading is older than another; counters only rise, and may run over.</summary>
    private static bool IsBefore(uint[] reading, uint[] other)
    {
        for (int i = 0; i < reading.Length; i++)
        {
            if (unchecked((int)(other[i] - reading[i])) > 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Leaves the open window to the next process.</summary>
    private async ValueTask ReleaseAsync()
    {
        if (!await _ledger!.ReleaseAsync(Open(Counters.Read())).ConfigureAwait(false))
        {
            LoseOpen();
            await ClaimAsync().ConfigureAwait(false);
            await _ledger.ReleaseAsync(Open(Counters.Read())).ConfigureAwait(false);
        }
    }
}
