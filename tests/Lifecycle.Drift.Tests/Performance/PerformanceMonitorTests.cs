using Lifecycle.Statistics;
using Microsoft.Extensions.Time.Testing;

namespace Lifecycle.Drift.Tests;

public sealed class PerformanceMonitorTests
{
    private static readonly LogisticRows Reference = LogisticRows.Draw(5000, 40, 0);
    private static readonly PerformanceMetric[] Metrics = [PerformanceMetric.AreaUnderRoc, PerformanceMetric.F1, PerformanceMetric.Accuracy];

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 6, 1, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task Estimates_come_at_once_and_labels_count_for_the_window_of_their_prediction()
    {
        await using PerformanceMonitor quality = Open(q => q.EveryRows(1000).Metrics(Metrics));
        LogisticRows first = LogisticRows.Draw(1000, 41, 0), second = LogisticRows.Draw(400, 41, 1);
        Assert.Equal("there are no rows", quality.Current.Estimated.NotDefined);
        Record(quality, first, 0);
        PerformancePoint now = quality.Current;
        Assert.Equal((1000, 0, 0.0, false), (now.Rows, now.Labelled, now.Coverage, now.IsOpen));
        IReadOnlyList<MetricEstimate> estimates = quality.Estimator.Estimate(first.Scores, first.Predicted);
        Assert.Equal(estimates, now.Metrics.Select(m => m.Estimated));
        Assert.Equal("there are no labels yet", now.Realized.NotDefined);

        Record(quality, second, 1000);
        _time.Advance(TimeSpan.FromHours(5));
        for (int i = 0; i < 600; i++)
        {
            quality.RecordLabel(i, first.Labels[i]);
        }

        Assert.Equal((400, 0, true), (quality.Current.Rows, quality.Current.Labelled, quality.Current.IsOpen));
        PerformancePoint closed = Assert.Single(quality.History);
        Assert.Equal((1000, 600, .6), (closed.Rows, closed.Labelled, closed.Coverage));
        Assert.Equal((600, TimeSpan.FromHours(5), TimeSpan.FromHours(5)), (closed.LabelDelay.Count, closed.LabelDelay.Median, closed.LabelDelay.Longest));
        Assert.Equal(estimates, closed.Metrics.Select(m => m.Estimated));
        foreach (PerformanceMetric metric in Metrics)
        {
            Assert.Equal(
                PerformanceEstimator.Measure(metric, first.Scores.AsSpan(0, 600), first.Predicted.AsSpan(0, 600), first.Labels.AsSpan(0, 600)).Value, closed[metric].Realized.Value, 1e-12);
            Assert.InRange(closed[metric].Reweighted.Value, closed[metric].Realized.Value - .02, closed[metric].Realized.Value + .02);
            Assert.True(closed[metric].RealizedLimit < closed[metric].Limit && closed[metric].Limit < closed[metric].Reference);
        }

        Assert.Empty(closed.Warnings);
        Assert.Equal(closed.Window.End, _time.GetUtcNow() - TimeSpan.FromHours(5));
        PerformancePoint? forced = await quality.CloseWindowAsync(TestContext.Current.CancellationToken);
        Assert.Equal((400, 2), (forced!.Rows, quality.History.Count));
    }

    [Fact]
    public async Task Windows_close_by_the_clock_and_grow_while_they_are_small()
    {
        await using PerformanceMonitor quality = Open(q => q.Every(TimeSpan.FromHours(1)).AtLeast(200));
        List<PerformancePoint> closed = [];
        quality.Closed += _ => throw new InvalidOperationException("a handler's own failure");
        quality.Closed += closed.Add;
        Record(quality, LogisticRows.Draw(150, 42, 0), 0);
        await Hour();
        Assert.Empty(closed);
        Record(quality, LogisticRows.Draw(150, 42, 1), 150);
        await Hour();
        Assert.Equal((300, false, TimeSpan.FromHours(2)), (Assert.Single(closed).Rows, closed[0].Window.TooSmall, closed[0].Window.End - closed[0].Window.Start));
        Record(quality, LogisticRows.Draw(10, 42, 2), 300);
        for (int i = 0; i < 24; i++)
        {
            await Hour();
        }

        Assert.Equal((10, true), (closed[1].Rows, closed[1].Window.TooSmall));
        await Hour();
        Assert.Equal(2, closed.Count);

        async Task Hour()
        {
            _time.Advance(TimeSpan.FromHours(1));
            await quality.FlushAsync(TestContext.Current.CancellationToken);
            await quality.FlushAsync(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task A_fall_is_told_once_by_the_estimate_and_once_by_labels()
    {
        await using PerformanceMonitor quality = Open(q => q.EveryRows(2000).Metrics(PerformanceMetric.Accuracy));
        List<PerformanceFall> falls = [];
        quality.Fell += falls.Add;
        LogisticRows same = LogisticRows.Draw(2000, 43, 0), harder = LogisticRows.Draw(2000, 43, 1, shift: .6, spread: .4), changed = LogisticRows.Draw(2000, 43, 2, concept: 1.5);
        Record(quality, same, 0);
        Record(quality, harder, 2000);
        Record(quality, changed, 4000);
        await quality.FlushAsync(TestContext.Current.CancellationToken);
        await quality.FlushAsync(TestContext.Current.CancellationToken);
        PerformanceFall fall = Assert.Single(falls);
        Assert.Equal((quality.History[1].Estimated.Value, false), (fall.Value, fall.ByLabels));
        Assert.Contains("accuracy estimated at 0.", fall.Summary, StringComparison.Ordinal);
        for (int round = 0; round < 2; round++)
        {
            for (int i = 0; i < 2000; i++)
            {
                quality.RecordLabel(i, same.Labels[i]);
                quality.RecordLabel(4000 + i, changed.Labels[i]);
            }

            await quality.FlushAsync(TestContext.Current.CancellationToken);
            await quality.FlushAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal([false, true], falls.Select(f => f.ByLabels));
        Assert.Equal(quality.History[2].Realized.Value, falls[1].Value);
        Assert.Empty(quality.History[0].Warnings);
        Assert.Contains("Labels contradict the calibration", Assert.Single(quality.History[2].Warnings), StringComparison.Ordinal);
        Assert.Equal(4000, quality.Labels.Counts.RepeatedLabels);
    }

    [Fact]
    public async Task Corrections_that_cancel_each_other_are_seen()
    {
        await using PerformanceMonitor quality = Open(q => q.EveryRows(1000).Metrics(PerformanceMetric.Accuracy));
        LogisticRows rows = LogisticRows.Draw(1400, 51, 0);
        Record(quality, rows, 0);
        for (int i = 0; i < 1400; i++)
        {
            quality.RecordLabel(i, rows.Predicted[i]);
        }

        Assert.Equal((1.0, 1.0), (quality.History[0].Realized.Value, quality.Current.Realized.Value));
        foreach (int first in (int[])[0, 1000])
        {
            quality.RecordLabel(Array.IndexOf(rows.Predicted, true, first), false);
            quality.RecordLabel(Array.IndexOf(rows.Predicted, false, first), true);
        }

        Assert.Equal(.998, quality.History[0].Realized.Value, 1e-12);
        Assert.Equal(.995, quality.Current.Realized.Value, 1e-12);
        Assert.Equal(4, quality.Labels.Counts.Corrected);
    }

    [Fact]
    public async Task A_limit_of_ones_own_decides()
    {
        await using PerformanceMonitor quality = Open(q => q.EveryRows(500).AtLeast(PerformanceMetric.AreaUnderRoc, .99));
        Record(quality, LogisticRows.Draw(500, 44, 0), 0);
        Assert.Equal(.99, quality.History[0].Metrics[0].Limit);
        Assert.True(quality.History[0].Metrics[0].EstimateFell);
    }

    [Fact]
    public async Task Scores_and_inputs_outside_the_reference_make_it_doubtful()
    {
        ReferenceProfile profile = ReferenceProfile.From(new ColumnBatch([BatchColumn.Of<double>("x", Samples.Normal(2000, 45))]));
        await using DriftMonitor inputs = new(profile, new MonitorOptions().EveryRows(1000));
        bool[] labels = [.. Enumerable.Range(0, 1000).Select(i => i % 3 == 0)];
        double[] narrow = [.. Enumerable.Range(0, 1000).Select(i => .3 + i % 100 / 500.0)];
        await using PerformanceMonitor quality = PerformanceMonitor.Cbpe(narrow, labels, q => q.EveryRows(1000).WatchInputs(inputs), _time);
        double[] values = [.. Enumerable.Range(0, 1000).Select(i => i % 5 == 0 ? 50.0 : 0.1 * (i % 7))];
        inputs.RecordRange(new ColumnBatch([BatchColumn.Of<double>("x", values)]));
        await inputs.CheckNowAsync(TestContext.Current.CancellationToken);
        for (int i = 0; i < 1000; i++)
        {
            quality.RecordPrediction(i, i % 10 == 0 ? .9 : .4);
        }

        IReadOnlyList<string> warnings = quality.History[0].Warnings;
        Assert.Equal(2, warnings.Count);
        Assert.Contains("10.0 % of the scores lie outside the reference's 0.3 to 0.498", warnings[0], StringComparison.Ordinal);
        Assert.Contains("20.0 % of the values of 'x'", warnings[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Calibration_that_holds_is_rarely_doubted()
    {
        double[] rates = new double[2];
        CalibrationMethod[] methods = [CalibrationMethod.Isotonic, CalibrationMethod.None];
        for (int m = 0; m < methods.Length; m++)
        {
            for (ulong round = 0; round < 100; round++)
            {
                LogisticRows reference = LogisticRows.Draw(2000, 46, 2 * round, power: m == 0 ? 1.3 : 1), rows = LogisticRows.Draw(1000, 46, 2 * round + 1, shift: .3, power: m == 0 ? 1.3 : 1);
                CalibrationMethod method = methods[m];
                CalibrationDriftTest test = new(PerformanceEstimator.Fit(reference.Scores, reference.Labels, q => q.Calibrate(method)));
                rates[m] += test.Test(rows.Scores, rows.Labels).PValue < .01 ? 1 / 100.0 : 0;
            }
        }

        // Nominal .01.
        Assert.All(rates, r => Assert.InRange(r, 0, .03));
    }

    [Fact]
    public async Task Reweighting_removes_a_planted_delay_bias()
    {
        double bias = 0, left = 0;
        for (ulong round = 0; round < 12; round++)
        {
            await using PerformanceMonitor quality = Open(q => q.EveryRows(4000).Metrics(PerformanceMetric.Accuracy).Calibrate(CalibrationMethod.None));
            LogisticRows rows = LogisticRows.Draw(4000, 47, round);
            RandomStream random = new(48, round);
            Record(quality, rows, 0);
            for (int i = 0; i < 4000; i++)
            {
                // Labels of sure negatives come late.
                if (random.NextDouble() < (rows.Scores[i] > .2 ? .9 : .1))
                {
                    quality.RecordLabel(i, rows.Labels[i]);
                }
            }

            double truth = PerformanceEstimator.Measure(PerformanceMetric.Accuracy, rows.Scores, rows.Predicted, rows.Labels).Value;
            bias += (quality.History[0].Realized.Value - truth) / 12;
            left += (quality.History[0].Reweighted.Value - truth) / 12;
        }

        Assert.InRange(bias, -1, -.05);
        Assert.InRange(left, -.005, .005);
    }

    [Fact]
    public async Task A_part_of_the_scores_without_labels_is_said()
    {
        await using PerformanceMonitor quality = Open(q => q.EveryRows(1000));
        LogisticRows rows = LogisticRows.Draw(1000, 49, 0);
        Record(quality, rows, 0);
        for (int i = 0; i < 1000; i++)
        {
            if (rows.Scores[i] > .3)
            {
                quality.RecordLabel(i, rows.Labels[i]);
            }
        }

        Assert.StartsWith("no label yet in ", quality.History[0].Reweighted.NotDefined, StringComparison.Ordinal);
        Assert.True(quality.History[0].Realized.IsDefined);
    }

    [Fact]
    public async Task What_leaves_the_memory_was_judged_before_and_is_final()
    {
        await using PerformanceMonitor quality = Open(q => q.EveryRows(500).KeepOpen(4000));
        LogisticRows rows = LogisticRows.Draw(12_000, 50, 0);
        for (int window = 0; window < 24; window++)
        {
            for (int i = 500 * window; i < 500 * (window + 1); i++)
            {
                quality.RecordPrediction(i, rows.Scores[i], rows.Predicted[i]);
                if (i >= 1000)
                {
                    quality.RecordLabel(i - 1000, rows.Labels[i - 1000]);
                }
            }

            await quality.FlushAsync(TestContext.Current.CancellationToken);
        }

        IReadOnlyList<PerformancePoint> points = quality.History;
        Assert.Equal(24, points.Count);
        Assert.Equal(Enumerable.Range(0, 24).Select(w => (500, w < 22 ? 500 : 0)), points.Select(p => (p.Rows, p.Labelled)));
        Assert.True(points[0].IsFinal && points[15].IsFinal && !points[18].IsFinal && !points[23].IsFinal);
        Assert.Equal(PerformanceEstimator.Measure(PerformanceMetric.AreaUnderRoc, rows.Scores.AsSpan(0, 500), [], rows.Labels.AsSpan(0, 500)).Value, points[0].Realized.Value, 1e-12);
        quality.RecordLabel(0, true);
        _time.Advance(TimeSpan.FromMinutes(10));
        LabelCounts counts = quality.Labels.Counts;
        Assert.Equal((4000, 8000, 11_000, 0, 1), (counts.Open, counts.Left, counts.Labelled, counts.Unlabelled, counts.Orphans));
        Assert.Equal(4000, quality.Labels.Capacity);
    }

    [Fact]
    public async Task A_window_that_predictions_fill_while_it_is_being_closed_keeps_its_rows()
    {
        await using PerformanceMonitor quality = Open(q => q.EveryRows(300));
        LogisticRows rows = LogisticRows.Draw(400, 53, 0);
        for (int i = 0; i < 299; i++)
        {
            quality.RecordPrediction(i, rows.Scores[i]);
        }

        // The window that was looked at fills, and the next one begins.
        quality.Labels.Closing = () =>
        {
            quality.Labels.Closing = null;
            for (int i = 299; i < 400; i++)
            {
                quality.RecordPrediction(i, rows.Scores[i]);
            }
        };
        PerformancePoint closed = (await quality.CloseWindowAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal((100, true), (closed.Rows, closed.Window.TooSmall));
        Assert.Equal([(300, false), (100, true)], quality.History.Select(p => (p.Rows, p.Window.TooSmall)));
        Assert.Equal(0, quality.Labels.Open.Rows);
        Assert.All(quality.History, p => Assert.Empty(p.Warnings));
    }

    [Fact]
    public async Task A_handler_that_waits_for_its_own_monitor_is_told_why_not()
    {
        List<Exception> refused = [];
        PerformanceMonitor quality = Open(q => q.EveryRows(300));
        LogisticRows rows = LogisticRows.Draw(300, 54, 0);
        quality.Closed += _ =>
        {
            refused.Add(Xunit.Record.Exception(() => quality.FlushAsync().AsTask().Wait())!.InnerException!);
            refused.Add(Xunit.Record.Exception(() => quality.CloseWindowAsync().AsTask().Wait())!.InnerException!);
            quality.DisposeAsync().AsTask().Wait();
        };
        Record(quality, rows, 0);
        await quality.DisposeAsync();
        Assert.Equal(2, refused.Count);
        Assert.All(refused, e => Assert.Contains("A handler of the monitor 'performance'", Assert.IsType<InvalidOperationException>(e).Message, StringComparison.Ordinal));
        Assert.Equal(300, Assert.Single(quality.History).Rows);
    }

    [Fact]
    public async Task Who_goes_on_inside_a_handler_is_not_in_it()
    {
        PerformanceMonitor quality = Open(q => q.EveryRows(300));
        TaskCompletionSource closed = new();
        quality.Closed += _ => closed.TrySetResult();
        int handler = -1;
        quality.Closed += _ => handler = Environment.CurrentManagedThreadId;
        Record(quality, LogisticRows.Draw(350, 54, 0), 0);
        await closed.Task;
        await quality.FlushAsync();
        await quality.DisposeAsync();
        Assert.NotEqual(-1, handler);
        Assert.Equal(300, Assert.Single(quality.History).Rows);
    }

    [Fact]
    public async Task Many_threads_lose_nothing()
    {
        const int Threads = 8, Each = 20_000;
        await using PerformanceMonitor quality = Open(q => q.EveryRows(10_000).Calibrate(CalibrationMethod.None).KeepOpen(400_000));
        Task[] tasks = [.. Enumerable.Range(0, Threads).Select(t => Task.Run(() =>
        {
            for (int i = 0; i < Each; i++)
            {
                long id = (long)t * Each + i;
                quality.RecordPrediction(id, i % 100 / 100.0, i % 3 == 0);
                quality.RecordLabel(id ^ 1, i % 2 == 0);
                if (i % 5000 == 0)
                {
                    _ = quality.Current;
                }
            }
        }, TestContext.Current.CancellationToken))];
        await Task.WhenAll(tasks);
        LabelCounts counts = quality.Labels.Counts;
        Assert.Equal((Threads * Each, Threads * Each, 0, 0), (counts.Predictions, counts.Labelled, counts.Waiting, counts.Orphans));
        Assert.Equal(Enumerable.Repeat((10_000, 10_000), 16), quality.History.Select(p => (p.Rows, p.Labelled)));
    }

    [Fact]
    public async Task Recording_allocates_nothing_once_warm()
    {
        await using PerformanceMonitor quality = Open(q => q.Every(TimeSpan.FromDays(1)).Calibrate(CalibrationMethod.None).KeepOpen(20_000));
        for (long i = 0; i < 50_000; i++)
        {
            quality.RecordPrediction(i, i % 100 / 100.0);
            quality.RecordLabel(i, i % 2 == 0);
        }

        long next = 50_000;
        Assert.Equal(0, Allocations.Least(() =>
        {
            for (long end = next + 5000; next < end; next++)
            {
                quality.RecordPrediction(next, next % 100 / 100.0);
                quality.RecordLabel(next, next % 2 == 0);
            }
        }));
    }

    [Fact]
    public async Task Bad_scores_repeated_ids_and_what_comes_after_the_end_are_counted()
    {
        PerformanceMonitor quality = Open(q => q.EveryRows(1000));
        foreach (double score in (double[])[double.NaN, -.1, 1.1, double.PositiveInfinity])
        {
            quality.RecordPrediction("a", score);
        }

        quality.RecordPrediction("a", .7);
        quality.RecordPrediction("a", .1);
        quality.RecordPrediction(Guid.Empty, -0.0, false);
        await quality.DisposeAsync();
        await quality.DisposeAsync();
        quality.RecordPrediction("b", .5);
        quality.RecordLabel("a", true);
        LabelCounts counts = quality.Labels.Counts;
        Assert.Equal((2, 5, 1, 0), (counts.Predictions, counts.Refused, counts.RepeatedPredictions, counts.Labelled));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await quality.FlushAsync());
        Assert.Equal(2, quality.Current.Rows);
    }

    private static void Record(PerformanceMonitor quality, LogisticRows rows, long firstId)
    {
        for (int i = 0; i < rows.Scores.Length; i++)
        {
            quality.RecordPrediction(firstId + i, rows.Scores[i], rows.Predicted[i]);
        }
    }

    private PerformanceMonitor Open(Action<PerformanceOptions> configure) =>
        PerformanceMonitor.Cbpe(Reference.Scores, Reference.Labels, configure, _time);
}
