using Lifecycle.Tracking;

namespace Lifecycle.AspNetCore;

internal static partial class MlflowRoutes
{
    private static void MapRegisteredModels(MlflowMap map)
    {
        MlflowJson json = MlflowJson.Default;
        ModelRegistry registry = map.Server.Registry;
        map.Post("/registered-models/create", LifecycleVerb.Register, json.CreateRegisteredModelRequest, json.RegisteredModelAnswer, async (asked, token) => Answer(
            await registry.CreateModelAsync(
                MlflowRequire.Text(asked.Name, "name"), asked.Description, MlflowRequire.Pairs(asked.Tags, "tags"), token).ConfigureAwait(false), []));
        map.Post("/registered-models/rename", LifecycleVerb.Administer, json.RegisteredModelRequest, json.RegisteredModelAnswer, async (asked, token) =>
        {
            string name = MlflowRequire.Text(asked.NewName, "new_name");
            RegisteredModel model = await registry.RenameModelAsync(MlflowRequire.Text(asked.Name, "name"), name, token).ConfigureAwait(false);
            return Answer(model, await registry.LatestVersionsAsync(name, token).ConfigureAwait(false));
        });
        map.Body("PATCH", "/registered-models/update", LifecycleVerb.Register, json.RegisteredModelRequest, json.RegisteredModelAnswer, async (asked, context) =>
        {
            RegisteredModel model = await registry.DescribeModelAsync(
                MlflowRequire.Text(asked.Name, "name"), asked.Description, context.RequestAborted).ConfigureAwait(false);
            return Answer(model, await registry.LatestVersionsAsync(model.Name, context.RequestAborted).ConfigureAwait(false));
        });
        map.Change("DELETE", "/registered-models/delete", LifecycleVerb.Administer, json.RegisteredModelRequest, (asked, token) => ProtectedAsync(
            () => registry.DeleteModelAsync(MlflowRequire.Text(asked.Name, "name"), null, token)));
        map.Get("/registered-models/get", json.RegisteredModelRequest, json.RegisteredModelAnswer, async (asked, token) =>
        {
            RegisteredModel model = await RequireModelAsync(registry, asked.Name, token).ConfigureAwait(false);
            return Answer(model, await registry.LatestVersionsAsync(model.Name, token).ConfigureAwait(false));
        });
        map.Get("/registered-models/search", json.SearchRegistryRequest, json.SearchRegisteredModelsAnswer, (asked, token) =>
            MlflowSearch.ModelsAsync(map.Server, asked, token));
        map.Post("/registered-models/get-latest-versions", LifecycleVerb.Read, json.LatestVersionsRequest, json.ModelVersionsAnswer, (asked, token) =>
            LatestAsync(registry, asked, token));
        map.Get("/registered-models/get-latest-versions", json.LatestVersionsRequest, json.ModelVersionsAnswer, (asked, token) => LatestAsync(registry, asked, token));
        map.Post("/registered-models/set-tag", LifecycleVerb.Register, json.RegistryTagRequest, (asked, token) => registry.SetModelTagAsync(
            MlflowRequire.Text(asked.Name, "name"), MlflowRequire.Text(asked.Key, "key"), asked.Value ?? "", token));
        map.Change("DELETE", "/registered-models/delete-tag", LifecycleVerb.Register, json.RegistryTagRequest, (asked, token) => registry.RemoveModelTagAsync(
            MlflowRequire.Text(asked.Name, "name"), MlflowRequire.Text(asked.Key, "key"), token));
        MapAliases(map);
    }

    private static void MapAliases(MlflowMap map)
    {
        MlflowJson json = MlflowJson.Default;
        ModelRegistry registry = map.Server.Registry;
        map.Post("/registered-models/alias", LifecycleVerb.Promote, json.AliasRequest, async (asked, token) =>
        {
            string alias = MlflowRequire.Text(asked.Alias, "alias");
            ModelVersion version = await RequireVersionAsync(registry, asked.Name, asked.Version, token).ConfigureAwait(false);
            await registry.PromoteAsync(version, alias, cancellationToken: token).ConfigureAwait(false);
        });
        map.Change("DELETE", "/registered-models/alias", LifecycleVerb.Promote, json.AliasRequest, (asked, token) => registry.RemoveAliasAsync(
            MlflowRequire.Text(asked.Name, "name"), MlflowRequire.Text(asked.Alias, "alias"), null, token));
        map.Get("/registered-models/alias", json.AliasRequest, json.ModelVersionAnswer, async (asked, token) =>
        {
            string alias = MlflowRequire.Text(asked.Alias, "alias");
            RegisteredModel model = await RequireModelAsync(registry, asked.Name, token).ConfigureAwait(false);
            return new ModelVersionAnswer(MlflowShapes.Of(
                await registry.GetByAliasAsync(model.Name, alias, token).ConfigureAwait(false)
                    ?? throw MlflowException.Invalid($"Registered model alias {MlflowRequire.Show(alias)} not found.")));
        });
    }

    private static RegisteredModelAnswer Answer(RegisteredModel model, IReadOnlyList<ModelVersion> latest) => new(MlflowShapes.Of(model, latest));

    private static async ValueTask<RegisteredModel> RequireModelAsync(ModelRegistry registry, string? asked, CancellationToken cancellationToken)
    {
        string name = MlflowRequire.Text(asked, "name");
        return await registry.GetModelAsync(name, cancellationToken).ConfigureAwait(false)
            ?? throw MlflowException.NotFound($"Registered Model with name={MlflowRequire.Show(name)} not found");
    }

    private static async ValueTask<ModelVersionsAnswer> LatestAsync(ModelRegistry registry, LatestVersionsRequest asked, CancellationToken cancellationToken)
    {
        RegisteredModel model = await RequireModelAsync(registry, asked.Name, cancellationToken).ConfigureAwait(false);
        ModelStage[] stages = [.. MlflowRequire.Items(asked.Stages, "stages").Select(RequireStage)];
        IReadOnlyList<ModelVersion> latest = await registry.LatestVersionsAsync(model.Name, cancellationToken).ConfigureAwait(false);
        return new ModelVersionsAnswer(
            MlflowRequire.NullIfEmpty([.. latest.Where(v => stages.Length == 0 || stages.Contains(v.Stage)).Select(v => MlflowShapes.Of(v) with { Aliases = null })]), null);
    }

    private static ModelStage RequireStage(string? text)
    {
        string stage = MlflowRequire.Text(text, "stage");
        return Enum.GetValues<ModelStage>().Where(s => string.Equals(s.ToString(), stage, StringComparison.OrdinalIgnoreCase)).Select(s => (ModelStage?)s).FirstOrDefault()
            ?? throw MlflowException.Invalid($"Invalid Model Version stage: {MlflowRequire.Show(stage)}. Value must be one of None, Staging, Production, Archived.");
    }

    /// <summary>What a protected alias forbids is a refusal, not a failure.</summary>
    private static async ValueTask ProtectedAsync(Func<ValueTask> change)
    {
        try
        {
            await change().ConfigureAwait(false);
        }
        catch (InvalidOperationException held)
        {
            throw new MlflowException(MlflowErrors.PermissionDenied, held.Message);
        }
    }
}
