namespace Lifecycle.AspNetCore.Tests;

/// <summary>What unmodified Python clients said to MLflow's own server is said to ours, over real HTTP; every answer is compared.</summary>
public sealed class ReplayTests
{
    // Endpoints of the recordings that are not mapped yet; each must go.
    private static readonly string[] NotYet29 =
    [
        "DELETE /model-versions/delete", "DELETE /model-versions/delete-tag", "DELETE /registered-models/alias", "DELETE /registered-models/delete",
        "DELETE /registered-models/delete-tag", "GET /model-versions/get", "GET /model-versions/get-download-uri", "GET /model-versions/search",
        "GET /registered-models/alias", "GET /registered-models/get", "GET /registered-models/search", "PATCH /model-versions/update",
        "PATCH /registered-models/update", "POST /model-versions/create", "POST /model-versions/set-tag", "POST /model-versions/transition-stage",
        "POST /registered-models/alias", "POST /registered-models/create", "POST /registered-models/get-latest-versions", "POST /registered-models/rename",
        "POST /registered-models/set-tag",
    ];

    private static readonly string[] NotYet36 =
    [
        .. NotYet29, "GET /logged-models/{id}", "PATCH /logged-models/{id}", "PATCH /logged-models/{id}/tags", "POST /logged-models", "POST /logged-models/search",
    ];

    [Fact]
    public Task Recording_OfClient29_IsAnsweredAsByMlflow() => ReplayAsync(
        "wire-2.9.jsonl", NotYet29, ["duplicate-name", "infinity", "long-value", "missing-artifact", "or-in-filter"]);

    [Fact]
    public Task Recording_OfClient36_IsAnsweredAsByMlflow() => ReplayAsync(
        "wire-3.6.jsonl", NotYet36, ["duplicate-name", "infinity", "long-value", "missing-artifact", "or-in-filter", "traces", "version"]);

    private static async Task ReplayAsync(string file, string[] notYet, string[] deviations)
    {
        List<WireExchange> recording = WireExchange.Load(file);
        await using MlflowApp app = await MlflowApp.StartAsync(kestrel: true);
        WireReplayer replayer = new(app);
        await replayer.ReplayAsync(recording);
        Assert.True(replayer.Differences.Count == 0, string.Join("\n", replayer.Differences));
        Assert.Equal(notYet.Order(StringComparer.Ordinal), replayer.Missing);
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
