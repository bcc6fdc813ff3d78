using Microsoft.Extensions.Time.Testing;

namespace Lifecycle.Drift.Tests;

public sealed class MonitorTests
{
    private readonly record struct Row(double X, string Label);

    private static readonly Row[] Then = Rows(2000, 1);
    private static readonly ReferenceProfile Reference = ReferenceProfile.From(Then, p => p.Numeric("x", r => r.X).Category("label", r => r.Label));

    [Fact]
    public async Task The_open_window_is_checked_on_request()
    {
        Row[] now = Rows(700, 2, shift: 1);
        await using DriftMonitor<Row> monitor = Reference.Monitor<Row>();
        foreach (Row row in now)
        {
            monitor.Record(in row);
        }

        DriftReport report = await monitor.CheckNowAsync();
        DriftReport batch = Reference.Check(now);
        Assert.Equal(700, report.Rows);
        Assert.Equal(DriftVerdict.Drift, report["x"].Verdict);
        Assert.Equal(batch["x"].LogPValue, report["x"].LogPValue);
        Assert.Equal(batch["x"].PopulationStabilityIndex, report["x"].PopulationStabilityIndex);
        Assert.Equal(batch["label"].LogPValue, report["label"].LogPValue);
        Assert.Equal(batch["x"].Wasserstein!.Value, report["x"].Wasserstein!.Value, 0.05);
        Assert.Null(monitor.Latest);
    }

    [Fact]
    public async Task Eight_threads_lose_no_count()
    {
        const int threads = 8, each = 200_000;
        await using DriftMonitor<Row> monitor = Reference.Monitor<Row>(m => m.EveryRows(100_000).AtLeast(1));
        long rows = 0, bins = 0;
        monitor.Checked += report =>
        {
            rows += report.Rows;
            bins += report["x"].Current.Count;
        };
        Task[] work = [.. Enumerable.Range(0, threads).Select(t => Task.Run(() =>
        {
            for (int i = 0; i < each; i++)
            {
                monitor.Record(in Then[(i * 7 + t) % Then.Length]);
            }
        }))];
        await Task.WhenAll(work);
        DriftReport rest = await monitor.CheckNowAsync();
        Assert.Equal((long)threads * each, bins + rest["x"].Current.Count);
        Assert.Equal((long)threads * each, rows + rest.Rows);
    }

    [Fact]
    public async Task Counts_are_those_of_the_rows()
    {
        Row[] now = Rows(3000, 3);
        await using DriftMonitor<Row> monitor = Reference.Monitor<Row>();
        monitor.RecordRange(now);
        DriftReport report = await monitor.CheckNowAsync();
        Assert.Equal(Reference.Check(now)["x"].Bars, report["x"].Bars);
        Assert.Equal(Reference.Check(now)["label"].Bars, report["label"].Bars);
    }

    [Fact]
    public async Task Recording_allocates_nothing()
    {
        await using DriftMonitor<Row> monitor = Reference.Monitor<Row>();
        ColumnRecorder column = monitor.Column("x");
        double[] many = Samples.Normal(1000, 4);
        void Work()
        {
            for (int i = 0; i < 1000; i++)
            {
                monitor.Record(in Then[i]);
                column.Record(many[i]);
            }

            column.RecordRange(many);
        }

        Work();
        Assert.Equal(0, Allocations.Least(Work));
    }

    [Fact]
    public async Task Windows_close_by_the_clock_and_small_ones_grow()
    {
        FakeTimeProvider time = new(new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero));
        await using DriftMonitor<Row> monitor = Reference.Monitor<Row>(m => m.Every(TimeSpan.FromMinutes(10)).AtLeast(500), time);
        List<DriftReport> windows = [];
        monitor.Checked += windows.Add;
        monitor.RecordRange(Rows(300, 5));
        await Pass(10);
        Assert.Empty(windows);
        monitor.RecordRange(Rows(300, 6));
        await Pass(10);
        Assert.Equal(600, Assert.Single(windows).Rows);
        Assert.Equal(TimeSpan.FromMinutes(20), windows[0].Window!.End - windows[0].Window!.Start);
        Assert.Equal(0, (await monitor.CheckNowAsync()).Rows);
        monitor.RecordRange(Rows(20, 7));
        for (int period = 0; period < 24; period++)
        {
            await Pass(10);
        }

        Assert.Equal((20, true), (windows[1].Rows, windows[1].Window!.TooSmall));
        Assert.Equal(windows[1], monitor.Latest);

        async Task Pass(int minutes)
        {
            time.Advance(TimeSpan.FromMinutes(minutes));
            await monitor.CheckNowAsync();
        }
    }

    [Fact]
    public async Task Windows_close_by_rows()
    {
        await using DriftMonitor<Row> monitor = Reference.Monitor<Row>(m => m.EveryRows(250));
        List<long> rows = [];
        monitor.Checked += report => rows.Add(report.Rows);
        for (int window = 0; window < 3; window++)
        {
            foreach (Row row in Rows(250, 8))
            {
                monitor.Record(in row);
            }

            await monitor.CheckNowAsync();
        }

        Assert.Equal([250, 250, 250], rows);
    }

    [Fact]
    public async Task Alerts_are_raised_and_cleared_and_a_handler_that_throws_hurts_nobody()
    {
        await using DriftMonitor<Row> monitor = Reference.Monitor<Row>(m => m.EveryRows(500).Raise(2, outOf: 3).Clear(after: 2));
        List<string> words = [];
        monitor.Alerts.Raised += _ => throw new InvalidOperationException("a handler");
        monitor.Alerts.Raised += alert => words.Add($"raised {alert.Column}");
        monitor.Alerts.Cleared += alert => words.Add($"cleared {alert.Column}");
        for (int window = 0; window < 6; window++)
        {
            monitor.RecordRange(Rows(500, (ulong)(20 + window), shift: window < 3 ? 2 : 0));
            await monitor.CheckNowAsync();
            Assert.Equal(window is >= 1 and < 4, monitor.Alerts.Active.Any(a => a.Column == "x" && a.Rule == DriftAlert.DriftRule));
        }

        Assert.Equal(["raised x", "cleared x"], words.Where(w => w.EndsWith(" x", StringComparison.Ordinal)).Distinct());
    }

    [Fact]
    public async Task After_disposal_recording_is_nothing_but_counted()
    {
        DriftMonitor<Row> monitor = Reference.Monitor<Row>(m => m.AtLeast(100));
        List<long> rows = [];
        monitor.Checked += report => rows.Add(report.Rows);
        monitor.RecordRange(Rows(150, 9));
        await monitor.DisposeAsync();
        await monitor.DisposeAsync();
        Assert.Equal([150], rows);
        monitor.Record(in Then[0]);
        monitor.Column("x").RecordRange(new double[10]);
        Assert.Equal(11, monitor.Dropped);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await monitor.CheckNowAsync());
    }

    [Fact]
    public async Task A_getter_that_throws_is_counted_as_unreadable()
    {
        ReferenceProfile reference = Reference.ReadingWith<string>(p => p.Numeric("x", t => double.Parse(t, System.Globalization.CultureInfo.InvariantCulture)));
        await using DriftMonitor<string> monitor = reference.Monitor<string>();
        string[] rows = [.. Enumerable.Repeat("0.5", 250), "no number", null!];
        foreach (string row in rows)
        {
            monitor.Record(in row);
        }

        DriftReport report = await monitor.CheckNowAsync();
        Assert.Equal(2, report["x"].Current.Unreadable);
        Assert.Equal(252, report["label"].Current.Missing);
        Assert.Contains(report.Quality, q => q is { Column: "x", Rule: QualityRule.Unreadable, Count: 2 });
    }

    [Fact]
    public async Task Columns_are_recorded_by_name_and_from_tables()
    {
        await using DriftMonitor monitor = Reference.Monitor();
        monitor.RecordRange(new ColumnBatch(
            [BatchColumn.Of<float>("x", new float[] { 1, 2, float.NaN }), BatchColumn.Of<int>("label", new[] { 1, 2, 3 }), BatchColumn.Of<int>("more", new int[3])]));
        monitor.RecordRange(new ColumnBatch([BatchColumn.Of<string>("x", new[] { "one" })]));
        monitor.Column("x").Record(double.NegativeInfinity);
        monitor.Column("x").Record("text");
        monitor.Column("label").Record(5.0);
        monitor.Column("label").RecordRange((string?[])[null, "b", "new"]);
        DriftReport report = await monitor.CheckNowAsync();
        ColumnSummary x = report["x"].Current, label = report["label"].Current;
        Assert.Equal((2L, 1L, 1L, 2L), (x.Count, x.Missing, x.Infinite, x.Unreadable));
        Assert.Equal((5L, 2L, 1L), (label.Count, label.Missing, label.Unreadable));
        Assert.Throws<UnknownColumnException>(() => monitor.Column("none"));
    }

    [Fact]
    public async Task A_preset_that_would_never_test_a_column_opens_no_monitor()
    {
        foreach (DriftPolicy preset in (DriftPolicy[])[DriftPolicy.Evidently, DriftPolicy.NannyML])
        {
            ArgumentException error = Assert.Throws<ArgumentException>(() => Reference.Monitor(m => m.Judge(preset)));
            Assert.Contains("'x'", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("'label'", error.Message, StringComparison.Ordinal);
            Assert.Contains("DriftPolicy.Default", error.Message, StringComparison.Ordinal);
        }

        ReferenceProfile whole = ReferenceProfile.From(new ColumnBatch([BatchColumn.Of<double>("n", Samples.Whole(2000, 5, 3, 0))]));
        await using DriftMonitor monitor = whole.Monitor(m => m.Judge(DriftPolicy.Evidently));
        monitor.Column("n").RecordRange(Samples.Whole(1000, 3, 4, 0));
        Assert.Equal(DriftVerdict.Drift, (await monitor.CheckNowAsync())["n"].Verdict);
    }

    [Fact]
    public async Task A_handler_that_waits_for_its_own_monitor_is_told_why_not()
    {
        List<Exception> refused = [];
        DriftMonitor monitor = Ledgers.Reference.Monitor(m => m.EveryRows(500));
        monitor.Checked += _ =>
        {
            refused.Add(Xunit.Record.Exception(() => monitor.CheckNowAsync().AsTask().Wait())!.InnerException!);
            refused.Add(Xunit.Record.Exception(() => monitor.CloseWindowAsync().AsTask().Wait())!.InnerException!);
            monitor.DisposeAsync().AsTask().Wait();
        };
        Ledgers.Record(monitor, 500, 3);
        await monitor.DisposeAsync();
        Assert.Equal(2, refused.Count);
        Assert.All(refused, e => Assert.Contains("A handler of the monitor", Assert.IsType<InvalidOperationException>(e).Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Options_say_what_is_wrong()
    {
        MonitorOptions options = new();
        ArgumentOutOfRangeException raise = Assert.Throws<ArgumentOutOfRangeException>(() => options.Raise(4, outOf: 3));
        Assert.Contains("Raise(2, outOf: 3)", raise.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => options.Every(TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => options.EveryRows(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => options.Clear(0));
        Assert.Throws<InvalidNameException>(() => options.Named("../x"));
    }

    private static Row[] Rows(int count, ulong seed, double shift = 0)
    {
        double[] x = Samples.Normal(count, seed, shift: shift), labels = Samples.Whole(count, 3, seed, 1);
        return [.. x.Zip(labels, (v, l) => new Row(v, l == 0 ? "a" : l == 1 ? "b" : "c"))];
    }
}
