namespace Lifecycle.Serving.Tests;

public sealed class SwapTests
{
    [Fact]
    public async Task Swapping_200_times_under_load_fails_no_call_and_mixes_no_version()
    {
        StampSource source = new();
        source.Name(StampSource.Stamp("0"));
        await using ModelHost host = await Host(source);
        Predictor<int, Stamped> predictor = host.Predictor<int, Stamped>("stamp");
        using CancellationTokenSource stop = new();
        long calls = 0;
        HashSet<string> seen = [];
        Task[] callers = [.. Enumerable.Range(0, 64).Select(caller => Task.Run(async () =>
        {
            HashSet<string> mine = [];
            for (int i = 0; !stop.IsCancellationRequested; i++)
            {
                Prediction<Stamped> prediction = await predictor.PredictAsync(i);
                if (prediction.Value.Version != prediction.Version || prediction.Value.Value != i)
                {
                    throw new InvalidOperationException($"{prediction} for {i}");
                }

                mine.Add(prediction.Version);
                Interlocked.Increment(ref calls);
                if (i % 64 == 0)
                {
                    await Task.Yield();
                }
            }

            lock (seen)
            {
                seen.UnionWith(mine);
            }
        }))];
        for (int version = 1; version <= 200; version++)
        {
            string name = $"{version}";
            source.Name(StampSource.Stamp(name));
            await Eventually.Holds(() => host.Model("stamp").Version == name, $"version {name} answers");
        }

        // More than were under way: some began after the last version came.
        long before = Interlocked.Read(ref calls);
        await Eventually.Holds(() => Interlocked.Read(ref calls) > before + 128, "calls go on");
        await stop.CancelAsync();
        await Task.WhenAll(callers);
        Assert.True(calls > 1_000, $"{calls} calls");
        Assert.Contains("200", seen);
        await Eventually.Holds(() => host.Model("stamp").Versions.All(v => v.State != VersionState.Draining), "all old versions are retired");
        Assert.Single(host.Model("stamp").Versions, v => v.State == VersionState.Ready);
    }

    [Fact]
    public async Task A_leased_version_is_not_disposed_until_the_lease_is_back()
    {
        StampSource source = new();
        source.Name(StampSource.Files("1", "1"));
        StampRuntime runtime = new();
        await using ModelHost host = await Host(source, runtime);
        ModelLease lease = host.Lease("stamp");
        source.Name(StampSource.Files("2", "2"));
        await Eventually.Holds(() => host.Model("stamp").Version == "2", "version 2 answers");
        using TensorSet input = TensorSet.Of(("x", TensorValue.From<int>([1], [1, 1])));
        using TensorSet output = lease.Run(input);
        Assert.Equal("1", output["version"].ToStrings()[0]);
        Assert.Equal("1", lease.Version);
        Assert.Equal(VersionState.Draining, host.Model("stamp").Versions[1].State);
        Assert.Equal(0, runtime.Loaded[0].Disposals);
        lease.Dispose();
        lease.Dispose();
        await Eventually.Holds(() => runtime.Loaded[0].Disposals == 1, "version 1 is disposed");
        await Eventually.Holds(() => host.Model("stamp").Versions[1].State == VersionState.Retired, "version 1 is retired");
        Assert.Throws<ObjectDisposedException>(() => lease.Run(input));
        Assert.Equal(1, runtime.Loaded[0].Disposals);
    }

    [Theory]
    [InlineData("2 reject", VersionState.Rejected, "guard: it says reject")]
    [InlineData("2 throw-load", VersionState.Failed, "the disk is gone")]
    [InlineData("2 throw-warm", VersionState.Failed, "cannot run")]
    [InlineData("2 wide", VersionState.Rejected, "signature: input 'x' INT32[-1,2] was 'x' INT32[-1,1]")]
    public async Task A_bad_version_leaves_the_good_one_answering(string content, VersionState state, string reason)
    {
        StampSource source = new();
        source.Name(StampSource.Files("1", "1"));
        StampRuntime runtime = new();
        await using ModelHost host = await Host(source, runtime);
        ServedModel model = host.Model("stamp");
        source.Name(StampSource.Files("2", content));
        await Eventually.Holds(() => model.Versions[0].State == state, $"version 2 is {state}");
        Assert.Contains(reason, model.Reason, StringComparison.Ordinal);
        Assert.Equal(("1", true, VersionState.Ready), (model.Version, model.IsReady, model.State));
        Assert.Equal("1", host.Predictor<int, Stamped>("stamp").Predict(4).Version);

        // Whatever was loaded for it is freed, and the next good version is taken.
        source.Name(StampSource.Files("3", "3"));
        await Eventually.Holds(() => model.Version == "3", "version 3 answers");
        Assert.Null(model.Reason);
        await Eventually.Holds(() => runtime.Loaded.SkipLast(1).All(m => m.Disposals == 1), "all but the last are disposed");
    }

    [Fact]
    public async Task A_tampered_file_is_rejected_by_its_digest()
    {
        StampSource source = new();
        source.Name(StampSource.Files("1", "1", Digest.Of("1"u8)));
        await using ModelHost host = await Host(source, new StampRuntime());
        source.Name(StampSource.Files("2", "2 ", Digest.Of("2"u8)));
        ServedModel model = host.Model("stamp");
        await Eventually.Holds(() => model.Versions[0].State == VersionState.Rejected, "version 2 is rejected");
        Assert.StartsWith($"version 2: digest: expected {Digest.Of("2"u8)}, got {Digest.Of("2 "u8)}", model.Reason, StringComparison.Ordinal);
        Assert.Equal("1", model.Version);
    }

    [Fact]
    public async Task What_failed_is_tried_again()
    {
        int reads = 0;
        StampSource source = new();
        source.Name(StampSource.Files("1", "1", null, () =>
        {
            if (Interlocked.Increment(ref reads) < 4)
            {
                throw new IOException("the store is away");
            }
        }));
        await using ModelHost host = await Host(source, new StampRuntime());
        Assert.Contains("the store is away", host.Model("stamp").Reason, StringComparison.Ordinal);
        Assert.False(host.IsReady);
        await Eventually.Holds(() => host.IsReady, "the model is ready");
        Assert.Equal(4, reads);
        Assert.Single(host.Model("stamp").Versions);
    }

    [Fact]
    public async Task A_failing_or_empty_source_leaves_the_model_answering()
    {
        StampSource source = new();
        source.Name(StampSource.Stamp("1"));
        await using ModelHost host = await Host(source);
        source.Name(null);
        await Eventually.Holds(() => host.Model("stamp").Reason is not null, "the source names nothing");
        source.Name(StampSource.Stamp("2"));
        await Eventually.Holds(() => host.Model("stamp") is { Version: "2", Reason: null }, "version 2 answers");
        source.Fail(new IOException("no registry"));
        await Eventually.Holds(() => host.Model("stamp").Reason == "source: no registry", "the source failed");
        Assert.Equal("2", host.Predictor<int, Stamped>("stamp").Predict(4).Version);
        Assert.True(host.IsReady);
    }

    [Fact]
    public async Task Another_signature_can_be_allowed()
    {
        StampSource source = new();
        source.Name(StampSource.Files("1", "1"));
        await using ModelHost host = await ModelHost.StartAsync(
            h => h.UseRuntime(new StampRuntime()).Serve("stamp", s => s.FromSource(source).AllowSignatureChange()), TestContext.Current.CancellationToken);
        source.Name(StampSource.Files("2", "2 wide"));
        await Eventually.Holds(() => host.Model("stamp").Version == "2", "version 2 answers");
    }

    [Fact]
    public async Task A_version_that_is_tried_again_keeps_the_reason_of_the_attempt_before()
    {
        int reads = 0;
        using ManualResetEventSlim second = new(), go = new();
        StampSource source = new();
        source.Name(StampSource.Files("1", "1"));
        await using ModelHost host = await Host(source);
        ServedModel model = host.Model("stamp");
        source.Name(StampSource.Files("2", "2 throw-load", read: () =>
        {
            if (Interlocked.Increment(ref reads) == 2)
            {
                second.Set();
                go.Wait(TimeSpan.FromSeconds(30));
            }
        }));
        Assert.True(second.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken), "it was not tried again");
        Assert.Contains("the disk is gone", model.Reason, StringComparison.Ordinal);
        Assert.NotEqual(VersionState.Failed, model.Versions[0].State);
        go.Set();
        source.Name(StampSource.Files("3", "3"));
        await Eventually.Holds(() => model.Version == "3", "version 3 answers");
        Assert.Null(model.Reason);
    }

    private static Task<ModelHost> Host(StampSource source, StampRuntime? runtime = null) => ModelHost.StartAsync(
        h =>
        {
            h.Configure(o => (o.RetryFirst, o.RetryLongest) = (TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(40)));
            h.UseRuntime(runtime ?? new StampRuntime());
            h.Serve<int, Stamped>("stamp", configure: s => s.FromSource(source));
        },
        TestContext.Current.CancellationToken);
}
