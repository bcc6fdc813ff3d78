using System.Collections.Concurrent;
using Lifecycle.Serving;
using Microsoft.Extensions.DependencyInjection;

namespace Lifecycle.AspNetCore.Tests;

/// <summary>Outcomes of predictions over HTTP.</summary>
public sealed class FeedbackTests
{
    private const string Route = "/lifecycle/models/stamp/feedback";
    private const string Id = "019a3f00111172228333444455556666";

    [Fact]
    public async Task Outcome_OfAPrediction_IsStoredOnce()
    {
        await using Workspace workspace = await Workspace.StartAsync();
        using WireClient client = workspace.App.Client();
        WireAnswer answer = await client.PostAsync("/v2/models/stamp/infer", WireCase.X("INT32", "[1,1]", "[0]"));
        string id = answer.Header("Lifecycle-Request-Id")!;
        string body = $"{{\"request_id\":\"{id}\",\"outcome\":{{\"denied\": false}}}}";
        for (int i = 0; i < 2; i++)
        {
            WireAnswer told = await client.PostAsync(Route, body);
            Assert.Equal((202, "{\"accepted\":1}"), (told.Status, told.Text));
        }

        Assert.Equal([("stamp", Guid.Parse(id), "{\"denied\":false}")], workspace.Told);
    }

    [Fact]
    public async Task Outcomes_InAnArray_AreStoredInOrder()
    {
        await using Workspace workspace = await Workspace.StartAsync();
        using WireClient client = workspace.App.Client();
        WireAnswer told = await client.PostAsync(Route, $"[{{\"id\":\"{Guid.Parse(Id)}\",\"outcome\":1}},{{\"outcome\":\"two\",\"request_id\":\"{Id}\",\"more\":0}}]");
        Assert.Equal((202, "{\"accepted\":2}"), (told.Status, told.Text));
        Assert.Equal(["1", "\"two\""], workspace.Told.Select(t => t.Outcome));
        Assert.Equal("{\"accepted\":0}", (await client.PostAsync(Route, "[]")).Text);
    }

    [Fact]
    public async Task Outcomes_AtTheLimit_AreTaken_AndOneMoreIsRefused()
    {
        await using Workspace workspace = await Workspace.StartAsync();
        using WireClient client = workspace.App.Client();
        IEnumerable<string> outcomes = Enumerable.Range(0, InferenceLog.MaximumOutcomes).Select(i => $"{{\"id\":\"{i + 1:x32}\",\"outcome\":{i}}}");
        Assert.Equal("{\"accepted\":10000}", (await client.PostAsync(Route, "[" + string.Join(',', outcomes) + "]")).Text);
        WireAnswer refused = await client.PostAsync(Route, "[" + string.Join(',', Enumerable.Repeat("{}", InferenceLog.MaximumOutcomes + 1)) + "]");
        Assert.Equal(400, refused.Status);
        Assert.Contains("10001 outcomes; a request has at most 10000", refused.Error, StringComparison.Ordinal);
        Assert.Equal(InferenceLog.MaximumOutcomes, workspace.Told.Count);
    }

    [Fact]
    public async Task Outcomes_ThatCannotBeTaken_Are400_AndNothingOfThemIsStored()
    {
        await using Workspace workspace = await Workspace.StartAsync();
        using WireClient client = workspace.App.Client();
        string good = $"{{\"id\":\"{Id}\",\"outcome\":1}}";
        foreach ((string body, string says) in new[]
        {
            ("", "The body is empty"), ("{", "byte"), ("3", "Number"), ("\"a\"", "String"), ("[3]", "Outcome 0 of 1 is a JSON Number"), ("{}", "no \"request_id\""),
            ($"{{\"request_id\":\"{Id}\"}}", "no \"outcome\""), ("{\"request_id\":\"order 42\",\"outcome\":1}", "\"order 42\", which is no UUID"), ("{\"request_id\":42,\"outcome\":1}", "42, which is no UUID"),
            ($"{{\"request_id\":\"{Guid.Empty}\",\"outcome\":1}}", "no UUID"), ($"{{\"id\":\"{Id}\",\"request_id\":\"{Id}\",\"outcome\":1}}", "both"),
            ($"{{\"id\":\"{Id}\",\"outcome\":null}}", "null"), ($"[{good},{{\"id\":\"{Id}\",\"outcome\":null}}]", "Outcome 1 of 2"), ($"[{good},{{\"id\":\"{Id}\"}}]", "Outcome 1 of 2 has no \"outcome\""),
            ($"{{\"id\":\"{Id}\",\"outcome\":1,\"outcome\":2}}", "uplicate"), ($"{{\"id\":\"{Id}\",\"outcome\":\"{new string('a', 70_000)}\"}}", "65536"), ("{\"id\":\"\\ud800\",\"outcome\":1}", "which is no UUID"), ("{\"\\ud800\":1}", "byte 1"),
            ($"{{\"id\":\"{Id}\",\"outcome\":{new string('[', 80)}{new string(']', 80)}}}", "depth"),
        })
        {
            WireAnswer refused = await client.PostAsync(Route, body);
            Assert.True(refused.Status == 400, $"{body}: {refused.Status} {refused.Text}");
            Assert.True(refused.Error.Contains(says, StringComparison.Ordinal), $"{body}: {refused.Error}");
        }

        Assert.Empty(workspace.Told);
        Assert.Equal(404, (await client.PostAsync("/lifecycle/models/nobody/feedback", good)).Status);
        Assert.Equal(415, (await client.PostAsync(Route, good, ("Content-Encoding", "zstd"))).Status);
        Assert.Equal(202, (await client.PostAsync(Route, good)).Status);
        Assert.Equal(1, client.Connections);
    }

    [Fact]
    public async Task Feedback_WithoutAWorkspace_Is501()
    {
        await using WireApp app = await WireApp.StartAsync();
        using WireClient client = app.Client();
        WireAnswer answer = await client.PostAsync(Route, $"{{\"id\":\"{Id}\",\"outcome\":1}}");
        Assert.Equal(501, answer.Status);
        Assert.Contains("has no workspace", answer.Error, StringComparison.Ordinal);
        Assert.Equal(404, (await client.PostAsync("/lifecycle/models/nobody/feedback", "{}")).Status);
    }

    private sealed class Workspace : IAsyncDisposable
    {
        private Workspace(WireApp app, string root)
        {
            App = app;
            Root = root;
            app.Host.InferenceLog.FeedbackStored += (model, id, outcome) => Told.Enqueue((model, id, outcome));
        }

        public WireApp App { get; }

        public string Root { get; }

        /// <summary>What was stored and was not there already.</summary>
        public ConcurrentQueue<(string Model, Guid Id, string Outcome)> Told { get; } = [];

        public static async Task<Workspace> StartAsync()
        {
            string root = Directory.CreateTempSubdirectory("lifecycle-web-").FullName;
            return new Workspace(await WireApp.StartAsync(l => WireModels.ServeAll(l.UseLocalStorage(root))), root);
        }

        public async ValueTask DisposeAsync()
        {
            await App.DisposeAsync();
            Directory.Delete(Root, recursive: true);
        }
    }
}
