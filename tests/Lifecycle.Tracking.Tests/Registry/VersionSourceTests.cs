namespace Lifecycle.Tracking.Tests;

public sealed class VersionSourceTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task OwnSources_AreResolvedToFilesAndADigest()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        await using Run run = await workspace.Experiments.StartRunAsync("e", cancellationToken: Token);
        await run.LogArtifactAsync("dir/model/a.txt", "hello"u8.ToArray(), Token);
        await run.LogArtifactAsync("dir/other.txt", "x"u8.ToArray(), Token);
        ModelVersion fromRun = await workspace.Registry.RegisterAsync("m", new VersionSource($"runs:/{run.Id}/dir/model"), Token);
        Assert.Equal("sha256:d3f7cc7a5e03715064bf3df43bea10513286ea215906067637754c0bc69fc81a", fromRun.Digest.ToString());
        Assert.Equal((run.Id, $"runs:/{run.Id}/dir/model", $"runs:/{run.Id}/dir/model"), (fromRun.RunId, fromRun.Source, fromRun.Location));
        ModelVersion fromProxy = await workspace.Registry.RegisterAsync("m", new VersionSource($"mlflow-artifacts:/1/{run.Id}/artifacts/dir%2Fmodel"), Token);
        Assert.Equal(fromRun.Digest, fromProxy.Digest);
        ModelVersion oneFile = await workspace.Registry.RegisterAsync("m", new VersionSource($"runs:/{run.Id}/dir/model/a.txt"), Token);
        Assert.Equal(fromRun.Digest, oneFile.Digest);
        ModelVersion copy = await workspace.Registry.RegisterAsync("copy", new VersionSource("models:/m/1"), Token);
        Assert.Equal((fromRun.Digest, run.Id, fromRun.Location), (copy.Digest, copy.RunId, copy.Location));
        ModelArtifact model = await run.LogModelAsync("model", TrackingWorkspace.Files(("a.txt", "hello")), Token);
        ModelVersion fromModel = await workspace.Registry.RegisterAsync("m", new VersionSource("models:/" + model.Id), Token);
        Assert.Equal((fromRun.Digest, run.Id, model.Id), (fromModel.Digest, fromModel.RunId, fromModel.ModelId));
        LoggedModel logged = (await workspace.Experiments.GetLoggedModelAsync(model.Id, Token))!;
        Assert.Equal((logged.ArtifactUri, """[{"name": "m", "version": 4}]"""), (fromModel.Location, logged.Tags["mlflow.modelVersions"]));
        ModelVersion nothing = await workspace.Registry.RegisterAsync("m", new VersionSource($"runs:/{run.Id}/none"), Token);
        Assert.False(nothing.HasFiles);
        Assert.True((await workspace.Store.Objects.VerifyAsync(Token)).IsSound);
    }

    [Fact]
    public async Task ForeignSources_AreKept_AndSayThatTheFilesLieElsewhere()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        foreach (string scheme in new[] { "s3", "gs", "wasbs", "abfss", "dbfs", "hdfs", "https" })
        {
            await workspace.Registry.RegisterAsync("m", new VersionSource($"{scheme}://bucket/a?sig=x"), Token);
        }

        ModelVersion version = (await workspace.Registry.GetVersionAsync("m", 1, Token))!;
        Assert.Equal((false, "s3://bucket/a?sig=x", VersionStatus.Ready), (version.HasFiles, version.Location, version.Status));
        ModelNotFoundException elsewhere = Assert.Throws<ModelNotFoundException>(() => version.Digest);
        Assert.Contains("s3://bucket/a?sig=x", elsewhere.Message, StringComparison.Ordinal);
        Assert.Throws<ModelNotFoundException>(() => version.Manifest);
        await workspace.Registry.PromoteAsync(version, "challenger", cancellationToken: Token);
        Assert.Equal(["challenger"], (await workspace.Registry.GetByAliasAsync("m", "challenger", Token))!.Aliases);
        await workspace.Registry.ProtectAsync("m", "champion", p => p.RequireEvidence("gate"), Token);
        await Assert.ThrowsAsync<PromotionRefusedException>(async () => await workspace.Registry.PromoteAsync(version, "champion", cancellationToken: Token));
        await Assert.ThrowsAsync<ModelNotFoundException>(async () => await workspace.Registry.ApproveAsync(version, "champion", null, Token));
        Lineage lineage = await workspace.Registry.LineageAsync(version, Token);
        Assert.Equal(("", null), (lineage.RunId, lineage.Status));
    }

    [Theory]
    [InlineData("file:///etc")]
    [InlineData("/etc/passwd")]
    [InlineData("C:/windows")]
    [InlineData("relative/path")]
    [InlineData("ftp://x/y")]
    [InlineData("http://x/y")]
    [InlineData("dummy-source")]
    [InlineData("s3://bucket/../x")]
    [InlineData("s3://bucket/%2e%2e/x")]
    [InlineData("s3://bucket/%252e%252e/x")]
    [InlineData("s3://bucket/%25252525252525252525252e./x")]
    [InlineData("runs:/r/..%2f..%2fetc")]
    [InlineData("runs:/r/a\\b")]
    [InlineData("runs:/r/a%5cb")]
    [InlineData("runs:/r/a#b")]
    [InlineData("runs:/r/a;b")]
    [InlineData("runs:/r/a%3fb")]
    [InlineData("runs:/r/a%00b")]
    [InlineData("runs:/r/a//b")]
    [InlineData("runs:/")]
    [InlineData("runs://host/r/a")]
    [InlineData("models:/m")]
    [InlineData("models:/m/latest")]
    [InlineData("models:/m@champion")]
    [InlineData("models:/m/0")]
    [InlineData("mlflow-artifacts:/1/r")]
    [InlineData("mlflow-artifacts://proc/self/root")]
    [InlineData("")]
    public async Task HostileSources_AreRefused(string source)
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        InvalidModelException refused = await Assert.ThrowsAsync<InvalidModelException>(
            async () => await workspace.Registry.RegisterAsync("m", new VersionSource(source), Token));
        Assert.StartsWith(source.Length == 0 ? "Missing value" : "Invalid model version source: '", refused.Message, StringComparison.Ordinal);
        Assert.Empty(await workspace.Registry.ModelsAsync(Token));
    }

    [Fact]
    public async Task Prompts_HaveNoFiles()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        VersionSource prompt = new("dummy-source") { Tags = new Dictionary<string, string> { ["mlflow.prompt.text"] = "Hello {{name}}" }, MakesModel = false };
        await Assert.ThrowsAsync<ModelNotFoundException>(async () => await workspace.Registry.RegisterAsync("p", prompt, Token));
        await workspace.Registry.CreateModelAsync("p", null, new Dictionary<string, string> { ["mlflow.prompt.is_prompt"] = "true" }, Token);
        ModelVersion version = await workspace.Registry.RegisterAsync("p", prompt, Token);
        Assert.Equal(("Hello {{name}}", false), (version.Tags["mlflow.prompt.text"], version.HasFiles));
    }

    [Fact]
    public async Task VersionOfAPendingModel_WaitsForItsFiles()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        LoggedModel model = await workspace.Experiments.CreateModelAsync(new LoggedModelStart("0"), Token);
        ModelVersion version = await workspace.Registry.RegisterAsync("m", new VersionSource("models:/" + model.Id), Token);
        Assert.Equal((VersionStatus.Pending, false), (version.Status, version.HasFiles));
        ModelNotFoundException early = await Assert.ThrowsAsync<ModelNotFoundException>(
            async () => await workspace.Registry.PromoteAsync(version, "champion", cancellationToken: Token));
        Assert.Contains("Pending", early.Message, StringComparison.Ordinal);
        await workspace.Experiments.ArtifactsOfModel(model.Id).PutAsync("a.txt", "hello"u8.ToArray(), Token);
        LoggedModel ready = await workspace.Experiments.FinishModelAsync(model.Id, ready: true, Token);
        version = (await workspace.Registry.GetVersionAsync("m", 1, Token))!;
        Assert.Equal((VersionStatus.Ready, ready.Digest), (version.Status, version.Digest));
        await workspace.Registry.PromoteAsync(version, "champion", cancellationToken: Token);
        LoggedModel failed = await workspace.Experiments.CreateModelAsync(new LoggedModelStart("0"), Token);
        await workspace.Registry.RegisterAsync("m", new VersionSource("models:/" + failed.Id), Token);
        await workspace.Experiments.FinishModelAsync(failed.Id, ready: false, Token);
        Assert.Equal(VersionStatus.Failed, (await workspace.Registry.GetVersionAsync("m", 2, Token))!.Status);
        await Assert.ThrowsAsync<ModelNotFoundException>(
            async () => await workspace.Registry.RegisterAsync("m", new VersionSource("models:/m-00000000000000000000000000000000"), Token));
    }
}
