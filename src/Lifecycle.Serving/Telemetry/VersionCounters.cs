using System.Collections.Concurrent;
using System.Numerics;

namespace Lifecycle.Serving;

/// <summary>
/// What one version did since it was loaded: one cell a core, so that no two cores meet, and exact sums.
/// A call that ran alone, one row on its caller's thread, costs one addition; the rest is derived from it.
/// </summary>
internal sealed class VersionCounters
{
    /// <summary>Row counts of which each has a place of its own; larger ones share a dictionary.</summary>
    public const int DirectRows = 32;

    // A cell is 32 longs, 256 bytes.
    private const int Width = 32;
    private const int Alone = 0;
    private const int AloneTicks = 1;
    private const int Succeeded = 2;
    private const int SuccessTicks = 3;
    private const int Failed = 4;
    private const int FailureTicks = 5;
    private const int QueueTicks = 6;
    private const int InputTicks = 7;
    private const int InferTicks = 8;
    private const int OutputTicks = 9;
    private const int Rows = 10;
    private const int Executions = 11;
    private const int Last = 12;
    private const int Recent = 13;

    // Calls that ran alone lately are one number: their count above, their ticks in the lower bits. It is emptied into the sums when one half is half full.
    private const int TickBits = 40;
    private const long OneCall = 1L << TickBits;
    private const long TickMask = OneCall - 1;
    private const long HalfFull = (1L << (TickBits - 1)) | (1L << 62);

    // A longer call goes to the sums at once, so that thousands of callers who were stopped between adding and emptying cannot fill the lower half.
    private const ulong MostTicks = 1UL << (TickBits - 12);

    private const int BatchWidth = 4;

    private static readonly int Mask = (int)BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount) - 1;

    private readonly long[] _cells = new long[(Mask + 2) * Width];
    private readonly long[][] _batches = [.. Enumerable.Range(0, Mask + 1).Select(_ => new long[(DirectRows + 1) * BatchWidth])];
    private readonly ConcurrentDictionary<int, long[]> _large = new();
    private readonly Lock _emptying = new();

    /// <summary>The cell of the core that runs now.</summary>
    public static int Cell => Thread.GetCurrentProcessorId() & Mask;

    /// <summary>One row was predicted by a run of its own on the caller's thread.</summary>
    /// <param name="ticks">Ticks of the clock of the run.</param>
    /// <param name="ended">Timestamp of its end.</param>
    public void Single(long ticks, long ended) => Single(Cell, ticks, ended);

    /// <inheritdoc cref="Single(long, long)"/>
    /// <param name="core">The core that runs, or ran a moment ago.</param>
    /// <param name="ticks">Ticks of the clock of the run.</param>
    /// <param name="ended">Timestamp of its end.</param>
    public void Single(int core, long ticks, long ended)
    {
        if ((ulong)ticks >= MostTicks)
        {
            Singles(1, ticks, ended);
            return;
        }

        int cell = (core + 1) * Width;
        long recent = Interlocked.Add(ref _cells[cell + Recent], OneCall + ticks);
        Volatile.Write(ref _cells[cell + Last], ended);
        if ((recent & HalfFull) != 0)
        {
            Empty(cell);
        }
    }

    /// <summary>So many rows were predicted one after the other on one thread, each by a run of its own.</summary>
    /// <param name="count">How many; none changes nothing.</param>
    /// <param name="ticks">Ticks of the clock of all of them.</param>
    /// <param name="ended">Timestamp of the end of the last.</param>
    public void Singles(int count, long ticks, long ended)
    {
        if (count > 0)
        {
            int cell = (Cell + 1) * Width;
            Interlocked.Add(ref _cells[cell + Alone], count);
            Interlocked.Add(ref _cells[cell + AloneTicks], ticks);
            Volatile.Write(ref _cells[cell + Last], ended);
        }
    }

    /// <summary>One request was answered.</summary>
    /// <param name="rows">Its rows.</param>
    /// <param name="times">Ticks of the clock of its parts.</param>
    /// <param name="ended">Timestamp of its end.</param>
    public void Success(long rows, in RunTimes times, long ended)
    {
        int cell = (Cell + 1) * Width;
        Interlocked.Increment(ref _cells[cell + Succeeded]);
        Interlocked.Add(ref _cells[cell + SuccessTicks], times.Total);
        Interlocked.Add(ref _cells[cell + QueueTicks], times.Queue);
        Interlocked.Add(ref _cells[cell + InputTicks], times.Input);
        Interlocked.Add(ref _cells[cell + InferTicks], times.Infer);
        Interlocked.Add(ref _cells[cell + OutputTicks], times.Output);
        Interlocked.Add(ref _cells[cell + Rows], rows);
        Volatile.Write(ref _cells[cell + Last], ended);
    }

    /// <summary>All answered requests of one run, at the price of one.</summary>
    /// <param name="requests">How many.</param>
    /// <param name="rows">Their rows.</param>
    /// <param name="sums">Ticks of the clock of their parts, summed.</param>
    /// <param name="ended">Timestamp of their end.</param>
    public void Successes(int requests, long rows, in RunTimes sums, long ended)
    {
        if (requests == 0)
        {
            return;
        }

        int cell = (Cell + 1) * Width;
        Interlocked.Add(ref _cells[cell + Succeeded], requests);
        Interlocked.Add(ref _cells[cell + SuccessTicks], sums.Total);
        Interlocked.Add(ref _cells[cell + QueueTicks], sums.Queue);
        Interlocked.Add(ref _cells[cell + InputTicks], sums.Input);
        Interlocked.Add(ref _cells[cell + InferTicks], sums.Infer);
        Interlocked.Add(ref _cells[cell + OutputTicks], sums.Output);
        Interlocked.Add(ref _cells[cell + Rows], rows);
        Volatile.Write(ref _cells[cell + Last], ended);
    }

    /// <summary>One request failed or was given up after its work had begun.</summary>
    public void Failure(long ticks)
    {
        int cell = (Cell + 1) * Width;
        Interlocked.Increment(ref _cells[cell + Failed]);
        Interlocked.Add(ref _cells[cell + FailureTicks], ticks);
    }

    /// <summary>The model ran once over the rows of one or several requests.</summary>
    public void Execution(int rows, long inputTicks, long inferTicks, long outputTicks)
    {
        int core = Cell;
        Interlocked.Increment(ref _cells[((core + 1) * Width) + Executions]);
        long[] batch;
        int at;
        if (rows <= DirectRows)
        {
            batch = _batches[core];
            at = rows * BatchWidth;
        }
        else
        {
            batch = _large.GetOrAdd(rows, static _ => new long[BatchWidth]);
            at = 0;
        }

        Interlocked.Increment(ref batch[at]);
        Interlocked.Add(ref batch[at + 1], inputTicks);
        Interlocked.Add(ref batch[at + 2], inferTicks);
        Interlocked.Add(ref batch[at + 3], outputTicks);
    }

    /// <summary>The sums as they are now.</summary>
    /// <param name="time">The clock of which all ticks are.</param>
    public ServingStatistics Snapshot(TimeProvider time)
    {
        TimeSpan Time(long ticks) => time.GetElapsedTime(0, ticks);

        (long singles, long singleTicks) = SumAlone();
        long last = 0;
        for (int i = 1; i <= Mask + 1; i++)
        {
            last = Math.Max(last, Volatile.Read(ref _cells[(i * Width) + Last]));
        }

        SortedDictionary<int, BatchStatistics> batches = [];
        foreach ((int rows, long[] batch, int at) in Batches())
        {
            if (Volatile.Read(ref batch[at]) is > 0 and long count)
            {
                BatchStatistics before = batches.GetValueOrDefault(rows, new BatchStatistics(rows, 0, default, default, default));
                batches[rows] = new BatchStatistics(
                    rows,
                    before.Executions + count,
                    before.Input + Time(Volatile.Read(ref batch[at + 1])),
                    before.Infer + Time(Volatile.Read(ref batch[at + 2])),
                    before.Output + Time(Volatile.Read(ref batch[at + 3])));
            }
        }

        if (singles > 0)
        {
            BatchStatistics before = batches.GetValueOrDefault(1, new BatchStatistics(1, 0, default, default, default));
            batches[1] = before with { Executions = before.Executions + singles, Infer = before.Infer + Time(singleTicks) };
        }

        return new ServingStatistics
        {
            Successes = Sum(Succeeded) + singles,
            SuccessTime = Time(Sum(SuccessTicks) + singleTicks),
            Failures = Sum(Failed),
            FailureTime = Time(Sum(FailureTicks)),
            QueueTime = Time(Sum(QueueTicks)),
            InputTime = Time(Sum(InputTicks)),
            InferTime = Time(Sum(InferTicks) + singleTicks),
            OutputTime = Time(Sum(OutputTicks)),
            Rows = Sum(Rows) + singles,
            Executions = Sum(Executions) + singles,
            LastInference = last == 0 ? null : time.GetUtcNow() - Time(time.GetTimestamp() - last),
            Batches = [.. batches.Values],
        };
    }

    private void Empty(int cell)
    {
        lock (_emptying)
        {
            long recent = Interlocked.Exchange(ref _cells[cell + Recent], 0);
            Interlocked.Add(ref _cells[cell + Alone], recent >> TickBits);
            Interlocked.Add(ref _cells[cell + AloneTicks], recent & TickMask);
        }
    }

    private (long Calls, long Ticks) SumAlone()
    {
        // What moves from one number to another is neither missed nor seen twice.
        lock (_emptying)
        {
            long calls = Sum(Alone), ticks = Sum(AloneTicks);
            for (int i = 1; i <= Mask + 1; i++)
            {
                long recent = Volatile.Read(ref _cells[(i * Width) + Recent]);
                calls += recent >> TickBits;
                ticks += recent & TickMask;
            }

            return (calls, ticks);
        }
    }

    private IEnumerable<(int Rows, long[] Batch, int At)> Batches()
    {
        foreach (long[] batch in _batches)
        {
            for (int rows = 0; rows <= DirectRows; rows++)
            {
                yield return (rows, batch, rows * BatchWidth);
            }
        }

        foreach ((int rows, long[] batch) in _large)
        {
            yield return (rows, batch, 0);
        }
    }

    private long Sum(int field)
    {
        long sum = 0;
        for (int i = 1; i <= Mask + 1; i++)
        {
            sum += Volatile.Read(ref _cells[(i * Width) + field]);
        }

        return sum;
    }
}

/// <summary>Ticks of the clock of the parts of one request.</summary>
internal readonly record struct RunTimes(long Total, long Queue, long Input, long Infer, long Output);
