namespace Lifecycle.Tracking.Tests;

public sealed class RunTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EverythingLogged_IsReadBack()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        DatasetReference data = new("mortgages", "sha256:" + new string('a', 64))
        {
            Version = new string('b', 32), Uri = "lifecycle:dataset/mortgages@1", Rows = 2380,
            Schema = new TableSchema(new TableColumn("deny", ColumnType.Boolean), new TableColumn("lvrat", ColumnType.Double, true, DataClassification.Personal)),
        };
        Run parent = await workspace.Experiments.StartRunAsync("mortgage", cancellationToken: Token);
        Run run = await workspace.Experiments.StartRunAsync(
            "mortgage", r => r.With(data, "training").Named("gbm-31").Under(parent).Tagged("team", "credit"), Token);
        run.LogParam("trainer", "LightGbm");
        run.LogParam("rate", 0.1);
        run.LogMetric("auc", 0.853, step: 1);
        run.Metric("auc").Log(0.9, 2);
        run.SetTag("owner", "risk");
        run.SetTag("gone", "x");
        run.RemoveTag("gone");
        run.LogInput(new DatasetReference("elsewhere", "abc"), "validation");
        run.LogInput(new DatasetReference("elsewhere", "abc"), "validation");

        RunRecord live = (await workspace.Experiments.GetRunAsync(run.Id, Token))!;
        Assert.Equal(RunStatus.Running, live.Status);
        Assert.Equal(0.9, live.Metrics["auc"].Value);

        await run.DisposeAsync();
        await parent.DisposeAsync();
        RunRecord record = (await workspace.Experiments.GetRunAsync(run.Id, Token))!;
        Assert.Equal(("gbm-31", "mortgage", RunStatus.Finished, "ada"), (record.Name, record.Experiment, record.Status, record.User));
        Assert.NotNull(record.EndedAt);
        Assert.Equal("LightGbm", record.Params["trainer"]);
        Assert.Equal("0.1", record.Params["rate"]);
        Assert.Equal(
            ("risk", "credit", parent.Id, "gbm-31", "ada", "LOCAL"),
            (record.Tags["owner"], record.Tags["team"], record.Tags["mlflow.parentRunId"], record.Tags["mlflow.runName"], record.Tags["mlflow.user"], record.Tags["mlflow.source.type"]));
        Assert.DoesNotContain("gone", record.Tags.Keys);
        Assert.Equal([new RunInput(data, "training"), new RunInput(new DatasetReference("elsewhere", "abc"), "validation")], record.Inputs);
        Assert.Empty(run.Problems);
        Assert.Empty(JournalFiles.Runs(workspace.Journals));
    }

    [Fact]
    public async Task Latest_IsTheGreatestStepTimeValue_NotTheLastWritten()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        await using Run run = await workspace.Experiments.StartRunAsync("e", cancellationToken: Token);
        run.LogMetric("m", 1.0, 5, DateTimeOffset.FromUnixTimeMilliseconds(100));
        run.LogMetric("m", 9.0, 1, DateTimeOffset.FromUnixTimeMilliseconds(200));
        await run.FlushAsync(Token);
        run.LogMetric("m", double.NaN, 5, DateTimeOffset.FromUnixTimeMilliseconds(100));
        run.LogMetric("m", 1.0, 5, DateTimeOffset.FromUnixTimeMilliseconds(100));
        Assert.Equal(1.0, (await workspace.Experiments.GetRunAsync(run.Id, Token))!.Metrics["m"].Value);
        Assert.Equal(3, (await workspace.Experiments.MetricHistoryAsync(run.Id, "m", Token).ToListAsync(Token)).Count);
    }

    [Fact]
    public async Task OddNumbers_RoundTrip()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New(TrackingWorkspace.Clock());
        await using Run run = await workspace.Experiments.StartRunAsync("e", cancellationToken: Token);
        double[] values = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.MaxValue, double.Epsilon, -0.0, 0.1 + 0.2];
        for (int i = 0; i < values.Length; i++)
        {
            run.LogMetric("m", values[i], i);
        }

        run.LogMetric("steps", 1, -5);
        run.LogMetric("steps", 2, 1L << 40);
        List<MetricPoint> points = await workspace.Experiments.MetricHistoryAsync(run.Id, "m", Token).ToListAsync(Token);
        Assert.Equal(values.Select(v => BitConverter.DoubleToInt64Bits(v == 0 ? 0.0 : v)), points.Select(p => BitConverter.DoubleToInt64Bits(p.Value)));
        Assert.Equal([-5, 1L << 40], (await workspace.Experiments.MetricHistoryAsync(run.Id, "steps", Token).ToListAsync(Token)).Select(p => p.Step));
    }

    [Theory]
    [InlineData(RunStatus.Finished)]
    [InlineData(RunStatus.Failed)]
    [InlineData(RunStatus.Killed)]
    public async Task CompleteAsync_EndsAsAsked(RunStatus status)
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        await using Run run = await workspace.Experiments.StartRunAsync("e", cancellationToken: Token);
        await run.CompleteAsync(status, Token);
        Assert.Equal(status, (await workspace.Experiments.GetRunAsync(run.Id, Token))!.Status);
    }

    [Fact]
    public async Task RunAsync_FailsTheRunAndThrowsOn()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        Run? seen = null;
        InvalidOperationException thrown = await Assert.ThrowsAsync<InvalidOperationException>(async () => await workspace.Experiments.RunAsync(
            "e",
            run =>
            {
                seen = run;
                run.LogMetric("m", 1);
                throw new InvalidOperationException("password=hunter2");
            },
            cancellationToken: Token));
        Assert.Equal("password=hunter2", thrown.Message);
        RunRecord record = (await workspace.Experiments.GetRunAsync(seen!.Id, Token))!;
        Assert.Equal(RunStatus.Failed, record.Status);
        Assert.Equal(typeof(InvalidOperationException).FullName, record.Tags["lifecycle.exception.type"]);
        Assert.DoesNotContain(record.Tags.Values, v => v.Contains("hunter2", StringComparison.Ordinal));
        Assert.Equal(RunStatus.Finished, (await workspace.Experiments.RunAsync("e", _ => Task.CompletedTask, cancellationToken: Token)).Status);
    }

    [Fact]
    public async Task StartAndEnd_AreAudited_AndTheEndCarriesCountsAndEdges()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        List<LifecycleEvent> events = [];
        await using IAsyncDisposable subscription = await workspace.Store.Events.SubscribeAsync(
            "test", (e, _) => { lock (events) { events.Add(e); } return ValueTask.CompletedTask; }, Token);
        Run run = await workspace.Experiments.StartRunAsync(
            "e", r => r.With(new DatasetReference("d", "x") { Version = new string('c', 32) }).With(new DatasetReference("o", "md5:1")), Token);
        run.LogMetric("m", 1);
        run.LogMetric("m", 2, 1);
        run.LogParam("p", 1);
        await run.LogArtifactAsync("a.txt", "hello"u8.ToArray(), Token);
        ModelArtifact model = await run.LogModelAsync("model", TrackingWorkspace.Files(("a.txt", "hello")), Token);
        await run.DisposeAsync();
        await workspace.Store.Events.DrainAsync(Token);

        List<AuditEntry> audit = await workspace.AuditAsync();
        Assert.Equal(["experiment.created", "run.started", "model.logged", "run.ended"], audit.Select(a => a.Action));
        Assert.All(audit, a => Assert.Equal("ada", a.Actor));
        Assert.Contains("\"points\":2,\"params\":1,\"tags\":4,\"inputs\":2,\"artifacts\":1", audit[^1].After, StringComparison.Ordinal);
        LifecycleEvent finished = Assert.Single(events, e => e.Name == "lifecycle.run.finished");
        Assert.Equal(
            [
                (new LineageNode(LineageNode.Run, run.Id), LineageEdge.Used, new LineageNode(LineageNode.DatasetVersion, new string('c', 32))),
                (new LineageNode(LineageNode.Run, run.Id), LineageEdge.Used, new LineageNode(LineageNode.External, "md5:1")),
                ((LineageNode)model, LineageEdge.WasGeneratedBy, (LineageNode)run),
            ],
            finished.Edges.Select(e => (e.From, e.Relation, e.To)));
        Assert.True((await workspace.Store.Audit.VerifyAsync(null, Token)).IsSound);
    }

    [Fact]
    public async Task LogMetric_TakesNoMemory()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        await using Run run = await workspace.Experiments.StartRunAsync("e", cancellationToken: Token);
        MetricSeries series = run.Metric("loss");
        for (int i = 0; i < 100; i++)
        {
            series.Log(i, i);
            run.LogMetric("auc", i, i);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1500; i++)
        {
            series.Log(i, i);
            run.LogMetric("auc", i, i);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task ManyThreads_LoseNothing()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New(options: new TrackingOptions { Journal = { FirstSegmentBytes = 16 * 1024 } });
        await using Run run = await workspace.Experiments.StartRunAsync("e", cancellationToken: Token);
        Parallel.For(0, 8, thread =>
        {
            MetricSeries series = run.Metric("m" + thread);
            for (int step = 0; step < 5000; step++)
            {
                series.Log(step, step);
            }
        });
        RunRecord record = (await workspace.Experiments.GetRunAsync(run.Id, Token))!;
        for (int thread = 0; thread < 8; thread++)
        {
            Assert.Equal(4999, record.Metrics["m" + thread].Step);
            Assert.Equal(5000, (await workspace.Experiments.MetricHistoryAsync(run.Id, "m" + thread, Token).ToListAsync(Token)).Count);
        }
    }
}
