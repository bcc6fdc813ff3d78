namespace Lifecycle.Tracking.Tests;

/// <summary>Searches over experiments, registered models, versions and logged models.</summary>
public sealed class RegistrySearchTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Experiments_ByNameTagAndTime_PageByPage()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New(TrackingWorkspace.Clock());
        foreach (string name in new[] { "wine-a", "wine-b", "corn", "wine-c" })
        {
            await workspace.Experiments.CreateAsync(name, Token);
        }

        await ExecuteAsync(
            workspace, "INSERT INTO tracking_experiment_tag(experiment, key, value) SELECT id, 'team', 'risk' FROM tracking_experiment WHERE name IN ('wine-a', 'wine-c')",
            "UPDATE tracking_experiment SET created = created + id WHERE id > 2");
        await workspace.Experiments.DeleteAsync("wine-b", Token);
        async Task<string> FindAsync(string filter, LifecycleView view, params string[] order) => string.Join(' ', (await workspace.Experiments.SearchExperimentsAsync(
            new RegistrySearch { Filter = filter, OrderBy = order, View = view, Dialect = FilterDialect.Mlflow }, Token)).Experiments.Select(e => e.Name));

        Assert.Equal("wine-c wine-a", await FindAsync("name LIKE 'wi%'", LifecycleView.Active));
        Assert.Equal("wine-b", await FindAsync("name LIKE 'wi%'", LifecycleView.Deleted));
        Assert.Equal("wine-a wine-b wine-c", await FindAsync("name ILIKE 'WI%'", LifecycleView.All, "name ASC"));
        Assert.Equal("wine-c wine-a", await FindAsync("tag.team = 'risk' AND attribute.name != 'corn'", LifecycleView.Active, "last_update_time"));
        Assert.Equal("corn wine-a wine-c", await FindAsync("NOT tags.team = 'x' AND name != 'Default'", LifecycleView.Active, "name"));
        foreach (string refused in new[] { "attributes.name = 'x'", "run_id = 'x'", "metrics.a > 1", "name > 'a'", "creation_time > 'a'" })
        {
            await Assert.ThrowsAsync<RunFilterException>(async () => await FindAsync(refused, LifecycleView.Active));
        }

        List<string> paged = [];
        RegistrySearch search = new() { Max = 2, OrderBy = ["name DESC"] };
        do
        {
            ExperimentPage page = await workspace.Experiments.SearchExperimentsAsync(search, Token);
            paged.AddRange(page.Experiments.Select(e => e.Name));
            search = search with { PageToken = page.NextPageToken };
        }
        while (search.PageToken is not null);
        Assert.Equal(["wine-c", "wine-a", "corn", "Default"], paged);
    }

    [Fact]
    public async Task ModelsAndVersions_KnowPrompts()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        ModelArtifact model = await workspace.LogModelAsync("one");
        foreach (string name in new[] { "rm1", "rm2", "rm2", "prompt" })
        {
            await workspace.Registry.RegisterAsync(name, model);
        }

        await ExecuteAsync(
            workspace,
            "INSERT INTO tracking_registered_model_tag(model, key, value) SELECT id, 'mlflow.prompt.is_prompt', 'true' FROM tracking_registered_model WHERE name = 'prompt'",
            "INSERT INTO tracking_registered_model_tag(model, key, value) SELECT id, 'k', 'v' FROM tracking_registered_model WHERE name = 'rm2'",
            "UPDATE tracking_model_version SET updated = 1000 * version");
        async Task<string> ModelsAsync(string filter, params string[] order) => string.Join(' ', (await workspace.Registry.SearchModelsAsync(
            new RegistrySearch { Filter = filter, OrderBy = order, Dialect = FilterDialect.Mlflow }, Token)).Models.Select(m => m.Name));
        async Task<string> VersionsAsync(string filter, params string[] order) => string.Join(' ', (await workspace.Registry.SearchVersionsAsync(
            new RegistrySearch { Filter = filter, OrderBy = order, Dialect = FilterDialect.Mlflow }, Token)).Versions.Select(v => v.ToString()));

        Assert.Equal("rm1 rm2", await ModelsAsync(""));
        Assert.Equal("rm2 rm1", await ModelsAsync("name LIKE 'rm%' AND tag.`mlflow.prompt.is_prompt` != 'true'", "name DESC"));
        Assert.Equal("rm1 rm2", await ModelsAsync("tags.`mlflow.prompt.is_prompt` = 'false'"));
        Assert.Equal("prompt", await ModelsAsync("tags.`mlflow.prompt.is_prompt` = 'true'"));
        Assert.Equal("rm2", await ModelsAsync("tags.k ILIKE 'V'", "timestamp"));
        Assert.Equal("rm2/2 prompt/1 rm1/1 rm2/1", await VersionsAsync(""));
        Assert.Equal("rm2/2 rm2/1", await VersionsAsync($"name = 'rm2' and run_id = '{model.RunId}'", "version_number DESC"));
        Assert.Equal("rm2/2", await VersionsAsync($"version_number > 1 AND source_path = 'models:/{model.Id}' AND run_id IN ('{model.RunId}')"));
        await workspace.Registry.DeleteVersionAsync(await workspace.Registry.GetVersionAsync("rm2", 2, Token) ?? throw new InvalidOperationException(), cancellationToken: Token);
        Assert.Equal("rm2/1", await VersionsAsync("name = 'rm2'"));
        await Assert.ThrowsAsync<RunFilterException>(async () => await ModelsAsync("version_number > 1"));
        RegisteredModelPage page = await workspace.Registry.SearchModelsAsync(new RegistrySearch { Max = 1 }, Token);
        RegisteredModelPage next = await workspace.Registry.SearchModelsAsync(new RegistrySearch { Max = 1, PageToken = page.NextPageToken }, Token);
        Assert.Equal(("rm1", "rm2", null), (page.Models.Single().Name, next.Models.Single().Name, next.NextPageToken));
    }

    [Fact]
    public async Task LoggedModels_ByMetricOnData()
    {
        await using TrackingWorkspace workspace = TrackingWorkspace.New();
        ModelArtifact one = await workspace.LogModelAsync("one");
        ModelArtifact two = await workspace.LogModelAsync("two");
        ModelArtifact three = await workspace.LogModelAsync("three");
        int n = 0;
        foreach ((ModelArtifact model, string data, double value) in new[] { (one, "train", 0.9), (one, "test", 0.5), (two, "test", 0.7), (two, "train", 0.6) })
        {
            await ExecuteAsync(workspace, FormattableString.Invariant(
                $"INSERT INTO tracking_logged_model_metric SELECT id, 'acc', '{data}', 'd1', run, {n++}, {n}, {value}, 0 FROM tracking_logged_model WHERE model_id = '{model.Id}'"));
        }

        await ExecuteAsync(
            workspace, $"INSERT INTO tracking_logged_model_param SELECT id, 'trees', '100' FROM tracking_logged_model WHERE model_id = '{three.Id}'",
            "UPDATE tracking_logged_model SET created = 1000 + id");
        async Task<string> FindAsync(LoggedModelSearch search) => string.Join(' ', (await workspace.Experiments.SearchModelsAsync(search, Token)).Models
            .Select(m => m.Id == one.Id ? "one" : m.Id == two.Id ? "two" : "three"));

        LoggedModelDataset[] test = [new("test")];
        Assert.Equal("three two one", await FindAsync(new LoggedModelSearch()));
        Assert.Equal("two one", await FindAsync(new LoggedModelSearch { Datasets = test }));
        Assert.Equal("two", await FindAsync(new LoggedModelSearch { Filter = "metrics.acc > 0.6", Datasets = test }));
        Assert.Equal("two one", await FindAsync(new LoggedModelSearch { Filter = "metrics.acc > 0.6" }));
        Assert.Equal("two one three", await FindAsync(new LoggedModelSearch { OrderBy = [new("metrics.acc", Ascending: false, "test", "d1")] }));
        Assert.Equal("one two three", await FindAsync(new LoggedModelSearch { OrderBy = [new("metrics.acc", Ascending: true, "test")] }));
        Assert.Equal("three", await FindAsync(new LoggedModelSearch { Filter = "params.trees IN ('100') AND status = 'LOGGED_MODEL_READY' AND name = 'model'" }));
        Assert.Equal("one two three", await FindAsync(new LoggedModelSearch { OrderBy = [new("creation_timestamp")], Filter = $"attributes.source_run_id != '{new string('0', 32)}'" }));
        Assert.Equal("", await FindAsync(new LoggedModelSearch { ExperimentIds = [] }));
        await Assert.ThrowsAsync<RunFilterException>(async () => await FindAsync(new LoggedModelSearch { Filter = "metric.acc > 1" }));
        LoggedModelPage page = await workspace.Experiments.SearchModelsAsync(new LoggedModelSearch { Max = 2, OrderBy = [new("metrics.acc", false, "test")] }, Token);
        Assert.Equal(2, page.Models[0].Metrics.Count);
        LoggedModelPage last = await workspace.Experiments.SearchModelsAsync(
            new LoggedModelSearch { Max = 2, OrderBy = [new("metrics.acc", false, "test")], PageToken = page.NextPageToken }, Token);
        Assert.Equal((three.Id, "100", null), (last.Models.Single().Id, last.Models[0].Params["trees"], last.NextPageToken));
    }

    private static async Task ExecuteAsync(TrackingWorkspace workspace, params string[] statements) => await workspace.Store.Database.WriteAsync(
        async (transaction, token) =>
        {
            foreach (string sql in statements)
            {
                await transaction.ExecuteAsync(sql, [], token);
            }

            return true;
        },
        CommitDurability.Buffered, Token);
}
