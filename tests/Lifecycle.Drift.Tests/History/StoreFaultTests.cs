using Lifecycle.Storage.Specification;
using Microsoft.Extensions.Logging;

namespace Lifecycle.Drift.Tests;

/// <summary>Whatever fails in the store: recording goes on, nothing is lost once the store works again, and the log says it once.</summary>
public sealed class StoreFaultTests
{
    [Theory]
    [InlineData("database.write")]
    [InlineData("database.commit")]
    [InlineData("database.bulk")]
    [InlineData("blobs.put")]
    [InlineData("events.publish")]
    public async Task Windows_wait_for_the_store_and_are_saved_in_order(string operation)
    {
        await using Ledgers world = new();
        await world.Drift.HistoryAsync("wages");
        Outage outage = new(operation);
        ListLogger log = new();
        DriftMonitors faulty = outage.Over(world, log);
        List<DriftAlert> told = [];
        List<long> windows = [];
        await using (DriftMonitor monitor = faulty.Open("wages", "1", Ledgers.Reference, m => m.EveryRows(500).Raise(1, outOf: 1).Clear(after: 1)))
        {
            monitor.Alerts.Raised += told.Add;
            monitor.Alerts.Cleared += told.Add;
            monitor.Checked += report => windows.Add(report.Rows);
            await monitor.CheckNowAsync();
            outage.IsOn = true;
            for (int window = 0; window < 4; window++)
            {
                Ledgers.Record(monitor, 500, (ulong)window, shift: window == 1 ? 2 : 0);
                await monitor.CheckNowAsync();
                await world.PassAsync(monitor);
            }

            Assert.Equal([500L, 500, 500, 500], windows);
            int saved = operation == "events.publish" ? 1 : 0;
            Assert.Equal(saved, (await world.Drift.HistoryAsync("wages")).Count);
            Assert.Equal([AlertState.Raised, AlertState.Quiet], told.Where(a => a.Rule == DriftAlert.DriftRule).Select(a => a.State));
            Assert.Equal([(LogLevel.Warning, 2)], log.Lines.Select(l => (l.Level, l.Event)));
            outage.IsOn = false;
            await world.PassAsync(monitor);
            Assert.Equal([500L, 500, 500, 500], (await world.Drift.HistoryAsync("wages")).Select(w => w.Rows));
        }

        Assert.Equal([false, false, true, false], (await world.Drift.HistoryAsync("wages")).Select(w => w.HasDrift));
        Guid[] alerts = [.. (await world.Drift.AlertsAsync("wages")).Select(a => a.Id)];
        Assert.Equal([AlertState.Quiet, AlertState.Raised], (await world.Drift.AlertsAsync("wages")).Where(a => a.Rule == DriftAlert.DriftRule).Select(a => a.State));
        Assert.Equal(2, told.Count(a => a.Rule == DriftAlert.DriftRule));
        Assert.All(told, a => Assert.Contains(a.Id, alerts));
        Assert.Equal("ada", (await world.Drift.AcknowledgeAsync(told[0].Id)).AcknowledgedBy);
        Assert.Single(log.Lines);
        Assert.Equal(4L, await world.ScalarAsync("SELECT COUNT(*) FROM drift_window"));
    }

    [Fact]
    public async Task A_store_that_is_down_from_the_start_is_found_later()
    {
        await using Ledgers world = new();
        await world.Drift.HistoryAsync("wages");
        await using (DriftMonitor before = world.Drift.Open("wages", "1", Ledgers.Reference))
        {
            Ledgers.Record(before, 100, 1);
        }

        Outage outage = new("database.write") { IsOn = true };
        ListLogger log = new();
        await using DriftMonitor monitor = outage.Over(world, log).Open("wages", "1", Ledgers.Reference);
        Ledgers.Record(monitor, 50, 2);
        Assert.Equal(50, (await monitor.CheckNowAsync()).Rows);
        outage.IsOn = false;
        world.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(150, (await monitor.CheckNowAsync()).Rows);
        Assert.Single(log.Lines);
    }

    [Fact]
    public async Task A_window_that_is_saved_while_others_wait_leaves_nothing_of_it_open()
    {
        await using Ledgers world = new();
        await world.Drift.HistoryAsync("wages");
        Outage outage = new("blobs.put");
        await using DriftMonitor monitor = outage.Over(world, new ListLogger()).Open("wages", "1", Ledgers.Reference, m => m.EveryRows(500));
        Ledgers.Record(monitor, 100, 1);
        await world.PassAsync(monitor);
        Assert.False((await OpenAsync()).IsEmpty);
        outage.IsOn = true;
        Ledgers.Record(monitor, 400, 2);
        await monitor.CheckNowAsync();
        Ledgers.Record(monitor, 500, 3);
        await monitor.CheckNowAsync();
        outage.Passes = 1;
        await world.PassAsync(monitor);
        Assert.Equal(500, Assert.Single(await world.Drift.HistoryAsync("wages")).Rows);
        Assert.True((await OpenAsync()).IsEmpty);

        async Task<OpenWindow> OpenAsync() => OpenWindowFormat.TryRead(
            (byte[])(await world.ScalarAsync("SELECT state FROM drift_monitor"))!, NumericRecorder.WidthOf((NumericColumn)Ledgers.Reference["x"]), 1)!;
    }

    [Fact]
    public async Task What_is_saved_is_saved_though_old_windows_cannot_be_dropped()
    {
        await using Ledgers world = new();
        await world.Drift.HistoryAsync("wages");
        DateTimeOffset old = world.Time.GetUtcNow().AddDays(-100);
        DriftReport report = Ledgers.Reference.Check(new ColumnBatch([BatchColumn.Of<double>("x", Samples.Normal(300, 1))]));
        ListLogger log = new();
        DriftMonitors drift = world.Over(new FaultyDatabase(world.Workspace.Database, FaultPlan.FailAt(2, "database.write")), log: log);
        await drift.SaveAsync("wages", "1", report with { Window = new DriftWindow("check", null, null, old, old) });
        Assert.Single(await world.Drift.HistoryAsync("wages"));
        Assert.Equal([(LogLevel.Warning, 6)], log.Lines.Select(l => (l.Level, l.Event)));
        WindowRecord newer = await drift.SaveAsync("wages", "1", report);
        Assert.Equal(newer.Id, Assert.Single(await world.Drift.HistoryAsync("wages")).Id);
        Assert.Single(log.Lines);
    }

    [Fact]
    public async Task Windows_that_waited_do_not_hold_what_another_process_took_over_meanwhile()
    {
        await using Ledgers world = new();
        await world.Drift.HistoryAsync("wages");
        Outage outage = new("blobs.put");
        static void Options(MonitorOptions m) => m.EveryRows(100_000).AtLeast(100);
        await using DriftMonitor monitor = outage.Over(world, new ListLogger()).Open("wages", "1", Ledgers.Reference, Options);
        Ledgers.Record(monitor, 250, 1);
        await world.PassAsync(monitor);
        outage.IsOn = true;
        Ledgers.Record(monitor, 150, 2);
        await CloseUnwrittenAsync(monitor, 1);
        Assert.Equal(400, monitor.Latest!.Rows);
        Ledgers.Record(monitor, 120, 3);
        await CloseUnwrittenAsync(monitor, 2);
        await world.ScalarAsync($"UPDATE drift_monitor SET owner = 'elsewhere|1|2|3', saved = saved - {TimeSpan.FromMinutes(6).Ticks} RETURNING 1");
        await using (DriftMonitor other = world.Drift.Open("wages", "1", Ledgers.Reference, Options))
        {
            Assert.Equal(250, (await other.CloseWindowAsync()).Rows);
        }

        Ledgers.Record(monitor, 40, 4);
        outage.IsOn = false;
        await world.PassAsync(monitor);
        Assert.Equal([120L, 150, 250], (await world.Drift.HistoryAsync("wages")).Select(w => w.Rows).Order());
        Assert.Equal(40, (await monitor.CheckNowAsync()).Rows);
    }

    [Fact]
    public async Task At_most_1000_windows_wait()
    {
        await using Ledgers world = new();
        await world.Drift.HistoryAsync("wages");
        Outage outage = new("blobs.put") { IsOn = true };
        ListLogger log = new();
        await using (DriftMonitor monitor = outage.Over(world, log).Open("wages", "1", Ledgers.Reference, m => m.AtLeast(1)))
        {
            for (int window = 0; window < 1003; window++)
            {
                Ledgers.Record(monitor, 1 + window % 2, 1);
                await CloseUnwrittenAsync(monitor, Math.Min(window + 1, 1000));
            }

            Assert.Equal([2, 7, 7, 7], log.Lines.Select(l => l.Event));
        }

        Assert.Contains("1000 windows that could not be saved", log.Lines[^1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_hangs_is_given_up_and_tried_again()
    {
        await using Ledgers world = new();
        await world.Drift.HistoryAsync("wages");
        FaultPlan plan = FaultPlan.HangAt(1, "blobs.put");
        ListLogger log = new();
        await using DriftMonitor monitor = world.Over(blobs: new FaultyBlobStore(world.Workspace.Blobs, plan), log: log).Open("wages", "1", Ledgers.Reference);
        Ledgers.Record(monitor, 300, 1);
        ValueTask<DriftReport> closing = monitor.CloseWindowAsync();
        await plan.Reached;
        world.Time.Advance(TimeSpan.FromSeconds(31));
        await Assert.ThrowsAsync<LifecycleStorageException>(async () => await closing);
        Assert.Equal(300, monitor.Latest!.Rows);
        await world.PassAsync(monitor, 2);
        Assert.Single(await world.Drift.HistoryAsync("wages"));
        Assert.Single(log.Lines);
    }

    /// <summary>Closes a window that cannot be written: whoever asks hears of it.</summary>
    private static async Task CloseUnwrittenAsync(DriftMonitor monitor, int waiting)
    {
        LifecycleStorageException error = await Assert.ThrowsAsync<LifecycleStorageException>(async () => await monitor.CloseWindowAsync());
        Assert.Contains($"{waiting} windows are kept in memory", error.Message, StringComparison.Ordinal);
    }
}
