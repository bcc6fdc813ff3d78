namespace Lifecycle.Drift.Tests;

public sealed class PerformanceRetentionTests : PerformanceLives
{
    [Fact]
    public async Task Windows_go_after_90_days_though_no_drift_window_is_ever_saved()
    {
        await using PerformanceMonitor quality = await OpenAsync();
        Record(quality, Rows, 0, 1000);
        await quality.FlushAsync(Token);
        World.Time.Advance(TimeSpan.FromDays(60));
        Record(quality, Rows, 1000, 2000);
        await quality.FlushAsync(Token);
        Assert.Equal(2, (await Drift.PerformanceHistoryAsync("loans", cancellationToken: Token)).Count);
        World.Time.Advance(TimeSpan.FromDays(31));
        Record(quality, Rows, 2000, 3000);
        await quality.FlushAsync(Token);
        Assert.Equal(2, (await Drift.PerformanceHistoryAsync("loans", cancellationToken: Token)).Count);
        Assert.Equal("1 2 3", await WindowsAsync("loans"));
        Assert.Equal(0L, await World.ScalarAsync("SELECT COUNT(*) FROM drift_prediction WHERE window = 0"));
    }

    [Fact]
    public async Task An_open_window_that_nobody_goes_on_with_goes_and_one_that_lives_stays()
    {
        await using (PerformanceMonitor gone = await OpenAsync(model: "gone"))
        {
            Record(gone, Rows, 0, 1050);
        }

        await using PerformanceMonitor slow = await OpenAsync(model: "slow");
        Record(slow, Rows, 0, 40);
        await slow.FlushAsync(Token);
        World.Time.Advance(TimeSpan.FromDays(89));
        await slow.FlushAsync(Token);
        Assert.Equal("0 1", await WindowsAsync("gone"));
        World.Time.Advance(TimeSpan.FromDays(2));
        await slow.FlushAsync(Token);
        Assert.Null(await WindowsAsync("gone"));
        Assert.Equal("0", await WindowsAsync("slow"));
        Assert.Equal(40L, await World.ScalarAsync("SELECT COUNT(*) FROM drift_prediction"));
        Assert.Equal(1L, await World.ScalarAsync("SELECT COUNT(*) FROM drift_performance_monitor"));
        await using PerformanceMonitor anew = await OpenAsync(model: "gone");
        Assert.Equal((0, 0), (anew.History.Count, anew.Current.Rows));
    }

    [Theory]
    [InlineData(10, true)]
    [InlineData(100, false)]
    public async Task A_monitor_of_an_older_version_is_as_old_as_its_newest_prediction(int days, bool stays)
    {
        PerformanceMonitor quality = await OpenAsync(model: "old");
        Record(quality, Rows, 0, 40);
        await quality.FlushAsync(Token);
        World.Time.Advance(TimeSpan.FromDays(100 - days));
        Record(quality, Rows, 40, 50);
        await quality.DisposeAsync();
        await World.ScalarAsync("UPDATE drift_performance_monitor SET owner = NULL, since = NULL, heard = NULL RETURNING 1");
        World.Time.Advance(TimeSpan.FromDays(days));
        await using PerformanceMonitor other = await OpenAsync(World.Over(), model: "new");
        Record(other, Rows, 0, 10);
        await other.FlushAsync(Token);
        Assert.Equal(stays ? "0" : null, await WindowsAsync("old"));
        await using PerformanceMonitor again = await OpenAsync(model: "old");
        Assert.Equal(stays ? 50 : 0, again.Current.Rows);
    }

    [Fact]
    public async Task A_database_of_the_version_before_goes_on_with_what_it_has()
    {
        await World.Workspace.Database.MigrateAsync(new MigrationSet("drift", [.. DriftMigrations.Set.Steps.Take(3)]), Token);
        long now = World.Time.GetUtcNow().UtcTicks;
        await World.ScalarAsync("INSERT INTO drift_performance_monitor (id, model, version, monitor) VALUES (7, 'loans', '3', 'performance') RETURNING 1");
        await World.ScalarAsync($"INSERT INTO drift_performance VALUES (7, 0, {now}, NULL, 0, 0, 0, '', NULL) RETURNING 1");
        await World.ScalarAsync($"INSERT INTO drift_prediction VALUES (7, 0, 5, 0.5, 1, {now}, NULL, 0) RETURNING 1");
        await World.ReopenAsync();
        await using PerformanceMonitor quality = await OpenAsync();
        Record(quality, Rows, 0, 10);
        await quality.FlushAsync(Token);
        Assert.Equal((11, 11L), (quality.Current.Rows, await World.ScalarAsync("SELECT COUNT(*) FROM drift_prediction WHERE monitor = 7")));
    }

    private async Task<string?> WindowsAsync(string model) => await World.ScalarAsync(
        $"SELECT group_concat(window, ' ') FROM (SELECT window FROM drift_performance p JOIN drift_performance_monitor m ON m.id = p.monitor WHERE m.model = '{model}' ORDER BY window)") as string;
}
