using System.Data.Common;
using System.Globalization;

namespace Lifecycle.Tracking;

/// <summary>SQL over the histories of metrics.</summary>
internal static class MetricHistoryTable
{
    private const string Of = """
        SELECT p.value, p.nan, p.step, p.ts FROM tracking_metric_point p
        WHERE p.run = $run AND p.key = (SELECT id FROM tracking_key WHERE kind = 1 AND text = $key)
        """;

    public static async ValueTask<IReadOnlyDictionary<string, long>> RunsAsync(
        LifecycleDatabase database, IReadOnlyList<string> runIds, CancellationToken cancellationToken) =>
        (await database.QueryAsync(
            "SELECT run_id, id FROM tracking_run WHERE run_id IN (SELECT value FROM json_each($runs))", [("$runs", JsonText.List(runIds))],
            row => (row.GetString(0), row.GetInt64(1)), cancellationToken).ConfigureAwait(false)).ToDictionary(r => r.Item1, r => r.Item2, StringComparer.Ordinal);

    /// <summary>A page in the order of (time, step, value). Where times never fall while steps rise, that is the order of the table, and nothing is sorted.</summary>
    public static async ValueTask<List<MetricPoint>> PageAsync(
        LifecycleDatabase database, long run, string key, MetricToken? after, int most, CancellationToken cancellationToken)
    {
        using SearchSession session = await SearchSession.OpenAsync(database, cancellationToken).ConfigureAwait(false);
        List<long> order = session.Query(
            "SELECT in_time_order FROM tracking_metric_latest WHERE run = $run AND key = (SELECT id FROM tracking_key WHERE kind = 1 AND text = $key)",
            [("$run", run), ("$key", key)], row => row.GetInt64(0));
        return session.Query(
            Page(isInTimeOrder: order is [not 0], after is not null),
            [
                ("$run", run), ("$key", key), ("$most", (long)most),
                .. after is { } token
                    ? new (string, object?)[] { ("$ts", token.Ms), ("$step", token.Step), ("$number", token.IsNaN ? 0L : 1L), ("$value", token.Value) }
                    : [],
            ],
            row => Read(row, key));
    }

    /// <summary>The statement of a page.</summary>
    internal static string Page(bool isInTimeOrder, bool goesOn) =>
        Of
        + (goesOn && isInTimeOrder ? " AND (p.step, p.ts) >= ($step, $ts)" : "")
        + (goesOn ? " AND (p.ts, p.step, 1 - p.nan, p.value) > ($ts, $step, $number, $value)" : "")
        + (isInTimeOrder ? " ORDER BY p.step, p.ts, p.nan DESC, p.value LIMIT $most" : " ORDER BY p.ts, p.step, p.nan DESC, p.value LIMIT $most");

    public static ValueTask<List<(long Run, long Step)>> StepsAsync(
        LifecycleDatabase database, IReadOnlyList<long> runs, string key, long first, long last, CancellationToken cancellationToken) =>
        database.QueryAsync(
            """
            SELECT DISTINCT p.run, p.step FROM tracking_metric_point p
            WHERE p.run IN (SELECT value FROM json_each($runs)) AND p.key = (SELECT id FROM tracking_key WHERE kind = 1 AND text = $key)
                AND p.step BETWEEN $first AND $last
            """,
            [("$runs", Numbers(runs)), ("$key", key), ("$first", first), ("$last", last)], row => (row.GetInt64(0), row.GetInt64(1)), cancellationToken);

    public static ValueTask<List<MetricPoint>> AtStepsAsync(
        LifecycleDatabase database, long run, string key, IReadOnlyCollection<long> steps, CancellationToken cancellationToken) =>
        database.QueryAsync(
            Of + " AND p.step IN (SELECT value FROM json_each($steps)) ORDER BY p.step, p.ts, p.nan DESC, p.value",
            [("$run", run), ("$key", key), ("$steps", Numbers(steps))], row => Read(row, key), cancellationToken);

    private static MetricPoint Read(DbDataReader row, string key) =>
        new(key, row.GetInt64(1) != 0 ? double.NaN : row.GetDouble(0), row.GetInt64(2), row.Time(3));

    private static string Numbers(IEnumerable<long> numbers) => "[" + string.Join(',', numbers.Select(n => n.ToString(CultureInfo.InvariantCulture))) + "]";
}

/// <summary>Which steps of a chart are shown.</summary>
internal static class StepSample
{
    public static IReadOnlyCollection<long> Choose(IReadOnlyList<(long Run, long Step)> steps, int max)
    {
        long[] united = [.. steps.Select(s => s.Step).Distinct().Order()];
        if (united.Length <= max)
        {
            return united;
        }

        SortedSet<long> chosen = [united[^1]];
        for (int i = 0; i < max; i++)
        {
            chosen.Add(united[(int)((long)i * united.Length / max)]);
        }

        foreach (IGrouping<long, long> run in steps.GroupBy(s => s.Run, s => s.Step))
        {
            chosen.Add(run.Min());
            chosen.Add(run.Max());
        }

        return chosen;
    }
}
