using FsCheck.Xunit;

namespace Lifecycle.Serving.Tests;

public sealed class LeaseTests
{
    private static VersionRunner Idle =>
        new("stamp", "1", new StampModel(["1"]), new AdmissionOptions(), new BatchingOptions(), new VersionCounters(), TimeProvider.System, () => 0);

    /// <summary>Random interleavings of acquire, release and close against a plain model: disposed exactly once, never under a lease.</summary>
    [Property(MaxTest = 1_000)]
    public bool Leases_keep_the_version_and_the_last_one_frees_it(byte[] steps)
    {
        StampModel model = new(["1"]);
        ServedVersion version = new("1", model, null, "stamp", _ => { }, _ => Idle);
        List<int> held = [];
        bool closed = false;
        foreach (byte step in steps)
        {
            switch (step % 8)
            {
                case < 4:
                    bool taken = version.TryAcquire(out int cell);
                    if (taken == closed)
                    {
                        return false;
                    }

                    if (taken)
                    {
                        held.Add(cell);
                    }

                    break;
                case < 7 when held.Count > 0:
                    int at = step % held.Count;
                    version.Release(held[at]);
                    held.RemoveAt(at);
                    break;
                case 7 when step % 16 == 15:
                    version.Close();
                    closed = true;
                    break;
            }

            if (version.Leases != held.Count || (held.Count > 0 && model.Disposals > 0) || (!closed && model.Disposals > 0))
            {
                return false;
            }
        }

        version.Close();
        held.ForEach(cell => version.Release(cell));
        return version.Disposal.Wait(TimeSpan.FromSeconds(30)) && model.Disposals == 1 && !version.TryAcquire(out _) && model.Disposals == 1;
    }

    [Fact]
    public async Task Threads_that_race_a_close_never_hold_a_freed_version()
    {
        for (int round = 0; round < 300; round++)
        {
            StampModel model = new(["1"]);
            ServedVersion version = new("1", model, null, "stamp", _ => { }, _ => Idle);
            using Barrier start = new(5);
            int wrong = 0;
            int taken = 0;
            Task[] callers = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
            {
                start.SignalAndWait();
                while (version.TryAcquire(out int cell))
                {
                    Interlocked.Increment(ref taken);
                    if (model.Disposals > 0)
                    {
                        Interlocked.Increment(ref wrong);
                    }

                    version.Release(cell);
                }
            }))];
            start.SignalAndWait();
            SpinWait.SpinUntil(() => Volatile.Read(ref taken) > round % 50);
            version.Close();
            await Task.WhenAll(callers);
            await version.Disposal.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
            Assert.Equal((0, 1, 0L), (wrong, model.Disposals, version.Leases));
        }
    }

    [Fact]
    public void Taking_and_giving_back_allocates_nothing()
    {
        ServedVersion version = new("1", new StampModel(["1"]), null, "stamp", _ => { }, _ => Idle);
        version.TryAcquire(out int warm);
        version.Release(warm);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10_000; i++)
        {
            version.TryAcquire(out int cell);
            version.Release(cell);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task A_lease_disposed_during_a_run_keeps_the_version_until_the_run_ends()
    {
        using ManualResetEventSlim go = new();
        TensorSignature signature = new([new("x", TensorElementType.Int32, [-1, 1])], [new("y", TensorElementType.Int32, [-1, 1])]);
        ScriptModel model = new(signature, (i, o, _) =>
        {
            go.Wait(TimeSpan.FromMinutes(1), CancellationToken.None);
            i["x"].Span<int>().CopyTo(o.Prepare("y", TensorElementType.Int32, i["x"].Shape).Span<int>());
        });
        ScriptRuntime runtime = new();
        StampSource source = new();
        source.Name(runtime.Revision("1", model));
        await using ModelHost host = await ModelHost.StartAsync(h => h.UseRuntime(runtime).Serve("m", m => m.FromSource(source)), TestContext.Current.CancellationToken);
        ModelLease lease = host.Lease("m");
        using TensorSet inputs = TensorSet.Of(("x", TensorValue.From([5], [1, 1]))), outputs = new();
        Task run = Task.Run(() => lease.Run(inputs, outputs));
        await Eventually.Holds(() => model.Running == 1, "the call runs");
        lease.Dispose();
        lease.Dispose();
        Assert.Throws<ObjectDisposedException>(() => lease.Run(inputs, TestContext.Current.CancellationToken));
        source.Name(runtime.Revision("2", new ScriptModel(signature, (_, _, _) => { })));
        await Eventually.Holds(() => host.Model("m").Version == "2", "version 2 answers");
        await Eventually.Holds(() => host.Model("m").Versions.Single(v => v.Version == "1").State == VersionState.Draining, "version 1 drains");
        Assert.Equal(0, model.Disposals);
        go.Set();
        await run;
        Assert.Equal(5, outputs["y"].Span<int>()[0]);
        await Eventually.Holds(() => model.Disposals == 1, "version 1 is freed");
        Assert.Equal(0, model.Wrongs);
    }

    [Fact]
    public async Task A_failing_disposal_is_told_and_ends_the_version()
    {
        bool drained = false;
        ServedVersion version = new("1", new BadDisposal(), null, "bad", _ => drained = true, _ => Idle);
        version.Close();
        await Assert.ThrowsAsync<InvalidOperationException>(() => version.Disposal);
        Assert.True(drained);
    }

    private sealed class BadDisposal : LoadedModel
    {
        public override TensorSignature Signature => TensorSignature.Empty;

        public override bool RowsAreBatched => false;

        public override void Run(TensorSet inputs, TensorSet outputs, CancellationToken cancellationToken = default)
        {
        }

        protected override void Dispose(bool disposing) => throw new InvalidOperationException("cannot free");
    }
}
