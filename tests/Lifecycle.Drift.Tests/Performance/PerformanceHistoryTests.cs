using System.Diagnostics.Metrics;
using System.Text.Json;
using Lifecycle.Storage.Specification;

namespace Lifecycle.Drift.Tests;

public sealed class PerformanceHistoryTests : PerformanceLives
{
    private static readonly PerformanceMetric Value = PerformanceMetric.BusinessValue(10, -3, 0, -5, perPrediction: true);

    [Fact]
    public async Task A_monitor_goes_on_where_it_was_stopped()
    {
        LogisticRows rows = LogisticRows.Draw(1500, 61, 0);
        PerformancePoint before;
        await using (PerformanceMonitor first = await BothAsync())
        {
            Record(first, rows, 0, 1500, from: 0);
            for (int i = 0; i < 300; i++)
            {
                first.RecordLabel(i, rows.Labels[i]);
            }

            before = first.History[0];
        }

        World.Time.Advance(TimeSpan.FromDays(2));
        await using PerformanceMonitor second = await BothAsync();
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
        IReadOnlyList<PerformancePoint> history = await Drift.PerformanceHistoryAsync("loans", "3", cancellationToken: Token);
        Assert.Equal(second.History.Reverse().Select(JsonOf), history.Select(JsonOf));
        Assert.Equal(Value, history[0].Metrics[1].Metric);
        Assert.Empty(await Drift.PerformanceHistoryAsync("loans", "4", cancellationToken: Token));
        await using PerformanceMonitor other = await BothAsync(q => q.Named("other"));
        Assert.Empty(other.History);
    }

    [Fact]
    public async Task A_fall_is_published_once_with_its_window()
    {
        List<LifecycleEvent> told = [];
        await using IAsyncDisposable receiver = await World.Workspace.Events.SubscribeAsync("test", (happened, _) =>
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
            await using PerformanceMonitor quality = await BothAsync(q => q.Metrics(PerformanceMetric.Accuracy));
            Record(quality, harder, 0, life == 0 ? 1000 : 0, from: 0);
            quality.RecordLabel(life, harder.Labels[life]);
            await quality.FlushAsync(Token);
        }

        await World.Workspace.Events.DrainAsync();
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
        await Drift.PerformanceHistoryAsync("loans", cancellationToken: Token);
        int failures = 0, told = 0;
        for (int step = 1; step < 30; step++)
        {
            string name = $"n{step}";
            FaultPlan plan = FaultPlan.FailAt(step);
            DriftMonitors faulty = World.Over(new FaultyDatabase(World.Workspace.Database, plan));
            PerformanceMonitor quality;
            try
            {
                quality = await OpenAsync(faulty, q => q.Named(name));
            }
            catch (Exception error) when (error is LifecycleStorageException or IOException)
            {
                failures++;
                continue;
            }

            await using (quality)
            {
                Record(quality, rows, 0, 1200, from: 0);
                told += await FlushAsync(quality) ? 0 : 1;
                quality.RecordLabel(5, rows.Labels[5]);
                told += await FlushAsync(quality) ? 0 : 1;
            }

            await using PerformanceMonitor again = await BothAsync(q => q.Named(name));
            Assert.Equal((1000, 1, 200), (again.History[0].Rows, again.History[0].Labelled, again.Current.Rows));
        }

        Assert.InRange(failures, 1, 28);
        Assert.InRange(told, 1, 28);

        static async Task<bool> FlushAsync(PerformanceMonitor quality)
        {
            try
            {
                await quality.FlushAsync(Token);
                return true;
            }
            catch (LifecycleStorageException)
            {
                return false;
            }
        }
    }

    [Fact]
    public async Task Predictions_of_final_windows_leave_the_table()
    {
        LogisticRows rows = LogisticRows.Draw(8000, 65, 0);
        await using PerformanceMonitor quality = await BothAsync(q => q.EveryRows(500).KeepOpen(2000));
        for (int i = 0; i < 8000; i += 500)
        {
            Record(quality, rows, i, 500, from: i);
            await quality.FlushAsync(Token);
            await quality.FlushAsync(Token);
        }

        long kept = await World.Workspace.Database.WriteAsync(
            async (t, token) => (long)(await t.ScalarAsync("SELECT COUNT(*) FROM drift_prediction", [], token))!, CommitDurability.Buffered, Token);
        Assert.InRange(kept, 1000, 2000);
        Assert.Equal(16, (await Drift.PerformanceHistoryAsync("loans", cancellationToken: Token)).Count);
    }

    private ValueTask<PerformanceMonitor> BothAsync(Action<PerformanceOptions>? more = null) => OpenAsync(q =>
    {
        q.Metrics(PerformanceMetric.AreaUnderRoc, Value);
        more?.Invoke(q);
    });

    private static void Record(PerformanceMonitor quality, LogisticRows rows, long firstId, int count, int from)
    {
        for (int i = 0; i < count; i++)
        {
            quality.RecordPrediction(firstId + i, rows.Scores[from + i], rows.Predicted[from + i]);
        }
    }
}
