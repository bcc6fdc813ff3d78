using System.Runtime.CompilerServices;

namespace Lifecycle.Serving.Tests;

/// <summary>A host that starts beside a broken newest version: which older one answers, and for how long.</summary>
public sealed class StandInTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("stand-in-").FullName;
    private readonly StampRuntime _runtime = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Start_NewestIsRejected_TheNextOlderOneAnswers_UntilItIsMended()
    {
        Write("1");
        Write("2");
        Write("3", "3 reject");
        await using ModelHost host = await HostAsync(failStartup: true);
        ServedModel model = host.Model("m");
        Assert.Equal(("2", "version 3: guard: it says reject", VersionState.Ready), (model.Version, model.Reason, model.State));
        Assert.Equal("2", await AskAsync(model));
        Assert.Equal(["2"], model.ReadyVersions);
        Assert.Equal([("2", VersionState.Ready), ("3", VersionState.Rejected)], model.Versions.Select(v => (v.Version, v.State)));
        Assert.Equal("guard: it says reject", model.Versions[1].Reason);

        // As in a process that had 2 before 3 came: another broken one changes nothing, a good one takes over.
        Write("4", "4 reject");
        await Eventually.Holds(() => model.Reason == "version 4: guard: it says reject", "4 is rejected too");
        Assert.Equal("2", await AskAsync(model));
        Write("4", "4b");
        await Eventually.Holds(() => model is { Version: "4", Reason: null }, "the mended one answers");
        await Eventually.Holds(() => Disposals("2") == 1, "2 is freed");
        Assert.Equal(0, Disposals("1"));
    }

    [Fact]
    public async Task Start_SeveralAreRejected_TheNewestThatLoadsAnswers()
    {
        Write("1", "1 wide");
        Write("2", "2 throw-warm");
        Write("3", "3 reject");
        Write("4", "4 reject");
        await using ModelHost host = await HostAsync(policy: VersionPolicy.Latest(2));
        ServedModel model = host.Model("m");
        Assert.Equal(("1", "version 4: guard: it says reject"), (model.Version, model.Reason));
        Assert.Equal([VersionState.Ready, VersionState.Failed, VersionState.Rejected, VersionState.Rejected], model.Versions.OrderBy(v => v.Version).Select(v => v.State));
        Directory.Delete(Path.Combine(_folder, "4"), recursive: true);
        Directory.Delete(Path.Combine(_folder, "3"), recursive: true);
        await Eventually.Holds(() => model.Reason?.StartsWith("version 2: InvalidOperationException: cannot run", StringComparison.Ordinal) == true, "2 is what the folder offers");
        Assert.Equal("1", model.Version);
        Assert.Equal(0, Disposals("1"));
    }

    [Fact]
    public async Task Start_NoVersionLoads_TheReasonIsThatOfTheNewest()
    {
        Write("1", "1 reject");
        Write("2", "2 throw-load");
        await using ModelHost host = await HostAsync();
        ServedModel model = host.Model("m");
        Assert.False(model.IsReady);
        Assert.Equal("version 2: IOException: the disk is gone", model.Reason);
        Assert.Equal(2, model.Versions.Count);
        LifecycleException refused = await Assert.ThrowsAsync<LifecycleException>(() => HostAsync(failStartup: true));
        Assert.Contains("'m' Failed: version 2: IOException: the disk is gone.", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_TooManyAreBroken_StopsAtTheMostThatMayBeLoaded()
    {
        for (int i = 1; i <= 6; i++)
        {
            Write($"{i}", i == 1 ? "1" : $"{i} reject");
        }

        await using ModelHost host = await HostAsync(most: 3);
        Assert.False(host.IsReady);
        Assert.Equal(["6", "5", "4", "3"], host.Model("m").Versions.Select(v => v.Version).OrderDescending());
    }

    /// <summary>Who names versions gets no others.</summary>
    [Fact]
    public async Task Start_PolicyNamesTheBrokenOne_NoOtherAnswers()
    {
        Write("1");
        Write("2", "2 reject");
        await using ModelHost host = await HostAsync(policy: VersionPolicy.Only("2"));
        Assert.False(host.IsReady);
        Assert.Single(host.Model("m").Versions);
    }

    [Fact]
    public async Task Load_AfterUnload_FindsTheStandInAgain()
    {
        Write("1");
        Write("2", "2 reject");
        await using ModelHost host = await HostAsync();
        ServedModel model = host.Model("m");
        model.Unload();
        await Eventually.Holds(() => Disposals("1") == 1, "1 is freed");
        PredictionRejectedException refused = await Assert.ThrowsAsync<PredictionRejectedException>(async () => await model.LoadAsync(Token));
        Assert.Equal("failed to load 'm': version 2: guard: it says reject", refused.Message);
        Assert.Equal("1", await AskAsync(model));
    }

    /// <summary>One that failed for a moment is what a host would serve that did not see the moment, whatever its signature.</summary>
    [Fact]
    public async Task Start_NewestFailsAMoment_IsNotMeasuredByWhatStoodIn()
    {
        Write("1");
        Write("2", "2 wide");
        int failures = 0;
        _runtime.Loading = content => content == "2" && failures++ == 0 ? throw new IOException("a moment") : Task.CompletedTask;
        await using ModelHost host = await HostAsync();
        ServedModel model = host.Model("m");
        Assert.Equal(("1", "version 2: IOException: a moment"), (model.Version, model.Reason));
        await Eventually.Holds(() => model is { Version: "2", Reason: null }, "2 answers");

        // What answers now binds as ever.
        Write("3");
        await Eventually.Holds(() => model.Reason?.StartsWith("version 3: signature:", StringComparison.Ordinal) == true, "3 has another signature");
        Assert.Equal("2", model.Version);
    }

    [Fact]
    public async Task Unload_WhileTheStandInIsLoaded_LoadLoadsItAgain()
    {
        Write("1");
        Write("2", "2 reject");
        TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously), go = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _runtime.Loading = _ =>
        {
            reached.TrySetResult();
            return go.Task;
        };
        await using ModelHost host = await HostAsync(timeout: TimeSpan.FromMilliseconds(1));
        ServedModel model = host.Model("m");
        await reached.Task.WaitAsync(TimeSpan.FromMinutes(1), Token);
        model.Unload();
        go.SetResult();
        await Eventually.Holds(() => Disposals("1") == 1, "what was loaded after the word is freed");
        Assert.False(model.IsReady);
        await Assert.ThrowsAsync<PredictionRejectedException>(async () => await model.LoadAsync(Token));
        Assert.Equal("1", await AskAsync(model).WaitAsync(TimeSpan.FromMinutes(1), Token));
        Assert.Equal(["1"], model.ReadyVersions);
    }

    [Fact]
    public async Task StandIn_ThatFailedIsGone_NobodyComesForItAgain()
    {
        OlderSource source = new();
        await using ModelHost host = await ModelHost.StartAsync(h => h.UseRuntime(_runtime).Serve("m", m => m.FromSource(source)), Token);
        Assert.False(host.IsReady);
        source.HasOlder = false;
        await Eventually.Holds(() => source.Asked > 1, "it is tried again");
        int asked = source.Asked;
        await Task.Delay(TimeSpan.FromMilliseconds(300), Token);
        Assert.InRange(source.Asked - asked, 0, 3);
    }

    /// <summary>An ordinary publish of two files is seen between them: the version goes on, and no older one takes its calls.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Digest_OfTheVersionThatAnswersIsWrong_ItGoesOnAnswering(int most)
    {
        Write("2");
        Write("6", "6a");
        Sum("6", "6a");
        await using ModelHost host = await HostAsync(policy: VersionPolicy.Latest(most));
        ServedModel model = host.Model("m");
        Assert.Equal("6a", await AskAsync(model));
        Write("6", "6b");
        await Eventually.Holds(() => model.Reason?.StartsWith("version 6: digest: expected", StringComparison.Ordinal) == true, "the digest is wrong");
        await Eventually.Holds(() => model.Versions.Any(v => v is { Version: "2", State: VersionState.Ready }), "the policy has a place for 2");
        Assert.Equal(("6", "6a", 0), (model.Version, await AskAsync(model), Disposals("6a")));
        Sum("6", "6b");
        await Eventually.Holds(() => model.Reason is null && Disposals("6a") == 1, "both files are there");
        Assert.Equal("6b", await AskAsync(model));

        // It holds calls from older versions only.
        Sum("6", "none");
        await Eventually.Holds(() => model.Reason is not null, "the digest is wrong again");
        Write("7");
        await Eventually.Holds(() => model.Version == "7", "a newer version answers");
    }

    private void Sum(string version, string content) =>
        File.WriteAllText(Path.Combine(_folder, version, "model.stamp.sha256"), $"{Digest.Of(System.Text.Encoding.UTF8.GetBytes(content)).Hex}  model.stamp\n");

    private Task<ModelHost> HostAsync(bool failStartup = false, VersionPolicy? policy = null, int most = 8, TimeSpan? timeout = null) => ModelHost.StartAsync(
        h => h.UseRuntime(_runtime)
            .Configure(o => (o.FailStartup, o.MaximumVersions, o.StartupTimeout) = (failStartup, most, timeout ?? o.StartupTimeout))
            .Serve("m", m => m.FromFolder(_folder, policy, o => o.Endings = [".stamp"])),
        Token);

    private void Write(string version, string? content = null)
    {
        Directory.CreateDirectory(Path.Combine(_folder, version));
        File.WriteAllText(Path.Combine(_folder, version, "model.stamp"), content ?? version);
    }

    private int Disposals(string content)
    {
        lock (_runtime.Loaded)
        {
            return _runtime.Loaded.Where(m => m.Content == content).Sum(m => m.Disposals);
        }
    }

    private static async Task<string> AskAsync(ServedModel model)
    {
        using TensorSet inputs = TensorSet.Of(("x", TensorValue.From<int>([1], [1, 1]))), outputs = new();
        await model.InferAsync(inputs, outputs, cancellationToken: Token);
        return outputs["version"].ToStrings()[0];
    }

    /// <summary>A newest version that is refused, and an older one that fails as long as it is there.</summary>
    private sealed class OlderSource : IModelSource, IOlderVersions
    {
        private int _asked;

        public int Asked => Volatile.Read(ref _asked);

        public bool HasOlder { get; set; } = true;

        public async IAsyncEnumerable<ModelOffer> WatchAsync(ModelDemand demand, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            yield return ModelOffer.Of(ModelRevision.FromFiles("2", Digest.Of("2"u8), _ => throw new ModelRejectedException("guard: no")));
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        public async IAsyncEnumerable<ModelRevision> OlderAsync(string version, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _asked);
            await Task.Yield();
            if (HasOlder)
            {
                yield return ModelRevision.FromFiles("1", Digest.Of("1"u8), _ => throw new IOException("gone"));
            }
        }
    }
}
