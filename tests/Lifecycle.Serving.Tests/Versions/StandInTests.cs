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

    private Task<ModelHost> HostAsync(bool failStartup = false, VersionPolicy? policy = null, int most = 8) => ModelHost.StartAsync(
        h => h.UseRuntime(_runtime)
            .Configure(o => (o.FailStartup, o.MaximumVersions) = (failStartup, most))
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
}
