namespace Lifecycle.Drift.Tests;

public sealed class WindowTests
{
    private static readonly ReferenceProfile Reference = ReferenceProfile.From(new ColumnBatch(
        [BatchColumn.Of<double>("x", Samples.Normal(2000, 1)), BatchColumn.Of<string>("label", Enumerable.Range(0, 2000).Select(i => i % 2 == 0 ? "a" : "b").ToArray())]));

    private readonly SteppedTime _time = new();

    [Fact]
    public async Task A_sliding_window_is_judged_over_its_last_parts_at_the_end_of_each()
    {
        await using DriftMonitor monitor = Reference.Monitor(m => m.Every(TimeSpan.FromHours(1)).Sliding(3).AtLeast(100), _time);
        List<DriftReport> windows = [];
        monitor.Checked += windows.Add;
        int[] parts = [100, 200, 400, 800, 0];
        for (int hour = 0; hour < parts.Length; hour++)
        {
            Record(monitor, parts[hour], "a");
            Record(monitor, 20 * hour, "new in hour " + hour);
            await PassAsync(monitor, TimeSpan.FromHours(1));
        }

        Assert.Equal([100L, 320, 760, 1520, 1380], windows.Select(w => w.Rows));
        Assert.Equal([1, 2, 3, 3, 3], windows.Select(w => (int)(w.Window!.End - w.Window.Start).TotalHours));
        Assert.Equal([0L, 20, 60, 120, 180], windows.Select(Unseen));
        Assert.Contains("new in hour 2", windows[^1].Quality.Single(q => q.Rule == QualityRule.UnseenLabel).Message, StringComparison.Ordinal);
        Assert.DoesNotContain("new in hour 1", windows[^1].Quality.Single(q => q.Rule == QualityRule.UnseenLabel).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Columns_recorded_one_by_one_make_no_parts_of_their_own()
    {
        await using DriftMonitor monitor = Reference.Monitor(m => m.EveryRows(1000).Sliding(3), _time);
        List<long> windows = [];
        monitor.Checked += report => windows.Add(report.Rows);
        for (int part = 0; part < 5; part++)
        {
            monitor.Column("x").RecordRange(Samples.Normal(990, (ulong)part));
            Record(monitor, 1000, "a");
            await monitor.CheckNowAsync();
            monitor.Column("x").RecordRange(Samples.Normal(10, (ulong)part));
            await monitor.CheckNowAsync();
        }

        Assert.Equal([1000L, 2000, 3000, 3000, 3000], windows);
    }

    [Fact]
    public async Task A_sliding_window_with_too_few_rows_grows_until_it_has_enough()
    {
        await using DriftMonitor monitor = Reference.Monitor(m => m.Every(TimeSpan.FromHours(1)).Sliding(2).AtLeast(500), _time);
        List<DriftReport> windows = [];
        monitor.Checked += windows.Add;
        foreach (int rows in (int[])[200, 200, 200, 200])
        {
            Record(monitor, rows, "a");
            await PassAsync(monitor, TimeSpan.FromHours(1));
        }

        Assert.Equal([600L], windows.Select(w => w.Rows));
        Assert.Equal(TimeSpan.FromHours(3), windows[0].Window!.End - windows[0].Window!.Start);
    }

    [Fact]
    public async Task A_check_that_is_late_merges_the_windows_it_missed()
    {
        await using DriftMonitor monitor = Reference.Monitor(m => m.Every(TimeSpan.FromMinutes(1)).AtLeast(1), _time);
        using SemaphoreSlim entered = new(0), released = new(0);
        List<DriftReport> windows = [];
        monitor.Checked += report =>
        {
            windows.Add(report);
            if (windows.Count == 1)
            {
                entered.Release();
                released.Wait();
            }
        };
        Record(monitor, 10, "a");
        _time.Advance(TimeSpan.FromMinutes(1));
        await entered.WaitAsync();
        for (int minute = 0; minute < 5; minute++)
        {
            Record(monitor, 100, "b");
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        released.Release();
        Assert.Equal(0, (await monitor.CheckNowAsync()).Rows);
        Assert.Equal([10L, 500L], windows.Select(w => w.Rows));
        Assert.Equal(TimeSpan.FromMinutes(5), windows[1].Window!.End - windows[1].Window!.Start);
    }

    [Theory]
    [InlineData(-24)]
    [InlineData(-0.5)]
    [InlineData(24)]
    public async Task A_clock_that_jumps_moves_no_window_and_is_noted(double hours)
    {
        await using DriftMonitor monitor = Reference.Monitor(m => m.Every(TimeSpan.FromHours(1)).AtLeast(1), _time);
        List<DriftReport> windows = [];
        monitor.Checked += windows.Add;
        for (int hour = 0; hour < 3; hour++)
        {
            Record(monitor, 100, "a");
            _time.WallOffset += hour == 1 ? TimeSpan.FromHours(hours) : TimeSpan.FromMilliseconds(900);
            await PassAsync(monitor, TimeSpan.FromHours(1));
        }

        Assert.Equal([WindowGaps.None, WindowGaps.ClockJumped, WindowGaps.None], windows.Select(w => w.Window!.Gap));
        Assert.Equal([100L, 100, 100], windows.Select(w => w.Rows));
        Assert.Equal(TimeSpan.FromHours(1 + hours), windows[1].Window!.End - windows[1].Window!.Start);
        Assert.Equal(WindowGaps.ClockJumped, DriftReport.Parse(windows[1].ToUtf8Json()).Window!.Gap);
        Assert.DoesNotContain("gap", windows[0].ToJson(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Options_say_the_value_the_range_and_an_example()
    {
        foreach ((Action<MonitorOptions> wrong, string value, string example) in new (Action<MonitorOptions>, string, string)[]
        {
            (m => m.Every(TimeSpan.Zero), "00:00:00", "TimeSpan.FromHours(1)"),
            (m => m.Every(TimeSpan.FromDays(49)), "49.00:00:00", "48 days"),
            (m => m.EveryRows(0), "0", "EveryRows(5000)"),
            (m => m.AtLeast(-3), "-3", "AtLeast(200)"),
            (m => m.Sliding(0), "0", "Sliding(24)"),
            (m => m.Sliding(169), "169", "Sliding(24)"),
            (m => m.Raise(4, outOf: 3), "4 of 3", "Raise(2, outOf: 3)"),
            (m => m.Clear(0), "0", "Clear(after: 3)"),
            (m => m.AtMostADay(-1), "-1", "10"),
        })
        {
            ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(() => wrong(new MonitorOptions()));
            Assert.Contains(value, error.Message, StringComparison.Ordinal);
            Assert.Contains(example, error.Message, StringComparison.Ordinal);
        }

        DriftOptions options = new() { KeepFindings = TimeSpan.Zero, LeastRows = 0, RowsPerWindow = 0, Period = TimeSpan.Zero, EffectFloor = double.NaN, Alpha = 1 };
        Assert.Equal(6, options.Problems().Count());
        Assert.All(options.Problems(), p => Assert.Contains("for example", p, StringComparison.Ordinal));
    }

    private static long Unseen(DriftReport report) => report.Quality.Where(q => q.Rule == QualityRule.UnseenLabel).Sum(q => q.Count);

    private static void Record(DriftMonitor monitor, int rows, string label)
    {
        for (int i = 0; i < rows; i++)
        {
            monitor.Column("label").Record(label);
        }
    }

    private async Task PassAsync(DriftMonitor monitor, TimeSpan time)
    {
        _time.Advance(time);
        await monitor.CheckNowAsync();
    }
}
