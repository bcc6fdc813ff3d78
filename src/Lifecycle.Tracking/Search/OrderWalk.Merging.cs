using System.Data.Common;
using System.Globalization;

namespace Lifecycle.Tracking;

internal sealed partial class RunSearcher
{
    private sealed partial class OrderWalk
    {
        private bool _isOverrun;

        /// <summary>One walk along one index.</summary>
        /// <param name="Rows">The statement: column <c>run</c> and the values of the order.</param>
        /// <param name="Columns">What is read, alias <c>w</c>; the row first.</param>
        /// <param name="Value">Reads the values.</param>
        /// <param name="IsStaged">Whether the statement names the stage itself.</param>
        private sealed record Scan<T>(Func<SqlText, string> Rows, string Columns, Func<DbDataReader, T> Value, bool IsStaged = false);

        /// <summary>Rows of several scans in one order. Stops, and says so, when a scan would have to go on behind its window.</summary>
        private IEnumerable<(long Id, T Value)> Merged<T>(List<Scan<T>> scans, Comparison<T> compare, int most)
        {
            _isOverrun = false;
            if (scans.Count == 1)
            {
                foreach ((long Id, T Value) row in Read(scans[0], most))
                {
                    yield return row;
                }

                yield break;
            }

            List<IEnumerator<(long Id, T Value)>> open = [];
            try
            {
                foreach (Scan<T> scan in scans)
                {
                    IEnumerator<(long Id, T Value)> rows = Read(scan, most).GetEnumerator();
                    open.Add(rows);
                    if (!rows.MoveNext())
                    {
                        open.Remove(rows);
                        rows.Dispose();
                    }
                }

                while (open.Count > 0 && !_isOverrun)
                {
                    IEnumerator<(long Id, T Value)> first = open[0];
                    for (int i = 1; i < open.Count; i++)
                    {
                        first = compare(open[i].Current.Value, first.Current.Value) < 0 ? open[i] : first;
                    }

                    yield return first.Current;
                    if (!first.MoveNext())
                    {
                        open.Remove(first);
                        first.Dispose();
                    }
                }
            }
            finally
            {
                open.ForEach(o => o.Dispose());
            }
        }

        private IEnumerable<(long Id, T Value)> Read<T>(Scan<T> scan, int most)
        {
            SqlText sql = new();
            if (_set is { } rows)
            {
                foreach ((long Id, T Value) row in search._session.Stream(
                    $"SELECT {scan.Columns} FROM ({scan.Rows(sql)} LIMIT -1) w", sql.Parameters, r => (r.GetInt64(0), scan.Value(r))))
                {
                    if (rows.Contains(row.Id))
                    {
                        yield return row;
                    }
                }

                yield break;
            }

            int read = 0;
            foreach ((long Id, T Value) row in search._session.Stream(Tested(sql, scan, most), sql.Parameters, r => (r.GetInt64(0), scan.Value(r))))
            {
                read++;
                yield return row;
            }

            if (window < int.MaxValue && read < most)
            {
                SqlText rest = new();
                string behind = string.Create(CultureInfo.InvariantCulture, $"SELECT 1 FROM ({scan.Rows(rest)}) LIMIT 1 OFFSET {window}");
                _isOverrun |= search._session.Query(behind, rest.Parameters, _ => true).Count > 0;
            }
        }

        private string Tested<T>(SqlText sql, Scan<T> scan, int most)
        {
            string limit = most == int.MaxValue ? "" : $"\nLIMIT {sql.Add((long)most)}";
            string rows = $"{scan.Rows(sql)} LIMIT {sql.Add(window < int.MaxValue ? window : -1L)}";
            RunFilter filter = All(search._clauses.Concat(_fixed));
            if (filter is EveryFilter && scan.IsStaged)
            {
                return $"SELECT {scan.Columns} FROM ({rows}) w{limit}";
            }

            if (scan.IsStaged && FilterSql.Tests(filter).All(RunCells.IsCell))
            {
                return $"SELECT {scan.Columns} FROM ({rows}) w\nWHERE {FilterSql.Of(filter, t => RunCells.Test(sql, t, "w.run"))}{limit}";
            }

            string scope = scan.IsStaged ? "1" : _scope.Condition(sql, true);
            return $"SELECT {scan.Columns} FROM ({rows}) w CROSS JOIN tracking_run r ON r.id = w.run\nWHERE {scope} AND {FilterSql.Of(filter, t => RunCells.Test(sql, t))}{limit}";
        }
    }
}
