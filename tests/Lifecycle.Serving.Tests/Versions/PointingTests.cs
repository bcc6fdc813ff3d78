namespace Lifecycle.Serving.Tests;

/// <summary>Which version answers by which name while several are offered, spoiled, taken away and come back.</summary>
public sealed class PointingTests
{
    private readonly OfferSource _source = new();
    private readonly StampRuntime _runtime = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Version_FileIsSpoiled_GoesOnAnswering_UntilItComesAnew()
    {
        await using ModelHost host = await HostAsync("1", "2", "3");
        ServedModel model = host.Model("stamp");
        Assert.Equal(["1", "2", "3"], model.ReadyVersions);
        _source.Offer(Stamp("1"), Stamp("2", "2 reject"), Stamp("3"));
        await Eventually.Holds(() => model.Reason is not null, "the new 2 is rejected");
        await Eventually.Holds(() => model.Versions.Count == 4, "it was tried");
        Assert.Equal("version 2: guard: it says reject", model.Reason);
        Assert.Equal(["1", "2", "3"], model.ReadyVersions);
        Assert.Equal("2", await AskAsync(model, "2"));

        _source.Offer(Stamp("1"), Stamp("2", "2b"), Stamp("3"));
        await Eventually.Holds(() => model.Reason is null, "it is mended");
        Assert.Equal("2b", await AskAsync(model, "2"));
        await Eventually.Holds(() => Disposed("2"), "the old 2 is freed");

        // What is taken away goes.
        _source.Offer(Stamp("1"), Stamp("3"));
        await Eventually.Holds(() => model.ReadyVersions is ["1", "3"], "2 is gone");
        await Assert.ThrowsAsync<UnknownModelException>(async () => await AskAsync(model, "2"));
        await Eventually.Holds(() => Disposed("2b"), "it is freed");
    }

    /// <summary>A good version and a broken newer one come in one look: the good one answers, as if they had come one after the other.</summary>
    [Fact]
    public async Task Latest_IsRejected_TheNewestThatIsGoodAnswers()
    {
        await using ModelHost host = await HostAsync("1", "2");
        ServedModel model = host.Model("stamp");
        _source.Offer(Stamp("3"), Stamp("4", "4 reject"));
        await Eventually.Holds(() => model.Version == "3", "3 answers");
        Assert.Equal("version 4: guard: it says reject", model.Reason);
        Assert.Equal(["3"], model.ReadyVersions);
        await Eventually.Holds(() => Disposed("1") && Disposed("2"), "what is no longer offered is freed");
        _source.Offer(Stamp("3"), Stamp("4", "4b"));
        await Eventually.Holds(() => model.Version == "4", "the mended one answers");
    }

    [Fact]
    public async Task Version_FileIsReplaced_AnswersWhileAnotherVersionIsLoadedFirst()
    {
        using ManualResetEventSlim reads = new(), go = new();
        await using ModelHost host = await HostAsync("1", "2");
        ServedModel model = host.Model("stamp");
        _source.Offer(Stamp("1", "1b", () =>
        {
            reads.Set();
            go.Wait(TimeSpan.FromMinutes(1));
        }), Stamp("2"), Stamp("3"));
        Assert.True(reads.Wait(TimeSpan.FromMinutes(1), Token), "the new 1 is not read");

        // Version 3 came first, and with it a table without the new 1.
        Assert.Equal("3", model.Version);
        Assert.Equal("1", await AskAsync(model, "1"));
        go.Set();
        await Eventually.Holds(() => Disposed("1"), "the old 1 is freed");
        Assert.Equal("1b", await AskAsync(model, "1"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Latest_IsDeleted_MovesOnlyToAVersionThatFits(bool mayChange)
    {
        _source.Offer(Stamp("2", "2 wide"), Stamp("3"));
        await using ModelHost host = await StartAsync(mayChange);
        ServedModel model = host.Model("stamp");
        Assert.Equal(["2", "3"], model.ReadyVersions);
        _source.Offer(Stamp("2", "2 wide"));
        if (mayChange)
        {
            await Eventually.Holds(() => model.Version == "2", "2 is the latest");
            Assert.Null(model.Reason);
            await Eventually.Holds(() => Disposed("3"), "3 is freed");
            return;
        }

        await Eventually.Holds(() => model.Reason is not null, "the change is refused");
        Assert.Equal("signature: 'latest' means version 2 now: input 'x' INT32[-1,2] was 'x' INT32[-1,1]", model.Reason);
        Assert.Equal(("3", "3"), (model.Version, await AskAsync(model, null)));

        // Whoever asks for 2 by its own name knows what it takes.
        Assert.Equal([-1, 2], model.Find("2")!.Signature.Inputs[0].Shape.Select(d => (int)d));
        _source.Offer(Stamp("2", "2 wide"), Stamp("4"));
        await Eventually.Holds(() => model.Version == "4", "what fits is taken");
        Assert.Null(model.Reason);
        await Eventually.Holds(() => Disposed("3"), "3 is freed");
    }

    [Fact]
    public async Task Version_FileIsReplacedByAnotherSignature_IsRejected()
    {
        await using ModelHost host = await HostAsync("1", "2");
        ServedModel model = host.Model("stamp");
        _source.Offer(Stamp("1", "1 wide"), Stamp("2"));
        await Eventually.Holds(() => model.Reason is not null, "the new 1 is rejected");
        Assert.StartsWith("version 1: signature: input 'x' INT32[-1,2] was", model.Reason, StringComparison.Ordinal);
        Assert.Equal("1", await AskAsync(model, "1"));
    }

    [Fact]
    public async Task Change_NamesALoadedVersionOfAnotherSignature_IsRefused()
    {
        StampShelf shelf = new StampShelf().Has("1").Has("wide", "wide wide").Points("champion", "1");
        await using ModelHost host = await ModelHost.StartAsync(
            h => h.UseRuntime(_runtime).Serve("stamp", m => m.FromSource(new Everything(shelf)).Split(("champion", 100))), Token);
        Assert.Equal(["wide", "1"], host.Model("stamp").ReadyVersions);
        LifecycleException refused = await Assert.ThrowsAsync<LifecycleException>(
            async () => await host.Deployments.ChangeAsync("stamp", d => d.Split(("champion", 50), ("wide", 50)), Token));
        Assert.Contains("'wide' is not ready: signature: 'wide' means version wide now: input 'x' INT32[-1,2] was", refused.Message, StringComparison.Ordinal);
        await Eventually.Holds(() => host.Model("stamp").Reason is null, "it is forgotten with the change");
    }

    private static ModelRevision Stamp(string version, string? content = null, Action? read = null) => StampSource.Files(version, content ?? version, read: read);

    private Task<ModelHost> HostAsync(params string[] versions)
    {
        _source.Offer([.. versions.Select(v => Stamp(v))]);
        return StartAsync();
    }

    private Task<ModelHost> StartAsync(bool mayChange = false) => ModelHost.StartAsync(
        h => h.UseRuntime(_runtime).Serve("stamp", m => (mayChange ? m.AllowSignatureChange() : m).FromSource(_source)), Token);

    private bool Disposed(string content)
    {
        lock (_runtime.Loaded)
        {
            return _runtime.Loaded.Any(m => m.Content == content && m.Disposals == 1);
        }
    }

    private static async Task<string> AskAsync(ServedModel model, string? version)
    {
        using TensorSet inputs = TensorSet.Of(("x", TensorValue.From<int>([1], [1, 1]))), outputs = new();
        await model.InferAsync(inputs, outputs, new PredictionOptions { Version = version }, Token);
        return outputs["version"].ToStrings()[0];
    }

    /// <summary>Offers also what nobody named.</summary>
    private sealed class Everything(StampShelf shelf) : IModelSource
    {
        public IAsyncEnumerable<ModelOffer> WatchAsync(ModelDemand demand, CancellationToken cancellationToken = default) =>
            shelf.WatchAsync(new ModelDemand([.. demand.Names, "1", "wide"]), cancellationToken);
    }
}
