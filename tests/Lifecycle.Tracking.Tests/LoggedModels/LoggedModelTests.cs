namespace Lifecycle.Tracking.Tests;

public sealed class LoggedModelTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Model_IsMadePending_FilledAndFinished()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        await using Run run = await workspace.Experiments.StartRunAsync("e", cancellationToken: Token);
        LoggedModel model = await workspace.Experiments.CreateModelAsync(
            new LoggedModelStart("1")
            {
                Name = "mymodel", Type = "Agent", SourceRunId = run.Id,
                Params = new Dictionary<string, string> { ["p"] = "1" }, Tags = new Dictionary<string, string> { ["t"] = "x" },
            },
            Token);
        Assert.Equal(("mymodel", "Agent", LoggedModelStatus.Pending, run.Id), (model.Name, model.Type, model.Status, model.SourceRunId));
        Assert.Equal($"mlflow-artifacts:/1/models/{model.Id}/artifacts", model.ArtifactUri);
        RunArtifacts files = workspace.Experiments.ArtifactsOfModel(model.Id);
        await files.PutAsync("a.txt", "old"u8.ToArray(), Token);
        await files.PutAsync("a.txt", "hello"u8.ToArray(), Token);
        await files.PutAsync("dir/b.txt", "away"u8.ToArray(), Token);
        Assert.Equal(["dir/b.txt"], (await files.ListAsync("dir", Token)).Select(f => f.Path));
        Assert.Equal(1, await files.DeleteAsync("dir", Token));
        Assert.Empty(await workspace.Experiments.ModelsAsync(run.Id, Token));
        LoggedModel ready = await workspace.Experiments.FinishModelAsync(model.Id, ready: true, Token);
        Assert.Equal("sha256:d3f7cc7a5e03715064bf3df43bea10513286ea215906067637754c0bc69fc81a", ready.Digest.ToString());
        Assert.Equal(ready.Digest, (await workspace.Experiments.FinishModelAsync(model.Id, ready: true, Token)).Digest);
        ModelArtifact artifact = Assert.Single(await workspace.Experiments.ModelsAsync(run.Id, Token));
        Assert.Equal((model.Id, ready.Digest), (artifact.Id, (Digest?)artifact.Digest));
        await Assert.ThrowsAsync<TrackingException>(async () => await files.PutAsync("c", "c"u8.ToArray(), Token));
        await Assert.ThrowsAsync<InvalidModelException>(async () => await workspace.Experiments.FinishModelAsync(model.Id, ready: false, Token));
        await using Stream content = await files.OpenAsync("a.txt", null, Token);
        Assert.Equal("hello", await new StreamReader(content).ReadToEndAsync(Token));
        Assert.True((await workspace.Store.Objects.VerifyAsync(Token)).IsSound);
    }

    [Fact]
    public async Task ParamsNeverChange_TagsDo_MetricsAreKeptOnce()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        await using Run run = await workspace.Experiments.StartRunAsync("e", cancellationToken: Token);
        LoggedModel model = await workspace.Experiments.CreateModelAsync(new LoggedModelStart("0"), Token);
        Assert.Equal("model-" + model.Id[^8..], model.Name);
        await workspace.Experiments.LogModelParamsAsync(model.Id, new Dictionary<string, string> { ["a"] = "1" }, Token);
        await workspace.Experiments.LogModelParamsAsync(model.Id, new Dictionary<string, string> { ["a"] = "1" }, Token);
        await Assert.ThrowsAsync<InvalidModelException>(
            async () => await workspace.Experiments.LogModelParamsAsync(model.Id, new Dictionary<string, string> { ["b"] = "2", ["a"] = "3" }, Token));
        await workspace.Experiments.SetModelTagsAsync(model.Id, new Dictionary<string, string> { ["t"] = "1", ["u"] = "2" }, Token);
        await workspace.Experiments.SetModelTagsAsync(model.Id, new Dictionary<string, string> { ["t"] = "3" }, Token);
        Assert.True(await workspace.Experiments.RemoveModelTagAsync(model.Id, "u", Token));
        Assert.False(await workspace.Experiments.RemoveModelTagAsync(model.Id, "u", Token));
        DateTimeOffset at = DateTimeOffset.FromUnixTimeMilliseconds(100);
        LoggedModelMetric[] metrics =
        [
            new("auc", 0.1 + 0.2, 5, at, run.Id), new("auc", 9.0, 1, at.AddHours(1), run.Id), new("auc", 0.5, 0, at, run.Id, "test", "d"),
            new("nan", double.NaN, 0, at, run.Id), new("inf", double.NegativeInfinity, 0, at, run.Id),
        ];
        await workspace.Experiments.LogModelMetricsAsync(model.Id, metrics, Token);
        await workspace.Experiments.LogModelMetricsAsync(model.Id, metrics, Token);
        LoggedModel read = (await workspace.Experiments.GetLoggedModelAsync(model.Id, Token))!;
        Assert.Equal([("a", "1")], read.Params.Select(p => (p.Key, p.Value)));
        Assert.Equal([("t", "3")], read.Tags.Select(p => (p.Key, p.Value)));
        Assert.Equal([metrics[2], metrics[0], metrics[1], metrics[4], metrics[3]], read.Metrics);
    }

    [Fact]
    public async Task DeletedModel_IsHidden_AndItsVersionsLive()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        ModelArtifact model = await workspace.LogModelAsync("a");
        ModelVersion version = await workspace.Registry.RegisterAsync("m", model);
        await workspace.Experiments.DeleteModelAsync(model.Id, Token);
        Assert.True((await workspace.Experiments.GetLoggedModelAsync(model.Id, Token))!.IsDeleted);
        ModelNotFoundException gone = await Assert.ThrowsAsync<ModelNotFoundException>(
            async () => await workspace.Experiments.SetModelTagsAsync(model.Id, new Dictionary<string, string>(), Token));
        Assert.Equal($"Logged model with ID '{model.Id}' not found.", gone.Message);
        await Assert.ThrowsAsync<ModelNotFoundException>(async () => await workspace.Experiments.DeleteModelAsync(model.Id, Token));
        await workspace.Registry.PromoteAsync(version, "champion", cancellationToken: Token);
        Assert.Equal(model.Digest, (await workspace.Registry.GetByAliasAsync("m", "champion", Token))!.Digest);
        Assert.True((await workspace.Store.Objects.VerifyAsync(Token)).IsSound);
    }

    [Fact]
    public async Task BadStarts_AreRefused()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        await Assert.ThrowsAsync<TrackingException>(async () => await workspace.Experiments.CreateModelAsync(new LoggedModelStart("77"), Token));
        await Assert.ThrowsAsync<TrackingException>(async () => await workspace.Experiments.CreateModelAsync(new LoggedModelStart("x"), Token));
        await Assert.ThrowsAsync<TrackingException>(async () => await workspace.Experiments.CreateModelAsync(new LoggedModelStart("0") { SourceRunId = "none" }, Token));
        await Assert.ThrowsAsync<InvalidModelException>(async () => await workspace.Experiments.CreateModelAsync(new LoggedModelStart("0") { Name = "a/b" }, Token));
        await Assert.ThrowsAsync<InvalidModelException>(async () => await workspace.Experiments.CreateModelAsync(
            new LoggedModelStart("0") { Params = new Dictionary<string, string> { ["a$b"] = "1" } }, Token));
    }
}
