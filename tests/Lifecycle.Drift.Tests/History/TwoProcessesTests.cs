namespace Lifecycle.Drift.Tests;

public sealed class TwoProcessesTests
{
    [Fact]
    public async Task Two_processes_on_one_database_raise_one_alert()
    {
        await using Ledgers world = new();
        await using Lifecycle.Storage.Local.LocalWorkspace theirs = Lifecycle.Storage.Local.LocalWorkspace.Open(world.Root, actor: new NamedActor("bob"), time: world.Time);
        DriftMonitors other = new(theirs.Database, theirs.Blobs, theirs.Objects, theirs.Audit, theirs.Events, new NamedActor("bob"), world.Time);
        static void Options(MonitorOptions m) => m.EveryRows(500).Raise(2, outOf: 3).Clear(after: 2);
        List<string> told = [];
        await using (DriftMonitor a = world.Drift.Open("wages", "1", Ledgers.Reference, Options), b = other.Open("wages", "1", Ledgers.Reference, Options))
        {
            foreach ((DriftMonitor monitor, string name) in new[] { (a, "a"), (b, "b") })
            {
                monitor.Alerts.Raised += alert => Add($"{name} raised {alert.Rule}");
                monitor.Alerts.Cleared += alert => Add($"{name} cleared {alert.Rule}");
            }

            for (int window = 0; window < 4; window++)
            {
                Ledgers.Record(a, 500, (ulong)window, shift: 2);
                Ledgers.Record(b, 500, 50 + (ulong)window, shift: 2);
                await Task.WhenAll(a.CheckNowAsync().AsTask(), b.CheckNowAsync().AsTask());
            }

            await a.CheckNowAsync();
            Assert.Single(told, t => t.EndsWith("raised Drift", StringComparison.Ordinal));
            Assert.Equal(
                Assert.Single(a.Alerts.Active, x => x.Rule == DriftAlert.DriftRule).Id, Assert.Single(b.Alerts.Active, x => x.Rule == DriftAlert.DriftRule).Id);
            for (int window = 0; window < 3; window++)
            {
                Ledgers.Record(b, 500, 90 + (ulong)window);
                await b.CheckNowAsync();
            }

            Assert.Single(told, t => t.EndsWith("cleared Drift", StringComparison.Ordinal));
        }

        DriftAlert[] changes = [.. (await world.Drift.AlertsAsync("wages")).Where(a => a.Rule == DriftAlert.DriftRule).Reverse()];
        Assert.Equal([AlertState.Pending, AlertState.Raised, AlertState.Clearing, AlertState.Quiet], changes.Select(c => c.State));
        Assert.Single(changes.Select(c => c.Id).Distinct());
        Assert.Equal(11, (await world.Drift.HistoryAsync("wages")).Count);

        void Add(string word)
        {
            lock (told)
            {
                told.Add(word);
            }
        }
    }
}
