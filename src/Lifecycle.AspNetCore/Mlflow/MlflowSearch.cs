using Lifecycle.Tracking;

namespace Lifecycle.AspNetCore;

/// <summary>Searches of the wire: the one place that knows how the product is asked.</summary>
internal static partial class MlflowSearch
{
    private const int Usual = 1000;
    private const int Most = 50_000;

    public static FilterDialect Dialect(MlflowServer server) => server.Compatibility.StrictFilters ? FilterDialect.Strict : FilterDialect.Mlflow;

    public static async ValueTask<SearchExperimentsAnswer> ExperimentsAsync(
        MlflowServer server, SearchExperimentsRequest asked, CancellationToken cancellationToken)
    {
        ExperimentPage page = await server.Experiments.SearchExperimentsAsync(
            new RegistrySearch
            {
                Filter = asked.Filter,
                Dialect = Dialect(server),
                OrderBy = MlflowRequire.Items(asked.OrderBy, "order_by"),
                View = View(asked.ViewType),
                Max = MlflowRequire.Most(asked.MaxResults, Usual, Most),
                PageToken = asked.PageToken,
            },
            cancellationToken).ConfigureAwait(false);
        return new SearchExperimentsAnswer(MlflowRequire.NullIfEmpty([.. page.Experiments.Select(MlflowShapes.Of)]), page.NextPageToken);
    }

    public static async ValueTask<SearchRunsAnswer> RunsAsync(MlflowServer server, SearchRunsRequest asked, CancellationToken cancellationToken)
    {
        RunPage page = await server.Experiments.SearchAsync(
            new RunSearch
            {
                ExperimentIds = MlflowRequire.Items(asked.ExperimentIds, "experiment_ids"),
                Filter = asked.Filter,
                Dialect = Dialect(server),
                OrderBy = MlflowRequire.Items(asked.OrderBy, "order_by"),
                View = View(asked.RunViewType),
                Max = MlflowRequire.Most(asked.MaxResults, Usual, Most),
                PageToken = asked.PageToken,
            },
            cancellationToken).ConfigureAwait(false);
        return new SearchRunsAnswer(MlflowRequire.NullIfEmpty([.. page.Runs.Select(r => MlflowShapes.Of(r))]), page.NextPageToken);
    }

    private static LifecycleView View(WireView? asked) => (LifecycleView)(asked ?? WireView.ActiveOnly);
}
