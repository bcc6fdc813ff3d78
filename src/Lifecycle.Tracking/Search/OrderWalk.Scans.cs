using System.Globalization;

namespace Lifecycle.Tracking;

internal sealed partial class RunSearcher
{
    private sealed partial class OrderWalk
    {
        /// <summary>By start, the latest first, then by id: the index holds the whole order.</summary>
        private bool ByTime(bool isBehind)
        {
            List<Scan<(long Start, string RunId)>> scans = [];
            foreach (long experiment in _scope.Experiments)
            {
                foreach (long stage in _scope.Stages)
                {
                    scans.Add(new Scan<(long Start, string RunId)>(
                        sql =>
                        {
                            string behind = "";
                            if (isBehind)
                            {
                                string start = sql.Add(_after!.Start);
                                behind = $" AND k.start_ms <= {start} AND (k.start_ms < {start} OR k.run_id > {sql.Add(_after.Id)})";
                            }

                            return $"SELECT k.id AS run, k.start_ms AS a, k.run_id AS b FROM tracking_run k INDEXED BY tracking_run_by_start WHERE k.experiment = {sql.Add(experiment)} AND k.stage = {sql.Add(stage)}{behind}\nORDER BY k.start_ms DESC, k.run_id";
                        },
                        "w.run, w.a, w.b", row => (row.GetInt64(1), row.GetString(2)), IsStaged: true));
                }
            }

            foreach ((long id, _) in Merged(scans, (a, b) => a.Start != b.Start ? b.Start.CompareTo(a.Start) : CodePoints.Compare(a.RunId, b.RunId), _most - _found.Count))
            {
                _found.Add(id);
                if (IsFull)
                {
                    return true;
                }
            }

            return !_isOverrun;
        }

        /// <summary>By one key: rows of one value after the other.</summary>
        private bool ByKey(RunOrder key, int order, bool isBehind)
        {
            object? from = null;
            if (isBehind)
            {
                from = _after!.Value(order);
                if (!Fixed(Equal(key, from), order + 1, isBehind: true))
                {
                    return false;
                }
            }

            while (!IsFull)
            {
                List<long> batch = [];
                List<long> ties = [];
                object? value = null;
                bool isTied = false;
                bool isStuck = false;
                foreach ((long id, object next) in Merged(KeyScans(key, from), (a, b) => Compare(key, a, b), int.MaxValue))
                {
                    if (value is not null && !Same(value, next))
                    {
                        isTied |= ties.Count > 1 || MayBeCut(value);
                        batch.AddRange(ties);
                        ties.Clear();
                        if (_found.Count + batch.Count >= _most)
                        {
                            break;
                        }
                    }

                    value = next;
                    ties.Add(id);
                    if (ties.Count > MostTies && !MayBeCut(value))
                    {
                        isStuck = true;
                        break;
                    }
                }

                if (_isOverrun)
                {
                    return false;
                }

                if (!isStuck)
                {
                    isTied |= ties.Count > 1 || (value is not null && MayBeCut(value));
                    batch.AddRange(ties);
                }

                _found.AddRange(isTied ? search.Sorted(batch, order, null, _most - _found.Count) : batch.Take(_most - _found.Count));
                if (!isStuck)
                {
                    return true;
                }

                if (!IsFull && !Fixed(Equal(key, value!), order + 1, isBehind: false))
                {
                    return false;
                }

                from = value;
            }

            return true;
        }

        private static TestFilter Equal(RunOrder key, object value) =>
            new(key.Field, key.Key, FilterTest.Equal, value is long whole ? (double)whole : value);

        private static bool MayBeCut(object value) => value is string { Length: >= RunSets.Head - 1 };

        // Cut heads that begin alike are one group, sorted by whole values: a cut before a surrogate pair is shorter than its neighbours and would stand before them.
        private static bool Same(object a, object b) => a is not string text ? a.Equals(b)
            : text == (string)b || (MayBeCut(a) && MayBeCut(b) && RunSets.GroupOf(text) == RunSets.GroupOf((string)b));

        private static int Compare(RunOrder key, object a, object b)
        {
            int order = a switch
            {
                string text => CodePoints.Compare(text, (string)b),
                long whole => whole.CompareTo((long)b),
                _ => ((double)a).CompareTo((double)b),
            };
            return key.IsDescending ? -order : order;
        }

        private List<Scan<object>> KeyScans(RunOrder key, object? from)
        {
            string direction = key.IsDescending ? " DESC" : "";
            string beyond = key.IsDescending ? "<" : ">";
            List<Scan<object>> scans = [];
            foreach (long experiment in key.Key == "run_id" && key.Field == FilterField.TextAttribute ? [0L] : _scope.Experiments)
            {
                scans.Add(key.Field switch
                {
                    FilterField.Metric => new Scan<object>(
                        sql => $"SELECT k.run, k.value AS a FROM tracking_metric_latest k INDEXED BY tracking_metric_latest_by_value WHERE k.experiment = {sql.Add(experiment)} AND k.key = {RunCells.Key(sql, key.Field, key.Key)} AND k.nan = 0{Pushed(sql, key, "k.value")}{(from is null ? "" : $" AND k.value {beyond} {sql.Add(from)}")}\nORDER BY k.value{direction}",
                        "w.run, w.a", row => row.GetDouble(1)),
                    FilterField.Param or FilterField.Tag => new Scan<object>(
                        sql => $"SELECT k.run, k.head AS a FROM {RunCells.Table(key.Field)} k INDEXED BY {RunCells.Index(key.Field)} WHERE k.experiment = {sql.Add(experiment)} AND k.key = {RunCells.Key(sql, key.Field, key.Key)}{BehindHead(sql, key, from)}\nORDER BY k.head{direction}",
                        "w.run, w.a", row => row.GetString(1)),
                    _ => AttributeScan(key, experiment, _scope.Stages[0], from, direction, beyond),
                });
                if (key is { Field: FilterField.NumberAttribute, Key: "start_time" } && _scope.Stages.Count == 2)
                {
                    scans.Add(AttributeScan(key, experiment, _scope.Stages[1], from, direction, beyond));
                }
            }

            return scans;
        }

        private Scan<object> AttributeScan(RunOrder key, long experiment, long stage, object? from, string direction, string beyond)
        {
            (string cell, string index) = key.Key switch
            {
                "run_id" => ("k.run_id", "sqlite_autoindex_tracking_run_1"),
                "run_name" => ("k.name", "tracking_run_by_name"),
                "user_id" => ("k.user", "tracking_run_by_user"),
                "end_time" => ("k.end_ms", "tracking_run_by_end"),
                "start_time" => ("k.start_ms", "tracking_run_by_start"),
                _ => ("(k.end_ms - k.start_ms)", "tracking_run_by_duration"),
            };
            bool isText = key.Field == FilterField.TextAttribute;
            bool isStaged = key.Key == "start_time";
            return new Scan<object>(
                sql => $"SELECT k.id AS run, {cell} AS a FROM tracking_run k INDEXED BY {index} WHERE {(key.Key == "run_id" ? "1" : $"k.experiment = {sql.Add(experiment)}")}{(isStaged ? $" AND k.stage = {sql.Add(stage)}" : "")} AND {cell} IS NOT NULL{(isText ? "" : Pushed(sql, key, cell))}{(from is null ? "" : $" AND {cell} {beyond} {sql.Add(from)}")}\nORDER BY {cell}{direction}",
                "w.run, w.a", row => isText ? row.GetString(1) : row.GetInt64(1), isStaged);
        }

        // Ranges that the filter asks of the same key need not be walked over.
        private string Pushed(SqlText sql, RunOrder key, string cell) => string.Concat(search._clauses.OfType<TestFilter>()
            .Where(t => t.Field == key.Field && t.Key == key.Key
                && t.Test is FilterTest.Equal or FilterTest.Less or FilterTest.LessOrEqual or FilterTest.Greater or FilterTest.GreaterOrEqual)
            .Take(4).Select(t => " AND " + CellSql.Number(sql, cell, t)));

        private static string BehindHead(SqlText sql, RunOrder key, object? from)
        {
            if (from is not string value)
            {
                return "";
            }

            string beyond = key.IsDescending ? "<" : ">";
            if (value.Length < RunSets.Head - 1)
            {
                return $" AND k.head {beyond} {sql.Add(value)}";
            }

            string group = RunSets.GroupOf(value);
            string first = sql.Add(group);
            string to = sql.Add(group + RunSets.Above);
            string whole = $"(SELECT v.value {beyond} {sql.Add(value)} FROM {RunCells.Table(key.Field)} v WHERE v.run = k.run AND v.key = k.key)";
            return key.IsDescending
                ? $" AND k.head < {to} AND CASE WHEN k.head >= {first} THEN {whole} ELSE 1 END"
                : $" AND k.head >= {first} AND CASE WHEN k.head < {to} THEN {whole} ELSE 1 END";
        }
    }
}
