using System.Globalization;
using Lifecycle.Storage.Specification;

namespace Lifecycle.Tracking.Tests;

public sealed class LogBatchTests
{
    private static readonly RunBatch Batch = new()
    {
        Metrics = [new("a", 1, DateTimeOffset.UnixEpoch, 1), new("a", 2, DateTimeOffset.UnixEpoch, 2), new("b", double.NaN, DateTimeOffset.UnixEpoch, -5)],
        Params = [KeyValuePair.Create("p", "1"), KeyValuePair.Create("q", "2")],
        Tags = [KeyValuePair.Create("t", "x"), KeyValuePair.Create("mlflow.runName", "renamed")],
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("database.write")]
    [InlineData("database.statement")]
    [InlineData("database.bulk")]
    [InlineData("database.commit")]
    public async Task LogBatch_FaultAtEachStatement_IsAllOrNothing(string operation)
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        string whole = await ReferenceAsync(workspace);
        FaultPlan counting = FaultPlan.FailAt(long.MaxValue, operation);
        await using (ExperimentCatalog counted = Catalog(workspace, counting))
        {
            await counted.LogBatchAsync(await RunAsync(workspace), Batch, Token);
        }

        Assert.True(counting.Operations > 0);
        for (int half = 0; half < 2; half++)
        {
            for (long at = 1; at <= counting.Operations; at++)
            {
                string run = await RunAsync(workspace);
                string before = await TextAsync(workspace, run);
                await using ExperimentCatalog faulty = Catalog(workspace, half == 0 ? FaultPlan.FailAt(at, operation) : FaultPlan.HalfAt(at, operation));
                await Assert.ThrowsAsync<LifecycleStorageException>(async () => await faulty.LogBatchAsync(run, Batch, Token));
                Assert.Equal(before, await TextAsync(workspace, run));
                await faulty.LogBatchAsync(run, Batch, Token);
                Assert.Equal(whole, await TextAsync(workspace, run));
            }
        }
    }

    [Fact]
    public async Task LogBatch_Twice_IsOnce()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        string run = await RunAsync(workspace);
        await workspace.Experiments.LogBatchAsync(run, Batch, Token);
        string once = await TextAsync(workspace, run);
        await workspace.Experiments.LogBatchAsync(run, Batch, Token);
        Assert.Equal(once, await TextAsync(workspace, run));
    }

    [Fact]
    public async Task ABatchThatIsRefused_WritesNothing()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        string run = await RunAsync(workspace);
        await workspace.Experiments.LogBatchAsync(run, new RunBatch { Params = [KeyValuePair.Create("p", "1")] }, Token);
        string before = await TextAsync(workspace, run);
        foreach (RunBatch bad in new[]
        {
            Batch with { Params = [KeyValuePair.Create("new", "1"), KeyValuePair.Create("p", "2")] },
            Batch with { Params = [KeyValuePair.Create("x", "1"), KeyValuePair.Create("x", "1")] },
            Batch with { Metrics = [new("ok", 1, DateTimeOffset.UnixEpoch), new("a$b", 1, DateTimeOffset.UnixEpoch)] },
            Batch with { Metrics = [new("ok", 1, DateTimeOffset.UnixEpoch.AddMilliseconds(-1))] },
            Batch with { Tags = [KeyValuePair.Create("t", new string('x', 65_537))] },
            Batch with { Metrics = [new("ok", 1, DateTimeOffset.UnixEpoch) { ModelId = "m-none" }] },
        })
        {
            await Assert.ThrowsAsync<TrackingException>(async () => await workspace.Experiments.LogBatchAsync(run, bad, Token));
            Assert.Equal(before, await TextAsync(workspace, run));
        }

        TrackingException none = await Assert.ThrowsAsync<TrackingException>(async () => await workspace.Experiments.LogBatchAsync("none", Batch, Token));
        Assert.Equal((TrackingErrorKind.NotFound, "Run with id=none not found"), (none.Kind, none.Message));
        await workspace.Experiments.DeleteRunAsync(run, Token);
        TrackingException deleted = await Assert.ThrowsAsync<TrackingException>(async () => await workspace.Experiments.LogBatchAsync(run, Batch, Token));
        Assert.Equal($"The run {run} must be in the 'active' state. Current state is deleted.", deleted.Message);
    }

    [Fact]
    public async Task Inputs_KeepTheirWords_AndAnEndedRunIsPublishedAgain()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        string run = await RunAsync(workspace);
        RunInput input = new(new DatasetReference("ds", "4fb5574f") { Uri = "{\"uri\":\"s3://b/x\"}" }, "training")
        {
            SourceType = "s3", SchemaText = "{\"mlflow_colspec\":[]}", Profile = "{\"num_rows\":2}", Tags = new Dictionary<string, string> { ["k"] = "v" },
        };
        await workspace.Experiments.UpdateRunAsync(run, new RunChange { Status = RunStatus.Finished, EndedAt = DateTimeOffset.FromUnixTimeMilliseconds(5000) }, Token);
        await workspace.Experiments.LogInputsAsync(run, [input, input], ["m-1"], Token);
        await workspace.Experiments.LogOutputsAsync(run, [new RunOutput("m-2", 3)], Token);
        RunRecord record = (await workspace.Experiments.GetRunAsync(run, Token))!;
        RunInput read = Assert.Single(record.Inputs);
        Assert.Equal((input.Dataset, "training", "s3", input.SchemaText, input.Profile), (read.Dataset, read.Context, read.SourceType, read.SchemaText, read.Profile));
        Assert.Equal("v", read.Tags!["k"]);
        Assert.Equal(["m-1"], record.ModelInputs);
        Assert.Equal([new RunOutput("m-2", 3)], record.Outputs);
        Assert.Equal([new DatasetUse(record.ExperimentId, "ds", "4fb5574f", "training")], await workspace.Experiments.DatasetsAsync([record.ExperimentId], Token));
    }

    private static ExperimentCatalog Catalog(TrackingWorkspace workspace, FaultPlan plan) => new(
        new FaultyDatabase(workspace.Store.Database, plan, statements: true), workspace.Store.Blobs, workspace.Store.Objects, workspace.Store.Audit,
        workspace.Store.Events, workspace.Store.JournalFolder, new NamedActor("ada"));

    private static async Task<string> ReferenceAsync(TrackingWorkspace workspace)
    {
        string run = await RunAsync(workspace);
        await workspace.Experiments.LogBatchAsync(run, Batch, Token);
        return await TextAsync(workspace, run);
    }

    private static async Task<string> RunAsync(TrackingWorkspace workspace) =>
        (await workspace.Experiments.CreateRunAsync(new NewRun { Name = "r", StartedAt = DateTimeOffset.UnixEpoch }, Token)).Id;

    // Everything of a run that a batch can change.
    private static async Task<string> TextAsync(TrackingWorkspace workspace, string run)
    {
        RunRecord record = (await workspace.Experiments.GetRunAsync(run, Token))!;
        List<string> lines = [record.Name];
        lines.AddRange(record.Params.Select(p => $"{p.Key}={p.Value}").Order(StringComparer.Ordinal));
        lines.AddRange(record.Tags.Select(t => $"{t.Key}:{t.Value}").Order(StringComparer.Ordinal));
        foreach (string key in new[] { "a", "b", "ok" })
        {
            lines.AddRange((await workspace.Experiments.MetricPageAsync(run, key, cancellationToken: Token)).Points.Select(p => p.ToString()));
            lines.Add(record.Metrics.TryGetValue(key, out MetricPoint? latest) ? string.Create(CultureInfo.InvariantCulture, $"{latest}") : "none");
        }

        return string.Join('\n', lines);
    }
}
