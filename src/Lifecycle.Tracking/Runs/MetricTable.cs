namespace Lifecycle.Tracking;

/// <summary>SQL over metric points and the latest of each key.</summary>
internal static class MetricTable
{
    private static readonly BulkInsert Points = new("tracking_metric_point", ["run", "key", "step", "ts", "value", "nan"], "ON CONFLICT DO NOTHING");
    private static readonly BulkInsert Latest = new(
        "tracking_metric_latest", ["run", "key", "experiment", "value", "nan", "step", "ts"],
        """
        ON CONFLICT(run, key) DO UPDATE SET value = excluded.value, nan = excluded.nan, step = excluded.step, ts = excluded.ts
        WHERE (excluded.step, excluded.ts, 1 - excluded.nan, excluded.value)
            > (tracking_metric_latest.step, tracking_metric_latest.ts, 1 - tracking_metric_latest.nan, tracking_metric_latest.value)
        """);

    /// <summary>Writes points; those that are there already change nothing. Then lets the latest of each key rise.</summary>
    /// <returns>Points that were new.</returns>
    public static async ValueTask<long> AddAsync(
        LifecycleDatabase database, LifecycleTransaction transaction, KeyTable keys, RunRow run, List<JournaledPoint> points, CancellationToken cancellationToken)
    {
        if (points.Count == 0)
        {
            return 0;
        }

        Dictionary<string, long> ids = new(StringComparer.Ordinal);
        Dictionary<string, JournaledPoint> latest = new(StringComparer.Ordinal);
        foreach (JournaledPoint point in points)
        {
            if (!ids.ContainsKey(point.Key))
            {
                ids[point.Key] = await keys.IdAsync(transaction, KeyTable.Metric, point.Key, cancellationToken).ConfigureAwait(false);
            }

            if (!latest.TryGetValue(point.Key, out JournaledPoint top) || Compare(point, top) > 0)
            {
                latest[point.Key] = point;
            }
        }

        points.Sort((a, b) =>
        {
            int byKey = ids[a.Key].CompareTo(ids[b.Key]);
            return byKey != 0 ? byKey : Compare(a, b);
        });
        long added = await database.BulkInsertAsync(
            transaction, Points,
            points.Select(p => new object?[] { run.Id, ids[p.Key], p.Step, p.Ms, double.IsNaN(p.Value) ? 0.0 : p.Value, double.IsNaN(p.Value) ? 1L : 0L }),
            cancellationToken).ConfigureAwait(false);
        await database.BulkInsertAsync(
            transaction, Latest,
            latest.Select(p => new object?[]
            {
                run.Id, ids[p.Key], run.Experiment, double.IsNaN(p.Value.Value) ? 0.0 : p.Value.Value, double.IsNaN(p.Value.Value) ? 1L : 0L, p.Value.Step, p.Value.Ms,
            }),
            cancellationToken).ConfigureAwait(false);

        return added;
    }

    /// <summary>Which point is later: by step, then time, then value; NaN is below every number.</summary>
    internal static int Compare(in JournaledPoint a, in JournaledPoint b) =>
        a.Step != b.Step ? a.Step.CompareTo(b.Step) : a.Ms != b.Ms ? a.Ms.CompareTo(b.Ms) : a.Value.CompareTo(b.Value);

    /// <summary>Keeps a point under the model it speaks of, too.</summary>
    public static ValueTask<int> AddOfModelAsync(
        LifecycleTransaction transaction, RunRow run, JournaledPoint point, RunMetric metric, CancellationToken cancellationToken) =>
        transaction.ExecuteAsync(
            """
            INSERT INTO tracking_logged_model_metric(model, key, dataset_name, dataset_digest, run, step, ts, value, nan)
            SELECT id, $key, $name, $digest, $run, $step, $ts, $value, $nan FROM tracking_logged_model WHERE model_id = $model ON CONFLICT DO NOTHING
            """,
            [
                ("$key", point.Key), ("$name", metric.DatasetName ?? ""), ("$digest", metric.DatasetDigest ?? ""), ("$run", run.Id), ("$step", point.Step),
                ("$ts", point.Ms), ("$value", double.IsNaN(point.Value) ? 0.0 : point.Value), ("$nan", double.IsNaN(point.Value) ? 1L : 0L),
                ("$model", metric.ModelId),
            ],
            cancellationToken);
}
