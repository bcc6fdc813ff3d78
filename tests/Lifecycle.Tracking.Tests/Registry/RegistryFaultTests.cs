using Lifecycle.Storage.Specification;

namespace Lifecycle.Tracking.Tests;

/// <summary>Each awaited write with a fault, and with a cancelled token, at each of its operations: all or nothing.</summary>
public sealed class RegistryFaultTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task FaultAtEachOperation_IsAllOrNothing()
    {
        FaultPlan counted = FaultPlan.None();
        Assert.Null(await RunAsync(counted, Token));
        for (long at = 1; at <= counted.Operations; at++)
        {
            await RunAsync(FaultPlan.FailAt(at), Token);
            await RunAsync(FaultPlan.HalfAt(at), Token);
        }
    }

    [Fact]
    public async Task TokenCancelledAtEachOperation_IsAllOrNothing()
    {
        FaultPlan counted = FaultPlan.None();
        await RunAsync(counted, Token);
        for (long at = 1; at <= counted.Operations; at++)
        {
            using CancellationTokenSource source = CancellationTokenSource.CreateLinkedTokenSource(Token);
            FaultPlan plan = FaultPlan.HangAt(at);
            Task<Exception?> work = RunAsync(plan, source.Token);
            await Task.WhenAny(plan.Reached, work);
            await source.CancelAsync();
            Exception? error = await work;
            Assert.True(error is null or OperationCanceledException, error?.ToString());
        }
    }

    // Returns what the writes threw; whatever happened, what is there afterwards must fit together.
    private static async Task<Exception?> RunAsync(FaultPlan plan, CancellationToken cancellationToken)
    {
        using TemporaryFolder folder = new();
        string root = folder["lifecycle"];
        ModelArtifact old;
        await using (TrackingWorkspace before = TrackingWorkspace.At(root))
        {
            old = await before.LogModelAsync("old");
            await before.Registry.PromoteAsync(await before.Registry.RegisterAsync("m", old), "champion", cancellationToken: Token);
        }

        Exception? error = null;
        TrackingOptions options = new() { StartTimeout = TimeSpan.FromMilliseconds(200), EndTimeout = TimeSpan.FromMilliseconds(200) };
        await using (TrackingWorkspace workspace = TrackingWorkspace.At(root, options: options, faults: plan))
        {
            try
            {
                await using Run run = await workspace.Experiments.StartRunAsync("e", cancellationToken: cancellationToken);
                await run.LogArtifactAsync("a/b.txt", "artifact"u8.ToArray(), cancellationToken);
                ModelArtifact model = await run.LogModelAsync("model", TrackingWorkspace.Files(("x", "1"), ("y", "2")), cancellationToken);
                Evidence evidence = new("gate", model.Digest, model.Digest, EvidenceVerdict.Passed, DateTimeOffset.UnixEpoch, "g");
                ModelVersion version = await workspace.Registry.RegisterAsync("m", model, [evidence], cancellationToken);
                await workspace.Registry.ProtectAsync("m", "champion", p => p.RequireEvidence("gate"), cancellationToken);
                await workspace.Registry.PromoteAsync(version, "champion", "better", 1, cancellationToken);
                await workspace.Registry.RollbackAsync("m", "champion", "worse", cancellationToken);
                await workspace.Registry.DeleteVersionAsync(version, "gone", cancellationToken);
            }
            catch (Exception e) when (e is LifecycleException or OperationCanceledException)
            {
                error = e;
            }
        }

        await using TrackingWorkspace after = TrackingWorkspace.At(root);
        await AssertConsistentAsync(after);
        return error;
    }

    private static async Task AssertConsistentAsync(TrackingWorkspace workspace)
    {
        IReadOnlyList<RunRecord> runs = (await workspace.Experiments.Runs.ToPageAsync(Token)).Runs;
        Assert.All(runs, r => Assert.NotEqual(RunStatus.Running, r.Status));
        List<AuditEntry> audit = await workspace.AuditAsync();
        int Count(string action) => audit.Count(e => e.Action == action);
        Assert.Equal(runs.Count, Count("run.started"));
        Assert.Equal(runs.Count, Count("run.ended"));
        int models = 0;
        foreach (RunRecord run in runs)
        {
            foreach (ModelArtifact model in await workspace.Experiments.ModelsAsync(run.Id, Token))
            {
                models++;
                Assert.NotEmpty(model.Manifest.Files);
            }

            foreach (ArtifactEntry entry in await workspace.Experiments.ArtifactsOf(run.Id).ListAsync(null, Token))
            {
                await using Stream content = await workspace.Experiments.ArtifactsOf(run.Id).OpenAsync(entry.Path, null, Token);
                Assert.Equal(entry.Digest, await Digest.OfAsync(content, Token));
            }
        }

        Assert.Equal(models, Count("model.logged"));
        IReadOnlyList<ModelVersion> versions = await workspace.Registry.VersionsAsync("m", Token);
        Assert.Equal(versions.Count, Count("model.version.registered"));
        Assert.Equal(versions.Count(v => v.IsDeleted), Count("model.version.deleted"));
        Assert.Equal(versions.Count == 2 ? 1 : 0, versions.Sum(v => v.Evidence.Count));
        Assert.Equal((await workspace.Registry.RequiredEvidenceAsync("m", "champion", Token)).Count, Count("model.alias.protected"));
        List<AliasPeriod> history = await workspace.Registry.HistoryAsync("m", "champion", Token).ToListAsync(Token);
        Assert.Equal(audit.Where(e => e.Action == "model.alias.moved").Select(e => e.Sequence), history.Select(p => p.AuditSequence));
        Assert.Single(history, p => p.Until is null);
        Assert.True((await workspace.Store.Audit.VerifyAsync(null, Token)).IsSound);
        Assert.True((await workspace.Store.Objects.VerifyAsync(Token)).IsSound);
    }
}
