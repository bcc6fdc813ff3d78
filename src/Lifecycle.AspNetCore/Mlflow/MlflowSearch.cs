using Lifecycle.Tracking;

namespace Lifecycle.AspNetCore;

/// <summary>Searches of the wire: the one place that knows how the product is asked.</summary>
internal static class MlflowSearch
{
    private const int MostExperiments = 50_000;

    public static async ValueTask<SearchExperimentsAnswer> ExperimentsAsync(
        MlflowServer server, SearchExperimentsRequest asked, CancellationToken cancellationToken)
    {
        int most = MlflowRequire.Most(asked.MaxResults, 1000, MostExperiments);
        WireView view = asked.ViewType ?? WireView.ActiveOnly;
        IReadOnlyList<Experiment> all = await server.Experiments.ListAsync(view != WireView.ActiveOnly, cancellationToken).ConfigureAwait(false);
        WireExperiment[] page = [.. all.Where(e => view != WireView.DeletedOnly || e.IsDeleted).Take(most).Select(MlflowShapes.Of)];
        return new SearchExperimentsAnswer(MlflowRequire.NullIfEmpty(page), null);
    }
}
