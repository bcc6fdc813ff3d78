namespace Lifecycle.Serving.Tests;

public sealed class FunctionSourceTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task FunctionSource_SeveralFunctions_LastIsTheLatest()
    {
        FunctionSource source = new([StampSource.Stamp("v2"), StampSource.Stamp("v1")]);
        await using OfferLog log = new(source);
        await log.OffersAsync("v2", "v1");
        Assert.Equal("v1", log.Last!.Find(ModelOffer.Latest)!.Version);
        Assert.Equal("v2", log.Last.Find("v2")!.Version);
        Assert.Equal(["v2", "v1"], await source.ListVersionsAsync(Token));
        await Eventually.Holds(() => log.HasEnded, "it never changes again");
    }

    [Fact]
    public async Task FromFunction_SaidTwice_AddsAVersion()
    {
        await using ModelHost host = await ModelHost.StartAsync(
            h => h.Serve("double", s => s.FromFunction<int, int>("v1", x => 2 * x).FromFunction<int, int>("v2", x => 3 * x)), Token);
        Assert.Equal(6, host.Predictor<int, int>("double").Predict(2));
        Assert.Equal("v2", host.Model("double").Version);
    }

    [Fact]
    public async Task FromFunction_WrongUse_IsRefused()
    {
        Assert.Contains("two functions of version 'v1'", (await Assert.ThrowsAsync<InvalidOperationException>(() => ModelHost.StartAsync(
            h => h.Serve("x", s => s.FromFunction<int, int>("v1", x => x).FromFunction<int, int>("v1", x => x)), Token))).Message, StringComparison.Ordinal);
        Assert.Contains("is served as", (await Assert.ThrowsAsync<InvalidOperationException>(() => ModelHost.StartAsync(
            h => h.Serve("x", s => s.FromFunction<int, int>("v1", x => x).FromFunction<int, long>("v2", x => x)), Token))).Message, StringComparison.Ordinal);
    }
}
