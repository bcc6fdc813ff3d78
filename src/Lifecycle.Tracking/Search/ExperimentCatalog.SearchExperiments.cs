using System.Globalization;

namespace Lifecycle.Tracking;

public sealed partial class ExperimentCatalog
{
    private const int MostExperiments = 50_000;

    /// <summary>Searches experiments, page by page. Without an order the newest first, then by id.</summary>
    /// <param name="search">For example <c>new RegistrySearch { Filter = "name LIKE 'mort%' AND tags.team = 'risk'" }</c>.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <exception cref="RunFilterException">Filter, order or page size cannot be taken.</exception>
    /// <exception cref="PageTokenException">The page token is none, was cut, or belongs to another query.</exception>
    public async ValueTask<ExperimentPage> SearchExperimentsAsync(RegistrySearch search, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(search);
        int max = search.Max ?? 1000;
        PageSize.Require(max, MostExperiments);
        RowSearch rows = new RowSearch("experiments", FilterTarget.Experiments, search.Filter, search.OrderBy, search.Dialect) { View = search.View }.RequireAttributes();
        List<SortTerm> terms = [.. rows.Terms(o => o.Key switch
        {
            "name" => ("e.name", SortKind.Text),
            "experiment_id" => ("e.id", SortKind.Whole),
            "creation_time" => ("e.created", SortKind.Whole),
            _ => ("e.updated", SortKind.Whole),
        })];
        bool isOrdered = terms.Count > 0;
        if (!isOrdered)
        {
            terms.Add(new SortTerm("e.created", true, SortKind.Whole));
        }

        terms.Add(new SortTerm("e.id", isOrdered, SortKind.Whole));
        await OpenAsync(cancellationToken).ConfigureAwait(false);
        using SearchSession session = await SearchSession.OpenAsync(_store.Database, cancellationToken).ConfigureAwait(false);
        (List<(long First, long Second)> found, string? next) = rows.Find(
            session, "e.id, 0", "tracking_experiment e", search.View == LifecycleView.All ? "1" : $"e.stage = {rows.Sql.Add((long)search.View)}",
            t => t.Field == FilterField.Tag
                ? rows.Tag(t, "tracking_experiment_tag", "t.experiment = e.id")
                : rows.Cell(t, t.Key switch { "name" => "e.name", "creation_time" => "e.created", _ => "e.updated" }),
            terms, max, search.PageToken);
        SqlText ids = new();
        Dictionary<string, Experiment> experiments = session.Query(
            ExperimentTable.Columns + " WHERE id IN " + ids.AddList(found.Select(f => f.First)), ids.Parameters, ExperimentTable.Read)
            .ToDictionary(e => e.Id, StringComparer.Ordinal);
        return new ExperimentPage([.. found.Select(f => experiments[f.First.ToString(CultureInfo.InvariantCulture)])], next);
    }
}
