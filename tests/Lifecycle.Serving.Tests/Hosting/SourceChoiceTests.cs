namespace Lifecycle.Serving.Tests;

/// <summary>One model, one source.</summary>
public sealed class SourceChoiceTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Pairs
    {
        get
        {
            TheoryData<string, string> pairs = [];
            string[] said = [.. Verbs.Keys];
            foreach (string first in said)
            {
                foreach (string second in said.Where(s => s != first))
                {
                    pairs.Add(first, second);
                }
            }

            return pairs;
        }
    }

    private static Dictionary<string, Action<ServedModelBuilder>> Verbs { get; } = new()
    {
        ["FromFile(\"a.zip\")"] = m => m.FromFile("a.zip"),
        ["FromFolder(\"models\")"] = m => m.FromFolder("models"),
        ["FromContainer()"] = m => m.FromContainer(),
        ["FromRegistry(\"loans\")"] = m => m.FromRegistry("loans"),
        ["FromFunction(\"1\")"] = m => m.FromFunction<int, int>("1", x => x),
        ["FromSource(StampSource)"] = m => m.FromSource(new StampSource()),
    };

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Serve_TwoSources_IsAnErrorThatNamesBoth(string first, string second)
    {
        InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(() => ModelHost.StartAsync(
            h => h.Serve("m", m =>
            {
                Verbs[first](m);
                Verbs[second](m);
            }),
            Token));
        Assert.Equal($"The model 'm' has two sources, {first} and {second}; keep one of them.", error.Message);
    }

    [Fact]
    public async Task Serve_SeveralFunctionsOrASourceInPlaceOfTheRegistry_AreLegal()
    {
        StampSource source = new();
        source.Name(StampSource.Stamp("7"));
        await using ModelHost host = await ModelHost.StartAsync(
            h => h.Serve<int, int>("functions", configure: m => m.FromFunction("1", x => x).FromFunction("2", x => 2 * x))
                .Serve<int, Stamped>("source", alias: "champion", m => m.FromSource(source)),
            Token);
        Assert.Equal(["1", "2"], host.Model("functions").ReadyVersions);
        Assert.Equal("7", host.Model("source").Version);
        Assert.Contains("two sources, FromFunction(\"1\") and FromFile(\"a.zip\")", (await Assert.ThrowsAsync<InvalidOperationException>(() => ModelHost.StartAsync(
            h => h.Serve<int, int>("m", configure: m => m.FromFunction("1", x => x).FromFunction("2", x => x).FromFile("a.zip")), Token))).Message, StringComparison.Ordinal);
    }

    /// <summary>Nobody listens to the log: the first call tells all that the log would have.</summary>
    [Fact]
    public async Task Start_ModelCannotBeServed_WithoutALogger_FirstCallTellsTheWholeReason()
    {
        await using ModelHost host = await ModelHost.StartAsync(
            h => h.UseRuntime(new StampRuntime()).Serve<int, Stamped>("m", configure: m => m.FromSource(Rejected())), Token);
        const string Told = "The model 'm' is not ready (Rejected): version 1: guard: it says reject.";
        Predictor<int, Stamped> predictor = host.Predictor<int, Stamped>("m");
        Assert.Equal(Told, Assert.Throws<PredictionRejectedException>(() => predictor.Predict(1)).Message);
        Assert.Equal(Told, (await Assert.ThrowsAsync<PredictionRejectedException>(async () => await predictor.PredictAsync(1, Token))).Message);
        Assert.Equal(Told, Assert.Throws<PredictionRejectedException>(() => host.Lease("m")).Message);
        Assert.False(host.IsReady);
        LifecycleException failed = await Assert.ThrowsAsync<LifecycleException>(() => ModelHost.StartAsync(
            h => h.UseRuntime(new StampRuntime()).Configure(o => o.FailStartup = true).Serve("m", m => m.FromSource(Rejected())), Token));
        Assert.Equal(
            "Not every model is ready: 'm' Rejected: version 1: guard: it says reject. Mend it, or set ServingOptions.FailStartup = false to start without.", failed.Message);
    }

    private static StampSource Rejected()
    {
        StampSource source = new();
        source.Name(StampSource.Files("1", "1 reject"));
        return source;
    }
}
