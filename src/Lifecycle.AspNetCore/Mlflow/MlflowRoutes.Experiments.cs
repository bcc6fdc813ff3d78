using Lifecycle.Tracking;

namespace Lifecycle.AspNetCore;

internal static partial class MlflowRoutes
{
    private static void MapExperiments(MlflowMap map)
    {
        ExperimentCatalog experiments = map.Server.Experiments;
        MlflowJson json = MlflowJson.Default;
        map.Post("/experiments/create", LifecycleVerb.Log, json.CreateExperimentRequest, json.CreateExperimentAnswer, async (asked, token) =>
        {
            Experiment made = await experiments.CreateAsync(
                new NewExperiment(MlflowRequire.Text(asked.Name, "name"))
                {
                    Location = string.IsNullOrEmpty(asked.ArtifactLocation) ? null : asked.ArtifactLocation,
                    Tags = MlflowRequire.Pairs(asked.Tags, "tags"),
                },
                token).ConfigureAwait(false);
            return new CreateExperimentAnswer(made.Id);
        });
        map.Get("/experiments/get", json.ExperimentRequest, json.ExperimentAnswer, async (asked, token) =>
        {
            string id = MlflowRequire.Text(asked.ExperimentId, "experiment_id");
            return new ExperimentAnswer(MlflowShapes.Of(
                await experiments.GetByIdAsync(id, token).ConfigureAwait(false) ?? throw MlflowException.NotFound($"No Experiment with id={MlflowRequire.Show(id)} exists")));
        });
        map.Get("/experiments/get-by-name", json.ExperimentByNameRequest, json.ExperimentAnswer, async (asked, token) =>
        {
            string name = MlflowRequire.Text(asked.ExperimentName, "experiment_name");
            return new ExperimentAnswer(MlflowShapes.Of(
                await FindByNameAsync(experiments, name, token).ConfigureAwait(false)
                    ?? throw MlflowException.NotFound($"Could not find experiment with name '{MlflowRequire.Show(name)}'")));
        });
        map.Post("/experiments/search", LifecycleVerb.Read, json.SearchExperimentsRequest, json.SearchExperimentsAnswer, (asked, token) =>
            MlflowSearch.ExperimentsAsync(map.Server, asked, token));
        map.Get("/experiments/search", json.SearchExperimentsRequest, json.SearchExperimentsAnswer, (asked, token) =>
            MlflowSearch.ExperimentsAsync(map.Server, asked, token));
        map.Post("/experiments/delete", LifecycleVerb.Administer, json.ExperimentRequest, (asked, token) =>
            experiments.DeleteByIdAsync(MlflowRequire.Text(asked.ExperimentId, "experiment_id"), token));
        map.Post("/experiments/restore", LifecycleVerb.Administer, json.ExperimentRequest, (asked, token) =>
            experiments.RestoreByIdAsync(MlflowRequire.Text(asked.ExperimentId, "experiment_id"), map.Server.Compatibility.RestoreAllRuns, token));
        map.Post("/experiments/update", LifecycleVerb.Administer, json.UpdateExperimentRequest, async (asked, token) =>
        {
            string id = MlflowRequire.Text(asked.ExperimentId, "experiment_id");
            if (asked.NewName is { } name)
            {
                await experiments.RenameAsync(id, MlflowRequire.Text(name, "new_name"), token).ConfigureAwait(false);
            }
        });
        map.Post("/experiments/set-experiment-tag", LifecycleVerb.Log, json.ExperimentTagRequest, (asked, token) => experiments.SetTagAsync(
            MlflowRequire.Text(asked.ExperimentId, "experiment_id"), MlflowRequire.Text(asked.Key, "key"), asked.Value ?? "", token));
        map.Post("/experiments/delete-experiment-tag", LifecycleVerb.Log, json.ExperimentTagRequest, (asked, token) => experiments.RemoveTagAsync(
            MlflowRequire.Text(asked.ExperimentId, "experiment_id"), MlflowRequire.Text(asked.Key, "key"), token));
        map.Post("/experiments/search-datasets", LifecycleVerb.Read, json.SearchDatasetsRequest, json.SearchDatasetsAnswer, (asked, token) =>
            DatasetsAsync(experiments, asked, token));
        map.One("POST", "/ajax-api/2.0mlflow/experiments/search-datasets", LifecycleVerb.Read, async context =>
        {
            // MLflow's own page asks without the slash.
            SearchDatasetsRequest asked = await MlflowBody.ReadAsync(context, json.SearchDatasetsRequest, MlflowBody.Limit).ConfigureAwait(false);
            SearchDatasetsAnswer answer = await DatasetsAsync(experiments, asked, context.RequestAborted).ConfigureAwait(false);
            await MlflowBody.WriteAsync(context, answer, json.SearchDatasetsAnswer).ConfigureAwait(false);
        });
    }

    private static async ValueTask<SearchDatasetsAnswer> DatasetsAsync(
        ExperimentCatalog experiments, SearchDatasetsRequest asked, CancellationToken cancellationToken)
    {
        IReadOnlyList<DatasetUse> uses = await experiments.DatasetsAsync(
            MlflowRequire.Items(asked.ExperimentIds, "experiment_ids"), cancellationToken).ConfigureAwait(false);
        return new SearchDatasetsAnswer(MlflowRequire.NullIfEmpty(
            [.. uses.Select(u => new WireDatasetSummary(u.ExperimentId, u.Name, u.Digest, u.Context.Length == 0 ? null : u.Context))]));
    }

    private static async ValueTask<Experiment?> FindByNameAsync(ExperimentCatalog experiments, string name, CancellationToken cancellationToken)
    {
        try
        {
            // '0' is a short name for Default in .NET; here it is a name like any other.
            return name == "0" ? null : await experiments.GetAsync(name, cancellationToken).ConfigureAwait(false);
        }
        catch (TrackingException)
        {
            return null;
        }
    }
}
