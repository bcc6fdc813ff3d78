namespace Lifecycle.Drift.Tests;

/// <summary>What one life of a monitor leaves to the next, whatever came in between.</summary>
public sealed class PerformanceHandOverTests : PerformanceLives
{
    [Fact]
    public async Task A_window_that_fills_while_the_monitor_is_handed_over_is_closed_by_the_newer_one()
    {
        Outage outage = new("database.write");
        await using PerformanceMonitor first = await OpenAsync(outage.Over(World, new ListLogger()), q => q.SaveEvery(TimeSpan.FromDays(1)));
        Record(first, Rows, 0, 900);
        await first.FlushAsync(Token);
        Record(first, Rows, 900, 950);
        outage.Before = () => Record(first, Rows, 950, 1100);
        await using PerformanceMonitor second = await OpenAsync();
        Assert.Equal((1000, 100), (Assert.Single(second.History).Rows, second.Current.Rows));
        Assert.Equal(0L, first.Labels.Counts.Refused);
    }

    [Fact]
    public async Task Predictions_that_were_written_before_their_window_and_its_forerunner_are_not_lost()
    {
        await using (PerformanceMonitor first = await OpenAsync())
        {
            Record(first, Rows, 0, 1100);
        }

        // A kill between the saving of the window that fills and that of the next one.
        await World.ScalarAsync("DELETE FROM drift_performance WHERE window = 1 RETURNING 1");
        await World.ScalarAsync("UPDATE drift_performance SET closed = NULL, rows = 0, point = NULL WHERE window = 0 RETURNING 1");
        await using (PerformanceMonitor second = await OpenAsync())
        {
            Assert.Equal((1000, 100), (Assert.Single(second.History).Rows, second.Current.Rows));
            Record(second, Rows, 1100, 2050);
            Assert.Equal([1000, 1000], second.History.Select(p => p.Rows));
        }

        await using PerformanceMonitor third = await OpenAsync();
        Assert.Equal(50, third.Current.Rows);
        Assert.Equal([1000, 1000], third.History.Select(p => p.Rows));
    }

    [Fact]
    public async Task A_window_that_is_judged_while_the_monitor_is_handed_over_is_told_by_the_older_one()
    {
        Outage outage = new("database.write");
        await using PerformanceMonitor first = await OpenAsync(outage.Over(World, new ListLogger()), q => q.SaveEvery(TimeSpan.FromDays(1)));
        List<PerformancePoint> told = [];
        first.Closed += told.Add;
        Record(first, Rows, 0, 950);
        outage.Before = () =>
        {
            Record(first, Rows, 950, 1100);
            Assert.Single(first.History);
        };
        await using PerformanceMonitor second = await OpenAsync();
        await first.DisposeAsync();
        Assert.Equal(1000, Assert.Single(told).Rows);
        Assert.Equal(1000, Assert.Single(second.History).Rows);
    }

    [Fact]
    public async Task Labels_that_wait_for_their_predictions_are_handed_over()
    {
        await using PerformanceMonitor first = await OpenAsync();
        Record(first, Rows, 0, 100);
        first.RecordLabel(150, true);
        first.RecordLabel(151, false);
        await using PerformanceMonitor second = await OpenAsync();
        Assert.Equal(2L, second.Labels.Counts.Waiting);
        Record(second, Rows, 100, 200);
        Assert.Equal((200, 2, 0L), (second.Current.Rows, second.Current.Labelled, second.Labels.Counts.Waiting));
    }
}
