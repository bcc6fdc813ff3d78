using System.Text.Json;
using Lifecycle.Storage.Local;
using Lifecycle.Storage.Specification;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Lifecycle.Drift.Tests;

public sealed class DriftMonitorsTests : IAsyncLifetime
{
    private static readonly ReferenceProfile Reference = ReferenceProfile.From(CpsTable.Batch("1992"));

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 6, 1, 12, 0, 0, TimeSpan.Zero));
    private LocalWorkspace _workspace = null!;
    private DriftMonitors _drift = null!;

    public ValueTask InitializeAsync()
    {
        _workspace = LocalWorkspace.Open(_folder.Path, actor: new NamedActor("ada"), time: _time);
        _drift = Over(_workspace.Database, _workspace.Blobs);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _workspace.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_reference_is_registered_once_with_blob_row_and_audit_entry()
    {
        RegisteredReference first = await _drift.RegisterReferenceAsync("wages", "1", Reference);
        Assert.Equal(("wages", "1", Reference.Digest, "ada", _time.GetUtcNow()), (first.Model, first.Version, first.Digest, first.Actor, first.CreatedAt));
        Assert.Equal(first, await _drift.RegisterReferenceAsync("wages", "1", Reference));
        ReferenceProfile other = ReferenceProfile.From(CpsTable.Batch("2004"));
        await _drift.RegisterReferenceAsync("wages", "1", other);
        Assert.Equal(other.Digest, (await _drift.GetReferenceAsync("wages", "1"))!.Digest);
        await _drift.RegisterReferenceAsync("wages", "1", Reference);
        Assert.Equal(Reference.Digest, (await _drift.GetReferenceAsync("wages", "1"))!.Digest);
        Assert.Null(await _drift.GetReferenceAsync("wages", "2"));
        AuditEntry[] entries = [.. (await All(_workspace.Audit.ReadAsync())).Where(e => e.Subject == "model/wages")];
        Assert.Equal(["drift.reference.registered", "drift.reference.replaced", "drift.reference.replaced"], entries.Select(e => e.Action));
        Assert.Contains(Reference.Digest.ToString(), entries[0].After!, StringComparison.Ordinal);
        Assert.True((await _workspace.Audit.VerifyAsync()).IsSound);
        Assert.Contains("drift", await _workspace.Objects.SourcesAsync());
        Assert.Equal(
            new[] { Reference.Digest, other.Digest }.Order(), (await All(new DriftBlobReferences(_workspace.Database).ReferencesAsync())).Order());
        await Assert.ThrowsAsync<InvalidNameException>(async () => await _drift.RegisterReferenceAsync("../x", "1", Reference));
    }

    [Fact]
    public async Task A_report_is_saved_read_back_and_told()
    {
        List<LifecycleEvent> told = [];
        await using IAsyncDisposable receiver = await _workspace.Events.SubscribeAsync("test", (happened, _) =>
        {
            told.Add(happened);
            return ValueTask.CompletedTask;
        });
        DriftReport report = Reference.Check(CpsTable.Batch("2004"));
        WindowRecord saved = await _drift.SaveAsync("wages", "1", report);
        await _drift.SaveAsync("wages", "2", Reference.Check(CpsTable.Batch("1992")));
        IReadOnlyList<WindowRecord> history = await _drift.HistoryAsync("wages");
        Assert.Equal(2, history.Count);
        WindowRecord read = Assert.Single(await _drift.HistoryAsync("wages", "1"));
        Assert.Equal((saved.Id, saved.Report, true, 7986L), (read.Id, read.Report, read.HasDrift, read.Rows));
        Assert.Equal(saved.Findings, read.Findings);
        Assert.Equal(report.ToJson(), (await _drift.ReportAsync(read)).ToJson());
        Assert.Equal(report.Digest, read.Report);
        await _workspace.Events.DrainAsync();
        LifecycleEvent found = Assert.Single(told);
        Assert.Equal(("lifecycle.drift.found", "model/wages"), (found.Name, found.Subject));
        using JsonDocument payload = JsonDocument.Parse(found.Payload);
        Assert.Equal("earnings", Assert.Single(payload.RootElement.GetProperty("columns").EnumerateArray()).GetString());
        Assert.Equal(saved.Id, payload.RootElement.GetProperty("window").GetString());
    }

    [Fact]
    public async Task A_monitor_keeps_its_windows_and_alerts()
    {
        await _drift.RegisterReferenceAsync("wages", "1", Reference);
        await using (DriftMonitor monitor = await _drift.OpenAsync("wages", "1", m => m.EveryRows(1000).Raise(1, outOf: 1).Clear(after: 1).Named("live")))
        {
            int[] rows = [.. Enumerable.Range(0, 1000).Select(i => i * 7)];
            monitor.RecordRange(CpsTable.Batch("2004").Rows(rows));
            await monitor.CheckNowAsync();
            _time.Advance(TimeSpan.FromMinutes(5));
            monitor.RecordRange(CpsTable.Batch("1992").Rows(rows));
            await monitor.CheckNowAsync();
        }

        IReadOnlyList<WindowRecord> windows = await _drift.HistoryAsync("wages");
        Assert.Equal([false, true], windows.Select(w => w.HasDrift));
        Assert.Equal("live", windows[0].Window.Monitor);
        DriftAlert[] alerts = [.. (await _drift.AlertsAsync("wages")).Where(a => a is { Column: "earnings", Rule: DriftAlert.DriftRule })];
        Assert.Equal([AlertState.Quiet, AlertState.Raised], alerts.Select(a => a.State));
        Assert.Equal(alerts[0].Id, alerts[1].Id);
        Assert.NotNull(alerts[0].ClearedAt);
    }

    [Fact]
    public async Task A_monitor_of_records_reads_the_registered_reference()
    {
        await _drift.RegisterReferenceAsync("wages", "1", Reference);
        await using DriftMonitor<double> monitor = await _drift.OpenAsync<double>("wages", "1", p => p.Numeric("earnings", e => e));
        foreach (double earnings in CpsTable.Earnings("2004"))
        {
            monitor.Record(in earnings);
        }

        Assert.Equal(DriftVerdict.Drift, (await monitor.CheckNowAsync())["earnings"].Verdict);
        MissingReferenceException error = await Assert.ThrowsAsync<MissingReferenceException>(async () => await _drift.OpenAsync("wages", "9"));
        Assert.Contains("RegisterReferenceAsync", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failing_at_any_step_registers_nothing()
    {
        await _drift.GetReferenceAsync("wages", "1");
        int failures = 0;
        for (int step = 1; step < 40; step++)
        {
            FaultPlan plan = FaultPlan.FailAt(step);
            DriftMonitors faulty = Over(new FaultyDatabase(_workspace.Database, plan), new FaultyBlobStore(_workspace.Blobs, plan));
            try
            {
                await faulty.RegisterReferenceAsync("wages", "1", Reference);
                break;
            }
            catch (Exception error) when (error is LifecycleStorageException or IOException)
            {
                failures++;
                Assert.Null(await _drift.GetReferenceAsync("wages", "1"));
                Assert.Empty(await All(_workspace.Audit.ReadAsync()));
            }
        }

        Assert.InRange(failures, 1, 38);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await _drift.RegisterReferenceAsync("wages", "3", Reference, new CancellationToken(true)));
        Assert.Null(await _drift.GetReferenceAsync("wages", "3"));
    }

    [Fact]
    public async Task A_store_that_fails_does_not_hurt_the_monitor_and_gets_the_windows_later()
    {
        await _drift.HistoryAsync("wages");
        FaultPlan plan = FaultPlan.FailAt(1);
        DriftMonitors faulty = Over(_workspace.Database, new FaultyBlobStore(_workspace.Blobs, plan));
        await using (DriftMonitor monitor = faulty.Open("wages", "1", Reference, m => m.EveryRows(500)))
        {
            ColumnBatch rows = CpsTable.Batch("1992").Rows([.. Enumerable.Range(0, 500)]);
            monitor.RecordRange(rows);
            Assert.Equal(0, (await monitor.CheckNowAsync()).Rows);
            Assert.NotNull(monitor.Latest);
            Assert.Empty(await _drift.HistoryAsync("wages"));
            monitor.RecordRange(rows);
            await monitor.CheckNowAsync();
        }

        Assert.Equal(2, (await _drift.HistoryAsync("wages")).Count);
    }

    [Fact]
    public async Task The_container_makes_it()
    {
        using TemporaryFolder folder = new();
        ServiceCollection services = new();
        services.AddModelLifecycleCore().UseLocalStorage(folder.Path).AddDrift(o => o.LeastRows = 300).AddDrift();
        await using ServiceProvider provider = services.BuildServiceProvider();
        DriftMonitors drift = provider.GetRequiredService<DriftMonitors>();
        await drift.RegisterReferenceAsync("wages", "1", Reference);
        Assert.NotNull(await drift.GetReferenceAsync("wages", "1"));
        Assert.Equal("drift", Assert.Single(provider.GetServices<IBlobReferenceSource>(), s => s is DriftBlobReferences).Name);
        ServiceCollection wrong = new();
        wrong.AddModelLifecycleCore().UseLocalStorage(folder.Path).AddDrift(o => o.Alpha = 2);
        await using ServiceProvider bad = wrong.BuildServiceProvider();
        OptionsValidationException error = Assert.Throws<OptionsValidationException>(() => bad.GetRequiredService<DriftMonitors>());
        Assert.Contains("DriftOptions.Alpha", error.Message, StringComparison.Ordinal);
    }

    private DriftMonitors Over(LifecycleDatabase database, IBlobStore blobs) =>
        new(database, blobs, _workspace.Objects, _workspace.Audit, _workspace.Events, new NamedActor("ada"), _time);

    private static async Task<List<T>> All<T>(IAsyncEnumerable<T> items)
    {
        List<T> all = [];
        await foreach (T item in items)
        {
            all.Add(item);
        }

        return all;
    }
}
