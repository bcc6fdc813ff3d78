// Steps decide when an answer is there, so it is looked at, not awaited.
#pragma warning disable CA2012, xUnit1031
namespace Lifecycle.Serving.Tests;

/// <summary>The runner on real threads.</summary>
public sealed class RunnerStressTests
{
    private static readonly int Depth = Environment.GetEnvironmentVariable("LIFECYCLE_DEPTH") == "full" ? 20 : 1;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Runner_16Threads_NoCallIsForgottenOrMixedUp(bool batched)
    {
        VersionCounters counters = new();
        Doubling model = new(batched);
        using VersionRunner runner = new(
            "stress", "1", model, Queueing(batched), new BatchingOptions { MaxBatchRows = 8 }, counters, TimeProvider.System);
        int calls = 200_000 / 16 * Depth;
        await AllAsync(runner, 1, c => CallAsync(runner, c, calls));
        ServingStatistics statistics = counters.Snapshot(TimeProvider.System);
        Assert.Equal((16L * calls, 0L, model.Rows), (statistics.Successes, statistics.Failures, statistics.Rows));
        Assert.Equal(model.Runs, statistics.Executions);
        Assert.Equal(statistics.Rows, statistics.Batches.Sum(b => b.Rows * b.Executions));
        Assert.True(statistics.QueueTime > TimeSpan.Zero, "nobody waited");
    }

    /// <summary>Cancellations and deadlines from other threads, at every moment of a call; tensors are given back as soon as the call has ended.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Runner_CallersWhoGiveUp_TakeNothingFromTheOthers(bool batched)
    {
        // When each kind of end falls is up to the machine: rounds go on until all were seen.
        int[] all = new int[4];
        for (int round = 0; round < 100 && all.Contains(0); round++)
        {
            int[] ended = await GiveUpAsync(batched);
            all = [.. all.Zip(ended, (a, b) => a + b)];
        }

        Assert.All(all, e => Assert.True(e > 0, $"{string.Join(", ", all)}: answered, cancelled, late, failed; there is nobody of a kind"));
    }

    private static async Task<int[]> GiveUpAsync(bool batched)
    {
        VersionCounters counters = new();
        using VersionRunner runner = new(
            "stress", "1", new Doubling(batched, poison: 77, spins: 300), Queueing(batched), new BatchingOptions(), counters, TimeProvider.System);
        int[] ended = new int[4];
        await AllAsync(runner, 1, c => GiveUpAsync(runner, c, 3_000 * Depth, ended));
        ServingStatistics statistics = counters.Snapshot(TimeProvider.System);
        Assert.Equal(16 * 3_000 * Depth, ended.Sum());
        Assert.Equal(ended[0], statistics.Successes);
        Assert.InRange(statistics.Failures, ended[3], ended[1] + ended[2] + ended[3]);
        Assert.True(statistics.QueueTime > TimeSpan.Zero, "nobody waited");
        Assert.Equal(0, runner.Waiting);
        return ended;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Tickets_16Threads_AllAreServedAndNeverTooMany(int places)
    {
        using VersionRunner runner = new(
            "stress", "1", new Doubling(batched: false), new AdmissionOptions { MaxConcurrency = places, QueueLength = 1_000_000 }, new BatchingOptions(), new VersionCounters(), TimeProvider.System);
        int now = 0;
        int most = 0;
        int waited = 0;
        await AllAsync(runner, places, async _ =>
        {
            for (int i = 0; i < 1_000 * Depth; i++)
            {
                AdmissionTicket ticket = await runner.EnterAsync(default, 0);
                Interlocked.Add(ref waited, ticket.Queue > 0 ? 1 : 0);
                int running = Interlocked.Increment(ref now);
                most = Math.Max(most, running);
                Assert.InRange(running, 1, places);

                // Others come while it is held.
                await Task.Yield();
                Interlocked.Decrement(ref now);
                runner.Exit(ticket);
            }
        });
        Assert.True(runner.WhenIdle().IsCompleted);
        Assert.InRange(most, 1, places);
        Assert.True(waited > 0, "nobody waited");
    }

    [Fact]
    public async Task Runner_BlockedContinuation_HoldsNoNeighbour()
    {
        using VersionRunner runner = new(
            "blocking", "1", new Doubling(batched: true), new AdmissionOptions(), new BatchingOptions { MaxDelay = TimeSpan.FromHours(1), MaxBatchRows = 2 }, new VersionCounters(), TimeProvider.System);
        using ManualResetEventSlim free = new();
        Task blocked = Blocked(runner, free);
        Task neighbour = CallAsync(runner, 2, 1);
        await neighbour.WaitAsync(TimeSpan.FromMinutes(1), Token);
        Assert.False(blocked.IsCompleted);
        free.Set();
        await blocked.WaitAsync(TimeSpan.FromMinutes(1), Token);

        static async Task Blocked(VersionRunner runner, ManualResetEventSlim free)
        {
            await CallAsync(runner, 1, 1).ConfigureAwait(false);
            free.Wait();
        }
    }

    [Fact]
    public void Runner_QueuedCall_AllocatesNothing()
    {
        using SteppedRunner runner = new(model: null, calm: false);
        Queue<BatchWorker> started = new(4);
        Doubling model = new(batched: true);
        using VersionRunner plain = new(
            "plain", "1", model, new AdmissionOptions(), new BatchingOptions { Workers = 1 }, new VersionCounters(), runner.Clock, static () => 1, started.Enqueue);
        TensorSet inputs = TensorSet.Of(("x", TensorValue.From<long>([1, 1], [1, 2])));
        TensorSet[] outputs = [new(), new()];
        long least = long.MaxValue;
        for (int round = 0; round < 20 && least > 0; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1_000; i++)
            {
                ValueTask one = plain.RunAsync(inputs, outputs[0], 1, default);
                ValueTask two = plain.RunAsync(inputs, outputs[1], 1, default);
                while (started.TryDequeue(out BatchWorker? worker))
                {
                    ((IThreadPoolWorkItem)worker).Execute();
                }

                one.GetAwaiter().GetResult();
                two.GetAwaiter().GetResult();
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
        Assert.Equal(2, outputs[1]["y"].Span<long>()[0]);
    }

    // Without batches one place at a time, so that callers wait on any number of cores.
    /// <summary>16 callers. Somebody holds all places until others have waited, so that the queue is used on any machine.</summary>
    private static async Task AllAsync(VersionRunner runner, int places, Func<int, Task> caller)
    {
        List<AdmissionTicket> held = [];
        for (int i = 0; i < places; i++)
        {
            held.Add(await runner.EnterAsync(default, 0, Token));
        }

        Task[] callers = [.. Enumerable.Range(0, 16).Select(c => Task.Run(() => caller(c)))];
        await Eventually.Holds(
            () => runner.Waiting > 0 || runner.Counters.Snapshot(TimeProvider.System).QueueTime > TimeSpan.Zero || Task.WhenAll(callers).IsCompleted, "a call waits");
        held.ForEach(t => runner.Exit(t));
        await Task.WhenAll(callers).WaitAsync(TimeSpan.FromMinutes(5), Token);
        await runner.WhenIdle().WaitAsync(TimeSpan.FromMinutes(1), Token);
    }

    private static AdmissionOptions Queueing(bool batched)
    {
        AdmissionOptions options = new() { QueueLength = 1_000_000 };
        options.MaxConcurrency = batched ? options.MaxConcurrency : 1;
        return options;
    }

    private static async Task CallAsync(VersionRunner runner, int caller, int calls)
    {
        using TensorSet inputs = TensorSet.Of(("x", TensorValue.From<long>([0, 0], [1, 2])));
        using TensorSet outputs = new();
        for (int i = 0; i < calls; i++)
        {
            long value = ((long)caller << 32) + i;
            inputs["x"].Span<long>().Fill(value);
            await runner.RunAsync(inputs, outputs, 1, default).ConfigureAwait(false);
            if (outputs["y"].Span<long>()[0] != 2 * value)
            {
                throw new InvalidOperationException($"caller {caller} got another's row");
            }
        }
    }

    private static async Task GiveUpAsync(VersionRunner runner, int caller, int calls, int[] ended)
    {
        for (int i = 0; i < calls; i++)
        {
            long value = ((i % 40 == 7 ? 77L : caller + 100) << 32) + i;
            int rows = 1 + (i % 5);
            long[] values = new long[rows * 2];
            values.AsSpan().Fill(value);
            TensorSet inputs = TensorSet.Of(("x", TensorValue.From<long>(values, [rows, 2])));
            TensorSet outputs = new();
            using CancellationTokenSource source = new();
            RunRequest request = new(Timeout: i % 30 == 1 ? TimeSpan.FromTicks(1) : i % 3 == 0 ? TimeSpan.FromMilliseconds(1) : default);
            ValueTask call = runner.RunAsync(inputs, outputs, rows, request, source.Token);
            if (i % 2 == 0)
            {
                ThreadPool.UnsafeQueueUserWorkItem(static s => Cancel(s), source, preferLocal: false);
            }

            int how = 0;
            try
            {
                await call.ConfigureAwait(false);
                foreach (long y in outputs["y"].Span<long>())
                {
                    how = y == 2 * value && outputs["y"].Count == rows ? how : throw new InvalidOperationException($"caller {caller} got another's row");
                }
            }
            catch (OperationCanceledException)
            {
                how = 1;
            }
            catch (Exception error) when (error is PredictionTimeoutException or PredictionRejectedException { Reason: RejectionReason.Deadline })
            {
                how = 2;
            }
            catch (ArithmeticException)
            {
                how = 3;
            }

            inputs["x"].Span<long>().Fill(-1);
            inputs.Dispose();
            outputs.Dispose();
            Interlocked.Increment(ref ended[how]);
        }
    }

    private static void Cancel(CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The call ended first.
        }
    }

    /// <summary>Twice the first number of each row; a row whose upper half is the poison throws, and so does one that is no row of a live call.</summary>
    private sealed class Doubling(bool batched, long poison = -1, int spins = 0) : LoadedModel
    {
        private static readonly TensorShape[] Shapes = [.. Enumerable.Range(0, 100).Select(n => TensorShape.Create([n, 1]))];

        private long _runs;
        private long _rows;

        public long Runs => Volatile.Read(ref _runs);

        public long Rows => Volatile.Read(ref _rows);

        public override TensorSignature Signature { get; } = new(
            [new TensorSpec("x", TensorElementType.Int64, [-1, 2])], [new TensorSpec("y", TensorElementType.Int64, [-1, 1])]);

        public override bool RowsAreBatched => batched;

        public override void Run(TensorSet inputs, TensorSet outputs, CancellationToken cancellationToken = default)
        {
            TensorValue x = inputs["x"];
            int rows = (int)x.Shape[0];
            Interlocked.Increment(ref _runs);
            Interlocked.Add(ref _rows, rows);
            Thread.SpinWait(spins);
            Span<long> values = x.Span<long>();
            Span<long> y = outputs.Prepare("y", TensorElementType.Int64, Shapes[rows]).Span<long>();
            for (int r = 0; r < rows; r++)
            {
                long value = values[r * 2];
                if (value < 0 || value != values[(r * 2) + 1])
                {
                    throw new InvalidOperationException("a row was torn or read after its caller had left");
                }

                y[r] = value >> 32 == poison ? throw new ArithmeticException("poison") : 2 * value;
            }
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
