using System.Diagnostics;
using System.Globalization;

namespace Lifecycle.Benchmarks.Ratios.Serving;

/// <summary>
/// How often and how long the figures of serving are measured. <c>LIFECYCLE_ROUNDS=short</c> makes the rounds few and small: to see that a figure
/// can be measured, not what it is.
/// </summary>
internal static class ServingRounds
{
    private static readonly bool Short = Environment.GetEnvironmentVariable("LIFECYCLE_ROUNDS") == "short";

    /// <summary>Rounds of figures inside the process.</summary>
    public static int Count { get; } = Short ? 2 : 7;

    /// <summary>Rounds of load over HTTP.</summary>
    public static int Load { get; } = Short ? 1 : 5;

    /// <summary>How long one round of load lasts.</summary>
    public static TimeSpan Window { get; } = Short ? TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(3);

    /// <summary>Calls of a round.</summary>
    public static int Calls(int full) => Short ? Math.Max(1, full / 20) : full;

    /// <summary>Nanoseconds of one call in a loop of calls.</summary>
    public static double NanosecondsPerCall(int calls, Action<int> loop)
    {
        long started = Stopwatch.GetTimestamp();
        loop(calls);
        return Stopwatch.GetElapsedTime(started).TotalNanoseconds / calls;
    }

    /// <summary>Bytes that one call in a loop of calls allocates on this thread.</summary>
    public static double BytesPerCall(int calls, Action<int> loop)
    {
        loop(calls);
        long before = GC.GetAllocatedBytesForCurrentThread();
        loop(calls);
        return (GC.GetAllocatedBytesForCurrentThread() - before) / (double)calls;
    }

    /// <summary>Seconds from the moment when all threads begin to the moment when the last has ended.</summary>
    public static double OnThreads(int count, Action body)
    {
        using Barrier start = new(count + 1);
        Thread[] threads = new Thread[count];
        for (int i = 0; i < count; i++)
        {
            threads[i] = new Thread(() =>
            {
                start.SignalAndWait();
                body();
            });
            threads[i].Start();
        }

        start.SignalAndWait();
        long started = Stopwatch.GetTimestamp();
        foreach (Thread thread in threads)
        {
            thread.Join();
        }

        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <summary>Best of the rounds, taken in turn, after one round of each that does not count.</summary>
    public static async Task<(double Ours, double Theirs)> InterleavedAsync(Func<Task<double>> ours, Func<Task<double>> theirs)
    {
        await ours();
        await theirs();
        (double best, double peer) = (double.MaxValue, double.MaxValue);
        for (int i = 0; i < Count; i++)
        {
            best = Math.Min(best, await ours());
            peer = Math.Min(peer, await theirs());
        }

        return (best, peer);
    }

    /// <inheritdoc cref="InterleavedAsync"/>
    public static (double Ours, double Theirs) Interleaved(Func<double> ours, Func<double> theirs)
    {
        ours();
        theirs();
        return RatioRunner.Interleaved(Count, ours, theirs);
    }

    /// <summary>The nanoseconds within which a share of all times lies; sorts them.</summary>
    /// <param name="times">In ticks of the <see cref="Stopwatch"/>.</param>
    /// <param name="share">0 to 1.</param>
    public static double Percentile(long[] times, double share)
    {
        Array.Sort(times);
        return times[(int)(share * (times.Length - 1))] * (1e9 / Stopwatch.Frequency);
    }

    /// <summary>Says on standard error what lies behind a figure.</summary>
    public static void Note(FormattableString text) => Console.Error.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
