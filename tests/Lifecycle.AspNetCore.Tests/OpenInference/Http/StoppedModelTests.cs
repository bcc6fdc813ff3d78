using System.Runtime.CompilerServices;
using Lifecycle.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Lifecycle.AspNetCore.Tests;

/// <summary>What a model that was stopped says, with and without a fallback, and what is said while sources fail or hosts stop.</summary>
public sealed class StoppedModelTests
{
    // The types bind to these names as well as to their own; callers in tensors see only the names.
    private static readonly string Own = Loans("", "loan_to_value", "purpose");

    [Fact]
    public async Task Fallback_WithOtherTensors_IsAnsweredAsStopped()
    {
        await using WireApp app = await StartAsync();
        using WireClient client = app.Client();
        await app.Host.Deployments.StopAsync("both", "complaint 4711");
        foreach ((string path, string body) in new[]
        {
            // Inputs that the fallback does not take, and outputs that it does not give.
            ("/v2/models/both/infer", Own), ("/v2/models/both/versions/1/infer", Own), ("/v2/models/gives/infer", Loans("")), ("/v2/models/gives/infer", Loans(",\"outputs\":[{\"name\":\"Margin\"}]")),
            ("/both/invocations", "{\"instances\":[[0.5,\"a\"]]}"), ("/gives/invocations", "{\"instances\":[{\"Purpose\":\"a\",\"LoanToValue\":0.5}]}"),
        })
        {
            await app.Host.Deployments.StopAsync("gives", "complaint 4711");
            WireAnswer answer = await client.PostAsync(path, body);
            Assert.True(answer.Status == 503, $"{path} {body}: {answer.Status} {answer.Text}");
            Assert.Equal("1", answer.Header("Retry-After"));
            Assert.Contains("stopped: complaint 4711, and its fallback has other tensors", answer.Error, StringComparison.Ordinal);
        }

        await app.Host.Deployments.ResumeAsync("both");
        Assert.Equal(200, (await client.PostAsync("/v2/models/both/infer", Own)).Status);
        Assert.Equal(400, (await client.PostAsync("/v2/models/both/infer", Loans(""))).Status);
        Assert.Equal(1, client.Connections);
    }

    [Fact]
    public async Task Fallback_OfAModelThatWasNeverLoaded_MakesTheHostReady_WhileItAnswers()
    {
        await using WireApp app = await WireApp.StartAsync(
            l => l.Serve<Loan, Answer>("away", configure: s => s.FromSource(new NoSource()).Fallback(loan => LoanApp.Decide(loan))),
            map: web =>
            {
                web.MapSageMaker("away");
                web.MapVertexAI("away");
            });
        using WireClient client = app.Client();
        string[] probes = ["/v2/health/ready", "/health", "/ping"];
        foreach ((bool isStopped, int status) in new[] { (false, 503), (true, 200), (false, 503) })
        {
            await (isStopped ? app.Host.Deployments.StopAsync("away", "complaint 4711.") : app.Host.Deployments.ResumeAsync("away"));
            foreach (string probe in probes)
            {
                Assert.Equal((probe, status), (probe, (await client.GetAsync(probe)).Status));
            }

            WireAnswer answer = await client.PostAsync("/lifecycle/models/away/predict", "{\"loanToValue\":0.5}");
            Assert.Equal((status, isStopped ? "fallback" : null), (answer.Status, answer.Header("Lifecycle-Model-Version")));
        }
    }

    [Fact]
    public async Task StopReason_ThatEndsAsASentence_GivesNoDoubledStop()
    {
        await using WireApp app = await StartAsync();
        using WireClient client = app.Client();
        await app.Host.Deployments.StopAsync("both", "Complaint 4711.");
        string error = (await client.PostAsync("/v2/models/both/infer", Own)).Error;
        Assert.Contains("Complaint 4711, and", error, StringComparison.Ordinal);
        Assert.DoesNotContain("..", error, StringComparison.Ordinal);
        Assert.DoesNotContain("..", (await client.GetAsync("/v2/models/both/ready")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fallback_WithTheSameTensors_Answers()
    {
        await using WireApp app = await StartAsync();
        using WireClient client = app.Client();
        await app.Host.Deployments.StopAsync("same", "complaint 4711");
        WireAnswer answer = await client.PostAsync("/v2/models/same/infer", Loans(",\"outputs\":[{\"name\":\"Approved\"}]"));
        Assert.Equal((200, "fallback"), (answer.Status, answer.Header("Lifecycle-Model-Version")));
        Assert.Equal("[false]", answer.Data());
    }

    [Fact]
    public async Task Index_OfAStoppedModel_SaysThatNobodyAnswers_UnlessAFallbackDoes()
    {
        await using WireApp app = await StartAsync();
        using WireClient client = app.Client();
        foreach (string model in new[] { "plain", "same" })
        {
            await app.Host.Deployments.StopAsync(model, "complaint 4711");
        }

        string index = (await client.PostAsync("/v2/repository/index")).Text;
        Assert.Contains("{\"name\":\"plain\",\"version\":\"1\",\"state\":\"UNAVAILABLE\",\"reason\":\"stopped: complaint 4711\"}", index, StringComparison.Ordinal);
        Assert.Contains("{\"name\":\"same\",\"version\":\"1\",\"state\":\"READY\",\"reason\":\"\"}", index, StringComparison.Ordinal);
        string ready = (await client.PostAsync("/v2/repository/index", "{\"ready\":true}")).Text;
        Assert.DoesNotContain("plain", ready, StringComparison.Ordinal);
        Assert.Contains("\"same\"", ready, StringComparison.Ordinal);
        await app.Host.Deployments.ResumeAsync("plain");
        Assert.Contains("{\"name\":\"plain\",\"version\":\"1\",\"state\":\"READY\",\"reason\":\"\"}", (await client.PostAsync("/v2/repository/index")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Index_NamesTheOthers_WhenASourceFailsInAnyWay()
    {
        foreach (Exception error in new Exception[] { new UnauthorizedAccessException("the folder"), new NotSupportedException("a source of one's own"), new OperationCanceledException("its own") })
        {
            await using WireApp app = await WireApp.StartAsync(l => WireModels.ServeAll(l.Serve("odd", s => s.FromSource(new Quiet { Error = error }).Optional())));
            using WireClient client = app.Client();
            WireAnswer index = await client.PostAsync("/v2/repository/index");
            Assert.Equal(200, index.Status);
            Assert.Contains("{\"name\":\"odd\",\"version\":\"\",\"state\":\"UNAVAILABLE\"", index.Text, StringComparison.Ordinal);
            Assert.Contains("{\"name\":\"linear\",\"version\":\"7\",\"state\":\"READY\"", index.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Load_DuringTheStopOfTheHost_Is503()
    {
        Quiet source = new();
        await using WireApp app = await WireApp.StartAsync(
            l => l.AddServing(o => o.StartupTimeout = TimeSpan.FromMilliseconds(50)).Serve("late", s => s.FromSource(source)), o => o.Admin.AllowAnonymous(), environment: "Development");
        using WireClient client = app.Client();
        while (source.Asked.CurrentCount > 0)
        {
            await source.Asked.WaitAsync();
        }

        Task<WireAnswer> loading = client.PostAsync("/v2/repository/models/late/load");
        Assert.True(await source.Asked.WaitAsync(WireClient.Hang));
        await app.Host.DisposeAsync();
        WireAnswer answer = await loading;
        Assert.Equal((503, "1"), (answer.Status, answer.Header("Retry-After")));
        Assert.Contains("stop", answer.Error, StringComparison.Ordinal);
    }

    private static Task<WireApp> StartAsync() => WireApp.StartAsync(
        l => l
            .Serve("plain", s => s.FromFunction("1", WireModels.One(TensorElementType.Int32), Copy))
            .Serve("both", s => s.Fallback((Loan _) => new Answer()).FromFunction("1", Of("loan_to_value", "purpose", "approved", "score"), Decide))
            .Serve("gives", s => s.Fallback((Loan _) => new Answer()).FromFunction("1", Of("LoanToValue", "Purpose", "Approved", "Score", "Margin"), Decide))
            .Serve("same", s => s.Fallback((Loan _) => new Answer()).FromFunction("1", (Loan loan) => LoanApp.Decide(loan))),
        map: web =>
        {
            web.MapGroup("/both").MapSageMaker("both");
            web.MapGroup("/gives").MapSageMaker("gives");
        });

    private static TensorSignature Of(string ratio, string purpose, string approved, params string[] numbers) => new(
        [WireModels.Spec(ratio, TensorElementType.Float32, 1), WireModels.Spec(purpose, TensorElementType.Bytes, 1)],
        [WireModels.Spec(approved, TensorElementType.Boolean, 1), .. numbers.Select(n => WireModels.Spec(n, TensorElementType.Float32, 1))]);

    private static string Loans(string more, string ratio = "LoanToValue", string purpose = "Purpose") =>
        $$"""{"inputs":[{"name":"{{ratio}}","shape":[1,1],"datatype":"FP32","data":[0.5]},{"name":"{{purpose}}","shape":[1,1],"datatype":"BYTES","data":["a"]}]{{more}}}""";

    private static void Copy(TensorSet inputs, TensorSet outputs) => inputs["x"].CopyTo(WireModels.Like(outputs, "y", inputs["x"]));

    private static void Decide(TensorSet inputs, TensorSet outputs)
    {
        bool isOwn = inputs.TryGet("loan_to_value", out _);
        TensorShape shape = inputs[0].Value.Shape;
        outputs.Prepare(isOwn ? "approved" : "Approved", TensorElementType.Boolean, shape).Span<bool>().Fill(true);
        foreach (string number in isOwn ? ["score"] : new[] { "Score", "Margin" })
        {
            outputs.Prepare(number, TensorElementType.Float32, shape).Span<float>().Fill(1);
        }
    }

    /// <summary>Offers nothing, and counts how often it was asked.</summary>
    private sealed class Quiet : IModelSource
    {
        public SemaphoreSlim Asked { get; } = new(0);

        public Exception? Error { get; init; }

        public async IAsyncEnumerable<ModelOffer> WatchAsync(ModelDemand demand, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            Asked.Release();
            if (Error is not null)
            {
                throw Error;
            }

            await Task.Delay(Timeout.Infinite, cancellationToken);
            yield break;
        }

        public ValueTask<IReadOnlyList<string>> ListVersionsAsync(CancellationToken cancellationToken = default) => Error is null ? new([]) : throw Error;
    }

    /// <summary>Offers nothing.</summary>
    private sealed class NoSource : IModelSource
    {
        public async IAsyncEnumerable<ModelOffer> WatchAsync(ModelDemand demand, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            yield return ModelOffer.Nothing;
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
    }
}
