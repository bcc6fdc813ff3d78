namespace Lifecycle.Tracking;

internal sealed partial class RunSearcher
{
    /// <summary>
    /// Goes along the indexes of an order. Rows with the same value are sorted by the keys that follow; when they are many, they are walked by those keys.
    /// </summary>
    /// <param name="search">What is searched.</param>
    /// <param name="set">The rows that fit; null when the clauses are tested row by row.</param>
    /// <param name="window">So many rows of an index are tested without a set.</param>
    private sealed partial class OrderWalk(RunSearcher search, IdSet? set, int window)
    {
        private const int MostTies = 1_000;
        private const int MostScans = 32;
        private const int MostStatements = 64;

        private readonly List<TestFilter> _fixed = [];
        private SearchScope _scope = search._scope;
        private IdSet? _set = set;
        private List<long> _found = [];
        private SearchPlace? _after;
        private int _most;
        private int _statements;

        /// <summary>Appends rows behind a place. False when too many rows had to be tested; then what was appended is of no use.</summary>
        public bool Fill(List<long> found, int most, SearchPlace? after)
        {
            (_found, _most, _after) = (found, most, after);
            return Part(0, after is not null);
        }

        private bool IsFull => _found.Count >= _most;

        private bool Part(int order, bool isBehind)
        {
            if (IsFull)
            {
                return true;
            }

            if (_set is { } rows && rows.Count <= MostIds)
            {
                _found.AddRange(search.Sorted([.. rows.Ids()], order, isBehind ? _after : null, _most - _found.Count));
                return true;
            }

            if (_scope.Experiments.Count * _scope.Stages.Count > MostScans || (window < int.MaxValue && ++_statements > MostStatements))
            {
                return Whole(order, isBehind);
            }

            if (order == search._orders.Count)
            {
                return ByTime(isBehind);
            }

            RunOrder key = search._orders[order];
            return key.Key switch
            {
                "artifact_uri" when key.Field == FilterField.TextAttribute => Whole(order, isBehind),
                "status" or "lifecycle_stage" or "experiment_name" when key.Field == FilterField.TextAttribute => ByName(key, order, isBehind),
                _ => Ranked(key, order, isBehind),
            };
        }

        // More experiments than scans can be merged: one statement sorts them all.
        private bool Whole(int order, bool isBehind)
        {
            if (_set is { } rows)
            {
                _found.AddRange(search.Sorted([.. rows.Ids()], order, isBehind ? _after : null, _most - _found.Count));
                return true;
            }

            if (window < int.MaxValue && _scope.Experiments.Count * _scope.Stages.Count <= MostScans)
            {
                return false;
            }

            _found.AddRange(search.Within(_scope).Sorted(null, _fixed, order, isBehind ? _after : null, _most - _found.Count));
            return true;
        }

        // Numbers, then NaN, then missing: whatever the direction.
        private bool Ranked(RunOrder key, int order, bool isBehind)
        {
            long from = isBehind ? _after!.Rank(order) : 0;
            if (from == 0 && !ByKey(key, order, isBehind))
            {
                return false;
            }

            bool isMetric = key.Field == FilterField.Metric;
            if (isMetric && from <= 1 && !Fixed(new TestFilter(key.Field, key.Key, FilterTest.IsNaN, null), order + 1, isBehind && from == 1))
            {
                return false;
            }

            bool isNeverMissing = key.Field == FilterField.TextAttribute || key.Key == "start_time";
            return (isNeverMissing && key.Field is FilterField.TextAttribute or FilterField.NumberAttribute)
                || Fixed(new TestFilter(key.Field, key.Key, FilterTest.IsMissing, null), order + 1, isBehind && from == 2);
        }

        /// <summary>Goes on with the keys behind, for the rows that satisfy one test more.</summary>
        private bool Fixed(TestFilter test, int order, bool isBehind)
        {
            if (IsFull)
            {
                return true;
            }

            if (_set is { } rows)
            {
                _set = rows.And(search.Evaluate(test));
                bool done = Part(order, isBehind);
                _set = rows;
                return done;
            }

            if (test.Test != FilterTest.IsMissing && search.Count(test) <= MostIds)
            {
                _found.AddRange(search.Within(_scope).Sorted(test, _fixed, order, isBehind ? _after : null, _most - _found.Count));
                return true;
            }

            _fixed.Add(test);
            bool filled = Part(order, isBehind);
            _fixed.RemoveAt(_fixed.Count - 1);
            return filled;
        }

        // A key with few values: one after the other.
        private bool ByName(RunOrder key, int order, bool isBehind)
        {
            foreach ((string text, Func<bool, bool> walk) in Names(key, order))
            {
                int place = isBehind ? CodePoints.Compare(text, (string)_after!.Value(order)) : 1;
                bool isBefore = key.IsDescending ? place > 0 : place < 0;
                if ((!isBehind || !isBefore || place == 0) && !walk(isBehind && place == 0))
                {
                    return false;
                }

                if (IsFull)
                {
                    return true;
                }
            }

            return true;
        }

        private List<(string Text, Func<bool, bool> Walk)> Names(RunOrder key, int order)
        {
            List<(string Text, Func<bool, bool> Walk)> names = key.Key switch
            {
                "status" => [.. RunCells.Statuses.Select(s => (s.Text, Walk: (Func<bool, bool>)(b => Fixed(new TestFilter(key.Field, key.Key, FilterTest.Equal, s.Text), order + 1, b))))],
                "lifecycle_stage" => [.. RunCells.Stages.Where(s => _scope.Stages.Contains(s.Number))
                    .Select(s => (s.Text, Walk: (Func<bool, bool>)(b => Narrowed(_scope with { Stages = [s.Number] }, key, s.Text, order + 1, b))))],
                _ => [.. search.ExperimentNames(_scope)
                    .Select(e => (e.Name, Walk: (Func<bool, bool>)(b => Narrowed(_scope with { Experiments = [e.Id] }, key, e.Name, order + 1, b))))],
            };
            names.Sort((a, b) => (key.IsDescending ? -1 : 1) * CodePoints.Compare(a.Text, b.Text));
            return names;
        }

        private bool Narrowed(SearchScope scope, RunOrder key, string text, int order, bool isBehind)
        {
            SearchScope outer = _scope;
            if (_set is not null)
            {
                return Fixed(new TestFilter(key.Field, key.Key, FilterTest.Equal, text), order, isBehind);
            }

            _scope = scope;
            bool done = Part(order, isBehind);
            _scope = outer;
            return done;
        }
    }

    private RunSearcher Within(SearchScope scope) => scope == _scope ? this : new RunSearcher(_session, scope, _filter, _orders);

    private List<(long Id, string Name)> ExperimentNames(SearchScope scope)
    {
        SqlText sql = new();
        return _session.Query(
            $"SELECT id, name FROM tracking_experiment WHERE id {sql.OneOf(scope.Experiments)}", sql.Parameters, row => (row.GetInt64(0), row.GetString(1)));
    }
}
