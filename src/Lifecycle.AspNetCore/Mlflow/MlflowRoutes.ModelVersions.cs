using System.Globalization;
using Lifecycle.Tracking;

namespace Lifecycle.AspNetCore;

internal static partial class MlflowRoutes
{
    private static void MapModelVersions(MlflowMap map)
    {
        MlflowJson json = MlflowJson.Default;
        ModelRegistry registry = map.Server.Registry;
        map.Post("/model-versions/create", LifecycleVerb.Register, json.CreateModelVersionRequest, json.ModelVersionAnswer, async (asked, token) =>
        {
            VersionSource source = new(MlflowRequire.Text(asked.Source, "source"))
            {
                RunId = asked.RunId,
                RunLink = asked.RunLink,
                ModelId = asked.ModelId,
                Description = asked.Description,
                Tags = MlflowRequire.Pairs(asked.Tags, "tags"),
                MakesModel = false,
            };
            return Answer(await registry.RegisterAsync(MlflowRequire.Text(asked.Name, "name"), source, token).ConfigureAwait(false));
        });
        map.Body("PATCH", "/model-versions/update", LifecycleVerb.Register, json.ModelVersionRequest, json.ModelVersionAnswer, async (asked, context) =>
        {
            ModelVersion version = await RequireVersionAsync(registry, asked.Name, asked.Version, context.RequestAborted).ConfigureAwait(false);
            return Answer(asked.Description is null ? version
                : await registry.DescribeVersionAsync(version, asked.Description, context.RequestAborted).ConfigureAwait(false));
        });
        map.Change("DELETE", "/model-versions/delete", LifecycleVerb.Administer, json.ModelVersionRequest, async (asked, token) =>
        {
            ModelVersion version = await RequireVersionAsync(registry, asked.Name, asked.Version, token).ConfigureAwait(false);
            await ProtectedAsync(() => registry.DeleteVersionAsync(version, null, token)).ConfigureAwait(false);
        });
        map.Get("/model-versions/get", json.ModelVersionRequest, json.ModelVersionAnswer, async (asked, token) =>
            Answer(await RequireVersionAsync(registry, asked.Name, asked.Version, token).ConfigureAwait(false)));
        map.Get("/model-versions/search", json.SearchRegistryRequest, json.ModelVersionsAnswer, (asked, token) =>
            MlflowSearch.VersionsAsync(map.Server, asked, token));
        map.Get("/model-versions/get-download-uri", json.ModelVersionRequest, json.DownloadUriAnswer, async (asked, token) =>
            new DownloadUriAnswer((await RequireVersionAsync(registry, asked.Name, asked.Version, token).ConfigureAwait(false)).Location));
        map.Post("/model-versions/transition-stage", LifecycleVerb.Promote, json.ModelVersionRequest, json.ModelVersionAnswer, async (asked, token) =>
        {
            ModelStage stage = RequireStage(asked.Stage);
            bool archive = asked.ArchiveExistingVersions ?? throw MlflowException.Missing("archive_existing_versions");
            if (archive && stage is not (ModelStage.Staging or ModelStage.Production))
            {
                throw MlflowException.Invalid(
                    $"Model version transition cannot archive existing model versions because '{stage}' is not an Active stage. Valid stages are Staging, Production");
            }

            ModelVersion version = await RequireVersionAsync(registry, asked.Name, asked.Version, token).ConfigureAwait(false);
            return Answer(await registry.MoveToStageAsync(version, stage, archive, token).ConfigureAwait(false));
        });
        map.Post("/model-versions/set-tag", LifecycleVerb.Register, json.RegistryTagRequest, async (asked, token) => await registry.SetTagAsync(
            await RequireVersionAsync(registry, asked.Name, asked.Version, token).ConfigureAwait(false), MlflowRequire.Text(asked.Key, "key"), asked.Value ?? "", token)
            .ConfigureAwait(false));
        map.Change("DELETE", "/model-versions/delete-tag", LifecycleVerb.Register, json.RegistryTagRequest, async (asked, token) => await registry.RemoveTagAsync(
            await RequireVersionAsync(registry, asked.Name, asked.Version, token).ConfigureAwait(false), MlflowRequire.Text(asked.Key, "key"), token).ConfigureAwait(false));
    }

    private static ModelVersionAnswer Answer(ModelVersion version) => new(MlflowShapes.Of(version));

    /// <summary>The living version that a request names.</summary>
    private static async ValueTask<ModelVersion> RequireVersionAsync(
        ModelRegistry registry, string? askedName, string? askedVersion, CancellationToken cancellationToken)
    {
        string name = MlflowRequire.Text(askedName, "name");
        string version = MlflowRequire.Text(askedVersion, "version");
        if (!int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
        {
            throw MlflowException.Invalid($"Parameter 'version' must be an integer, got '{MlflowRequire.Show(version)}'.");
        }

        return await registry.GetVersionAsync(name, number, cancellationToken).ConfigureAwait(false) is { IsDeleted: false } found ? found
            : throw MlflowException.NotFound($"Model Version (name={MlflowRequire.Show(name)}, version={version}) not found");
    }
}
