using System.IO.Compression;
using Lifecycle.Storage.Specification;

namespace Lifecycle.Tracking.Tests;

/// <summary>
/// A workspace as the first version of the tables left it (golden/workspace-1.zip): three finished runs with models, a failed, a deleted and a killed one whose
/// journal was not drained, a deleted experiment, two versions, a protected alias that was moved three times. It must open and lose nothing.
/// </summary>
public sealed class GoldenWorkspaceTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Workspace_of_the_first_version_opens_and_keeps_everything()
    {
        using TemporaryFolder folder = new();
        string root = folder["lifecycle"];
        await ZipFile.ExtractToDirectoryAsync(Path.Combine(AppContext.BaseDirectory, "golden", "workspace-1.zip"), root, Token);
        await using TrackingWorkspace workspace = TrackingWorkspace.At(root);

        RunPage page = await workspace.Experiments.Runs.In("mortgage").IncludeDeleted().ToPageAsync(Token);
        Assert.Equal(
            ["deleted", "failed", "gbm-0", "gbm-1", "gbm-2", "killed"], page.Runs.Select(r => r.Name).Order(StringComparer.Ordinal));
        RunRecord first = page.Runs.Single(r => r.Name == "gbm-0");
        Assert.Equal((RunStatus.Finished, 0.8 + (4 * 0.01), 4L), (first.Status, first.Metrics["auc"].Value, first.Metrics["auc"].Step));
        Assert.Equal(("LightGbm", "0", new string('x', 300)), (first.Params["trainer"], first.Params["rate"], first.Params["long"]));
        Assert.Equal(("hmda/1", 2000L, "training"), (first.Inputs[0].Dataset.Version, first.Inputs[0].Dataset.Rows, first.Inputs[0].Context));
        Assert.Equal(6, await workspace.Experiments.MetricHistoryAsync(first.Id, "auc", Token).CountAsync(Token));
        Assert.Equal(double.NaN, page.Runs.Single(r => r.Name == "gbm-1").Metrics["loss"].Value);
        Assert.Equal(double.PositiveInfinity, page.Runs.Single(r => r.Name == "gbm-2").Metrics["loss"].Value);
        Assert.Equal("param-changed", (await workspace.Experiments.ProblemsAsync(first.Id, Token)).Single().Reason);

        RunRecord killed = page.Runs.Single(r => r.Name == "killed");
        Assert.Equal((RunStatus.Killed, "host-lost", 19.0), (killed.Status, killed.Tags["lifecycle.end_reason"], killed.Metrics["m"].Value));
        Assert.Equal(("word", "b"), (killed.Params["last"], killed.Tags["a"]));
        Assert.True(page.Runs.Single(r => r.Name == "deleted").IsDeleted);
        Assert.Equal(["old"], (await workspace.Experiments.ListAsync(true, Token)).Where(e => e.IsDeleted).Select(e => e.Name));

        IReadOnlyList<AliasPeriod> history = await workspace.Registry.HistoryAsync("mortgage", "champion", Token).ToListAsync(Token);
        Assert.Equal([1, 2, 1], history.Select(p => p.Version));
        Assert.Equal(["first", "AUC +1.2 points", "calibration drift"], history.Select(p => p.Reason));
        ModelVersion champion = (await workspace.Registry.GetByAliasAsync("mortgage", "champion", Token))!;
        Assert.Equal((1, first.Id, "gate"), (champion.Number, champion.RunId, champion.Evidence.Single().Kind));
        Assert.Equal(["model.zip", "schema.json"], champion.Manifest.Files.Select(f => f.Path));
        Assert.Equal(["gate"], await workspace.Registry.RequiredEvidenceAsync("mortgage", "champion", Token));
        Assert.Equal("gbm-0", (await workspace.Registry.LineageAsync(champion, Token)).RunName);

        Assert.Empty((await workspace.Store.Audit.VerifyAsync(null, Token)).Problems);
        Assert.True((await workspace.Store.Objects.VerifyAsync(Token)).IsSound);
        await using Run next = await workspace.Experiments.StartRunAsync("mortgage", cancellationToken: Token);
        next.LogMetric("auc", 0.9);
        await next.FlushAsync(Token);
        Assert.Equal(0.9, (await workspace.Experiments.GetRunAsync(next.Id, Token))!.Metrics["auc"].Value);
    }
}
