using Lifecycle.Tracking;

namespace Lifecycle.AspNetCore;

/// <summary>Searches of the wire: the one place that knows how the product is asked.</summary>
internal static partial class MlflowSearch
{
    private const int MostExperiments = 50_000;
    private const int MostRuns = 50_000;

    public static async ValueTask<SearchExperimentsAnswer> ExperimentsAsync(
        MlflowServer server, SearchExperimentsRequest asked, CancellationToken cancellationToken)
    {
        int most = MlflowRequire.Most(asked.MaxResults, 1000, MostExperiments);
        WireView view = asked.ViewType ?? WireView.ActiveOnly;
        IReadOnlyList<Experiment> all = await server.Experiments.ListAsync(view != WireView.ActiveOnly, cancellationToken).ConfigureAwait(false);
        WireExperiment[] page = [.. all.Where(e => view != WireView.DeletedOnly || e.IsDeleted).Take(most).Select(MlflowShapes.Of)];
        return new SearchExperimentsAnswer(MlflowRequire.NullIfEmpty(page), null);
    }

    public static async ValueTask<SearchRunsAnswer> RunsAsync(MlflowServer server, SearchRunsRequest asked, CancellationToken cancellationToken)
    {
        int most = MlflowRequire.Most(asked.MaxResults, 1000, MostRuns);
        (IReadOnlyList<RunRecord> runs, string? next) = await PageAsync(
            server, MlflowRequire.Items(asked.ExperimentIds, "experiment_ids"), asked.Filter, asked.RunViewType ?? WireView.ActiveOnly,
            MlflowRequire.Items(asked.OrderBy, "order_by"), most, asked.PageToken, cancellationToken).ConfigureAwait(false);
        return new SearchRunsAnswer(MlflowRequire.NullIfEmpty([.. runs.Select(r => MlflowShapes.Of(r))]), next);
    }

    // The one place that asks for runs.
    private static async ValueTask<(IReadOnlyList<RunRecord> Runs, string? Next)> PageAsync(
        MlflowServer server, IReadOnlyList<string> experimentIds, string? filter, WireView view, IReadOnlyList<string> orderBy, int most, string? token,
        CancellationToken cancellationToken)
    {
        if (!string.IsNullOrEmpty(token))
        {
            throw MlflowException.Invalid("Invalid page token, could not base64-decode");
        }

        List<RunRecord> runs = [];
        bool more = false;
        foreach (string id in experimentIds)
        {
            if (await server.Experiments.GetByIdAsync(id, cancellationToken).ConfigureAwait(false) is { } experiment && (!experiment.IsDeleted || view != WireView.ActiveOnly))
            {
                RunPage page = await server.Experiments.SearchAsync(
                    experiment.Name, filter, orderBy.Count == 0 ? null : string.Join(", ", orderBy), most, cancellationToken).ConfigureAwait(false);
                runs.AddRange(page.Runs);
                more |= page.HasMore;
            }
        }

        return (runs, more ? "more" : null);
    }
}
