using System.Globalization;

namespace Lifecycle.Tracking;

/// <summary>
/// Finds the rows of runs for a filter, in order. Few rows satisfy one clause, or several together: these are fetched and sorted, unless so many are few that a page
/// of the order is found sooner. Else the index of the order is walked for a while; when that finds too little, the clauses become sets of rows and the walk only
/// looks into the set.
/// </summary>
internal sealed partial class RunSearcher
{
    /// <summary>So many rows of one clause are fetched and sorted.</summary>
    internal const int MostIds = 5_000;

    /// <summary>So many rows of an index are tested before the clauses become sets.</summary>
    internal const int MostWalked = 20_000;

    /// <summary>So many rows of an index are tested before whole indexes are looked through for a rare clause.</summary>
    internal const int FewWalked = 2_000;

    private const int MostProbes = 16;

    private readonly SearchSession _session;
    private readonly SearchScope _scope;
    private readonly RunFilter _filter;
    private readonly IReadOnlyList<RunOrder> _orders;
    private readonly List<RunFilter> _clauses;

    public RunSearcher(SearchSession session, SearchScope scope, RunFilter filter, IReadOnlyList<RunOrder> orders)
    {
        _session = session;
        _scope = scope;
        _filter = filter;
        _orders = orders;
        _clauses = FilterSql.Parts(filter, isAnd: true);
    }

    /// <summary>The plan that was used.</summary>
    public SearchPlan Used { get; private set; }

    /// <summary>At most so many rows behind a place.</summary>
    public List<long> Find(int most, SearchPlace? after, SearchPlan plan = SearchPlan.Auto)
    {
        if (_scope.Experiments.Count == 0 || most == 0)
        {
            return [];
        }

        Used = plan;
        List<long> found = [];
        if (plan is (SearchPlan.Auto or SearchPlan.Ids) && ByClauses(found, most, after, plan == SearchPlan.Ids) is { } few)
        {
            return few;
        }

        if (plan is SearchPlan.Auto or SearchPlan.Walk && Walked(found, most, after, plan == SearchPlan.Walk ? int.MaxValue : MostWalked))
        {
            return found;
        }

        Used = SearchPlan.Sets;
        new OrderWalk(this, InView(Evaluate(_filter)), int.MaxValue).Fill(found, most, after);
        return found;
    }

    /// <summary>Rank and values of a run in the order, for a page that begins behind it.</summary>
    public SearchPlace PlaceOf(long id)
    {
        SqlText sql = new();
        (List<SortTerm> terms, string joins) = SortTerms.OfRuns(sql, _orders);
        return _session.Query(
            $"SELECT {string.Join(", ", terms.Select(t => t.Sql))} FROM tracking_run r{joins}\nWHERE r.id = {sql.Add(id)}", sql.Parameters,
            row => new SearchPlace(SortTerms.Read(row, terms, 0)))[0];
    }

    // By the rows of clauses; null when none has few.
    private List<long>? ByClauses(List<long> found, int most, SearchPlace? after, bool always)
    {
        List<TestFilter> tests = [.. _clauses.OfType<TestFilter>().Where(t => t.Test != FilterTest.IsMissing).Take(MostProbes)];
        List<TestFilter> ranges = [.. tests.Where(RunSets.IsRange)];
        List<TestFilter> whole = [.. tests.Except(ranges)];
        TestFilter? rarest = null;
        long count = 0;
        if (ranges.Count > 1 && !always)
        {
            if (Together(ranges) is { } fits)
            {
                if (IsWalkShorter(fits.Set.Count, most) && Walked(found, most, after, 2 * fits.Set.Count))
                {
                    return found;
                }

                Used = SearchPlan.Ids;
                return Sorted([.. fits.Set.Ids()], fits.Left, after, most);
            }
        }
        else
        {
            (rarest, count) = Rarest(ranges, always);
        }

        if (rarest is not null && !always && IsWalkShorter(count, most) && Walked(found, most, after, (int)(2 * count)))
        {
            return found;
        }

        if (rarest is null && whole.Count > 0)
        {
            // A clause that is not rare fills a page sooner than it can be counted.
            if (!always && Walked(found, most, after, FewWalked))
            {
                return found;
            }

            (rarest, _) = Rarest(whole, always);
        }

        if (rarest is null && !always)
        {
            return null;
        }

        Used = SearchPlan.Ids;
        return Sorted(rarest, [], 0, after, most);
    }

    // Leaves nothing behind when the window was too small.
    private bool Walked(List<long> found, int most, SearchPlace? after, int window)
    {
        Used = SearchPlan.Walk;
        if (new OrderWalk(this, null, window).Fill(found, most, after))
        {
            return true;
        }

        found.Clear();
        return false;
    }

    // Ranges of an index are counted first: they cost next to nothing. Whole indexes are only looked through when no range is small.
    private (TestFilter? Test, long Count) Rarest(IEnumerable<TestFilter> tests, bool always)
    {
        TestFilter? rarest = null;
        long fewest = always ? long.MaxValue : MostIds + 1;
        foreach (TestFilter test in tests)
        {
            long count = Count(test);
            if (count < fewest)
            {
                (rarest, fewest) = (test, count);
            }
        }

        return (rarest, fewest);
    }

    // The rows that fit lie anywhere in the order. A row that is fetched to be sorted costs about twice a row that is walked over: it lies elsewhere than the one before.
    private bool IsWalkShorter(long fits, int most)
    {
        if (fits < most || (_orders.Count > 0 && _orders[0].Field is not (FilterField.Metric or FilterField.NumberAttribute)))
        {
            return false;
        }

        long runs = _session.Query("SELECT max(id) FROM tracking_run", [], row => row.GetInt64(0))[0];
        return (double)most * runs < 2.0 * fits * fits;
    }

    private long Count(TestFilter test)
    {
        SqlText sql = new();
        string set = RunSets.Of(sql, _scope.Experiments, test);
        return _session.Query(
            string.Create(CultureInfo.InvariantCulture, $"SELECT count(*) FROM (SELECT 1 FROM ({set}) LIMIT {MostIds + 1})"), sql.Parameters, row => row.GetInt64(0))[0];
    }

    /// <summary>The rows of one test, or of the whole scope, with all other clauses tested, sorted by the keys from one on.</summary>
    private List<long> Sorted(TestFilter? source, IReadOnlyList<TestFilter> more, int order, SearchPlace? after, int most)
    {
        SqlText sql = new();
        (List<SortTerm> terms, string joins) = SortTerms.OfRuns(sql, [.. _orders.Skip(order)]);
        string from = source is null
            ? $"tracking_run r INDEXED BY tracking_run_by_start{joins}\nWHERE r.experiment {sql.OneOf(_scope.Experiments)} AND {_scope.Condition(sql, false)}"
            : $"({RunSets.Of(sql, _scope.Experiments, source)}) c CROSS JOIN tracking_run r ON r.id = c.run{joins}\nWHERE {_scope.Condition(sql, false)}";
        RunFilter rest = All(_clauses.Where(c => !ReferenceEquals(c, source)).Concat(more));
        string behind = after is null ? "" : " AND " + SortTerms.Behind(sql, terms, after.From(order));
        return _session.Query(
            $"SELECT r.id FROM {from} AND {FilterSql.Of(rest, t => RunCells.Test(sql, t))}{behind}\nORDER BY {SortTerms.OrderBy(terms)} LIMIT {sql.Add((long)most)}",
            sql.Parameters, row => row.GetInt64(0));
    }

    /// <summary>Those of the rows that satisfy what is left of the filter, sorted.</summary>
    private List<long> Sorted(List<long> ids, RunFilter rest, SearchPlace? after, int most)
    {
        if (ids.Count == 0)
        {
            return [];
        }

        SqlText sql = new();
        (List<SortTerm> terms, string joins) = SortTerms.OfRuns(sql, _orders);
        string behind = after is null ? "" : " AND " + SortTerms.Behind(sql, terms, after.Values);
        string where = $"{_scope.Condition(sql, false)} AND {FilterSql.Of(rest, t => RunCells.Test(sql, t))}{behind}";
        return _session.Query(
            $"SELECT r.id FROM {sql.AddList(ids)} j CROSS JOIN tracking_run r ON r.id = j.value{joins}\nWHERE {where}\n"
            + $"ORDER BY {SortTerms.OrderBy(terms)} LIMIT {sql.Add((long)most)}",
            sql.Parameters, row => row.GetInt64(0));
    }

    /// <summary>Rows sorted by the keys from one on.</summary>
    private List<long> Sorted(IReadOnlyList<long> ids, int order, SearchPlace? after, int most)
    {
        if (ids.Count < 2 && after is null)
        {
            return [.. ids];
        }

        SqlText sql = new();
        (List<SortTerm> terms, string joins) = SortTerms.OfRuns(sql, [.. _orders.Skip(order)]);
        string behind = after is null ? "" : "\nWHERE " + SortTerms.Behind(sql, terms, after.From(order));
        return _session.Query(
            $"SELECT r.id FROM {sql.AddList(ids)} j CROSS JOIN tracking_run r ON r.id = j.value{joins}{behind}\nORDER BY {SortTerms.OrderBy(terms)} LIMIT {sql.Add((long)most)}",
            sql.Parameters, row => row.GetInt64(0));
    }

    // A chain of many ANDs is joined from the left, as a text would be.
    private static RunFilter All(IEnumerable<RunFilter> clauses) => clauses.Aggregate((RunFilter)new EveryFilter(), (a, b) => a is EveryFilter ? b : a & b);
}
