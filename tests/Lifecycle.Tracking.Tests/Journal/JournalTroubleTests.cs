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
        string away = workspace.Journals + "-away";
        Directory.Move(workspace.Journals, away);
        for (int step = 0; step < 5000; step++)
        {
            run.LogMetric("m", step, step);
        }

        await Assert.ThrowsAsync<LifecycleStorageException>(async () => await run.FlushAsync(Token));
        Directory.Move(away, workspace.Journals);
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
    public async Task RecordsInMemory_ComeBackByLogging_WhenTheDatabaseHangs()
    {
        using TemporaryFolder folder = new();
        TrackingOptions options = new()
        {
            Journal = { FirstSegmentBytes = 16 * 1024 }, StartTimeout = TimeSpan.FromMilliseconds(50), EndTimeout = TimeSpan.FromMilliseconds(50),
        };
        await using TrackingWorkspace workspace = TrackingWorkspace.At(folder["lifecycle"], options: options, faults: FaultPlan.HangAt(1, "database.write"));
        await using Run run = await workspace.Experiments.StartRunAsync("e", cancellationToken: Token);
        string away = workspace.Journals + "-away";
        Directory.Move(workspace.Journals, away);
        for (int step = 0; step < 2000; step++)
        {
            run.LogMetric("m", step, step);
        }

        Directory.Move(away, workspace.Journals);
        await Task.Delay(100, Token);
        run.LogMetric("m", 2000, 2000);

        // what stands in the files now is what a kill would leave
        Directory.CreateDirectory(folder["copy/journal"]);
        foreach (string file in JournalFiles.Segments(workspace.Journals, run.Id))
        {
            File.Copy(file, Path.Combine(folder["copy/journal"], Path.GetFileName(file)));
        }

        await using TrackingWorkspace copy = TrackingWorkspace.At(folder["copy"]);
        Assert.Equal(2001, (await copy.Experiments.MetricHistoryAsync(run.Id, "m", Token).ToListAsync(Token)).Count);
    }

    // The drain makes segments ahead of need while loggers make them when they need them.
    [Fact]
    public async Task TwoThatMakeTheSameSegment_OneHasItAndTheOtherKnows()
    {
        using TemporaryFolder folder = new();
        JournalHeader header = new(LifecycleId.New(TimeProvider.System), LifecycleId.New(TimeProvider.System), 0, 1, 2);
        using Barrier barrier = new(2);
        (int Made, Exception? Other)[] makers = await Task.WhenAll(Enumerable.Range(0, 2).Select(maker => Task.Run(
            () =>
            {
                (int mine, Exception? other) = (0, null);
                for (int n = 0; n < 3000; n++)
                {
                    barrier.SignalAndWait(Token);
                    try
                    {
                        using JournalSegment segment = JournalSegment.Create(folder[$"{n}.wal"], header, 8192);
                        mine++;
                        if (maker == 0)
                        {
                            File.Delete(segment.File);
                        }
                    }
                    catch (SegmentTakenException)
                    {
                        // and nothing else
                    }
                    catch (IOException error)
                    {
                        other = error;
                    }
                }

                return (mine, other);
            },
            Token)));
        Assert.All(makers, m => Assert.Null(m.Other));
        Assert.InRange(makers.Sum(m => m.Made), 3000, 6000);
        Assert.Empty(Directory.EnumerateFiles(folder.Path, "*.tmp"));
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
