using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Lifecycle.Serving;
using Microsoft.Extensions.DependencyInjection;

namespace Lifecycle.AspNetCore.Tests;

/// <summary>Readiness says what a call would find, in both dialects.</summary>
public sealed class ReadinessTests
{
    [Theory]
    [InlineData(InferenceDialect.Default, 503)]
    [InlineData(InferenceDialect.Triton, 400)]
    public async Task Ready_FollowsModelState(InferenceDialect dialect, int notReady)
    {
        Shelf shelf = new();
        await using WireApp app = await WireApp.StartAsync(
            l => l.AddServing(o => o.StartupTimeout = TimeSpan.FromMilliseconds(50)).Serve("late", s => s.FromSource(shelf)), o => o.Dialect = dialect);
        using WireClient client = app.Client();
        await ExpectAsync(isReady: false);
        Assert.Equal(503, (await client.PostAsync("/v2/models/late/infer", WireCase.X("INT32", "[1,1]", "[0]"))).Status);
        Assert.Contains("\"name\":\"late\",\"version\":\"\",\"state\":\"UNAVAILABLE\"", (await client.PostAsync("/v2/repository/index")).Text, StringComparison.Ordinal);

        shelf.Offer(1);
        await UntilReadyAsync(app);
        await ExpectAsync(isReady: true);
        Assert.Equal(200, (await client.PostAsync("/v2/models/late/infer", WireCase.X("INT32", "[1,1]", "[0]"))).Status);

        app.Host.Model("late").Unload();
        await ExpectAsync(isReady: false);
        await app.Host.Model("late").LoadAsync();
        await ExpectAsync(isReady: true);
        await app.Host.Deployments.StopAsync("late", "reason");

        // The switch is for the model; the process goes on and keeps its traffic.
        await ExpectAsync(isReady: false, isServerReady: true);
        await app.Host.Deployments.ResumeAsync("late");
        await ExpectAsync(isReady: true);
        Assert.Equal(1, client.Connections);

        async Task ExpectAsync(bool isReady, bool isServerReady = false)
        {
            WireAnswer server = await client.GetAsync("/v2/health/ready");
            WireAnswer model = await client.GetAsync("/v2/models/late/ready");
            WireAnswer live = await client.GetAsync("/v2/health/live");
            isServerReady |= isReady;
            Assert.Equal((isServerReady ? 200 : notReady, isReady ? 200 : notReady, 200), (server.Status, model.Status, live.Status));
            if (dialect == InferenceDialect.Triton)
            {
                Assert.Equal(("", "", ""), (server.Text, model.Text, live.Text));
            }
            else
            {
                Assert.Equal($"{{\"live\":true,\"ready\":{(isServerReady ? "true" : "false")}}}", server.Text);
                Assert.Equal("{\"live\":true}", live.Text);
            }
        }
    }

    [Fact]
    public async Task Version_ThatIsReplaced_IsNotReadyAnyMore_AndStaysInTheStatistics()
    {
        Shelf shelf = new();
        shelf.Offer(1);
        await using WireApp app = await WireApp.StartAsync(l => l.Serve("late", s => s.FromSource(shelf)));
        using WireClient client = app.Client();
        string body = WireCase.X("INT32", "[1,1]", "[0]");
        Assert.Equal("1", (await client.PostAsync("/v2/models/late/infer", body)).Header("Lifecycle-Model-Version"));
        shelf.Offer(2);
        using CancellationTokenSource hang = new(WireClient.Hang);
        while ((await client.PostAsync("/v2/models/late/infer", body)).Header("Lifecycle-Model-Version") != "2"
            || app.Host.Model("late").Versions.Any(v => v.State == VersionState.Draining))
        {
            await Task.Delay(5, hang.Token);
        }

        Assert.Equal(404, (await client.GetAsync("/v2/models/late/versions/1/ready")).Status);
        Assert.Equal(404, (await client.PostAsync("/v2/models/late/versions/1/infer", body)).Status);
        Assert.Equal(200, (await client.GetAsync("/v2/models/late/versions/2/ready")).Status);
        string statistics = (await client.GetAsync("/v2/models/late/stats")).Text;
        Assert.Contains("\"version\":\"1\"", statistics, StringComparison.Ordinal);
        Assert.Contains("\"version\":\"2\"", statistics, StringComparison.Ordinal);
        string index = (await client.PostAsync("/v2/repository/index")).Text;
        Assert.Contains("{\"name\":\"late\",\"version\":\"1\",\"state\":\"UNAVAILABLE\",\"reason\":\"unloaded\"}", index, StringComparison.Ordinal);
        Assert.DoesNotContain("\"version\":\"1\"", (await client.PostAsync("/v2/repository/index", "{\"ready\":true}")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TritonDialect_WritesNumbersBare_AndItsName()
    {
        await using WireApp app = await WireApp.StartAsync(options: o => (o.Dialect, o.ServerName) = (InferenceDialect.Triton, "triton"));
        using WireClient client = app.Client();
        Assert.Equal("triton", (await client.GetAsync("/v2")).Json.GetProperty("name").GetString());
        WireAnswer answer = await client.PostAsync("/v2/models/identity_FP32/infer", WireCase.X("FP32", "[1,3]", "[\"NaN\",\"Infinity\",\"-Infinity\"]"));
        Assert.Contains("\"data\":[NaN,Infinity,-Infinity]", answer.Text, StringComparison.Ordinal);
        Assert.Equal(400, (await client.GetAsync("/v2/models/nobody/ready")).Status);
        Assert.Equal(400, (await client.GetAsync("/v2/models/stamp/versions/9/ready")).Status);
        Assert.Equal(200, (await client.GetAsync("/v2/models/stamp/versions/2/ready")).Status);
    }

    [Fact]
    public async Task Index_NamesWhatIsNotLoaded_AndWhyAVersionWasRejected()
    {
        Shelf shelf = new();
        shelf.Offer(1);
        await using WireApp app = await WireApp.StartAsync(l => l.Serve("late", s => s.FromSource(shelf)), o => o.Admin.AllowAnonymous(), environment: "Development");
        using WireClient client = app.Client();
        Assert.Contains("{\"name\":\"late\",\"version\":\"0\",\"state\":\"UNAVAILABLE\",\"reason\":\"not loaded\"}", (await client.PostAsync("/v2/repository/index")).Text, StringComparison.Ordinal);
        shelf.Offer(Shelf.Broken);
        using CancellationTokenSource hang = new(WireClient.Hang);
        while (!app.Host.Model("late").Versions.Any(v => v.State == VersionState.Rejected))
        {
            await Task.Delay(5, hang.Token);
        }

        string index = (await client.PostAsync("/v2/repository/index")).Text;
        Assert.Contains("{\"name\":\"late\",\"version\":\"9\",\"state\":\"UNAVAILABLE\",\"reason\":\"no runtime accepts ", index, StringComparison.Ordinal);
        Assert.Contains("\"version\":\"1\",\"state\":\"READY\"", index, StringComparison.Ordinal);
        WireAnswer load = await client.PostAsync("/v2/repository/models/late/load");
        Assert.Equal(400, load.Status);
        Assert.StartsWith("failed to load 'late': version 9: no runtime accepts ", load.Error, StringComparison.Ordinal);

        // The old version never stopped.
        WireAnswer answer = await client.PostAsync("/v2/models/late/infer", WireCase.X("INT32", "[1,1]", "[0]"));
        Assert.Equal((200, "1"), (answer.Status, answer.Header("Lifecycle-Model-Version")));
    }

    private static async Task UntilReadyAsync(WireApp app)
    {
        using CancellationTokenSource hang = new(WireClient.Hang);
        while (!app.Host.IsReady)
        {
            await Task.Delay(5, hang.Token);
        }
    }

    /// <summary>Offers what the test says.</summary>
    private sealed class Shelf : IModelSource
    {
        /// <summary>A version that no runtime loads.</summary>
        public const int Broken = 9;

        private readonly Channel<int> _offers = Channel.CreateUnbounded<int>();
        private int _last;

        public void Offer(int version) => _offers.Writer.TryWrite(version);

        public async IAsyncEnumerable<ModelOffer> WatchAsync(ModelDemand demand, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            // Asked anew, it says again what it said last.
            if (_last > 0)
            {
                yield return Of(_last);
            }

            await foreach (int version in _offers.Reader.ReadAllAsync(cancellationToken))
            {
                _last = version;
                yield return Of(version);
            }
        }

        public ValueTask<IReadOnlyList<string>> ListVersionsAsync(CancellationToken cancellationToken = default) => new(_last == 0 ? [] : ["0", $"{_last}"]);

        private static ModelOffer Of(int version) => ModelOffer.Of(version == Broken ? Files : ModelRevision.FromFunction(
            $"{version}", WireModels.One(TensorElementType.Int32), (inputs, outputs) => WireModels.Like(outputs, "y", inputs["x"]).Span<int>().Fill(version)));

        private static ModelRevision Files => ModelRevision.FromFiles(
            $"{Broken}", Digest.Of([1]), _ => new ValueTask<ModelContent>(new ModelContent([new ContentFile("model.unknown", new byte[] { 1 })])));
    }
}
