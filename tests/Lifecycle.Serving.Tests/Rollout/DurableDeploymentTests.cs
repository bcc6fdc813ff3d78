using System.Data.Common;
using Lifecycle.Serving.TestModels;
using Lifecycle.Storage.Specification;

namespace Lifecycle.Serving.Tests;

/// <summary>Deployments in a workspace: stored, audited, followed by others, and what happens when the store is damaged or away.</summary>
public sealed class DurableDeploymentTests
{
    private const string Model = DeploymentWorld.Model;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Deployment_Changed_IsStoredAuditedAndHoldsAfterARestart()
    {
        await using RegistryWorkspace world = new();
        await using (ModelHost host = await DeploymentWorld.HostAsync(world, token: Token))
        {
            Assert.True(host.Deployments.AreDurable);
            Deployment changed = await host.Deployments.ChangeAsync(Model, d => d.Split(("champion", 0), ("challenger", 100)).WithShadow("3", 0.5), "ticket 12", Token);
            Assert.Equal((1L, "ada"), (changed.Revision, changed.Actor));
            Assert.Equal("2", host.Answer());
            Assert.Equal(2, (await host.Deployments.StopAsync(Model, "complaint 4711", Token)).Revision);
            Assert.Equal(3, (await host.Deployments.ResumeAsync(Model, Token)).Revision);

            // Resuming what is not stopped and changing nothing write nothing.
            Assert.Equal(3, (await host.Deployments.ResumeAsync(Model, Token)).Revision);
            Assert.Equal(3, (await host.Deployments.ChangeAsync(Model, d => d, Token)).Revision);
        }

        // What the code says is another split now, and the stored one wins.
        await using (ModelHost host = await DeploymentWorld.HostAsync(world, token: Token, configure: m => m.Split(("champion", 50), ("3", 50))))
        {
            Assert.Equal("champion 0 %, challenger 100 %, shadow 3 (0.5)", host.Model(Model).Deployment.ToString());
            Assert.Equal(3, host.Model(Model).Deployment.Revision);
            Assert.Equal("2", host.Answer());
            Deployment reset = await host.Deployments.ResetAsync(Model, Token);
            Assert.Equal((4L, "champion 50 %, 3 50 %"), (reset.Revision, reset.ToString()));
            await Eventually.Holds(() => host.Model(Model).ReadyVersions is ["1", "3"], "the arms of the code answer");
        }

        List<AuditEntry> entries = await EntriesAsync(world, "serving.deployment.", "serving.model.");
        Assert.Equal(
            ["serving.deployment.changed ticket 12", "serving.model.stopped complaint 4711", "serving.model.resumed ", "serving.deployment.changed reset"],
            entries.Select(e => $"{e.Action} {e.Reason}"));
        Assert.All(entries, e => Assert.Equal(("model/stamp", "ada"), (e.Subject, e.Actor)));
        Assert.Equal("""{"arms":[{"name":"champion","weight":10000}]}""", entries[0].Before);
        Assert.Equal(
            """{"arms":[{"name":"champion","weight":0},{"name":"challenger","weight":10000}],"shadow":{"name":"3","sample":0.5}}""", entries[0].After);
        Assert.Equal(entries[0].After, entries[1].Before);
        Assert.Contains("\"stopped\":\"complaint 4711\"", entries[1].After, StringComparison.Ordinal);
        Assert.Equal(entries[0].After, entries[2].After);
        Assert.Equal((entries[2].After, null), (entries[3].Before, entries[3].After));
        Assert.True((await world.Audit.VerifyAsync(cancellationToken: Token)).IsSound);
    }

    [Fact]
    public async Task Versions_that_come_and_go_stand_in_the_audit_log()
    {
        await using RegistryWorkspace world = new();
        StampShelf shelf = DeploymentWorld.Shelf();
        await using (ModelHost host = await DeploymentWorld.HostAsync(world, shelf, token: Token))
        {
            shelf.Points("champion", "bad");
            await Eventually.Holds(() => host.Model(Model).Reason is not null, "the bad one is rejected");
            shelf.Points("champion", "2");
            await Eventually.Holds(() => host.Model(Model).Version == "2", "version 2 answers");
            await Eventually.Holds(() => host.Model(Model).Versions.Any(v => v is { Version: "1", State: VersionState.Retired }), "version 1 is gone");
            host.Model(Model).Unload();
            await host.Model(Model).LoadAsync(Token);
        }

        List<AuditEntry> entries = await EntriesAsync(world, "serving.version.", "serving.model.");
        Assert.Equal(
            ["published 1", "rejected bad", "published 2", "retired 1", "unloaded", "loaded", "retired 2", "published 2", "retired 2"],
            Ordered(entries.Select(e => $"{e.Action.Split('.')[^1]} {VersionOf(e)}".Trim())));
        Assert.Equal("guard: it says reject", entries.Single(e => e.Action == "serving.version.rejected").Reason);
        Assert.All(entries.Where(e => e.After is not null), e => Assert.Contains("\"digest\":\"", e.After, StringComparison.Ordinal));

        // The disposal of the unloaded version and the next load may be told in either order.
        static IEnumerable<string> Ordered(IEnumerable<string> told)
        {
            List<string> list = [.. told];
            int published = list.LastIndexOf("published 2"), retired = list.IndexOf("retired 2");
            if (retired == published + 1 && list.Count(t => t == "retired 2") == 2)
            {
                (list[published], list[retired]) = (list[retired], list[published]);
            }

            int loaded = list.IndexOf("loaded");
            if (list[loaded - 1] == "retired 2")
            {
                (list[loaded], list[loaded - 1]) = (list[loaded - 1], list[loaded]);
            }

            return list;
        }
    }

    [Fact]
    public async Task Deployment_ChangedByAnotherHost_IsFollowed_AndItsLossIsNot()
    {
        await using RegistryWorkspace world = new(), other = new(world.Folder, "grace");
        await using ModelHost one = await DeploymentWorld.HostAsync(world, token: Token), two = await DeploymentWorld.HostAsync(other, token: Token);
        await one.Deployments.ChangeAsync(Model, d => d.Split(("3", 100)), Token);
        await Eventually.Holds(() => two.Answer() == "3", "the second host follows");
        await two.Deployments.StopAsync(Model, "by grace", Token);
        await Eventually.Holds(() => one.Model(Model).Deployment.IsStopped, "the first host is stopped");
        Assert.Contains("by grace", Assert.Throws<PredictionRejectedException>(() => one.Answer()).Message, StringComparison.Ordinal);
        await one.Deployments.ResetAsync(Model, Token);
        await Eventually.Holds(() => !two.Model(Model).Deployment.IsStopped && two.Answer() == "1", "the second host is reset");
        Assert.Equal(3, two.Model(Model).Deployment.Revision);
    }

    [Fact]
    public async Task Deployment_FollowedFromElsewhere_FailsNoCall_ThoughItsArmsAreNotLoadedYet()
    {
        await using RegistryWorkspace world = new(), other = new(world.Folder, "grace");
        await using ModelHost one = await DeploymentWorld.HostAsync(world, token: Token), two = await DeploymentWorld.HostAsync(other, token: Token);
        using CancellationTokenSource stop = new();
        Task<int> caller = Task.Run(async () =>
        {
            int calls = 0;
            for (; !stop.IsCancellationRequested; calls++)
            {
                two.Answer(calls + 100);
                await Task.Yield();
            }

            return calls;
        });
        for (int i = 0; i < 12; i++)
        {
            string version = $"{(i % 3) + 1}";
            await (i % 4 == 3 ? one.Deployments.ResetAsync(Model, Token) : one.Deployments.ChangeAsync(Model, d => d.Split((version, 100)), Token));
            string expected = i % 4 == 3 ? "1" : version;
            await Eventually.Holds(() => two.Answer() == expected, $"the second host follows change {i}");
        }

        await stop.CancelAsync();
        Assert.True(await caller > 0);
    }

    [Fact]
    public async Task Deployment_FollowedFromElsewhere_WhoseArmNeverComesHere_LeavesTheOneBeforeAnswering()
    {
        await using RegistryWorkspace world = new(), other = new(world.Folder, "grace");
        StampShelf poor = new StampShelf().Has("1").Has("2", "2 reject").Points("champion", "1");
        await using ModelHost one = await DeploymentWorld.HostAsync(world, token: Token), two = await DeploymentWorld.HostAsync(other, poor, token: Token);
        await one.Deployments.ChangeAsync(Model, d => d.Split(("2", 100)), Token);
        await Eventually.Holds(() => two.Model(Model).Versions.Any(v => v.State == VersionState.Rejected), "its arm is rejected here");
        Assert.Equal(("1", 1L), (two.Answer(), two.Model(Model).Deployment.Revision));

        // Half of it comes: then it is followed, and the share of the other half goes to it.
        await one.Deployments.ChangeAsync(Model, d => d.Split(("2", 50), ("3", 50)), Token);
        await Eventually.Holds(() => two.Model(Model).Deployment.Revision == 2, "the change is seen");
        Assert.Equal("1", two.Answer());
        poor.Has("3").Points("anything", "3");
        await Eventually.Holds(() => two.Answer() == "3", "the arm came");

        // A stop holds whatever is loaded.
        await one.Deployments.ChangeAsync(Model, d => d.Split(("2", 100)), Token);
        await one.Deployments.StopAsync(Model, "now", Token);
        await Eventually.Holds(() => two.Model(Model).Deployment.IsStopped, "the stop is seen");
        Assert.Throws<PredictionRejectedException>(() => two.Answer());
    }

    [Theory]
    [InlineData("nobody", "'nobody' is no alias and no version")]
    [InlineData("bad", "guard: it says reject")]
    public async Task Deployment_ArmThatCannotLoad_ChangesNothing(string arm, string why)
    {
        await using RegistryWorkspace world = new();
        await using ModelHost host = await DeploymentWorld.HostAsync(world, token: Token);
        await host.Deployments.ChangeAsync(Model, d => d.Split(("champion", 60), ("challenger", 40)), Token);
        Deployment before = await host.Deployments.GetAsync(Model, Token);
        foreach (Func<Deployment, Deployment> change in new Func<Deployment, Deployment>[] { d => d.Split(("champion", 50), (arm, 50)), d => d.WithShadow(arm) })
        {
            LifecycleException refused = await Assert.ThrowsAsync<LifecycleException>(async () => await host.Deployments.ChangeAsync(Model, change, Token));
            Assert.Contains(why, refused.Message, StringComparison.Ordinal);
            Assert.StartsWith("The deployment of 'stamp' was not changed to champion ", refused.Message, StringComparison.Ordinal);
        }

        Deployment after = await host.Deployments.GetAsync(Model, Token);
        Assert.True(after.SaysTheSameAs(before));
        Assert.Equal(1, after.Revision);
        Assert.Equal(["1", "2"], host.Model(Model).ReadyVersions);
        Assert.Single(await EntriesAsync(world, "serving.deployment."));
    }

    [Fact]
    public async Task Deployment_RefusedChange_LeavesNoReasonBehind()
    {
        await using RegistryWorkspace world = new();
        await using ModelHost host = await DeploymentWorld.HostAsync(world, token: Token);
        await Assert.ThrowsAsync<LifecycleException>(async () => await host.Deployments.ChangeAsync(Model, d => d.Split(("champion", 50), ("chalenger", 50)), Token));
        await Eventually.Holds(() => host.Model(Model).Reason is null, "what is not wanted is not missed");
        await host.Model(Model).LoadAsync(Token);
        Assert.Null(host.Model(Model).Reason);
    }

    [Fact]
    public async Task Load_NewestIsRejected_SaysSo_AndTheOlderOneAnswers()
    {
        await using RegistryWorkspace world = new();
        StampShelf shelf = DeploymentWorld.Shelf();
        await using ModelHost host = await DeploymentWorld.HostAsync(world, shelf, token: Token);
        shelf.Points("champion", "bad");
        await Eventually.Holds(() => host.Model(Model).Reason == "version bad: guard: it says reject", "the newest is rejected");
        Assert.Contains("guard: it says reject", (await Assert.ThrowsAsync<PredictionRejectedException>(async () => await host.Model(Model).LoadAsync(Token))).Message, StringComparison.Ordinal);
        Assert.Equal(("1", "version bad: guard: it says reject"), (host.Answer(), host.Model(Model).Reason));
        host.Model(Model).Unload();
        Assert.Contains("guard: it says reject", (await Assert.ThrowsAsync<PredictionRejectedException>(async () => await host.Model(Model).LoadAsync(Token))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deployment_TwoChangesAtATime_EachKeepsWhatItAskedFor()
    {
        await using RegistryWorkspace world = new();
        await using ModelHost host = await DeploymentWorld.HostAsync(world, token: Token);
        ServedModel model = host.Model(Model);
        string[] one = ["2"], two = ["3"];
        Assert.Null(await model.WhyNotAsync(one, Token));
        Assert.Null(await model.WhyNotAsync(two, Token));
        Assert.Equal(["1", "2", "3"], model.ReadyVersions);
        model.WantNoMore(two);
        await Eventually.Holds(() => model.ReadyVersions is ["1", "2"], "the other goes on wanting 2");
        model.WantNoMore(one);
        await Eventually.Holds(() => model.ReadyVersions is ["1"], "nobody wants 2");

        // One of two wins; the other is told of it, and of nothing else.
        int won = 0;
        for (int round = 0; round < 10; round++)
        {
            int percent = round + 1;
            await Task.WhenAll(TryAsync(d => d.Split(("champion", 100 - percent), ("2", percent))), TryAsync(d => d.Split(("champion", 100 - percent), ("3", percent))));
        }

        Assert.InRange(won, 10, 20);

        async Task TryAsync(Func<Deployment, Deployment> change)
        {
            try
            {
                await host.Deployments.ChangeAsync(Model, change, Token);
                Interlocked.Increment(ref won);
            }
            catch (ConcurrencyConflictException)
            {
            }
        }
    }

    [Theory]
    [InlineData("""{"arms":[{"name":"champion","weight":9000},{"name":"champion","weight":1000}]}""")]
    [InlineData("""{"arms":[{"name":null,"weight":10000}]}""")]
    [InlineData("""{"arms":[{"name":"champion","weight":10001},{"name":"x","weight":-1}]}""")]
    [InlineData("""{"arms":[{"name":"champion","weight":2147483647},{"name":"x","weight":2147483647}]}""")]
    [InlineData("""{"arms":[{"name":"champion","weight":10000}],"shadow":{"name":"2","sample":7}}""")]
    [InlineData("no JSON")]
    public async Task Deployment_DamagedRow_LeavesModelsServing_HoldsUpNoOther_AndResetMends(string body)
    {
        await using RegistryWorkspace world = new();
        await using ModelHost host = await DeploymentWorld.HostAsync(world, token: Token, names: ["stamp", "second"]);
        await host.Deployments.ChangeAsync("stamp", d => d.Split(("challenger", 100)), Token);
        await host.Deployments.ChangeAsync("second", d => d.Split(("challenger", 100)), Token);
        await world.Database.WriteAsync(
            async (t, token) => await t.ExecuteAsync(
                "UPDATE serving_deployment SET body = $body, revision = 7 WHERE model = 'stamp'; UPDATE serving_deployment SET body = NULL, revision = 7 WHERE model = 'second'",
                [("$body", body)], token),
            cancellationToken: Token);
        await Eventually.Holds(() => host.Answer(model: "second") == "1", "the other model follows");
        Assert.Equal(("2", 1L, 7L), (host.Answer(), host.Model("stamp").Deployment.Revision, host.Model("second").Deployment.Revision));
        foreach (Func<Task> use in new Func<Task>[]
        {
            async () => await host.Deployments.GetAsync("stamp", Token),
            async () => await host.Deployments.ChangeAsync("stamp", d => d.WithoutShadow(), Token),
            async () => await host.Deployments.StopAsync("stamp", "now", Token),
        })
        {
            Assert.Contains("ResetAsync(\"stamp\")", (await Assert.ThrowsAsync<LifecycleStorageException>(use)).Message, StringComparison.Ordinal);
        }

        Deployment mended = await host.Deployments.ResetAsync("stamp", Token);
        Assert.Equal((8L, "champion 100 %"), (mended.Revision, mended.ToString()));
        await Eventually.Holds(() => host.Answer() == "1", "the code's deployment answers");
        await host.Deployments.ChangeAsync("stamp", d => d.Split(("3", 100)), Token);
        Assert.Equal("3", host.Answer());
    }

    [Fact]
    public async Task Deployment_StoreAway_ModelsGoOn_ChangesThrow_AndAreFollowedWhenItIsBack()
    {
        await using RegistryWorkspace world = new(), other = new(world.Folder);
        SwitchedDatabase away = new(world.Database);
        world.With<LifecycleDatabase>(away);
        await using ModelHost host = await DeploymentWorld.HostAsync(world, token: Token), healthy = await DeploymentWorld.HostAsync(other, token: Token);
        await host.Deployments.ChangeAsync(Model, d => d.Split(("challenger", 100)), Token);
        away.IsAway = true;
        Assert.Equal("2", host.Answer());
        await Assert.ThrowsAsync<LifecycleStorageException>(async () => await host.Deployments.ChangeAsync(Model, d => d.Split(("3", 100)), Token));
        await Assert.ThrowsAsync<LifecycleStorageException>(async () => await host.Deployments.StopAsync(Model, "now", Token));
        await Assert.ThrowsAsync<LifecycleStorageException>(async () => await host.Deployments.ResetAsync(Model, Token));
        await healthy.Deployments.ChangeAsync(Model, d => d.Split(("3", 100)), Token);
        Assert.Equal(("2", 1L), (host.Answer(), host.Model(Model).Deployment.Revision));
        away.IsAway = false;
        await Eventually.Holds(() => host.Answer() == "3", "the change is followed");
    }

    [Fact]
    public async Task Deployment_StoreGoesAwayAfterTheCommit_TheChangeIsReportedAndHolds()
    {
        await using RegistryWorkspace world = new(), other = new(world.Folder);
        SwitchedDatabase away = new(world.Database);
        world.With<LifecycleDatabase>(away);
        await using ModelHost host = await DeploymentWorld.HostAsync(world, token: Token), healthy = await DeploymentWorld.HostAsync(other, token: Token);
        foreach ((long revision, string answer, Func<ValueTask<Deployment>> change) in new (long, string, Func<ValueTask<Deployment>>)[]
        {
            (1, "2", () => host.Deployments.ChangeAsync(Model, d => d.Split(("challenger", 100)), Token)),
            (2, "1", () => host.Deployments.ResetAsync(Model, Token)),
        })
        {
            away.LeavesAfterChange = true;
            Deployment made = await change();
            Assert.True(away.IsAway);
            away.LeavesAfterChange = false;
            Assert.Equal((revision, "ada"), (made.Revision, made.Actor));
            await Eventually.Holds(() => host.Answer() == answer, "it is followed here");
            away.IsAway = false;
            Deployment stored = await healthy.Deployments.GetAsync(Model, Token);
            Assert.Equal((made.Revision, made.ChangedAt), (stored.Revision, stored.ChangedAt));
            Assert.True(made.SaysTheSameAs(stored));
        }
    }

    [Fact]
    public async Task Deployment_StoreCancelsOfItsOwn_IsAskedAgain()
    {
        await using RegistryWorkspace world = new(), other = new(world.Folder);
        SwitchedDatabase away = new(world.Database);
        world.With<LifecycleDatabase>(away);
        await using ModelHost host = await DeploymentWorld.HostAsync(world, token: Token), healthy = await DeploymentWorld.HostAsync(other, token: Token);
        away.Cancels = true;
        await Eventually.Holds(() => away.Cancelled > 1, "it is asked again");
        await healthy.Deployments.ChangeAsync(Model, d => d.Split(("3", 100)), Token);
        away.Cancels = false;
        await Eventually.Holds(() => host.Answer() == "3", "the change is followed");
    }

    [Fact]
    public async Task A_missing_arm_counts_to_the_share_of_the_first()
    {
        await using RegistryWorkspace world = new();
        List<InferenceStamp> seen = [];
        await using ModelHost host = await DeploymentWorld.HostAsync(
            world, token: Token, configure: m => m.Split(("champion", 10), ("nobody", 60), ("challenger", 30)).Tap(new Stamps(seen)).Fallback(_ => new(0, "fallback")));
        for (int i = 0; i < 200; i++)
        {
            host.Answer(i + 100);
        }

        Assert.Equal([("champion", 0.7), ("challenger", 0.3)], seen.Select(s => (s.Arm, s.Propensity)).Distinct().OrderByDescending(s => s.Propensity));
        seen.Clear();
        await host.Deployments.StopAsync(Model, "why", Token);
        Assert.Equal("fallback", host.Answer());
        Assert.Equal((InferenceRole.Fallback, "fallback", 1.0), (seen[0].Role, seen[0].Arm, seen[0].Propensity));
    }

    private static async Task<List<AuditEntry>> EntriesAsync(RegistryWorkspace world, params string[] prefixes) =>
        [.. (await world.Audit.ReadAsync(cancellationToken: Token).ToListAsync(Token)).Where(e => prefixes.Any(p => e.Action.StartsWith(p, StringComparison.Ordinal)))];

    private static string? VersionOf(AuditEntry entry) =>
        entry.After is null ? null : System.Text.Json.JsonDocument.Parse(entry.After).RootElement.GetProperty("version").GetString();

    private sealed class Stamps(List<InferenceStamp> seen) : IInferenceSink<int, Stamped>
    {
        public void Record(in InferenceStamp stamp, int input, Stamped output) => seen.Add(stamp);
    }

    /// <summary>A database that can be taken away.</summary>
    private sealed class SwitchedDatabase(LifecycleDatabase inner) : LifecycleDatabase
    {
        private int _cancelled;

        public bool IsAway { get; set; }

        /// <summary>Whether opening it ends as if somebody had cancelled.</summary>
        public bool Cancels { get; set; }

        public int Cancelled => Volatile.Read(ref _cancelled);

        /// <summary>Whether it goes away as soon as a deployment was written.</summary>
        public bool LeavesAfterChange { get; set; }

        public override SqlDialect Dialect => inner.Dialect;

        public override string Identity => inner.Identity;

        public override DbDataSource DataSource
        {
            get
            {
                if (Cancels)
                {
                    Interlocked.Increment(ref _cancelled);
                    throw new OperationCanceledException("the store gave up");
                }

                return Faulty("database.open").DataSource;
            }
        }

        public override async ValueTask<T> WriteAsync<T>(
            Func<LifecycleTransaction, CancellationToken, ValueTask<T>> work, CommitDurability durability = CommitDurability.Flushed,
            CancellationToken cancellationToken = default)
        {
            T result = await Faulty("database.write").WriteAsync(work, durability, cancellationToken);
            IsAway |= LeavesAfterChange && typeof(T) == typeof((long, DateTimeOffset));
            return result;
        }

        public override ValueTask<long> BulkInsertAsync(
            LifecycleTransaction transaction, BulkInsert insert, IEnumerable<object?[]> rows, CancellationToken cancellationToken = default) =>
            inner.BulkInsertAsync(transaction, insert, rows, cancellationToken);

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

        protected override async ValueTask ApplyAsync(MigrationSet migrations, CancellationToken cancellationToken) => await inner.MigrateAsync(migrations, cancellationToken);

        private FaultyDatabase Faulty(string operation) => new(inner, IsAway ? FaultPlan.FailAt(1, operation) : FaultPlan.None());
    }
}
