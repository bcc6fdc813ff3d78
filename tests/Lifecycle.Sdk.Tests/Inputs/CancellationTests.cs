using Lifecycle.Data;
using Lifecycle.Tracking;
using Lifecycle.Validation;

namespace Lifecycle.Sdk.Tests;

public sealed class CancellationTests
{
    [Fact]
    public async Task EveryDoor_ListensToItsToken_AndLeavesNothing()
    {
        await using Workspace workspace = new();
        string csv = workspace.Write("loans.csv", "a,b\n1,2\n");
        string other = workspace.Write("other.csv", "a,b\n3,4\n");
        ModelLifecycle lifecycle = await workspace.OpenAsync();
        DatasetVersion data = await lifecycle.Datasets.CommitAsync("loans", csv);
        ModelArtifact model = await Workspace.LogModelAsync(lifecycle, "a");
        ModelVersion version = await lifecycle.Registry.RegisterAsync("loans", model, await Decided.JudgeAsync(lifecycle, model, Decided.Well));
        Run open = await lifecycle.Experiments.StartRunAsync("loans");
        await lifecycle.Drift.HistoryAsync("loans");
        Dictionary<string, ReadOnlyMemory<byte>> files = new() { ["weights.bin"] = "other"u8.ToArray() };
        CancellationToken cancelled = new(canceled: true);
        Dictionary<string, Func<Task>> doors = new()
        {
            ["open"] = () => ModelLifecycle.OpenAsync(workspace.Folder["another"], cancellationToken: cancelled),
            ["commit"] = async () => await lifecycle.Datasets.CommitAsync("loans", other, cancellationToken: cancelled),
            ["get"] = async () => await lifecycle.Datasets.GetAsync("loans", cancellationToken: cancelled),
            ["list"] = async () => await lifecycle.Datasets.ListAsync(cancelled).ToListAsync(),
            ["verify data"] = async () => await lifecycle.Datasets.VerifyAsync(data, cancelled),
            ["read"] = async () => await data.ReadAllAsync(cancellationToken: cancelled),
            ["check out"] = async () => await data.CheckoutAsync(workspace.Folder["out"], cancellationToken: cancelled),
            ["start"] = async () => await lifecycle.Experiments.StartRunAsync("new", cancellationToken: cancelled),
            ["run"] = async () => await lifecycle.Experiments.RunAsync("new", _ => Task.CompletedTask, cancellationToken: cancelled),
            ["create"] = async () => await lifecycle.Experiments.CreateAsync("new", cancelled),
            ["experiment"] = async () => await lifecycle.Experiments.GetAsync("loans", cancelled),
            ["runs"] = async () => await lifecycle.Experiments.Runs.In("loans").ToPageAsync(cancelled),
            ["flush"] = async () => await lifecycle.Experiments.FlushAsync(cancelled),
            ["artifact"] = async () => await open.LogArtifactAsync("a.txt", "x"u8.ToArray(), cancelled),
            ["log model"] = async () => await open.LogModelAsync("net", files, cancelled),
            ["register"] = async () => await lifecycle.Registry.RegisterAsync("loans", model, [], cancelled),
            ["promote"] = async () => await lifecycle.Registry.PromoteAsync(version, "champion", cancellationToken: cancelled),
            ["by alias"] = async () => await lifecycle.Registry.GetByAliasAsync("loans", "champion", cancelled),
            ["lineage"] = async () => await lifecycle.Registry.LineageAsync(version, cancelled),
            ["gate"] = () => lifecycle.Gate("loans").Require(Metric.Accuracy, atLeast: Decided.Least).EvaluateAsync(model, Decided.Badly, cancellationToken: cancelled),
            ["reference"] = async () => await lifecycle.Drift.RegisterReferenceAsync("loans", "1", RetrainingTests.Profile(), cancelled),
            ["history"] = async () => await lifecycle.Drift.HistoryAsync("loans", cancellationToken: cancelled),
            ["retrain"] = () => lifecycle.Retraining.RunOnceAsync(RetrainingTests.Plan("b", Decided.Well), "by hand", cancelled),
            ["put"] = async () => await lifecycle.Blobs.PutAsync(new MemoryStream([1, 2, 3]), cancellationToken: cancelled),
            ["audit"] = async () => await lifecycle.Audit.VerifyAsync(cancellationToken: cancelled),
            ["objects"] = async () => await lifecycle.Objects.VerifyAsync(cancelled),
        };
        Contents before = await Contents.OfAsync(lifecycle, workspace);
        foreach ((string door, Func<Task> call) in doors)
        {
            Exception? error = await Record.ExceptionAsync(call);
            Assert.True(error is OperationCanceledException, $"{door}: {error?.ToString() ?? "nothing was thrown"}");
            Assert.Equal((door, before), (door, await Contents.OfAsync(lifecycle, workspace)));
        }

        Assert.Equal(["loans.csv", "other.csv", "workspace"], Directory.EnumerateFileSystemEntries(workspace.Folder.Path).Select(p => Path.GetFileName(p)!).Order(StringComparer.Ordinal));
        await open.CompleteAsync();
        Assert.True((await lifecycle.Audit.VerifyAsync()).IsSound);
    }
}
