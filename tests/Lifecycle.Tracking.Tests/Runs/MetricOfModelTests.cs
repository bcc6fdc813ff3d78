namespace Lifecycle.Tracking.Tests;

public sealed class MetricOfModelTests
{
    [Fact]
    public async Task PointOfAModel_IsAPointOfTheRun_AndOfTheModel()
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        await using Run run = await workspace.Experiments.StartRunAsync("e", cancellationToken: token);
        ModelArtifact model = await run.LogModelAsync("model", TrackingWorkspace.Files(("model.zip", "a")), token);
        run.LogMetric("auc", 0.8, model, 1, new DatasetReference("test", "sha256:1"));
        run.LogMetric("auc", double.NaN, model, 2);
        run.LogMetric("auc", 0.7, 3);
        run.LogMetric("none", 1, null!);
        await run.FlushAsync(token);
        Assert.Equal(3, await workspace.Experiments.MetricHistoryAsync(run.Id, "auc", token).CountAsync(token));
        Assert.Equal("value", run.Problems.Single().Reason);
        List<(string, string, double, long)> rows = await workspace.Store.Database.QueryAsync(
            "SELECT m.key, m.dataset_name, m.value, m.nan FROM tracking_logged_model_metric m JOIN tracking_logged_model l ON l.id = m.model WHERE l.model_id = $id ORDER BY m.step",
            [("$id", model.Id)], row => (row.GetString(0), row.GetString(1), row.GetDouble(2), row.GetInt64(3)), token);
        Assert.Equal([("auc", "test", 0.8, 0L), ("auc", "", 0.0, 1L)], rows);
    }
}
