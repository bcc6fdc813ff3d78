namespace Lifecycle.Serving.Tests;

public sealed class RolloutTests
{
    private readonly StampShelf _shelf = new StampShelf().Has("1").Has("2").Has("3").Has("bad", "bad reject").Points("champion", "1").Points("challenger", "2");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_split_sends_each_key_to_the_arm_of_its_bucket()
    {
        await using ModelHost host = await HostAsync(m => m.Split(("champion", 80), ("challenger", 20)).StickyBy(i => $"user-{i}"), name: "mortgage");
        Predictor<int, Stamped> predictor = host.Predictor<int, Stamped>("mortgage");
        for (int user = 0; user < 10; user++)
        {
            string expected = user is 3 or 6 or 7 ? "2" : "1";
            Assert.Equal(expected, predictor.Predict(user).Version);
            Prediction<Stamped> stamped = await predictor.PredictAsync(user, Token);
            Assert.Equal((expected, expected == "2" ? "challenger" : "champion"), (stamped.Version, stamped.Arm));

            // The key of the call wins over that of its input.
            Assert.Equal("2", (await predictor.PredictAsync(user, new() { RoutingKey = "user-3" }, Token)).Version);

            // An empty key is none.
            Assert.Equal((await predictor.PredictAsync(user, Token)).Version, (await predictor.PredictAsync(user, new() { RoutingKey = string.Empty }, Token)).Version);
        }

        Assert.Equal("1", (await predictor.PredictAsync(3, new() { Version = "champion" }, Token)).Version);
        Assert.Equal("2", (await predictor.PredictAsync(0, new() { Version = "2" }, Token)).Version);
        UnknownModelException unknown = await Assert.ThrowsAsync<UnknownModelException>(async () => await predictor.PredictAsync(0, new() { Version = "9" }, Token));
        Assert.Contains("version '9' of 'mortgage' is not served; served: 1, 2", unknown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calls_without_a_key_are_shared_out_by_their_ids()
    {
        await using ModelHost host = await HostAsync(m => m.Split(("champion", 70), ("challenger", 30)));
        Predictor<int, Stamped> predictor = host.Predictor<int, Stamped>("stamp");
        int challenger = Enumerable.Range(0, 10_000).Count(_ => predictor.Predict(1).Version == "2");
        Assert.InRange(challenger, 2_700, 3_300);
    }

    [Fact]
    public async Task Deployment_UnknownArm_Refused()
    {
        await using ModelHost host = await HostAsync();
        foreach ((string arm, string why) in new[] { ("nobody", "'nobody' is no alias and no version"), ("bad", "guard: it says reject") })
        {
            LifecycleException refused = await Assert.ThrowsAsync<LifecycleException>(
                async () => await host.Deployments.ChangeAsync("stamp", d => d.Split(("champion", 50), (arm, 50)), Token));
            Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        }

        Deployment now = await host.Deployments.GetAsync("stamp", Token);
        Assert.Equal((0, "champion 100 %"), (now.Revision, now.ToString()));
        Assert.Equal(["1"], host.Model("stamp").ReadyVersions);
    }

    [Fact]
    public async Task A_change_loads_its_arms_first_and_takes_traffic_at_once()
    {
        await using ModelHost host = await HostAsync();
        Predictor<int, Stamped> predictor = host.Predictor<int, Stamped>("stamp");
        Deployment changed = await host.Deployments.ChangeAsync("stamp", d => d.Split(("champion", 0), ("3", 100)), Token);
        Assert.Equal(1, changed.Revision);
        Assert.Equal("3", predictor.Predict(1).Version);

        // The arm of weight 0 stays loaded: going back takes no load.
        Assert.Equal(["1", "3"], host.Model("stamp").ReadyVersions);
        await host.Deployments.ChangeAsync("stamp", d => d.Split(("champion", 100)), Token);
        Assert.Equal("1", predictor.Predict(1).Version);
        await Eventually.Holds(() => host.Model("stamp").ReadyVersions is ["1"], "version 3 is gone");
        await host.Deployments.ResetAsync("stamp", Token);
        Assert.Equal("champion 100 %", host.Model("stamp").Deployment.ToString());
    }

    /// <summary>The log says of a version that it answers when calls go to it, and only then.</summary>
    [Fact]
    public async Task Log_VersionIsLoaded_SaysThatItAnswersOnlyWhenItDoes()
    {
        KeptLines log = new();
        await using ModelHost host = await HostAsync(m => m.Split(("champion", 100), ("challenger", 0)).Pin("3"), log: log);
        Assert.Equal(["1", "2", "3"], host.Model("stamp").ReadyVersions);
        Assert.Equal(
            [Answers("1"), Loaded("2"), Loaded("3")],
            log.Lines.Where(l => l.Contains("version ", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        await host.Deployments.ChangeAsync("stamp", d => d.Split(("champion", 50), ("challenger", 50)), Token);
        await Eventually.Holds(() => log.Lines.Contains(Answers("2")), "the challenger answers");
        _shelf.Points("champion", "3");
        await Eventually.Holds(() => log.Lines.Contains(Answers("3")), "the champion moved to what was loaded");
        Assert.Equal(1, log.Lines.Count(l => l == Answers("1")));
        Assert.Equal(1, log.Lines.Count(l => l == Answers("2")));

        static string Answers(string version) => $"Model 'stamp' answers with version {version}.";
        static string Loaded(string version) => $"Model 'stamp': version {version} is loaded and gets no calls by the deployment.";
    }

    [Fact]
    public async Task A_moved_alias_moves_its_arm_and_a_removed_one_keeps_serving()
    {
        await using ModelHost host = await HostAsync();
        _shelf.Points("champion", "3");
        await Eventually.Holds(() => host.Model("stamp").Version == "3", "the champion moved");
        _shelf.Forgets("champion");
        await Eventually.Holds(() => host.Model("stamp").Reason is not null, "the alias is gone");
        Assert.Contains("'champion'", host.Model("stamp").Reason, StringComparison.Ordinal);
        Assert.Equal("3", host.Predictor<int, Stamped>("stamp").Predict(1).Version);
        Assert.True(host.IsReady);
    }

    [Fact]
    public async Task A_missing_arm_leaves_its_share_to_the_first_that_is_ready()
    {
        await using ModelHost host = await HostAsync(m => m.Split(("champion", 10), ("nobody", 90)));
        Assert.True(host.IsReady);
        Assert.All(Enumerable.Range(100, 100), i => Assert.Equal("1", host.Predictor<int, Stamped>("stamp").Predict(i).Version));
        _shelf.Points("nobody", "3");
        await Eventually.Holds(() => host.Model("stamp").ReadyVersions is ["1", "3"], "the arm came");
        Assert.Contains("3", Enumerable.Range(100, 100).Select(i => host.Predictor<int, Stamped>("stamp").Predict(i).Version));
    }

    [Fact]
    public async Task A_stopped_model_refuses_every_call_until_it_is_resumed()
    {
        await using ModelHost host = await HostAsync();
        Predictor<int, Stamped> predictor = host.Predictor<int, Stamped>("stamp");
        await host.Deployments.StopAsync("stamp", "complaint 4711", Token);
        PredictionRejectedException refused = Assert.Throws<PredictionRejectedException>(() => predictor.Predict(1));
        Assert.Equal(RejectionReason.Stopped, refused.Reason);
        Assert.Contains("complaint 4711", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<PredictionRejectedException>(async () => await predictor.PredictAsync(1, new() { Version = "1" }, Token));
        Assert.Throws<PredictionRejectedException>(() => host.Lease("stamp"));
        Assert.Contains("complaint 4711", host.Model("stamp").Reason, StringComparison.Ordinal);
        await host.Deployments.ResumeAsync("stamp", Token);
        Assert.Equal("1", predictor.Predict(1).Version);
        Assert.Equal(2, host.Model("stamp").Deployment.Revision);
    }

    [Fact]
    public async Task A_fallback_answers_while_the_model_is_stopped()
    {
        await using ModelHost host = await HostAsync(m => m.Fallback(i => new Stamped(-i, "rule")));
        Predictor<int, Stamped> predictor = host.Predictor<int, Stamped>("stamp");
        Assert.Equal("1", predictor.Predict(1).Version);
        await host.Deployments.StopAsync("stamp", "complaint", Token);
        Prediction<Stamped> answer = await predictor.PredictAsync(5, Token);
        Assert.Equal((new Stamped(-5, "rule"), "fallback"), (answer.Value, answer.Version));
        await host.Deployments.ResumeAsync("stamp", Token);
        Assert.Equal("1", predictor.Predict(1).Version);
    }

    [Fact]
    public async Task Of_two_changes_at_the_same_time_one_wins_and_the_other_is_told()
    {
        await using ModelHost host = await HostAsync();
        ConcurrencyConflictException conflict = await Assert.ThrowsAsync<ConcurrencyConflictException>(async () => await host.Deployments.ChangeAsync(
            "stamp",
            d =>
            {
                host.Deployments.ChangeAsync("stamp", other => other.Split(("challenger", 100)), Token).AsTask().GetAwaiter().GetResult();
                return d.Split(("3", 100));
            },
            Token));
        Assert.Contains("made from revision 0, revision 1 is there now", conflict.Message, StringComparison.Ordinal);
        Assert.Equal("2", host.Predictor<int, Stamped>("stamp").Predict(1).Version);
    }

    [Fact]
    public async Task Stages_stand_around_every_prediction_the_first_outermost()
    {
        await using ModelHost host = await HostAsync(m => m
            .Use(next => (input, origin) => next(input, origin) with { Version = "a" + next(input + 1, origin).Value + origin.Version })
            .Use(next => (input, origin) => next(input * 10, origin)));
        Assert.Equal(new Stamped(40, "a501"), host.Predictor<int, Stamped>("stamp").Predict(4));
        Assert.Equal(new Stamped(40, "a501"), (await host.Predictor<int, Stamped>("stamp").PredictAsync(4, Token)).Value);
    }

    private Task<ModelHost> HostAsync(Action<ServedModelBuilder<int, Stamped>>? configure = null, string name = "stamp", KeptLines? log = null) => ModelHost.StartAsync(
        h => h
            .Configure(o => (o.RetryFirst, o.RetryLongest) = (TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(40)))
            .UseRuntime(new StampRuntime())
            .UseLogging(log ?? new KeptLines())
            .Serve<int, Stamped>(name, configure: m =>
            {
                m.FromSource(_shelf).Split(("champion", 100));
                configure?.Invoke(m);
            }),
        Token);
}
