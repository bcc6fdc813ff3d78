using System.Globalization;

namespace Lifecycle.Tracking;

/// <summary>Reads metrics, params and tags of the runs of a page.</summary>
internal static class RunCellTable
{
    private static readonly Dictionary<string, MetricPoint> NoMetrics = [];
    private static readonly Dictionary<string, string> NoTexts = [];

    public static Dictionary<string, MetricPoint>[] Metrics(
        SearchSession session, KeyTexts keys, (string, object?)[] runs, Dictionary<long, int> places, IReadOnlyList<string>? wanted)
    {
        Dictionary<string, MetricPoint>[] cells = new Dictionary<string, MetricPoint>[places.Count];
        Array.Fill(cells, NoMetrics);
        if (wanted is { Count: 0 })
        {
            return cells;
        }

        long last = -1;
        Dictionary<string, MetricPoint> current = NoMetrics;
        session.Read(Sql("t.run, t.key, t.value, t.nan, t.step, t.ts", "tracking_metric_latest", KeyTable.Metric, wanted), Parameters(runs, wanted), row =>
        {
            long run = row.GetInt64(0);
            if (run != last)
            {
                cells[places[run]] = current = new Dictionary<string, MetricPoint>(StringComparer.Ordinal);
                last = run;
            }

            string key = keys.Text(session, row.GetInt64(1));
            current[key] = new MetricPoint(key, row.GetInt64(3) != 0 ? double.NaN : row.GetDouble(2), row.GetInt64(4), row.Time(5));
        });
        return cells;
    }

    public static Dictionary<string, string>[] Texts(
        SearchSession session, KeyTexts keys, (string, object?)[] runs, Dictionary<long, int> places, string table, int kind, IReadOnlyList<string>? wanted)
    {
        Dictionary<string, string>[] cells = new Dictionary<string, string>[places.Count];
        Array.Fill(cells, NoTexts);
        if (wanted is { Count: 0 })
        {
            return cells;
        }

        long last = -1;
        Dictionary<string, string> current = NoTexts;
        session.Read(Sql("t.run, t.key, t.value", table, kind, wanted), Parameters(runs, wanted), row =>
        {
            long run = row.GetInt64(0);
            if (run != last)
            {
                cells[places[run]] = current = new Dictionary<string, string>(StringComparer.Ordinal);
                last = run;
            }

            current[keys.Text(session, row.GetInt64(1))] = row.GetString(2);
        });
        return cells;
    }

    private static string Sql(string columns, string table, int kind, IReadOnlyList<string>? wanted)
    {
        string named = wanted is null ? "" : string.Create(
            CultureInfo.InvariantCulture,
            $" AND t.key IN (SELECT id FROM tracking_key WHERE kind = {kind} AND text IN (SELECT value FROM json_each($keys)))");
        return $"SELECT {columns} FROM json_each($runs) j CROSS JOIN {table} t ON t.run = j.value{named}";
    }

    private static (string, object?)[] Parameters((string, object?)[] runs, IReadOnlyList<string>? wanted) =>
        wanted is null ? runs : [.. runs, ("$keys", JsonText.List(wanted))];
}
