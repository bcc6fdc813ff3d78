using Lifecycle.Tracking;

namespace Lifecycle.AspNetCore;

internal static partial class MlflowSearch
{
    private const int MostModels = 1_000;
    private const int MostVersions = 200_000;
    private const int MostLoggedModels = 50_000;

    public static async ValueTask<SearchRegisteredModelsAnswer> ModelsAsync(
        MlflowServer server, SearchRegistryRequest asked, CancellationToken cancellationToken)
    {
        RegisteredModelPage page = await server.Registry.SearchModelsAsync(Registry(server, asked, 100, MostModels), cancellationToken).ConfigureAwait(false);
        List<WireRegisteredModel> models = new(page.Models.Count);
        foreach (RegisteredModel model in page.Models)
        {
            models.Add(MlflowShapes.Of(model, await server.Registry.LatestVersionsAsync(model.Name, cancellationToken).ConfigureAwait(false)));
        }

        return new SearchRegisteredModelsAnswer(MlflowRequire.NullIfEmpty([.. models]), page.NextPageToken);
    }

    public static async ValueTask<ModelVersionsAnswer> VersionsAsync(
        MlflowServer server, SearchRegistryRequest asked, CancellationToken cancellationToken)
    {
        ModelVersionPage page = await server.Registry.SearchVersionsAsync(Registry(server, asked, MostVersions, MostVersions), cancellationToken).ConfigureAwait(false);
        return new ModelVersionsAnswer(MlflowRequire.NullIfEmpty([.. page.Versions.Select(MlflowShapes.Of)]), page.NextPageToken);
    }

    public static async ValueTask<SearchLoggedModelsAnswer> LoggedModelsAsync(
        MlflowServer server, SearchLoggedModelsRequest asked, CancellationToken cancellationToken)
    {
        LoggedModelPage page = await server.Experiments.SearchModelsAsync(
            new LoggedModelSearch
            {
                ExperimentIds = MlflowRequire.Items(asked.ExperimentIds, "experiment_ids"),
                Filter = asked.Filter,
                Dialect = Dialect(server),
                Datasets =
                [
                    .. MlflowRequire.Items(asked.Datasets, "datasets")
                        .Select((d, i) => new LoggedModelDataset(MlflowRequire.Text(d.DatasetName, $"datasets[{i}].dataset_name"), d.DatasetDigest)),
                ],
                OrderBy =
                [
                    .. MlflowRequire.Items(asked.OrderBy, "order_by").Select((o, i) => new LoggedModelOrder(
                        MlflowRequire.Text(o.FieldName, $"order_by[{i}].field_name"), o.Ascending ?? true, o.DatasetName, o.DatasetDigest)),
                ],
                Max = MlflowRequire.Most(asked.MaxResults, 50, MostLoggedModels),
                PageToken = asked.PageToken,
            },
            cancellationToken).ConfigureAwait(false);
        return new SearchLoggedModelsAnswer(MlflowRequire.NullIfEmpty([.. page.Models.Select(MlflowShapes.Of)]), page.NextPageToken);
    }

    private static RegistrySearch Registry(MlflowServer server, SearchRegistryRequest asked, int usual, int most) => new()
    {
        Filter = asked.Filter,
        Dialect = Dialect(server),
        OrderBy = MlflowRequire.Items(asked.OrderBy, "order_by"),
        Max = MlflowRequire.Most(asked.MaxResults, usual, most),
        PageToken = asked.PageToken,
    };
}
