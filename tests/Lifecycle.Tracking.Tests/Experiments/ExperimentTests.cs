using Lifecycle.Storage.Local;
using Lifecycle.Storage.Specification;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Lifecycle.Tracking.Tests;

public sealed class ExperimentTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Default_IsAlwaysThere()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        Experiment byId = (await workspace.Experiments.GetAsync("0", Token))!;
        Assert.Equal(("0", "Default"), (byId.Id, byId.Name));
        await using Run run = await workspace.Experiments.StartRunAsync("0", cancellationToken: Token);
        Assert.Equal(("0", "Default"), ((await workspace.Experiments.GetRunAsync(run.Id, Token))!.ExperimentId, run.Experiment));
        await Assert.ThrowsAsync<TrackingException>(async () => await workspace.Experiments.DeleteAsync("Default", Token));
        await Assert.ThrowsAsync<TrackingException>(async () => await workspace.Experiments.CreateAsync("0", Token));
    }

    [Fact]
    public async Task Create_List_AndNames()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        Experiment made = await workspace.Experiments.CreateAsync("a", Token);
        Assert.Equal(made, await workspace.Experiments.GetAsync("a", Token));
        await Assert.ThrowsAsync<TrackingException>(async () => await workspace.Experiments.CreateAsync("a", Token));
        foreach (string? bad in new[] { "", " ", null, "a\nb", new string('e', 501) })
        {
            await Assert.ThrowsAsync<TrackingException>(async () => await workspace.Experiments.CreateAsync(bad!, Token));
            await Assert.ThrowsAsync<TrackingException>(async () => await workspace.Experiments.StartRunAsync(bad!, cancellationToken: Token));
        }

        Assert.Equal(["Default", "a"], (await workspace.Experiments.ListAsync(cancellationToken: Token)).Select(e => e.Name).Order(StringComparer.Ordinal));
        Assert.Null(await workspace.Experiments.GetAsync("none", Token));
    }

    [Fact]
    public async Task RestoreExperiment_KeepsSingleDeletions()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        Run one = await workspace.Experiments.RunAsync("e", _ => Task.CompletedTask, cancellationToken: Token);
        Run two = await workspace.Experiments.RunAsync("e", _ => Task.CompletedTask, cancellationToken: Token);
        await workspace.Experiments.DeleteRunAsync(one.Id, Token);
        await workspace.Experiments.DeleteAsync("e", Token);
        Assert.True((await workspace.Experiments.GetAsync("e", Token))!.IsDeleted);
        Assert.Empty((await workspace.Experiments.Runs.ToPageAsync(Token)).Runs);
        Assert.Equal(2, (await workspace.Experiments.Runs.IncludeDeleted().ToPageAsync(Token)).Runs.Count);
        TrackingException closed = await Assert.ThrowsAsync<TrackingException>(async () => await workspace.Experiments.StartRunAsync("e", cancellationToken: Token));
        Assert.Contains("must be in the 'active' state", closed.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<TrackingException>(async () => await workspace.Experiments.DeleteAsync("e", Token));
        await workspace.Experiments.RestoreAsync("e", Token);
        Assert.Equal([two.Id], (await workspace.Experiments.Runs.ToPageAsync(Token)).Runs.Select(r => r.Id));
        Assert.True((await workspace.Experiments.GetRunAsync(one.Id, Token))!.IsDeleted);
        await workspace.Experiments.RestoreRunAsync(one.Id, Token);
        await Assert.ThrowsAsync<TrackingException>(async () => await workspace.Experiments.RestoreRunAsync(one.Id, Token));
        await Assert.ThrowsAsync<TrackingException>(async () => await workspace.Experiments.DeleteRunAsync("none", Token));
        Assert.Equal(
            ["run.deleted", "experiment.deleted", "experiment.restored", "run.restored"],
            (await workspace.AuditAsync()).Select(e => e.Action).Where(a => a.EndsWith("ed", StringComparison.Ordinal) && !a.Contains("start") && !a.EndsWith(".ended") && !a.Contains("created")));
    }

    [Fact]
    public async Task CancelledToken_StartsNothing()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        await workspace.Experiments.ListAsync(cancellationToken: Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await workspace.Experiments.StartRunAsync("e", cancellationToken: new CancellationToken(true)));
        Assert.Empty(JournalFiles.Runs(workspace.Journals));
        Assert.Empty((await workspace.Experiments.Runs.IncludeDeleted().ToPageAsync(Token)).Runs);
    }

    [Fact]
    public async Task ClosingTheCatalog_EndsOpenRuns()
    {
        using TemporaryFolder folder = new();
        Run run;
        await using (TrackingWorkspace workspace = TrackingWorkspace.At(folder["lifecycle"]))
        {
            run = await workspace.Experiments.StartRunAsync("e", cancellationToken: Token);
            run.LogMetric("m", 1);
        }

        run.LogMetric("late", 1);
        Assert.Equal("ended", Assert.Single(run.Problems).Reason);
        await run.DisposeAsync();
        await using TrackingWorkspace again = TrackingWorkspace.At(folder["lifecycle"]);
        RunRecord record = (await again.Experiments.GetRunAsync(run.Id, Token))!;
        Assert.Equal((RunStatus.Killed, "closed"), (record.Status, record.Tags["lifecycle.end_reason"]));
    }

    [Fact]
    public async Task AddTracking_GivesCatalogAndRegistry_AndChecksOptions()
    {
        using TemporaryFolder folder = new();
        ServiceCollection services = new();
        services.AddModelLifecycleCore().UseLocalStorage(folder["lifecycle"]).AddTracking(t => t.StartTimeout = TimeSpan.FromSeconds(3)).AddTracking();
        await using (ServiceProvider provider = services.BuildServiceProvider())
        {
            ExperimentCatalog experiments = provider.GetRequiredService<ExperimentCatalog>();
            await using Run run = await experiments.StartRunAsync("e", cancellationToken: Token);
            ModelArtifact model = await run.LogModelAsync("m", TrackingWorkspace.Files(("a.txt", "hello")), Token);
            Assert.Equal(1, (await provider.GetRequiredService<ModelRegistry>().RegisterAsync("m", model)).Number);
            Assert.Single(services, s => s.ImplementationType == typeof(DeadRunSweep));
        }

        ServiceCollection wrong = new();
        wrong.AddModelLifecycleCore().UseLocalStorage(folder["lifecycle"]).AddTracking(t => t.Journal.FirstSegmentBytes = 5);
        await using ServiceProvider broken = wrong.BuildServiceProvider();
        Assert.Contains("FirstSegmentBytes", Assert.Throws<OptionsValidationException>(broken.GetRequiredService<ExperimentCatalog>).Message, StringComparison.Ordinal);
    }
}
