using System.Globalization;
using Lifecycle.Storage.Specification;

namespace Lifecycle.Tracking.Tests;

/// <summary>Logging when the database or the disk is away.</summary>
public sealed class JournalTroubleTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task JournalThatCannotGrow_KeepsRecordsInMemory_CountsTheLost_AndRecovers()
    {
        TrackingOptions options = new() { Journal = { FirstSegmentBytes = 16 * 1024, MemoryRecords = 1000 } };
        await using TrackingWorkspace workspace = TrackingWorkspace.New(options: options);
        await using Run run = await workspace.Experiments.StartRunAsync("e", cancellationToken: Token);
        string obstacle = Path.Combine(workspace.Journals, run.Id + "-2.wal.tmp");
        Directory.CreateDirectory(obstacle);
        for (int step = 0; step < 5000; step++)
        {
            run.LogMetric("m", step, step);
        }

        await Assert.ThrowsAsync<LifecycleStorageException>(async () => await run.FlushAsync(Token));
        Directory.Delete(obstacle);
        await run.FlushAsync(Token);
        run.LogMetric("m", 5000, 5000);
        await run.CompleteAsync(cancellationToken: Token);
        RunRecord record = (await workspace.Experiments.GetRunAsync(run.Id, Token))!;
        long dropped = long.Parse(record.Tags["lifecycle.dropped"], CultureInfo.InvariantCulture);
        List<MetricPoint> points = await workspace.Experiments.MetricHistoryAsync(run.Id, "m", Token).ToListAsync(Token);
        Assert.Equal(5001 - dropped, points.Count);
        Assert.InRange(dropped, 1, 4000);
        Assert.Contains(points, p => p.Step == 5000);
        Assert.Equal(RunStatus.Finished, record.Status);
    }

    [Fact]
    public async Task JournalFolderThatCannotBeWritten_StopsTheStart_AndLeavesNothing()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        await workspace.Experiments.ListAsync(cancellationToken: Token);
        string journals = workspace.Journals;
        Directory.Move(journals, journals + "-away");
        File.WriteAllText(journals, "a file where the folder should be");
        LifecycleStorageException error = await Assert.ThrowsAsync<LifecycleStorageException>(
            async () => await workspace.Experiments.StartRunAsync("e", cancellationToken: Token));
        Assert.Equal("journal", error.Store);
        File.Delete(journals);
        Directory.Move(journals + "-away", journals);
        Assert.Empty((await workspace.Experiments.Runs.ToPageAsync(Token)).Runs);
    }

    [Fact]
    public async Task DatabaseThatHangs_NeitherBlocksNorLoses()
    {
        using TemporaryFolder folder = new();
        TrackingOptions options = new() { StartTimeout = TimeSpan.FromMilliseconds(50), EndTimeout = TimeSpan.FromMilliseconds(50) };
        string id;
        await using (TrackingWorkspace workspace = TrackingWorkspace.At(folder["lifecycle"], options: options, faults: FaultPlan.HangAt(1, "database.write")))
        {
            await using Run run = await workspace.Experiments.StartRunAsync("e", r => r.Named("spooled"), Token);
            id = run.Id;
            for (int step = 0; step < 10_000; step++)
            {
                run.LogMetric("m", step, step);
            }

            run.LogParam("p", "v");
            Assert.Empty(run.Problems);
        }

        await using TrackingWorkspace again = TrackingWorkspace.At(folder["lifecycle"]);
        RunRecord record = (await again.Experiments.GetRunAsync(id, Token))!;
        Assert.Equal((RunStatus.Finished, "spooled", "v", 9999), (record.Status, record.Name, record.Params["p"], record.Metrics["m"].Step));
        Assert.Equal(10_000, (await again.Experiments.MetricHistoryAsync(id, "m", Token).ToListAsync(Token)).Count);
    }

    [Fact]
    public async Task FaultAtEachOperation_LosesNothing_AndDoublesNothing()
    {
        FaultPlan counted = FaultPlan.None();
        await ScenarioAsync(counted);
        Assert.InRange(counted.Operations, 10, 1000);
        for (long at = 1; at <= counted.Operations; at++)
        {
            await ScenarioAsync(FaultPlan.FailAt(at));
            await ScenarioAsync(FaultPlan.HalfAt(at));
        }
    }

    private static async Task ScenarioAsync(FaultPlan plan)
    {
        using TemporaryFolder folder = new();
        string id;
        await using (TrackingWorkspace workspace = TrackingWorkspace.At(folder["lifecycle"], faults: plan))
        {
            await using Run run = await workspace.Experiments.StartRunAsync("e", r => r.With(new DatasetReference("d", "1")), Token);
            id = run.Id;
            for (int step = 0; step < 20; step++)
            {
                run.LogMetric("m", step, step);
            }

            run.LogParam("p", "v");
            run.SetTag("t", "w");
        }

        await using TrackingWorkspace again = TrackingWorkspace.At(folder["lifecycle"]);
        RunRecord record = (await again.Experiments.GetRunAsync(id, Token))!;
        Assert.Equal((RunStatus.Finished, "v", "w", 19), (record.Status, record.Params["p"], record.Tags["t"], record.Metrics["m"].Step));
        Assert.Equal(20, (await again.Experiments.MetricHistoryAsync(id, "m", Token).ToListAsync(Token)).Count);
        Assert.Single(record.Inputs);
        Assert.Equal(["experiment.created", "run.started", "run.ended"], (await again.AuditAsync()).Select(e => e.Action));
        Assert.True((await again.Store.Audit.VerifyAsync(null, Token)).IsSound);
    }
}
