namespace Lifecycle.Tracking;

/// <summary>
/// A query for runs, built step by step; each step gives a new query. Also takes query syntax: <c>from r in runs where r.Metric("auc") &gt; 0.9 select r</c>.
/// </summary>
public sealed class RunQuery
{
    /// <summary>Most runs of one page.</summary>
    public const int MaximumRuns = 50_000;

    private readonly ExperimentCatalog _catalog;
    private readonly IReadOnlyList<string> _experiments;
    private readonly RunFilter _filter;
    private readonly IReadOnlyList<RunOrder> _orders;
    private readonly int _most;
    private readonly bool _includeDeleted;

    internal RunQuery(
        ExperimentCatalog catalog, IReadOnlyList<string> experiments, RunFilter filter, IReadOnlyList<RunOrder> orders, int most = 1000, bool includeDeleted = false)
    {
        _catalog = catalog;
        _experiments = experiments;
        _filter = filter;
        _orders = orders;
        _most = most;
        _includeDeleted = includeDeleted;
    }

    /// <summary>Only runs of these experiments; without it, of all that are not deleted.</summary>
    public RunQuery In(params IReadOnlyList<string> experiments)
    {
        ArgumentNullException.ThrowIfNull(experiments);
        return new(_catalog, [.. experiments], _filter, _orders, _most, _includeDeleted);
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
        return new(_catalog, _experiments, _filter is EveryFilter ? filter : _filter & filter, _orders, _most, _includeDeleted);
    }

    /// <summary>Smallest first, then by the keys that follow. Metrics: numbers, NaN, missing; others: missing last. Without an order: latest start first.</summary>
    public RunQuery OrderBy(Func<RunFields, RunField> key) => Order(key, descending: false);

    /// <summary>Greatest first, then by the keys that follow. Metrics: numbers, NaN, missing; others: missing last.</summary>
    public RunQuery OrderByDescending(Func<RunFields, RunField> key) => Order(key, descending: true);

    /// <summary>At most so many runs, 1 to 50,000. Without it 1,000.</summary>
    public RunQuery Take(int most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(most, MaximumRuns);
        return new(_catalog, _experiments, _filter, _orders, most, _includeDeleted);
    }

    /// <summary>Deleted runs too.</summary>
    public RunQuery IncludeDeleted() => new(_catalog, _experiments, _filter, _orders, _most, includeDeleted: true);

    /// <summary>Asks. One always reads one's own writes.</summary>
    /// <exception cref="TrackingException">An experiment does not exist.</exception>
    public ValueTask<RunPage> ToPageAsync(CancellationToken cancellationToken = default) =>
        _catalog.SearchAsync(_experiments, _filter, _orders, _includeDeleted, _most, cancellationToken);

    private RunQuery Order(Func<RunFields, RunField> key, bool descending)
    {
        ArgumentNullException.ThrowIfNull(key);
        RunField field = key(RunFields.All);
        List<RunOrder> orders = [.. _orders];
        RunOrder.Add(orders, new RunOrder(field.Field, field.Key, descending));
        return new(_catalog, _experiments, _filter, orders, _most, _includeDeleted);
    }
}

/// <summary>Runs that a search found.</summary>
/// <param name="Runs">In the order that was asked for; ties by latest start, then by id.</param>
/// <param name="HasMore">Whether further runs fit the filter.</param>
public sealed record RunPage(IReadOnlyList<RunRecord> Runs, bool HasMore);
