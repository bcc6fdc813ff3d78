using System.Diagnostics;
using Lifecycle.Drift;
using Lifecycle.Statistics;

namespace Lifecycle.Benchmarks.Ratios.Drift;

/// <summary>What recording costs the process that predicts.</summary>
internal static class RecordFigures
{
    private const int Rounds = 15;
    private const int Calls = 1_000_000;
    private const int Rows = 50_000;
    private const int RowWidth = 50;
    private const int Batch = 32;
    private const int Batches = 100_000;

    public static IEnumerable<Figure> Measure()
    {
        double[] values = Normal(1 << 16, 1);
        ReferenceProfile one = ReferenceProfile.From(new ColumnBatch([BatchColumn.Of<double>("x", Normal(100_000, 2))]));
        using Opened<DriftMonitor> monitor = new(one.Monitor());
        ColumnRecorder column = monitor.Value.Column("x");
        yield return new Figure("drift.record.1thread", Best(() => Nanoseconds(column, values, 0)), "ns", AtLeast: false, 10);
        yield return new Figure("drift.record.2threads", Best(() => OnTwoThreads(column, values)), "ns", AtLeast: false, 15);
        yield return new Figure("drift.record.p99", Best(() => Percentile(column, values)), "ns", AtLeast: false, 100);
        yield return new Figure("drift.record.alloc", Allocated(column, values), "B", AtLeast: false, 0);

        double[][] rows = [.. Enumerable.Range(0, 512).Select(i => Normal(RowWidth, 100 + (ulong)i))];
        ReferenceProfile wide = ReferenceProfile.From(
            (double[][])[.. Enumerable.Range(0, 5_000).Select(i => Normal(RowWidth, 10_000 + (ulong)i))], p =>
            {
                for (int c = 0; c < RowWidth; c++)
                {
                    int own = c;
                    p.Numeric($"c{own}", row => row[own]);
                }
            });
        using Opened<DriftMonitor<double[]>> wideMonitor = new(wide.Monitor<double[]>());
        yield return new Figure("drift.record.row50", Best(() => NanosecondsOfRows(wideMonitor.Value, rows)), "ns", AtLeast: false, 400);
        yield return new Figure("drift.record.bytes", BytesOfColumn(wide), "B", AtLeast: false, 65_536);
        yield return ServingFigures.Measure();
        yield return new Figure("drift.record.lost", Lost(column, monitor.Value, values), "1", AtLeast: false, 0);
    }

    private static double Best(Func<double> measure) => Enumerable.Range(0, Rounds).Min(_ => measure());

    private static double Nanoseconds(ColumnRecorder column, double[] values, int from)
    {
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < Calls; i++)
        {
            column.Record(values[(from + i) & (values.Length - 1)]);
        }

        return Stopwatch.GetElapsedTime(started).TotalNanoseconds / Calls;
    }

    private static double OnTwoThreads(ColumnRecorder column, double[] values)
    {
        double[] times = new double[2];
        using Barrier start = new(times.Length);
        Thread[] threads =
        [
            .. times.Select((_, t) => new Thread(() =>
            {
                start.SignalAndWait();
                times[t] = Nanoseconds(column, values, t * 31_337);
            })),
        ];
        Run(threads);
        return times.Max();
    }

    /// <summary>99th percentile of the time of a call, in batches of 32 calls on two threads.</summary>
    private static double Percentile(ColumnRecorder column, double[] values)
    {
        double[] times = new double[2 * Batches];
        Thread[] threads =
        [
            .. Enumerable.Range(0, 2).Select(t => new Thread(() =>
            {
                for (int batch = 0, i = t * 31_337; batch < Batches; batch++)
                {
                    long started = Stopwatch.GetTimestamp();
                    for (int call = 0; call < Batch; call++, i++)
                    {
                        column.Record(values[i & (values.Length - 1)]);
                    }

                    times[t * Batches + batch] = Stopwatch.GetElapsedTime(started).TotalNanoseconds / Batch;
                }
            })),
        ];
        Run(threads);
        Array.Sort(times);
        return times[(int)(0.99 * times.Length)];
    }

    private static double Allocated(ColumnRecorder column, double[] values)
    {
        column.RecordRange(values);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Nanoseconds(column, values, 0);
        column.RecordRange(values);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static double NanosecondsOfRows(DriftMonitor<double[]> monitor, double[][] rows)
    {
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < Rows; i++)
        {
            monitor.Record(in rows[i & (rows.Length - 1)]);
        }

        return Stopwatch.GetElapsedTime(started).TotalNanoseconds / Rows;
    }

    /// <summary>All that opening a monitor allocates and keeps, by column.</summary>
    private static double BytesOfColumn(ReferenceProfile reference)
    {
        const int monitors = 20;
        long before = GC.GetTotalMemory(forceFullCollection: true);
        Opened<DriftMonitor<double[]>>[] open = [.. Enumerable.Range(0, monitors).Select(_ => new Opened<DriftMonitor<double[]>>(reference.Monitor<double[]>()))];
        long after = GC.GetTotalMemory(forceFullCollection: true);
        foreach (Opened<DriftMonitor<double[]>> monitor in open)
        {
            monitor.Dispose();
        }

        return (after - before) / (double)(monitors * RowWidth);
    }

    /// <summary>Values that are missing after 8 threads recorded 10 million each while windows closed.</summary>
    private static double Lost(ColumnRecorder column, DriftMonitor monitor, double[] values)
    {
        const int threads = 8, each = 10;
        long counted = 0;
        Close();
        int running = threads;
        Thread[] work =
        [
            .. Enumerable.Range(0, threads).Select(t => new Thread(() =>
            {
                for (int million = 0; million < each; million++)
                {
                    Nanoseconds(column, values, t * 31_337);
                }

                Interlocked.Decrement(ref running);
            })),
        ];
        Array.ForEach(work, t => t.Start());
        while (Volatile.Read(ref running) > 0)
        {
            counted += Close();
            Thread.Sleep(20);
        }

        Array.ForEach(work, t => t.Join());
        counted += Close();
        return (long)threads * each * Calls - counted;

        long Close()
        {
            DriftReport report = monitor.CloseWindowAsync().AsTask().GetAwaiter().GetResult();
            return report["x"].Current.Count;
        }
    }

    private static void Run(Thread[] threads)
    {
        Array.ForEach(threads, t => t.Start());
        Array.ForEach(threads, t => t.Join());
    }

    private static double[] Normal(int count, ulong seed)
    {
        RandomStream stream = new(seed);
        double[] values = new double[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = stream.NextGaussian();
        }

        return values;
    }

    private sealed class Opened<TMonitor>(TMonitor value) : IDisposable
        where TMonitor : DriftMonitor
    {
        public TMonitor Value { get; } = value;

        public void Dispose() => Value.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
