using Lifecycle.Storage.Specification;
using Microsoft.Extensions.Time.Testing;

namespace Lifecycle.Tracking.Tests;

public sealed class RegistryTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Versions_CountUp_AndAreNeverReused()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        ModelArtifact model = await workspace.LogModelAsync("a");
        ModelVersion first = await workspace.Registry.RegisterAsync("a/b", model, await workspace.EvidenceAsync(model));
        ModelVersion second = await workspace.Registry.RegisterAsync("a/b", model);
        await workspace.Registry.DeleteVersionAsync(second, "wrong data", Token);
        ModelVersion third = await workspace.Registry.RegisterAsync("a/b", await workspace.LogModelAsync("b"));
        Assert.Equal([1, 2, 3], new[] { first, second, third }.Select(v => v.Number));
        IReadOnlyList<ModelVersion> all = await workspace.Registry.VersionsAsync("a/b", Token);
        Assert.Equal([false, true, false], all.Select(v => v.IsDeleted));
        Assert.Equal((model.RunId, model.Digest, "ada"), (all[1].RunId, all[1].Digest, all[1].DeletedBy));
        Assert.Equal(first.Evidence, all[0].Evidence);
        Assert.Equal(model.Manifest.Files, all[0].Manifest.Files);
        Assert.Equal("a/b/1", ((LineageNode)all[0]).Id);
        Assert.Null(await workspace.Registry.GetVersionAsync("a/b", 4, Token));
        Assert.Null(await workspace.Registry.GetVersionAsync("none", 1, Token));
        RegisteredModel listed = Assert.Single(await workspace.Registry.ModelsAsync(Token));
        Assert.Equal(("a/b", 3), (listed.Name, listed.Versions));
        await Assert.ThrowsAsync<ModelNotFoundException>(async () => await workspace.Registry.DeleteVersionAsync(second, null, Token));
        await Assert.ThrowsAsync<ModelNotFoundException>(async () => await workspace.Registry.PromoteAsync(second, "champion", cancellationToken: Token));
    }

    [Fact]
    public async Task EvidenceOfAnotherModel_IsRefused_NamingBothDigests()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        ModelArtifact model = await workspace.LogModelAsync("a");
        ModelArtifact other = await workspace.LogModelAsync("b");
        Evidence evidence = await workspace.EvidenceAsync(other);
        EvidenceMismatchException error = await Assert.ThrowsAsync<EvidenceMismatchException>(
            async () => await workspace.Registry.RegisterAsync("m", model, evidence));
        Assert.Contains(model.Digest.ToString(), error.Message, StringComparison.Ordinal);
        Assert.Contains(other.Digest.ToString(), error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<BlobNotFoundException>(
            async () => await workspace.Registry.RegisterAsync("m", model, evidence with { Subject = model.Digest, Digest = Digest.Of("never stored"u8) }));
        await Assert.ThrowsAsync<ModelNotFoundException>(
            async () => await workspace.Registry.RegisterAsync("m", model with { Id = "m-" + new string('0', 32) }));
        Assert.Empty(await workspace.Registry.ModelsAsync(Token));
    }

    [Fact]
    public async Task Promotion_IsCompareAndSet_AndANoOpWhenThere()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        ModelVersion one = await workspace.Registry.RegisterAsync("m", await workspace.LogModelAsync("1"));
        ModelVersion two = await workspace.Registry.RegisterAsync("m", await workspace.LogModelAsync("2"));
        AliasPeriod first = await workspace.Registry.PromoteAsync(one, "champion", "first", expected: 0, Token);
        int entries = (await workspace.AuditAsync()).Count;
        Assert.Equal(first, await workspace.Registry.PromoteAsync(one, "champion", "again", cancellationToken: Token));
        Assert.Equal(entries, (await workspace.AuditAsync()).Count);
        ConcurrencyConflictException conflict = await Assert.ThrowsAsync<ConcurrencyConflictException>(
            async () => await workspace.Registry.PromoteAsync(two, "champion", null, expected: 0, Token));
        Assert.Contains("version 1", conflict.Message, StringComparison.Ordinal);
        await workspace.Registry.PromoteAsync(two, "champion", "better", expected: 1, Token);
        Assert.Equal(two.Digest, (await workspace.Registry.GetByAliasAsync("m", "champion", Token))!.Digest);
        AuditEntry entry = (await workspace.AuditAsync())[^1];
        Assert.Equal(("model.alias.moved", "model/m", "better"), (entry.Action, entry.Subject, entry.Reason));
        Assert.Equal(entry.Sequence, (await workspace.Registry.HistoryAsync("m", "champion", Token).ToListAsync(Token))[^1].AuditSequence);
        await workspace.Registry.RemoveAliasAsync("m", "champion", "away", Token);
        Assert.Null(await workspace.Registry.GetByAliasAsync("m", "champion", Token));
        await workspace.Registry.RemoveAliasAsync("m", "champion", "away", Token);
        Assert.Equal([1, 2, null], (await workspace.Registry.HistoryAsync("m", "champion", Token).ToListAsync(Token)).Select(p => p.Version));
    }

    [Fact]
    public async Task Promote_64Callers_TotalOrderNoGap()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        ModelArtifact model = await workspace.LogModelAsync("m");
        List<ModelVersion> versions = [];
        for (int i = 0; i < 8; i++)
        {
            versions.Add(await workspace.Registry.RegisterAsync("m", model));
        }

        await Task.WhenAll(Enumerable.Range(0, 64).Select(i => Task.Run(
            async () => await workspace.Registry.PromoteAsync(versions[i % 8], "champion", $"caller {i}", cancellationToken: Token), Token)));
        await AssertTotalOrderAsync(workspace);
    }

    [Fact]
    public async Task Promote_64CallersIn4Processes_TotalOrderNoGap()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        ModelArtifact model = await workspace.LogModelAsync("m");
        for (int i = 0; i < 8; i++)
        {
            await workspace.Registry.RegisterAsync("m", model);
        }

        List<ChildProcess> children = [.. Enumerable.Range(0, 4).Select(i => ChildProcess.Start(ChildRoutines.Promote, workspace.Store.Root, $"process {i}"))];
        try
        {
            foreach (ChildProcess child in children)
            {
                await child.SendAsync("go");
            }

            foreach (ChildProcess child in children)
            {
                await child.EndAsync();
            }
        }
        finally
        {
            children.ForEach(c => c.Dispose());
        }

        await AssertTotalOrderAsync(workspace);
    }

    [Fact]
    public async Task Registering_80TimesBy8Threads_Gives1To80()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        ModelArtifact model = await workspace.LogModelAsync("m");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(
            async () =>
            {
                for (int i = 0; i < 10; i++)
                {
                    await workspace.Registry.RegisterAsync("m", model);
                }
            },
            Token)));
        Assert.Equal(Enumerable.Range(1, 80), (await workspace.Registry.VersionsAsync("m", Token)).Select(v => v.Number));
    }

    [Fact]
    public async Task Rollback_IsOneMove_SkipsDeleted_AndGoesFurtherEachTime()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        List<ModelVersion> versions = [];
        for (int i = 0; i < 4; i++)
        {
            versions.Add(await workspace.Registry.RegisterAsync("m", await workspace.LogModelAsync($"{i}")));
            await workspace.Registry.PromoteAsync(versions[i], "champion", cancellationToken: Token);
        }

        await workspace.Registry.DeleteVersionAsync(versions[2], null, Token);
        int entries = (await workspace.AuditAsync()).Count;
        AliasPeriod back = await workspace.Registry.RollbackAsync("m", "champion", "calibration drift", Token);
        Assert.Equal((2, AliasMove.Rollback, "calibration drift"), (back.Version, back.Move, back.Reason));
        Assert.Equal(entries + 1, (await workspace.AuditAsync()).Count);
        Assert.Equal(1, (await workspace.Registry.RollbackAsync("m", "champion", null, Token)).Version);
        InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(
            async () => await workspace.Registry.RollbackAsync("m", "champion", null, Token));
        Assert.Contains("nothing earlier to roll back to", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ModelNotFoundException>(async () => await workspace.Registry.RollbackAsync("none", "champion", null, Token));
    }

    [Fact]
    public async Task Watch_SeesWhatIs_ThenEveryChange()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        ModelVersion one = await workspace.Registry.RegisterAsync("m", await workspace.LogModelAsync("1"));
        ModelVersion two = await workspace.Registry.RegisterAsync("m", await workspace.LogModelAsync("2"));
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await using IAsyncEnumerator<AliasPeriod?> watch = workspace.Registry.WatchAsync("m", "champion", stop.Token).GetAsyncEnumerator(Token);
        Assert.True(await watch.MoveNextAsync());
        Assert.Null(watch.Current);
        await workspace.Registry.PromoteAsync(one, "champion", cancellationToken: Token);
        Assert.True(await watch.MoveNextAsync());
        Assert.Equal(1, watch.Current!.Version);
        ValueTask<bool> next = watch.MoveNextAsync();
        await workspace.Registry.PromoteAsync(two, "champion", cancellationToken: Token);
        Assert.True(await next);
        Assert.Equal(2, watch.Current!.Version);
        await using (TrackingWorkspace other = TrackingWorkspace.At(workspace.Store.Root))
        {
            // another process in all but name: a database object of its own, so only the look every second sees it
            await other.Registry.PromoteAsync(one, "champion", cancellationToken: Token);
        }

        Assert.True(await watch.MoveNextAsync());
        Assert.Equal(1, watch.Current!.Version);
        await workspace.Registry.DeleteVersionAsync(one, null, Token);
        Assert.True(await watch.MoveNextAsync());
        Assert.Null(watch.Current);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await watch.MoveNextAsync());
    }

    [Fact]
    public async Task ClockThatGoesBack_KeepsPeriodsInOrder()
    {
        FakeTimeProvider clock = TrackingWorkspace.Clock();
        DateTimeOffset start = clock.GetUtcNow();
        await using TrackingWorkspace workspace = TrackingWorkspace.New(clock);
        ModelVersion one = await workspace.Registry.RegisterAsync("m", await workspace.LogModelAsync("1"));
        ModelVersion two = await workspace.Registry.RegisterAsync("m", await workspace.LogModelAsync("2"));
        await workspace.Registry.PromoteAsync(one, "champion", cancellationToken: Token);
        clock.AdjustTime(start.AddHours(-1));
        AliasPeriod period = await workspace.Registry.PromoteAsync(two, "champion", cancellationToken: Token);
        Assert.Equal(start.AddMilliseconds(1), period.From);
        Assert.Equal(2, (await workspace.Registry.GetByAliasAsync("m", "champion", Token))!.Number);
        Assert.Equal(1, (await workspace.Registry.WhoWasAsync("m", "champion", start, null, Token))!.Version);
    }

    [Fact]
    public async Task Lineage_LeadsToRunAndDataDigests()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        DatasetReference data = new("mortgages", "sha256:" + new string('d', 64)) { Version = new string('e', 32) };
        await using Run run = await workspace.Experiments.StartRunAsync("mortgage", r => r.With(data, "training").Named("gbm"), Token);
        ModelArtifact model = await run.LogModelAsync("model", TrackingWorkspace.Files(("model.zip", "x")), Token);
        run.LogParam("trainer", "LightGbm");
        ModelVersion version = await workspace.Registry.RegisterAsync("mortgage", model, await workspace.EvidenceAsync(model));
        Lineage lineage = await workspace.Registry.LineageAsync(version, Token);
        Assert.Equal((run.Id, "gbm", "mortgage", "ada", (RunStatus?)RunStatus.Running), (lineage.RunId, lineage.RunName, lineage.Experiment, lineage.User, lineage.Status));
        Assert.Equal([new RunInput(data, "training")], lineage.Inputs);
        Assert.Equal("LightGbm", lineage.Params["trainer"]);
        Assert.Equal("gate", Assert.Single(lineage.Evidence).Kind);
        await workspace.Registry.DeleteVersionAsync(version, null, Token);
        Assert.Equal(run.Id, (await workspace.Registry.LineageAsync(version, Token)).RunId);
        await Assert.ThrowsAsync<ModelNotFoundException>(async () => await workspace.Registry.LineageAsync(version with { Number = 9 }, Token));
    }

    [Fact]
    public async Task Changes_ArePublishedWithEdges()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        List<LifecycleEvent> events = [];
        await using IAsyncDisposable subscription = await workspace.Store.Events.SubscribeAsync(
            "test", (e, _) => { lock (events) { events.Add(e); } return ValueTask.CompletedTask; }, Token);
        ModelArtifact model = await workspace.LogModelAsync("1");
        ModelVersion version = await workspace.Registry.RegisterAsync("m", model);
        await workspace.Registry.PromoteAsync(version, "champion", "why", cancellationToken: Token);
        await workspace.Store.Events.DrainAsync(Token);
        LifecycleEvent registered = Assert.Single(events, e => e.Name == "lifecycle.model.version.registered");
        Assert.Equal(
            [
                ((LineageNode)version, LineageEdge.SpecializationOf, (LineageNode)model),
                ((LineageNode)model, LineageEdge.WasGeneratedBy, new LineageNode(LineageNode.Run, model.RunId)),
            ],
            registered.Edges.Select(e => (e.From, e.Relation, e.To)));
        LifecycleEvent moved = Assert.Single(events, e => e.Name == "lifecycle.model.alias.moved");
        Assert.Equal("""{"model":"m","alias":"champion","from":null,"to":1,"move":"Promotion","actor":"ada","reason":"why"}""", moved.Payload);
    }

    // Periods touch, never twice the same version in a row, and the audit log tells of exactly these moves in this order.
    private static async Task AssertTotalOrderAsync(TrackingWorkspace workspace)
    {
        List<AliasPeriod> history = await workspace.Registry.HistoryAsync("m", "champion", Token).ToListAsync(Token);
        Assert.Null(history[^1].Until);
        for (int i = 1; i < history.Count; i++)
        {
            Assert.True(history[i - 1].From < history[i].From);
            Assert.Equal(history[i - 1].Until, history[i].From);
            Assert.NotEqual(history[i - 1].Version, history[i].Version);
            Assert.True(history[i - 1].AuditSequence < history[i].AuditSequence);
        }

        List<AuditEntry> moves = (await workspace.AuditAsync()).Where(e => e.Action == "model.alias.moved").ToList();
        Assert.Equal(history.Select(p => (p.AuditSequence, p.Reason)), moves.Select(e => (e.Sequence, e.Reason)));
    }
}
