namespace Lifecycle.Drift.Tests;

public sealed class RecordingTests
{
    private readonly record struct Row(double X, string Label);

    private static readonly string[] Labels = ["a", "b", "c"];
    private static readonly Row[] Then = [.. Samples.Normal(4000, 1).Select((x, i) => new Row(x, Labels[i % 3]))];
    private static readonly ReferenceProfile Reference = ReferenceProfile.From(Then, p => p.Numeric("x", r => r.X).Category("label", r => r.Label));

    [Fact]
    public async Task Eight_threads_record_while_windows_close_and_every_sum_is_exact()
    {
        const int threads = 8, each = 1_000_000;
        await using DriftMonitor monitor = Reference.Monitor(m => m.AtLeast(1));
        ColumnRecorder x = monitor.Column("x"), label = monitor.Column("label");
        Dictionary<string, long> bars = [];
        long missing = 0, count = 0, labels = 0;
        int running = threads;
        double[] values = [.. Samples.Normal(1 << 12, 9)];
        values[7] = double.NaN;
        Thread[] work = [.. Enumerable.Range(0, threads).Select(t => new Thread(() =>
        {
            for (int i = 0; i < each; i++)
            {
                x.Record(values[(i + t) & (values.Length - 1)]);
                if ((i & 15) == 0)
                {
                    label.Record(Labels[i % 3]);
                }
            }

            Interlocked.Decrement(ref running);
        }))];
        Array.ForEach(work, t => t.Start());
        int windows = 0;
        while (Volatile.Read(ref running) > 0)
        {
            Take(await monitor.CloseWindowAsync());
            windows++;
        }

        Array.ForEach(work, t => t.Join());
        Take(await monitor.CloseWindowAsync());
        Assert.True(windows > 3, $"only {windows} windows closed in between");
        Assert.Equal((long)threads * each, count + missing);
        Assert.Equal(Enumerable.Range(0, threads).Sum(t => Enumerable.Range(0, each).Count(i => ((i + t) & (values.Length - 1)) == 7)), missing);
        Assert.Equal((long)threads * each / 16, labels);

        void Take(DriftReport report)
        {
            count += report["x"].Current.Count;
            missing += report["x"].Current.Missing;
            labels += report["label"].Current.Count;
        }
    }

    [Fact]
    public async Task Nothing_is_allocated_by_any_way_to_record()
    {
        ReferenceProfile ranged = ReferenceProfile.From(Then, p => p.Numeric("x", r => r.X).Category("label", r => r.Label).Range("x", -1, 1));
        await using DriftMonitor<Row> monitor = ranged.Monitor<Row>();
        ColumnRecorder x = monitor.Column("x"), label = monitor.Column("label");
        double[] doubles = Samples.Normal(1000, 4);
        float[] singles = [.. doubles.Select(v => (float)v)];
        string text = "colour=b;shape=unheard of;";
        void Work()
        {
            monitor.RecordRange(Then);
            x.RecordRange(doubles);
            x.RecordRange(singles);
            for (int i = 0; i < 500; i++)
            {
                monitor.Record(in Then[i]);
                x.Record(doubles[i]);
                label.Record(Labels[i % 3]);
                label.Record(text.AsSpan(7, 1));
                label.Record(text.AsSpan(15, 10));
                label.Record("another that the reference does not have");
            }
        }

        Work();
        Work();
        Assert.Equal(0, Allocations.Least(Work));
        DriftReport report = await monitor.CheckNowAsync();
        Assert.Equal(7L * 2 * 500, report.Quality.Single(q => q is { Column: "label", Rule: QualityRule.UnseenLabel }).Count);
    }

    [Fact]
    public async Task Spans_of_values_count_as_their_values_do()
    {
        double[] values = [.. Samples.Normal(999, 5, scale: 3), double.NaN, double.PositiveInfinity, double.NegativeInfinity, -0.0, 1e300, -1e300];
        float[] singles = [.. values.Select(v => (float)v)];
        ReferenceProfile whole = ReferenceProfile.From(new ColumnBatch([BatchColumn.Of<double>("x", Samples.Whole(500, 9, 6, 0))]), c => c.Range("x", 1, 7));
        foreach (ReferenceProfile reference in new[] { ReferenceProfile.From(new ColumnBatch([BatchColumn.Of<double>("x", Samples.Normal(5000, 6))])), whole })
        {
            await using DriftMonitor one = reference.Monitor(), many = reference.Monitor(), single = reference.Monitor(), few = reference.Monitor();
            foreach (double value in values)
            {
                one.Column("x").Record(value);
            }

            many.Column("x").RecordRange(values);
            for (int i = 0; i < values.Length; i += 10)
            {
                few.Column("x").RecordRange(values.AsSpan(i, Math.Min(10, values.Length - i)));
            }

            Assert.Equal(one.Counters.Read(), many.Counters.Read());
            Assert.Equal(one.Counters.Read(), few.Counters.Read());
            single.Column("x").RecordRange(singles);
            await using DriftMonitor oneByOne = reference.Monitor();
            foreach (float value in singles)
            {
                oneByOne.Column("x").Record(value);
            }

            Assert.Equal(oneByOne.Counters.Read(), single.Counters.Read());
            DriftReport report = await one.CheckNowAsync(), batch = reference.Check(new ColumnBatch([BatchColumn.Of<double>("x", values)]));
            Assert.Equal(batch["x"].Bars, report["x"].Bars);
            Assert.Equal(batch["x"].LogPValue, report["x"].LogPValue);
        }
    }

    [Fact]
    public async Task A_label_in_a_text_counts_as_the_label()
    {
        await using DriftMonitor monitor = Reference.Monitor();
        monitor.Column("label").Record("xbx".AsSpan(1, 1));
        monitor.Column("label").Record("b");
        monitor.Column("label").Record((string?)null);
        monitor.Column("x").Record("b".AsSpan());
        DriftReport report = await monitor.CheckNowAsync();
        Assert.Equal((2L, 1L), (report["label"].Current.Count, report["label"].Current.Missing));
        Assert.Equal(1, report["x"].Current.Unreadable);
    }

    [Fact]
    public async Task Of_a_million_unseen_labels_64_are_kept_and_all_are_counted()
    {
        await using DriftMonitor monitor = Reference.Monitor();
        for (int i = 0; i < 20_000; i++)
        {
            monitor.Column("label").Record($"label {i} {new string('x', i % 400)}");
        }

        DriftReport report = await monitor.CheckNowAsync();
        Assert.Equal(20_000, report["label"].Current.Count);
        Assert.Equal(20_000, report.Quality.Single(q => q.Rule == QualityRule.UnseenLabel).Count);
        Assert.Equal(CategoryTally.MostUnseen, ((CategoryRecorder)monitor.Column("label")).OpenUnseen.Counts.Count());
    }

    [Fact]
    public async Task A_row_wider_than_the_stack_is_counted_whole_and_getters_that_throw_are_passed_over()
    {
        const int width = 700;
        double[][] rows = [.. Enumerable.Range(0, 300).Select(i => Samples.Normal(width, (ulong)i))];
        ReferenceProfile wide = ReferenceProfile.From(rows, Columns);
        await using DriftMonitor<double[]> monitor = wide.Monitor<double[]>();
        monitor.RecordRange(rows);
        monitor.Record(new double[10]);
        DriftReport report = await monitor.CheckNowAsync();
        Assert.Equal(301, report.Rows);
        Assert.Equal((301L, 0L), (report["c9"].Current.Count, report["c9"].Current.Unreadable));
        Assert.Equal((300L, 1L), (report["c10"].Current.Count, report["c10"].Current.Unreadable));
        Assert.Equal((300L, 1L), (report["c699"].Current.Count, report["c699"].Current.Unreadable));

        static void Columns(ProfileBuilder<double[]> p)
        {
            for (int c = 0; c < width; c++)
            {
                int own = c;
                p.Numeric($"c{own}", r => r[own]);
            }
        }
    }

    [Fact]
    public async Task A_monitor_of_one_column_takes_less_than_64_KB()
    {
        ReferenceProfile one = ReferenceProfile.From(new ColumnBatch([BatchColumn.Of<double>("x", Samples.Normal(50_000, 6))]));
        await using DriftMonitor first = one.Monitor();
        long before = GC.GetAllocatedBytesForCurrentThread();
        await using DriftMonitor monitor = one.Monitor();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 65_536);
    }
}
