namespace Lifecycle.Drift;

public partial class DriftMonitor
{
    private const int MostUnsaved = 1000;

    private readonly Queue<UnsavedWindow> _unsaved = new();

    /// <summary>What the counters said when the open window was saved last.</summary>
    private WindowMark? _savedAt;
    private bool _isClaimed;
    private Exception? _saveFailure;

    /// <summary>Takes up what the last process left; while the database does not answer, the monitor counts without it.</summary>
    private async ValueTask RestoreAsync()
    {
        if (_ledger is not null)
        {
            await TryAsync(ClaimAsync).ConfigureAwait(false);
        }
    }

    private async ValueTask SaveIfDueAsync()
    {
        if (_ledger is null || Interlocked.Exchange(ref _saveDue, 0) == 0)
        {
            return;
        }

        await SaveWindowsAsync().ConfigureAwait(false);
        if (_unsaved.Count == 0)
        {
            await TryAsync(SaveOpenAsync).ConfigureAwait(false);
        }
    }

    /// <summary>Saves a window and tells of it. One that cannot be saved waits, and its alerts are judged without the other processes.</summary>
    private async ValueTask KeepAsync(UnsavedWindow window)
    {
        if (_ledger is not null)
        {
            _unsaved.Enqueue(window);
            await SaveWindowsAsync().ConfigureAwait(false);
            if (_unsaved.Count > MostUnsaved)
            {
                Log.WindowsForgotten(_logger, Name, _unsaved.Count - MostUnsaved);
            }

            while (_unsaved.Count > MostUnsaved)
            {
                _unsaved.Dequeue();
            }
        }

        if (!window.IsTold)
        {
            IReadOnlyList<DriftAlert> changes = window.Report.Window!.TooSmall ? [] : _machine.Observe(window.Report, window.Id);
            Tell(window, changes);
        }
    }

    /// <summary>Saves what is waiting, oldest first; what fails stays for the next time, at most 1,000 windows.</summary>
    private async ValueTask SaveWindowsAsync()
    {
        while (_unsaved.TryPeek(out UnsavedWindow? window) && await TryAsync(() => SaveAsync(window)).ConfigureAwait(false))
        {
            _unsaved.Dequeue();
        }
    }

    private async ValueTask SaveAsync(UnsavedWindow window)
    {
        await ClaimAsync().ConfigureAwait(false);

        // What is open now follows the last window that waits; before that only what was taken over is open, and windows that slide share it.
        UnsavedWindow last = _unsaved.Last();
        bool savesOpen = last == window || _options.Parts == 1;
        WindowMark now = last == window ? _clock.Mark(Counters.Read()) : new WindowMark(last.To, last.Report.Window!.End, null);
        LedgerOutcome? outcome = await _ledger!.SaveAsync(window, _options.Alerts, savesOpen ? Open(now.Counts) : null).ConfigureAwait(false);
        if (outcome is null)
        {
            LoseOpen();
            await ClaimAsync().ConfigureAwait(false);
            outcome = await _ledger.SaveAsync(window, _options.Alerts, savesOpen ? Open(now.Counts) : null).ConfigureAwait(false)
                ?? throw new InvalidOperationException($"Another process took the open window of the drift monitor '{Name}' while it was being saved.");
        }

        _savedAt = savesOpen ? now : _savedAt;
        _machine.Load(outcome.Alerts);
        if (window.IsTold)
        {
            ShowAlerts();
        }
        else
        {
            Tell(window, outcome.Changes);
        }
    }

    private async ValueTask SaveOpenAsync()
    {
        await ClaimAsync().ConfigureAwait(false);
        if (!await SaveOwnAsync().ConfigureAwait(false))
        {
            LoseOpen();
        }

        if (await TakeOverAsync().ConfigureAwait(false) > 0)
        {
            await SaveOwnAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask<bool> SaveOwnAsync()
    {
        WindowMark now = _clock.Mark(Counters.Read());
        bool isMine = await _ledger!.SaveOpenAsync(Open(now.Counts)).ConfigureAwait(false);
        _savedAt = isMine ? now : _savedAt;
        return isMine;
    }

    private async ValueTask ClaimAsync()
    {
        if (!_isClaimed)
        {
            _savedAt = _marks[0];
            await TakeOverAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Goes on with what processes left that are no more.</summary>
    private async ValueTask<int> TakeOverAsync()
    {
        LedgerClaim claim = await _ledger!.ClaimAsync(Reference, Counters.Counters).ConfigureAwait(false);
        _isClaimed = true;
        _gap |= claim.Gap;
        foreach (OpenWindow left in claim.Left)
        {
            GoOnWith(left);
        }

        _machine.Load(claim.Alerts);
        ShowAlerts();
        return claim.Left.Count;
    }

    private OpenWindow Open(uint[] now)
    {
        OpenWindowPart[] parts = new OpenWindowPart[_marks.Count];
        for (int i = 0; i < parts.Length; i++)
        {
            uint[] from = _marks[i].Counts, to = i + 1 < parts.Length ? _marks[i + 1].Counts : now, counts = new uint[now.Length];
            for (int k = 0; k < counts.Length; k++)
            {
                counts[k] = unchecked(to[k] - from[k]);
            }

            UnseenLabels?[]? closed = _marks[i].Unseen;
            parts[i] = new OpenWindowPart(
                _marks[i].Opened, counts,
                [.. _recorders.SelectMany((r, c) => (closed?[c] ?? (r as CategoryRecorder)?.OpenUnseen)?.Counts.Select(u => (c, u.Name, u.Count)) ?? [])]);
        }

        return new OpenWindow(parts, _periods, _gap);
    }

    /// <summary>Puts what another process counted before the oldest mark of this one: its open part grows into the first part here.</summary>
    private void GoOnWith(OpenWindow left)
    {
        bool slides = _options.Parts > 1;
        WindowMark at = _marks[0];
        for (int i = left.Parts.Count - 1; i >= 0; i--)
        {
            OpenWindowPart part = left.Parts[i];
            uint[] counts = [.. at.Counts];
            for (int k = 0; k < counts.Length; k++)
            {
                counts[k] = unchecked(counts[k] - part.Counts[k]);
            }

            bool joins = !slides || i == left.Parts.Count - 1;
            UnseenLabels?[]? unseen = joins ? _marks[0].Unseen : [.. _recorders.Select(r => r is CategoryRecorder ? new UnseenLabels() : null)];
            foreach ((int column, string label, long count) in part.Unseen)
            {
                (unseen?[column] ?? (_recorders[column] as CategoryRecorder)?.OpenUnseen)?.Add(label, count);
            }

            at = new WindowMark(counts, part.Opened, null) { Unseen = unseen };
            if (joins)
            {
                _marks[0] = at;
            }
            else
            {
                _marks.Insert(0, at);
            }
        }

        (_periods, _gap) = (Math.Max(_periods, left.Periods), _gap | left.Gap);
        _reported = _marks[^1].Counts;
    }

    /// <summary>The end: the last window is judged when it is large enough, or left for the next process.</summary>
    private async ValueTask StopAsync()
    {
        try
        {
            uint[] now = Counters.Read();
            bool isWorthwhile = Rows(_marks[0], now) >= _options.LeastRows && Rows(_marks[^1], now) > 0;
            if (isWorthwhile && (_ledger is null || _options.Parts == 1))
            {
                await CloseAsync(now, isFull: true).ConfigureAwait(false);
            }
            else
            {
                await SaveWindowsAsync().ConfigureAwait(false);
            }
        }
#pragma warning disable CA1031 // disposal must end; the log says what was lost
        catch (Exception error)
#pragma warning restore CA1031
        {
            Log.CheckFailed(_logger, Name, error);
        }

        bool isReleased = _isClaimed && await TryAsync(ReleaseAsync).ConfigureAwait(false);
        long rows = Rows(_savedAt ?? _marks[0], Counters.Read());
        if (_ledger is not null && !isReleased && rows > 0)
        {
            Log.OpenLost(_logger, Name, rows);
        }

        DriftTelemetry.AlertsChanged(-Alerts.Active.Count, Model, Version);
        if (_unsaved.Count > 0)
        {
            Log.WindowsLost(_logger, Name, _unsaved.Count);
        }
    }

    /// <summary>What tells who closed a window that it waits in memory.</summary>
    private LifecycleStorageException NotWritten()
    {
        LifecycleStorageException? store = _saveFailure as LifecycleStorageException;
        return new LifecycleStorageException(
            store?.Store ?? "database", store?.Operation ?? "save", store?.Key ?? Name,
            $"The drift monitor '{Name}' closed and judged the window (its report is Latest), and could not write it. {_unsaved.Count} windows are kept in memory and written by the next saving that succeeds. {_saveFailure?.Message}",
            store?.IsTransient ?? true, _saveFailure);
    }

    /// <summary>Runs work of the store; a failure is never thrown into the predictor: the log says so once, until it works again.</summary>
    private async ValueTask<bool> TryAsync(Func<ValueTask> work)
    {
        try
        {
            await work().ConfigureAwait(false);
            _saveFailure = null;
            return true;
        }
#pragma warning disable CA1031 // whatever the store throws
        catch (Exception error)
#pragma warning restore CA1031
        {
            if (_saveFailure is null)
            {
                Log.SaveFailed(_logger, Name, _unsaved.Count, error);
            }

            _saveFailure = error;
            return false;
        }
    }
}
