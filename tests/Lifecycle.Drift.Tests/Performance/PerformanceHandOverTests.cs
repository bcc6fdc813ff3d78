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
}
