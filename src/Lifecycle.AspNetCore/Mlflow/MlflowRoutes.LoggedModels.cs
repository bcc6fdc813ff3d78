using Lifecycle.Tracking;
using Microsoft.AspNetCore.Http;

namespace Lifecycle.AspNetCore;

internal static partial class MlflowRoutes
{
    private static void MapLoggedModels(MlflowMap map)
    {
        MlflowJson json = MlflowJson.Default;
        ExperimentCatalog experiments = map.Server.Experiments;
        map.Post("/logged-models", LifecycleVerb.Log, json.CreateLoggedModelRequest, json.LoggedModelAnswer, async (asked, token) => new LoggedModelAnswer(
            MlflowShapes.Of(await experiments.CreateModelAsync(
                new LoggedModelStart(MlflowRequire.Text(asked.ExperimentId, "experiment_id"))
                {
                    Name = string.IsNullOrEmpty(asked.Name) ? null : asked.Name,
                    Type = asked.ModelType,
                    SourceRunId = asked.SourceRunId,
                    Params = MlflowRequire.Pairs(asked.Params, "params"),
                    Tags = MlflowRequire.Pairs(asked.Tags, "tags"),
                },
                token).ConfigureAwait(false))));
        map.Post("/logged-models/search", LifecycleVerb.Read, json.SearchLoggedModelsRequest, json.SearchLoggedModelsAnswer, (asked, token) =>
            MlflowSearch.LoggedModelsAsync(map.Server, asked, token));
        map.Both("GET", "/logged-models/{id}", LifecycleVerb.Read, async context => await MlflowBody.WriteAsync(
            context, new LoggedModelAnswer(MlflowShapes.Of(await RequireLoggedModelAsync(experiments, context).ConfigureAwait(false))), json.LoggedModelAnswer)
            .ConfigureAwait(false));
        map.Body("PATCH", "/logged-models/{id}", LifecycleVerb.Log, json.FinishLoggedModelRequest, json.LoggedModelAnswer, async (asked, context) =>
        {
            bool ready = MlflowRequire.Text(asked.Status, "status") switch
            {
                "LOGGED_MODEL_READY" or "2" => true,
                "LOGGED_MODEL_UPLOAD_FAILED" or "3" => false,
                _ => throw MlflowException.Invalid("Invalid value for parameter 'status' supplied: Expected one of LOGGED_MODEL_READY, LOGGED_MODEL_UPLOAD_FAILED."),
            };
            return new LoggedModelAnswer(MlflowShapes.Of(await experiments.FinishModelAsync(Id(context), ready, context.RequestAborted).ConfigureAwait(false)));
        });
        map.Both("DELETE", "/logged-models/{id}", LifecycleVerb.Administer, async context =>
        {
            await experiments.DeleteModelAsync(Id(context), context.RequestAborted).ConfigureAwait(false);
            await MlflowBody.WriteAsync(context, WireNothing.Instance, json.WireNothing).ConfigureAwait(false);
        });
        map.Body("PATCH", "/logged-models/{id}/tags", LifecycleVerb.Log, json.LoggedModelPairsRequest, json.WireNothing, async (asked, context) =>
        {
            await experiments.SetModelTagsAsync(Id(context), MlflowRequire.Pairs(asked.Tags, "tags"), context.RequestAborted).ConfigureAwait(false);
            return WireNothing.Instance;
        });
        map.Both("DELETE", "/logged-models/{id}/tags/{key}", LifecycleVerb.Log, async context =>
        {
            string key = context.Request.RouteValues["key"] as string ?? "";
            if (!await experiments.RemoveModelTagAsync(Id(context), key, context.RequestAborted).ConfigureAwait(false))
            {
                throw MlflowException.NotFound($"No tag with key '{MlflowRequire.Show(key)}' found for model with ID '{MlflowRequire.Show(Id(context))}'.");
            }

            await MlflowBody.WriteAsync(context, WireNothing.Instance, json.WireNothing).ConfigureAwait(false);
        });
        map.Body("POST", "/logged-models/{id}/params", LifecycleVerb.Log, json.LoggedModelPairsRequest, json.WireNothing, async (asked, context) =>
        {
            await experiments.LogModelParamsAsync(Id(context), MlflowRequire.Pairs(asked.Params, "params"), context.RequestAborted).ConfigureAwait(false);
            return WireNothing.Instance;
        });
        MapLoggedModelFiles(map);
    }

    private static void MapLoggedModelFiles(MlflowMap map)
    {
        ExperimentCatalog experiments = map.Server.Experiments;
        map.Both("GET", "/logged-models/{id}/artifacts/directories", LifecycleVerb.Read, async context =>
        {
            LoggedModel model = await RequireLoggedModelAsync(experiments, context).ConfigureAwait(false);
            string? folder = context.Request.Query["artifact_directory_path"];
            IReadOnlyList<ArtifactItem> items = await experiments.ArtifactsOfModel(model.Id).FolderAsync(folder, context.RequestAborted).ConfigureAwait(false);
            ListArtifactsAnswer answer = new(model.ArtifactUri, MlflowRequire.NullIfEmpty([.. items.Select(i => new WireFile(i.Path, i.IsFolder, i.Size))]));
            await MlflowBody.WriteAsync(context, answer, MlflowJson.Default.ListArtifactsAnswer).ConfigureAwait(false);
        });
        map.One("GET", "/ajax-api/2.0/mlflow/logged-models/{id}/artifacts/files", LifecycleVerb.Read, async context =>
        {
            LoggedModel model = await RequireLoggedModelAsync(experiments, context).ConfigureAwait(false);
            string path = MlflowRequire.Text(context.Request.Query["artifact_file_path"], "artifact_file_path");
            await SendAsync(context, experiments.ArtifactsOfModel(model.Id), path).ConfigureAwait(false);
        });
    }

    private static string Id(HttpContext context) => context.Request.RouteValues["id"] as string ?? "";

    private static async ValueTask<LoggedModel> RequireLoggedModelAsync(ExperimentCatalog experiments, HttpContext context) =>
        await experiments.GetLoggedModelAsync(Id(context), context.RequestAborted).ConfigureAwait(false) is { IsDeleted: false } model ? model
        : throw MlflowException.NotFound($"Logged model with ID '{MlflowRequire.Show(Id(context))}' not found.");
}
