using Lifecycle.Storage.Local;
using Lifecycle.Storage.Specification;

namespace Lifecycle.Drift.Tests;

public sealed class AlertHistoryTests
{
    [Fact]
    public async Task Acknowledging_names_the_actor_on_the_alert_and_in_the_audit_log_once()
    {
        await using Ledgers world = new();
        await using DriftMonitor monitor = world.Drift.Open("wages", "1", Ledgers.Reference, m => m.EveryRows(500).Raise(1, outOf: 1).Clear(after: 1));
        Ledgers.Record(monitor, 500, 3, shift: 2);
        await monitor.CheckNowAsync();
        DriftAlert up = Assert.Single(await world.Drift.ActiveAlertsAsync("wages"), a => a.Rule == DriftAlert.DriftRule);
        DriftAlert known = await world.Drift.AcknowledgeAsync(up.Id);
        Assert.Equal(("ada", world.Time.GetUtcNow(), AlertState.Raised), (known.AcknowledgedBy, known.AcknowledgedAt, known.State));
        Assert.Equal(known, await world.Drift.AcknowledgeAsync(up.Id));
        Assert.Equal(known, Assert.Single(await world.Drift.ActiveAlertsAsync("wages"), a => a.Rule == DriftAlert.DriftRule));
        AuditEntry entry = Assert.Single(await world.Workspace.Audit.ReadAsync().ToListAsync());
        Assert.Equal(("drift.alert.acknowledged", "model/wages"), (entry.Action, entry.Subject));
        Assert.Contains(up.Id.ToString("N"), entry.After!, StringComparison.Ordinal);

        Ledgers.Record(monitor, 500, 4);
        await monitor.CheckNowAsync();
        DriftAlert cleared = (await world.Drift.AlertsAsync("wages")).First(a => a.Id == up.Id);
        Assert.Equal((AlertState.Quiet, "ada"), (cleared.State, cleared.AcknowledgedBy));
        Assert.DoesNotContain(await world.Drift.ActiveAlertsAsync("wages"), a => a.Rule == DriftAlert.DriftRule);
        MissingAlertException error = await Assert.ThrowsAsync<MissingAlertException>(async () => await world.Drift.AcknowledgeAsync(Guid.Empty));
        Assert.Contains("ActiveAlertsAsync", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Acknowledging_and_replacing_are_all_or_nothing()
    {
        await using Ledgers world = new();
        await using DriftMonitor monitor = world.Drift.Open("wages", "1", Ledgers.Reference, m => m.EveryRows(500).Raise(1, outOf: 1));
        Ledgers.Record(monitor, 500, 3, shift: 2);
        await monitor.CheckNowAsync();
        DriftAlert up = Assert.Single(monitor.Alerts.Active, a => a.Rule == DriftAlert.DriftRule);
        FaultPlan plan = FaultPlan.FailAt(1, "database.commit");
        await Assert.ThrowsAsync<LifecycleStorageException>(async () => await world.Over(new FaultyDatabase(world.Workspace.Database, plan)).AcknowledgeAsync(up.Id));
        Assert.All(await world.Drift.ActiveAlertsAsync("wages"), a => Assert.Null(a.AcknowledgedBy));
        await Assert.ThrowsAsync<MissingReferenceException>(async () => await world.Drift.ReplaceReferenceAsync("wages", "1", Ledgers.Reference));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await world.Drift.AcknowledgeAsync(up.Id, new CancellationToken(true)));
        Assert.Empty(await world.Workspace.Audit.ReadAsync().ToListAsync());

        await world.Drift.RegisterReferenceAsync("wages", "1", Ledgers.Reference);
        ReferenceProfile newer = ReferenceProfile.From(new ColumnBatch([BatchColumn.Of<double>("x", Samples.Normal(4000, 2))]));
        Assert.Equal(newer.Digest, (await world.Drift.ReplaceReferenceAsync("wages", "1", newer)).Digest);
        Assert.Equal(["drift.reference.registered", "drift.reference.replaced"], (await world.Workspace.Audit.ReadAsync().ToListAsync()).Select(e => e.Action));
    }

    [Fact]
    public async Task Findings_are_kept_for_90_days_and_alerts_for_ever()
    {
        await using Ledgers world = new();
        await using DriftMonitor monitor = world.Drift.Open("wages", "1", Ledgers.Reference, m => m.EveryRows(1_000_000).AtLeast(100).Raise(1, outOf: 1));
        List<DateTimeOffset> ends = [];
        for (int window = 0; window < 6; window++)
        {
            Ledgers.Record(monitor, 200, (ulong)window, shift: window == 0 ? 2 : 0);
            ends.Add((await monitor.CloseWindowAsync()).Window!.End);
            world.Time.Advance(TimeSpan.FromDays(30));
        }

        IReadOnlyList<WindowRecord> kept = await world.Drift.HistoryAsync("wages");
        DateTimeOffset last = ends[^1];
        Assert.Equal(ends.Where(e => last - e <= TimeSpan.FromDays(90)).Reverse(), kept.Select(w => w.Window.End));
        Assert.Equal((long)kept.Count, await world.ScalarAsync("SELECT COUNT(*) FROM drift_finding"));
        Assert.Contains(await world.Drift.AlertsAsync("wages"), a => a is { State: AlertState.Raised, Rule: DriftAlert.DriftRule });
        Assert.Equal(kept.Count, (await new DriftBlobReferences(world.Workspace.Database).ReferencesAsync().ToListAsync()).Count);
    }

    [Fact]
    public async Task Windows_of_performance_go_with_their_predictions_after_90_days()
    {
        await using Ledgers world = new();
        await world.Drift.HistoryAsync("wages");
        long now = world.Time.GetUtcNow().UtcTicks, day = TimeSpan.TicksPerDay;
        await world.ScalarAsync("INSERT INTO drift_performance_monitor (id, model, version, monitor) VALUES (1, 'wages', '1', 'gone'), (2, 'wages', '1', 'live') RETURNING 1");
        for (int window = 0; window < 50; window++)
        {
            string closed = window == 49 ? "NULL" : $"{now - (100 - window) * day}";
            foreach (int monitor in (int[])[1, 2])
            {
                await world.ScalarAsync(
                    $"INSERT INTO drift_performance (monitor, window, opened, closed, rows, too_small, is_final, told) VALUES ({monitor}, {window}, {now - 101 * day}, {closed}, 1, 0, 0, '') RETURNING 1");
                await world.ScalarAsync(
                    $"INSERT INTO drift_prediction (monitor, window, id, score, predicted, at, delay) VALUES ({monitor}, {window}, 7, 0.5, 1, {now - 100 * day}, 0) RETURNING 1");
            }
        }

        await world.Drift.SaveAsync("wages", "1", Ledgers.Reference.Check(new ColumnBatch([BatchColumn.Of<double>("x", Samples.Normal(300, 1))])));
        foreach (string table in (string[])["drift_performance", "drift_prediction"])
        {
            Assert.Equal(80L, await world.ScalarAsync($"SELECT COUNT(*) FROM {table}"));
            Assert.Equal(10L, await world.ScalarAsync($"SELECT MIN(window) FROM {table}"));
        }
    }

    [Fact]
    public async Task A_database_of_the_first_version_is_brought_forward_with_what_it_holds()
    {
        await using Ledgers world = new();
        MigrationSet first = new("drift", DriftMigrations.Set.Steps[0]);
        await using (LocalWorkspace old = LocalWorkspace.Open(world.Root, time: world.Time))
        {
            await old.Database.MigrateAsync(first);
            await old.Database.WriteAsync(async (t, token) => await t.ExecuteAsync(
                """
                INSERT INTO drift_alert (alert, monitor, model, version, column_name, rule, state, before, changed, raised, suppressed, suppressed_before, summary)
                VALUES ('000102030405060708090a0b0c0d0e0f', 'live', 'wages', '1', 'x', 'Drift', 'Raised', 'Pending', 638000000000000000, 638000000000000000, 0, 2, 'x: Drift')
                """, [], token));
            await old.Database.WriteAsync(async (t, token) => await t.ExecuteAsync(
                """
                INSERT INTO drift_window (id, monitor, model, version, opened, closed, rows, report, has_drift, too_small)
                VALUES ('w', 'live', 'wages', '1', 1, 638000000000000000, 10, zeroblob(32), 1, 0)
                """, [], token));
        }

        DriftAlert alert = Assert.Single(await world.Drift.ActiveAlertsAsync("wages"));
        Assert.Equal(("live", 2, null), (alert.Monitor, alert.SuppressedBefore, alert.AcknowledgedBy));
        Assert.Equal("ada", (await world.Drift.AcknowledgeAsync(alert.Id)).AcknowledgedBy);
        Assert.Equal(WindowGaps.None, Assert.Single(await world.Drift.HistoryAsync("wages")).Window.Gap);
        await using DriftMonitor monitor = world.Drift.Open("wages", "1", Ledgers.Reference);
        Ledgers.Record(monitor, 300, 3);
        Assert.False((await monitor.CloseWindowAsync()).HasDrift);
        Assert.Equal(2L, await world.ScalarAsync("SELECT COUNT(*) FROM storage_migration WHERE owner = 'drift' AND number <= 2"));
    }
}
