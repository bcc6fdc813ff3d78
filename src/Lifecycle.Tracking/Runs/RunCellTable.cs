using System.Globalization;

namespace Lifecycle.Tracking;

/// <summary>Reads metrics, params and tags of the runs of a page.</summary>
internal static class RunCellTable
{
    public static CellMap<MetricPoint>[] Metrics(
        SearchSession session, KeyTexts keys, (string, object?)[] runs, Dictionary<long, int> places, IReadOnlyList<string>? wanted)
    {
        CellMapBuilder<MetricPoint> cells = new(places, key => keys.Text(session, key));
        if (wanted is not { Count: 0 })
        {
            session.Read(Sql("t.run, t.key, t.value, t.nan, t.step, t.ts", "tracking_metric_latest", KeyTable.Metric, wanted), Parameters(runs, wanted), row =>
            {
                string key = cells.Next(row.GetInt64(0), row.GetInt64(1));
                cells.Add(new MetricPoint(key, row.GetInt64(3) != 0 ? double.NaN : row.GetDouble(2), row.GetInt64(4), row.Time(5)));
            });
        }

        return cells.Maps();
    }

    public static CellMap<string>[] Texts(
        SearchSession session, KeyTexts keys, (string, object?)[] runs, Dictionary<long, int> places, string table, int kind, IReadOnlyList<string>? wanted)
    {
        CellMapBuilder<string> cells = new(places, key => keys.Text(session, key));
        if (wanted is not { Count: 0 })
        {
            session.Read(Sql("t.run, t.key, t.value", table, kind, wanted), Parameters(runs, wanted), row =>
            {
                cells.Next(row.GetInt64(0), row.GetInt64(1));
                cells.Add(row.GetString(2));
            });
        }

        return cells.Maps();
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
