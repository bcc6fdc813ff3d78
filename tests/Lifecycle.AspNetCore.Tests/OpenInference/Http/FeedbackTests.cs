using System.Collections.Concurrent;
using System.Data.Common;
using Lifecycle.Serving;
using Lifecycle.Storage.Local;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

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
            ("", "The body is empty"), ("{", "byte"), ("3", "is a number"), ("\"a\"", "is a string"), ("[3]", "Outcome 0 of 1 is a number"), ("{}", "no \"request_id\""),
            ($"{{\"request_id\":\"{Id}\"}}", "no \"outcome\""), ("{\"request_id\":\"order 42\",\"outcome\":1}", "\"order 42\", which is no UUID"), ("{\"request_id\":42,\"outcome\":1}", "42, which is no UUID"),
            ($"{{\"request_id\":\"{Guid.Empty}\",\"outcome\":1}}", "no UUID"), ($"{{\"id\":\"{Id}\",\"request_id\":\"{Id}\",\"outcome\":1}}", "both"),
            ($"{{\"id\":\"{Id}\",\"outcome\":null}}", "null"), ($"[{good},{{\"id\":\"{Id}\",\"outcome\":null}}]", "Outcome 1 of 2"), ($"[{good},{{\"id\":\"{Id}\"}}]", "Outcome 1 of 2 has no \"outcome\""),
            ($"{{\"id\":\"{Id}\",\"outcome\":1,\"outcome\":2}}", "The member 'outcome' stands twice"), ($"{{\"id\":\"{Id}\",\"outcome\":\"{new string('a', 70_000)}\"}}", "65536"), ("{\"id\":\"\\ud800\",\"outcome\":1}", "which is no UUID"), ("{\"\\ud800\":1}", "byte 1"),
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
    public async Task Outcome_DeeperThan64_Is400_AndItsRequestGoesOn()
    {
        await using Workspace workspace = await Workspace.StartAsync();
        using WireClient client = workspace.App.Client();
        for (int levels = 63; levels <= 67; levels++)
        {
            string outcome = new string('[', levels) + new string(']', levels);
            foreach (string body in new[] { $"{{\"id\":\"{Id}\",\"outcome\":{outcome}}}", $"[{{\"id\":\"{Id}\",\"outcome\":{outcome}}},{{\"id\":\"{Id}\",\"outcome\":{levels}}}]" })
            {
                WireAnswer answer = await client.PostAsync(Route, body);
                Assert.True(answer.Status == (levels <= 64 ? 202 : 400), $"{levels} levels: {answer.Status} {answer.Text}");
            }

            Assert.Equal(202, (await client.PostAsync(Route, $"{{\"id\":\"{Id}\",\"outcome\":\"after {levels}\"}}")).Status);
        }
    }

    [Fact]
    public async Task Feedback_WhoseStoreIsAway_Is503_AndTellsNothingOfIt()
    {
        AwayDatabase? database = null;
        await using Workspace workspace = await Workspace.StartAsync(l => l.Services.Replace(
            ServiceDescriptor.Singleton<LifecycleDatabase>(services => database = new AwayDatabase(services.GetRequiredService<LocalWorkspace>().Database))));
        using WireClient client = workspace.App.Client();
        string body = $"[{{\"id\":\"{Id}\",\"outcome\":1}}]";
        Assert.Equal(202, (await client.PostAsync(Route, body)).Status);
        database!.IsAway = true;
        WireAnswer away = await client.PostAsync(Route, body.Replace(":1", ":2", StringComparison.Ordinal));
        Assert.Equal((503, "1"), (away.Status, away.Header("Retry-After")));
        Assert.Equal("The outcomes could not be stored, and none of them was; send all of them again later.", away.Error);
        Assert.Equal(["1"], workspace.Told.Select(t => t.Outcome));
        database.IsAway = false;
        Assert.Equal(202, (await client.PostAsync(Route, body)).Status);
        Assert.Equal(1, client.Connections);
    }

    [Fact]
    public async Task Feedback_OfAModelWithoutALog_Is409_AndSaysHowToHaveOne()
    {
        await using Workspace workspace = await Workspace.StartAsync(listens: false);
        using WireClient client = workspace.App.Client();
        foreach (string body in new[] { $"{{\"id\":\"{Id}\",\"outcome\":1}}", $"[{{\"id\":\"{Id}\",\"outcome\":1}}]", "[]" })
        {
            WireAnswer refused = await client.PostAsync("/lifecycle/models/linear/feedback", body);
            Assert.Equal(409, refused.Status);
            Assert.Contains("'linear' has no inference log", refused.Error, StringComparison.Ordinal);
            Assert.Contains("LogInferences(...)", refused.Error, StringComparison.Ordinal);
        }

        Assert.Equal(400, (await client.PostAsync("/lifecycle/models/linear/feedback", "{}")).Status);
        Assert.Empty(workspace.Told);

        // A subscriber wants outcomes of any model.
        workspace.Listen();
        Assert.Equal(202, (await client.PostAsync("/lifecycle/models/linear/feedback", $"{{\"id\":\"{Id}\",\"outcome\":1}}")).Status);

        // Of a model with a log an outcome may come before its record.
        Assert.Equal(202, (await client.PostAsync(Route, $"{{\"id\":\"{Id}\",\"outcome\":1}}")).Status);
    }

    [Fact]
    public async Task Feedback_WhoseStoreIsBroken_Is500_AndNotAFaultOfTheCaller()
    {
        AwayDatabase? database = null;
        await using Workspace workspace = await Workspace.StartAsync(l => l.Services.Replace(
            ServiceDescriptor.Singleton<LifecycleDatabase>(services => database = new AwayDatabase(services.GetRequiredService<LocalWorkspace>().Database))));
        using WireClient client = workspace.App.Client();
        string body = $"{{\"id\":\"{Id}\",\"outcome\":1}}";
        Assert.Equal(202, (await client.PostAsync(Route, body)).Status);
        database!.IsBroken = true;
        WireAnswer broken = await client.PostAsync(Route, body);
        Assert.Equal(500, broken.Status);
        Assert.DoesNotContain("secret", broken.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Feedback_WhoseTableIsGone_Is503_AndNamesNoTable()
    {
        await using Workspace workspace = await Workspace.StartAsync();
        using WireClient client = workspace.App.Client();
        string body = $"{{\"id\":\"{Id}\",\"outcome\":1}}";
        Assert.Equal(202, (await client.PostAsync(Route, body)).Status);
        await workspace.App.Services.GetRequiredService<LifecycleDatabase>().WriteAsync(
            async (transaction, token) => await transaction.Command("DROP TABLE serving_feedback").ExecuteNonQueryAsync(token), cancellationToken: TestContext.Current.CancellationToken);
        WireAnswer gone = await client.PostAsync(Route, body);
        Assert.Equal((503, "1"), (gone.Status, gone.Header("Retry-After")));
        Assert.DoesNotContain("serving_feedback", gone.Text, StringComparison.Ordinal);
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
        }

        /// <summary>Subscribes to outcomes.</summary>
        public void Listen() => App.Host.InferenceLog.FeedbackStored += (model, id, outcome) => Told.Enqueue((model, id, outcome));

        public WireApp App { get; }

        public string Root { get; }

        /// <summary>What was stored and was not there already.</summary>
        public ConcurrentQueue<(string Model, Guid Id, string Outcome)> Told { get; } = [];

        public static async Task<Workspace> StartAsync(Action<LifecycleBuilder>? more = null, bool listens = true)
        {
            string root = Directory.CreateTempSubdirectory("lifecycle-web-").FullName;
            Workspace workspace = new(
                await WireApp.StartAsync(l =>
                {
                    WireModels.ServeAll(l.UseLocalStorage(root), logged: "stamp");
                    more?.Invoke(l);
                }),
                root);
            if (listens)
            {
                workspace.Listen();
            }

            return workspace;
        }

        public async ValueTask DisposeAsync()
        {
            await App.DisposeAsync();
            Directory.Delete(Root, recursive: true);
        }
    }
    /// <summary>A database that can be away.</summary>
    private sealed class AwayDatabase(LifecycleDatabase inner) : LifecycleDatabase
    {
        public bool IsAway { get; set; }

        /// <summary>A fault of the store's own, or of ours.</summary>
        public bool IsBroken { get; set; }

        public override SqlDialect Dialect => inner.Dialect;

        public override DbDataSource DataSource => inner.DataSource;

        public override string Identity => inner.Identity;

        public override string? Folder => inner.Folder;

        public override bool IsInsideWrite => inner.IsInsideWrite;

        public override ValueTask<T> WriteAsync<T>(
            Func<LifecycleTransaction, CancellationToken, ValueTask<T>> work, CommitDurability durability = CommitDurability.Flushed, CancellationToken cancellationToken = default) =>
            IsBroken ? throw new InvalidOperationException("The connection to /secret/place is not open.")
            : IsAway ? throw new LifecycleStorageException("local", "write", "/secret/place", "The disk is away.") : inner.WriteAsync(work, durability, cancellationToken);

        public override ValueTask<long> BulkInsertAsync(
            LifecycleTransaction transaction, BulkInsert insert, IEnumerable<object?[]> rows, CancellationToken cancellationToken = default) =>
            inner.BulkInsertAsync(transaction, insert, rows, cancellationToken);

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

        protected override ValueTask ApplyAsync(MigrationSet migrations, CancellationToken cancellationToken) => inner.MigrateAsync(migrations, cancellationToken);
    }
}
