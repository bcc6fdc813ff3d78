namespace Lifecycle.Tracking;

/// <summary>
/// A query for runs, built step by step; each step gives a new query. Also takes query syntax:
/// <c>from r in runs where r.Metric("auc") &gt; 0.9 orderby r.Name select r</c>.
/// </summary>
public sealed class RunQuery
{
    /// <summary>Most runs of one page.</summary>
    public const int MaximumRuns = 50_000;

    private readonly ExperimentCatalog _catalog;
    private readonly RunRequest _request;

    internal RunQuery(ExperimentCatalog catalog)
        : this(catalog, new RunRequest())
    {
    }

    private RunQuery(ExperimentCatalog catalog, RunRequest request)
    {
        _catalog = catalog;
        _request = request;
    }

    internal RunRequest Request => _request;

    /// <summary>Only runs of these experiments; without it, of all that are not deleted.</summary>
    public RunQuery In(params IReadOnlyList<string> experiments)
    {
        ArgumentNullException.ThrowIfNull(experiments);
        return With(_request with { Experiments = [.. experiments] });
    }

    /// <summary>Only runs for which the condition holds; several are joined by AND.</summary>
    /// <param name="condition">For example <c>r =&gt; r.Metric("auc") &gt; 0.9 &amp;&amp; r.Param("trainer") == "LightGbm"</c>.</param>
    public RunQuery Where(Func<RunFields, RunFilter> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        return Where(condition(RunFields.All));
    }

    /// <summary>Only runs for which the filter holds; several are joined by AND.</summary>
    public RunQuery Where(RunFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return With(_request with { Filter = _request.Filter is EveryFilter ? filter : _request.Filter & filter });
    }

    /// <summary>Smallest first, then by the keys that follow. Metrics: numbers, NaN, missing; others: missing last. Without an order: latest start first.</summary>
    public RunQuery OrderBy(Func<RunFields, RunField> key) => Order(key, descending: false);

    /// <summary>Greatest first, then by the keys that follow. Metrics: numbers, NaN, missing; others: missing last.</summary>
    public RunQuery OrderByDescending(Func<RunFields, RunField> key) => Order(key, descending: true);

    /// <summary>Among equals of the keys before, smallest first.</summary>
    public RunQuery ThenBy(Func<RunFields, RunField> key) => Order(key, descending: false);

    /// <summary>Among equals of the keys before, greatest first.</summary>
    public RunQuery ThenByDescending(Func<RunFields, RunField> key) => Order(key, descending: true);

    /// <summary>The end of a query in query syntax: <c>select r</c>.</summary>
    public RunQuery Select(Func<RunFields, RunFields> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        return this;
    }

    /// <summary>At most so many runs, 1 to 50,000. Without it 1,000.</summary>
    public RunQuery Take(int most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(most, MaximumRuns);
        return With(_request with { Most = most });
    }

    /// <summary>Deleted runs too.</summary>
    public RunQuery IncludeDeleted() => With(_request with { View = LifecycleView.All });

    /// <summary>Active runs, deleted ones or both.</summary>
    public RunQuery In(LifecycleView view) => With(_request with { View = view });

    /// <summary>Reads only these columns of each run.</summary>
    public RunQuery Reading(RunColumns columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        return With(_request with { Columns = columns });
    }

    /// <summary>Goes on where a page of the same query ended.</summary>
    /// <param name="pageToken"><see cref="RunPage.NextPageToken"/>; null begins at the start.</param>
    public RunQuery After(string? pageToken) => With(_request with { PageToken = pageToken });

    /// <summary>Asks. One always reads one's own writes.</summary>
    /// <exception cref="TrackingException">An experiment does not exist.</exception>
    /// <exception cref="PageTokenException">The page token belongs to another query.</exception>
    public ValueTask<RunPage> ToPageAsync(CancellationToken cancellationToken = default) => _catalog.SearchAsync(_request, cancellationToken);

    private RunQuery With(RunRequest request) => new(_catalog, request);

    private RunQuery Order(Func<RunFields, RunField> key, bool descending)
    {
        ArgumentNullException.ThrowIfNull(key);
        RunField field = key(RunFields.All);
        List<RunOrder> orders = [.. _request.Orders];
        RunOrder.Add(orders, new RunOrder(field.Field, field.Key, descending));
        return With(_request with { Orders = orders });
    }
}
