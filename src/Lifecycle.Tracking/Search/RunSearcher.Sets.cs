using System.Globalization;

namespace Lifecycle.Tracking;

internal sealed partial class RunSearcher
{
    private IdSet? _universe;

    private IdSet Universe => _universe ??= Load(sql => $"SELECT r.id AS run FROM tracking_run r INDEXED BY tracking_run_by_start WHERE r.experiment {sql.OneOf(_scope.Experiments)}");

    /// <summary>
    /// The rows that several tests have in common, by the indexes alone, and the clauses that are still to be tested: look-ups a row cost more than reading a range of an
    /// index along. Null when no range is small.
    /// </summary>
    private (IdSet Set, RunFilter Left)? Together(List<TestFilter> ranges)
    {
        IdSet? joined = null;
        HashSet<RunFilter> known = new(ReferenceEqualityComparer.Instance);
        foreach (TestFilter test in ranges)
        {
            SqlText sql = new();
            IdSet set = new();
            string rows = RunSets.Of(sql, _scope.Experiments, test);
            _session.Read(
                string.Create(CultureInfo.InvariantCulture, $"SELECT c.run FROM ({rows}) c LIMIT {MostIds + 1}"), sql.Parameters, row => set.Add(row.GetInt64(0)));
            if (set.Count <= MostIds)
            {
                joined = joined?.And(set) ?? set;
                known.Add(test);
            }
        }

        return joined is null ? null : (joined, All(_clauses.Where(c => !known.Contains(c))));
    }

    private IdSet Evaluate(RunFilter filter)
    {
        switch (filter)
        {
            case NotFilter not:
                return Universe.Without(Evaluate(not.Inner));
            case JoinFilter join:
                IdSet? joined = null;
                foreach (RunFilter part in FilterSql.Parts(join, join.IsAnd))
                {
                    IdSet set = Evaluate(part);
                    joined = joined is null ? set : join.IsAnd ? joined.And(set) : joined.Or(set);
                }

                return joined ?? Universe;
            case TestFilter test:
                return Evaluate(test);
            default:
                return Universe;
        }
    }

    private IdSet Evaluate(TestFilter test)
    {
        IdSet set = Load(sql => RunSets.Of(sql, _scope.Experiments, test));
        return test.Test == FilterTest.IsMissing ? Universe.Without(set) : set;
    }

    // Most often hardly any run is deleted: what lies outside the view is the smaller set.
    private IdSet InView(IdSet set)
    {
        if (_scope.Stages.Count == 2)
        {
            return set;
        }

        long other = _scope.Stages[0] == Stage.Active ? Stage.Deleted : Stage.Active;
        return set.Without(Load(sql =>
            $"SELECT r.id AS run FROM tracking_run r INDEXED BY tracking_run_by_start WHERE r.experiment {sql.OneOf(_scope.Experiments)} AND r.stage = {sql.Add(other)}"));
    }

    private IdSet Load(Func<SqlText, string> statement)
    {
        SqlText sql = new();
        string rows = statement(sql);
        IdSet set = new();
        foreach (string? joined in _session.Query($"SELECT group_concat(run, ',') FROM ({rows})", sql.Parameters, row => row.TextOrNull(0)))
        {
            set.AddJoined(joined);
        }

        return set;
    }
}
