using System.Diagnostics.Metrics;
using System.Text.Json;
using Lifecycle.Storage.Local;
using Lifecycle.Storage.Specification;
using Microsoft.Extensions.Time.Testing;

namespace Lifecycle.Drift.Tests;

public sealed class PerformanceHistoryTests : IAsyncLifetime
{
    private static readonly LogisticRows Reference = LogisticRows.Draw(4000, 60, 0);
    private static readonly PerformanceMetric Value = PerformanceMetric.BusinessValue(10, -3, 0, -5, perPrediction: true);

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 6, 1, 12, 0, 0, TimeSpan.Zero));
    private LocalWorkspace _workspace = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _workspace = LocalWorkspace.Open(_folder.Path, actor: new NamedActor("ada"), time: _time);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _workspace.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_monitor_goes_on_where_it_was_stopped()
    {
        LogisticRows rows = LogisticRows.Draw(1500, 61, 0);
        PerformancePoint before;
        await using (PerformanceMonitor first = await OpenAsync())
        {
            Record(first, rows, 0, 1500);
            for (int i = 0; i < 300; i++)
            {
                first.RecordLabel(i, rows.Labels[i]);
            }

            before = first.History[0];
        }

        _time.Advance(TimeSpan.FromDays(2));
        await using PerformanceMonitor second = await OpenAsync();
        Assert.Equal(JsonOf(before), JsonOf(Assert.Single(second.History)));
        Assert.Equal((500, true), (second.Current.Rows, second.Current.IsOpen));
        Assert.Equal(before.Window.End, second.Current.Window.Start);
        for (int i = 300; i < 1500; i++)
        {
            second.RecordLabel(i, rows.Labels[i]);
        }

        PerformancePoint after = second.History[0];
        Assert.Equal((1000, 1000), (after.Rows, after.Labelled));
        Assert.Equal(before.Estimated, after.Estimated);
        Assert.Equal(PerformanceEstimator.Measure(PerformanceMetric.AreaUnderRoc, rows.Scores.AsSpan(0, 1000), [], rows.Labels.AsSpan(0, 1000)).Value, after.Realized.Value, 1e-12);
        Assert.Equal((TimeSpan.FromDays(2), TimeSpan.FromDays(2)), (after.LabelDelay.Median, after.LabelDelay.Longest));
        Record(second, LogisticRows.Draw(2000, 61, 1), 1500, 500, from: 0);
        Assert.Equal([1000, 1000], second.History.Select(p => p.Rows));
        await second.FlushAsync(Token);
        IReadOnlyList<PerformancePoint> history = await Drift().PerformanceHistoryAsync("loans", "3", cancellationToken: Token);
        Assert.Equal(second.History.Reverse().Select(JsonOf), history.Select(JsonOf));
        Assert.Equal(Value, history[0].Metrics[1].Metric);
        Assert.Empty(await Drift().PerformanceHistoryAsync("loans", "4", cancellationToken: Token));
        await using PerformanceMonitor other = await OpenAsync(q => q.Named("other"));
        Assert.Empty(other.History);
    }

    [Fact]
    public async Task A_kill_loses_at_most_what_came_since_the_last_saving()
    {
        LogisticRows rows = LogisticRows.Draw(1600, 62, 0);

        // Never disposed, as if the process had been killed: only its timer or a flush writes.
        PerformanceMonitor killed = await OpenAsync();
        Record(killed, rows, 0, 1400);
        killed.RecordLabel(7, rows.Labels[7]);
        await killed.FlushAsync(Token);
        await killed.FlushAsync(Token);
        killed.RecordLabel(8, rows.Labels[8]);
        Record(killed, rows, 1400, 100, from: 1400);

        await using (PerformanceMonitor second = await OpenAsync())
        {
            LabelCounts counts = second.Labels.Counts;
            Assert.Equal((1400, 400), (counts.Open, second.Current.Rows));
            Assert.Equal((1000, 1), (second.History[0].Rows, second.History[0].Labelled));
            second.RecordLabel(8, rows.Labels[8]);
            second.RecordLabel(1399, rows.Labels[1399]);
            Assert.Equal((2, 1), (second.History[0].Labelled, second.Current.Labelled));
            second.RecordLabel(1450, rows.Labels[1450]);
            Assert.Equal(1, second.Labels.Counts.Waiting);
        }

        await using PerformanceMonitor third = await OpenAsync();
        Assert.Equal((2, 1), (third.History[0].Labelled, third.Current.Labelled));
    }

    [Fact]
    public async Task A_fall_is_published_once_with_its_window()
    {
        List<LifecycleEvent> told = [];
        await using IAsyncDisposable receiver = await _workspace.Events.SubscribeAsync("test", (happened, _) =>
        {
            told.Add(happened);
            return ValueTask.CompletedTask;
        });
        List<string> instruments = [];
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, me) =>
        {
            if (instrument.Meter.Name == "Lifecycle.Drift")
            {
                me.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) =>
        {
            if (tags.Contains(new KeyValuePair<string, object?>("lifecycle.model.name", "loans")))
            {
                lock (instruments)
                {
                    instruments.Add(instrument.Name);
                }
            }
        });
        listener.Start();
        LogisticRows harder = LogisticRows.Draw(1000, 63, 0, shift: .6, spread: .4);
        for (int life = 0; life < 2; life++)
        {
            await using PerformanceMonitor quality = await OpenAsync(q => q.Metrics(PerformanceMetric.Accuracy));
            Record(quality, harder, 0, life == 0 ? 1000 : 0);
            quality.RecordLabel(life, harder.Labels[life]);
            await quality.FlushAsync(Token);
        }

        await _workspace.Events.DrainAsync();
        LifecycleEvent fell = Assert.Single(told);
        Assert.Equal(("lifecycle.performance.fell", "model/loans"), (fell.Name, fell.Subject));
        using JsonDocument payload = JsonDocument.Parse(fell.Payload);
        Assert.Equal(("accuracy", "estimate", 1000), (
            payload.RootElement.GetProperty("metric").GetString(), payload.RootElement.GetProperty("by").GetString(), payload.RootElement.GetProperty("rows").GetInt32()));
        Assert.True(payload.RootElement.GetProperty("value").GetDouble() < payload.RootElement.GetProperty("limit").GetDouble());
        lock (instruments)
        {
            Assert.Superset(
                new HashSet<string> { "lifecycle.drift.performance.estimated", "lifecycle.drift.performance.realized", "lifecycle.drift.label.coverage" },
                instruments.ToHashSet());
        }
    }

    [Fact]
    public async Task A_store_that_fails_hurts_nobody_and_gets_everything_later()
    {
        LogisticRows rows = LogisticRows.Draw(1200, 64, 0);
        await Drift().PerformanceHistoryAsync("loans", cancellationToken: Token);
        int failures = 0;
        for (int step = 1; step < 30; step++)
        {
            string name = $"n{step}";
            FaultPlan plan = FaultPlan.FailAt(step);
            DriftMonitors faulty = Over(new FaultyDatabase(_workspace.Database, plan));
            PerformanceMonitor quality;
            try
            {
                quality = await faulty.OpenPerformanceAsync("loans", "3", Estimator(q => q.Named(name)), Token);
            }
            catch (Exception error) when (error is LifecycleStorageException or IOException)
            {
                failures++;
                continue;
            }

            await using (quality)
            {
                Record(quality, rows, 0, 1200);
                await quality.FlushAsync(Token);
                quality.RecordLabel(5, rows.Labels[5]);
                await quality.FlushAsync(Token);
            }

            await using PerformanceMonitor again = await OpenAsync(q => q.Named(name));
            Assert.Equal((1000, 1, 200), (again.History[0].Rows, again.History[0].Labelled, again.Current.Rows));
        }

        Assert.InRange(failures, 1, 28);
    }

    [Fact]
    public async Task Predictions_of_final_windows_leave_the_table()
    {
        LogisticRows rows = LogisticRows.Draw(8000, 65, 0);
        await using PerformanceMonitor quality = await OpenAsync(q => q.EveryRows(500).KeepOpen(2000));
        for (int i = 0; i < 8000; i += 500)
        {
            Record(quality, rows, i, 500, from: i);
            await quality.FlushAsync(Token);
            await quality.FlushAsync(Token);
        }

        long kept = await _workspace.Database.WriteAsync(
            async (t, token) => (long)(await t.ScalarAsync("SELECT COUNT(*) FROM drift_prediction", [], token))!, CommitDurability.Buffered, Token);
        Assert.InRange(kept, 1000, 2000);
        Assert.Equal(16, (await Drift().PerformanceHistoryAsync("loans", cancellationToken: Token)).Count);
    }

    private static string JsonOf(PerformancePoint point) => System.Text.Encoding.UTF8.GetString(PerformanceJson.Write(point));

    private static void Record(PerformanceMonitor quality, LogisticRows rows, long firstId, int count, int from = 0)
    {
        for (int i = 0; i < count; i++)
        {
            quality.RecordPrediction(firstId + i, rows.Scores[from + i], rows.Predicted[from + i]);
        }
    }

    private static PerformanceEstimator Estimator(Action<PerformanceOptions>? more)
    {
        return PerformanceEstimator.Fit(Reference.Scores, Reference.Labels, q =>
        {
            q.Metrics(PerformanceMetric.AreaUnderRoc, Value).EveryRows(1000);
            more?.Invoke(q);
        });
    }

    private ValueTask<PerformanceMonitor> OpenAsync(Action<PerformanceOptions>? more = null) => Drift().OpenPerformanceAsync("loans", "3", Estimator(more), Token);

    private DriftMonitors Drift() => Over(_workspace.Database);

    private DriftMonitors Over(LifecycleDatabase database) =>
        new(database, _workspace.Blobs, _workspace.Objects, _workspace.Audit, _workspace.Events, new NamedActor("ada"), _time);
}
