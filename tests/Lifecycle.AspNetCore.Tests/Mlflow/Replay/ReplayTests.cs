namespace Lifecycle.AspNetCore.Tests;

/// <summary>What unmodified Python clients said to MLflow's own server is said to ours, over real HTTP; every answer is compared.</summary>
public sealed class ReplayTests
{
    [Fact]
    public Task Recording_OfClient29_IsAnsweredAsByMlflow() => ReplayAsync(
        "wire-2.9.jsonl", ["dataset-schema", "duplicate-name", "infinity", "long-value", "missing-artifact", "or-in-filter"]);

    [Fact]
    public Task Recording_OfClient36_IsAnsweredAsByMlflow() => ReplayAsync(
        "wire-3.6.jsonl", ["duplicate-name", "infinity", "long-value", "missing-artifact", "or-in-filter", "traces", "version"]);

    private static async Task ReplayAsync(string file, string[] deviations)
    {
        List<WireExchange> recording = WireExchange.Load(file);
        await using MlflowApp app = await MlflowApp.StartAsync(kestrel: true);
        WireReplayer replayer = new(app);
        await replayer.ReplayAsync(file, recording);
        Assert.True(replayer.Differences.Count == 0, string.Join("\n", replayer.Differences));
        Assert.Empty(replayer.Missing);
        Assert.Equal(deviations, replayer.Deviations);
        TestContext.Current.SendDiagnosticMessage($"{file}: {recording.Count - replayer.Dependent.Count} of {recording.Count} exchanges compared.");
    }

    [Fact]
    public void EveryDeviation_StandsInTheGuide()
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Lifecycle.Sdk.sln")))
        {
            root = root.Parent;
        }

        Assert.SkipWhen(root is null, "The tests run outside the repository.");
        string guide = File.ReadAllText(Path.Combine(root!.FullName, "docs", "mlflow-deviations.md"));
        foreach (string line in WireDeviations.Reasons.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            Assert.Contains($"`{line.Split(' ')[0]}`", guide, StringComparison.Ordinal);
        }
    }
}
