using System.Diagnostics;
using Lifecycle.Tracking;

namespace Lifecycle.Benchmarks.Ratios.Tracking;

/// <summary>What <c>LogMetric</c> costs the loop that calls it: 10 keys, one thread, the journal on.</summary>
internal static class JournalFigures
{
    private const int Calls = 1_000_000;
    private const int Steady = 100_000;
    private const int Rounds = 3;
    private const int RecordBytes = 40;

    private static readonly string[] Keys = [.. Enumerable.Range(0, 10).Select(i => $"metric{i}")];

    public static async IAsyncEnumerable<Figure> MeasureAsync()
    {
        string folder = Directory.CreateTempSubdirectory("lifecycle-ratios-").FullName;
        try
        {
            await using ModelLifecycle lifecycle = await ModelLifecycle.OpenAsync(Path.Combine(folder, "lifecycle"));
            double p50 = double.MaxValue, p99 = double.MaxValue, allocated = double.MaxValue, ours = double.MaxValue, theirs = double.MaxValue;
            for (int round = 0; round < Rounds; round++)
            {
                await using Run run = await lifecycle.Experiments.StartRunAsync("figure");
                Log(run, 0, Steady);
                double[] times = Times(run, Steady);
                p50 = Math.Min(p50, times[times.Length / 2]);
                p99 = Math.Min(p99, times[(int)(0.99 * times.Length)]);
                allocated = Math.Min(allocated, Allocated(run, Steady + Calls));
                ours = Math.Min(ours, Log(run, (2 * Steady) + Calls, Calls));
                theirs = Math.Min(theirs, Write(Path.Combine(folder, "calls")));
            }

            await Console.Error.WriteLineAsync(FormattableString.Invariant($"LogMetric {ours:F3} us, write(2) {theirs:F3} us"));
            yield return new Figure("tracking.log_metric.p50", p50, "us", AtLeast: false, 0.5);
            yield return new Figure("tracking.log_metric.p99", p99, "us", AtLeast: false, 5);
            yield return new Figure("tracking.log_metric.allocated", allocated, "B", AtLeast: false, 0);
            yield return new Figure("tracking.log_metric.vs_write2", theirs / ours, "x", AtLeast: true, 5);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Microseconds of each call, rising.</summary>
    private static double[] Times(Run run, int from)
    {
        double[] times = new double[Calls];
        for (int i = 0; i < Calls; i++)
        {
            long began = Stopwatch.GetTimestamp();
            run.LogMetric(Keys[i % Keys.Length], i, from + i);
            times[i] = (Stopwatch.GetTimestamp() - began) * 1e6 / Stopwatch.Frequency;
        }

        Array.Sort(times);
        return times;
    }

    private static double Allocated(Run run, int from)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Log(run, from, Steady);
        return (GC.GetAllocatedBytesForCurrentThread() - before) / (double)Steady;
    }

    /// <summary>Microseconds a call.</summary>
    private static double Log(Run run, int from, int calls)
    {
        long began = Stopwatch.GetTimestamp();
        for (int i = 0; i < calls; i++)
        {
            run.LogMetric(Keys[i % Keys.Length], i, from + i);
        }

        return Stopwatch.GetElapsedTime(began).TotalMicroseconds / calls;
    }

    /// <summary>Microseconds of one write to a file of its own for every record.</summary>
    private static double Write(string file)
    {
        byte[] record = new byte[RecordBytes];
        using Microsoft.Win32.SafeHandles.SafeFileHandle handle = File.OpenHandle(file, FileMode.Create, FileAccess.Write);
        long began = Stopwatch.GetTimestamp();
        for (long i = 0; i < Calls; i++)
        {
            RandomAccess.Write(handle, record, i * RecordBytes);
        }

        return Stopwatch.GetElapsedTime(began).TotalMicroseconds / Calls;
    }
}
