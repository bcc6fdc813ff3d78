namespace Lifecycle.Drift;

/// <summary>
/// What one monitor keeps in the database. Windows of all processes that run a monitor of the same name are one sequence: where its alerts
/// stand is read and written in the transaction that saves a window, so two processes raise one alert. The open window of a process is a row
/// of its own, which another process takes over when its owner is no more.
/// </summary>
internal sealed class MonitorLedger
{
    private readonly DriftMonitors _drift;
    private readonly string _monitor;
    private long? _slot;

    public MonitorLedger(DriftMonitors drift, string model, string version, string monitor)
    {
        (_drift, Model, Version, _monitor) = (drift, model, version, monitor);
        Patience = new StorePatience(drift.Time, TimeSpan.FromSeconds(30));
    }

    /// <summary>How long this waits for the store.</summary>
    public StorePatience Patience { get; }

    public string Model { get; }

    public string Version { get; }

    private string Owner => field ??= ProcessMark.New(LifecycleId.New(_drift.Time), _drift.Place);

    /// <summary>Claims a row for this process and takes over those of processes that are no more.</summary>
    /// <param name="reference">What counts are compared with; those against another reference are dropped.</param>
    /// <param name="counters">Counters of the monitor.</param>
    public ValueTask<LedgerClaim> ClaimAsync(ReferenceProfile reference, int counters) => Patience.RunAsync(limit => ClaimAsync(reference, counters, limit));

    private async ValueTask<LedgerClaim> ClaimAsync(ReferenceProfile reference, int counters, CancellationToken limit)
    {
        await _drift.ReadyAsync(limit).ConfigureAwait(false);
        (LedgerClaim claim, long slot) = await _drift.Database.WriteAsync(
            async (transaction, token) =>
            {
                List<OpenWindow> left = [];
                WindowGaps gap = WindowGaps.None;
                long? mine = _slot;
                foreach (OpenRow row in await MonitorRows.OpenAsync(transaction, Model, Version, _monitor, token).ConfigureAwait(false))
                {
                    if (row.Owner == Owner || (row.Owner is { } owner && ProcessMark.IsAlive(owner, _drift.Place, row.Saved, _drift.Time.GetUtcNow())))
                    {
                        continue;
                    }

                    OpenWindow? open = row.Reference == reference.Digest ? OpenWindowFormat.TryRead(row.State, counters, reference.Columns.Count) : null;
                    gap |= row.Owner is null ? WindowGaps.None : WindowGaps.Killed;
                    gap |= open is null && row.State.Length > 0 ? WindowGaps.Dropped : WindowGaps.None;
                    left.AddRange(open is null ? [] : [open]);
                    mine ??= row.Id;
                    await MonitorRows.TakeAsync(transaction, row.Id, Owner, token).ConfigureAwait(false);
                }

                mine ??= await MonitorRows.AddAsync(transaction, Model, Version, _monitor, Owner, reference.Digest, _drift.Time.GetUtcNow(), token).ConfigureAwait(false);
                AlertMachineState alerts = await MonitorRows.AlertsAsync(transaction, Model, Version, _monitor, token).ConfigureAwait(false);
                return (new LedgerClaim(left, gap, alerts), mine.Value);
            },
            CommitDurability.Buffered, limit).ConfigureAwait(false);
        (_slot, Reference) = (slot, reference.Digest);
        return claim;
    }

    /// <summary>
    /// Saves a closed window with the changes of alerts it brings, and what is open after it; null when another process took this one for dead, and
    /// nothing was saved.
    /// </summary>
    public ValueTask<LedgerOutcome?> SaveAsync(UnsavedWindow window, AlertPolicy policy, OpenWindow? open) =>
        Patience.RunAsync(limit => SaveAsync(window, policy, open, limit));

    private async ValueTask<LedgerOutcome?> SaveAsync(UnsavedWindow window, AlertPolicy policy, OpenWindow? open, CancellationToken limit)
    {
        DriftReport report = window.Report;
        WindowRecord record = await _drift.PutAsync(window.Id, report.Window!, report, limit).ConfigureAwait(false);
        LedgerOutcome? outcome = await _drift.Database.WriteAsync(
            async (transaction, token) =>
            {
                bool isMine = open is null
                    ? await IsMineAsync(transaction, token).ConfigureAwait(false)
                    : await WriteAsync(transaction, open, token).ConfigureAwait(false);
                if (!isMine)
                {
                    return null;
                }

                AlertMachine machine = new(policy);
                machine.Load(await MonitorRows.AlertsAsync(transaction, Model, Version, _monitor, token).ConfigureAwait(false));
                IReadOnlyList<DriftAlert> changes = [];
                if (!await DriftRows.HasAsync(transaction, record.Id, token).ConfigureAwait(false))
                {
                    changes = report.Window!.TooSmall ? [] : machine.Observe(report, window.Id);
                    await _drift.AddAsync(transaction, record, changes, token).ConfigureAwait(false);
                    await MonitorRows.SaveAlertsAsync(transaction, Model, Version, _monitor, machine.ToState(), token).ConfigureAwait(false);
                }

                return new LedgerOutcome(changes, machine.ToState());
            },
            CommitDurability.Flushed, limit).ConfigureAwait(false);
        _slot = outcome is null ? null : _slot;
        await _drift.PruneIfDueAsync(limit).ConfigureAwait(false);
        return outcome;
    }

    /// <summary>Saves what the open window holds; false when another process took this one for dead.</summary>
    public ValueTask<bool> SaveOpenAsync(OpenWindow open) => Patience.RunAsync(limit => SaveOpenAsync(open, limit));

    private async ValueTask<bool> SaveOpenAsync(OpenWindow open, CancellationToken limit)
    {
        bool isMine = await _drift.Database.WriteAsync(
            async (transaction, token) => await WriteAsync(transaction, open, token).ConfigureAwait(false), CommitDurability.Buffered, limit).ConfigureAwait(false);
        _slot = isMine ? _slot : null;
        return isMine;
    }

    /// <summary>Leaves the open window to the process that comes next; false when another process took this one for dead.</summary>
    public ValueTask<bool> ReleaseAsync(OpenWindow open) => Patience.RunAsync(limit => ReleaseAsync(open, limit));

    private async ValueTask<bool> ReleaseAsync(OpenWindow open, CancellationToken limit)
    {
        bool wasMine = await _drift.Database.WriteAsync(
            async (transaction, token) =>
            {
                bool isMine = await WriteAsync(transaction, open, token).ConfigureAwait(false);
                await MonitorRows.ReleaseAsync(transaction, Owner, open.IsEmpty, token).ConfigureAwait(false);
                return isMine;
            },
            CommitDurability.Flushed, limit).ConfigureAwait(false);
        _slot = wasMine ? _slot : null;
        return wasMine;
    }

    private Digest Reference { get; set; }

    private async ValueTask<bool> IsMineAsync(LifecycleTransaction transaction, CancellationToken cancellationToken) =>
        _slot is { } slot && await MonitorRows.IsOwnedAsync(transaction, slot, Owner, cancellationToken).ConfigureAwait(false);

    private async ValueTask<bool> WriteAsync(LifecycleTransaction transaction, OpenWindow open, CancellationToken cancellationToken) =>
        _slot is { } slot && await MonitorRows.SaveOpenAsync(
            transaction, slot, Owner, Reference, OpenWindowFormat.Write(open), _drift.Time.GetUtcNow(), cancellationToken).ConfigureAwait(false);
}
