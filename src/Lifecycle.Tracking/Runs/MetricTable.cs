using System.Data.Common;
using System.Globalization;

namespace Lifecycle.Tracking;

/// <summary>SQL over metric points and the latest of each key.</summary>
internal static class MetricTable
{
    private static readonly BulkInsert Points = new("tracking_metric_point", ["run", "key", "step", "ts", "value", "nan"], "ON CONFLICT DO NOTHING");
    private static readonly BulkInsert LatestOfKey = new(
        "tracking_metric_latest", ["run", "key", "experiment", "value", "nan", "step", "ts", "in_time_order"],
        """
        ON CONFLICT(run, key) DO UPDATE SET value = excluded.value, nan = excluded.nan, step = excluded.step, ts = excluded.ts,
            in_time_order = excluded.in_time_order
        """);

    private static readonly Comparison<(long Key, JournaledPoint Point)> InKeyOrder =
        (a, b) => a.Key != b.Key ? a.Key.CompareTo(b.Key) : Compare(a.Point, b.Point);

    private static readonly object IsNumber = 0L;
    private static readonly object IsNaN = 1L;

    /// <summary>Writes points; those that are there already change nothing. Then lets the latest of each key rise.</summary>
    /// <returns>Points that were new.</returns>
    public static async ValueTask<long> AddAsync(
        LifecycleDatabase database, LifecycleTransaction transaction, KeyTable keys, RunRow run, List<JournaledPoint> points, CancellationToken cancellationToken)
    {
        if (points.Count == 0)
        {
            return 0;
        }

        Dictionary<string, Latest> keyed = new(StringComparer.Ordinal);
        (long Key, JournaledPoint Point)[] rows = new (long, JournaledPoint)[points.Count];
        for (int i = 0; i < rows.Length; i++)
        {
            JournaledPoint point = points[i];
            if (!keyed.TryGetValue(point.Key, out Latest? key))
            {
                key = new Latest(await keys.IdAsync(transaction, KeyTable.Metric, point.Key, cancellationToken).ConfigureAwait(false), point);
                keyed.Add(point.Key, key);
            }
            else if (Compare(point, key.Point) > 0)
            {
                key.Point = point;
            }

            rows[i] = (key.Id, point);
        }

        Array.Sort(rows, InKeyOrder);
        long added = await database.BulkInsertAsync(transaction, Points, Cells(run, rows), cancellationToken).ConfigureAwait(false);
        if (added == 0)
        {
            return 0;
        }

        Dictionary<long, Latest> known = keyed.Values.ToDictionary(k => k.Id);
        Latest? latest = null;
        foreach ((long key, JournaledPoint point) in rows)
        {
            latest = latest?.Id == key ? latest : known[key];
            latest.Follow(point);
        }

        await ReadLatestAsync(transaction, run, known, cancellationToken).ConfigureAwait(false);
        await database.BulkInsertAsync(
            transaction, LatestOfKey,
            keyed.Values.Select(k => new object?[] { run.Id, k.Id, run.Experiment, Number(k.Point), NaN(k.Point), k.Point.Step, k.Point.Ms, k.IsInTimeOrder ? 1L : 0L }),
            cancellationToken).ConfigureAwait(false);
        return added;
    }

    /// <summary>Joins what is known of keys with what was there before.</summary>
    private static async ValueTask ReadLatestAsync(
        LifecycleTransaction transaction, RunRow run, Dictionary<long, Latest> known, CancellationToken cancellationToken)
    {
        DbCommand command = transaction.Command(
            "SELECT key, value, nan, step, ts, in_time_order FROM tracking_metric_latest WHERE run = $run AND key IN (SELECT value FROM json_each($keys))",
            ("$run", run.Id), ("$keys", $"[{string.Join(',', known.Keys.Select(k => k.ToString(CultureInfo.InvariantCulture)))}]"));
        await using (command.ConfigureAwait(false))
        {
            DbDataReader row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (row.ConfigureAwait(false))
            {
                while (await row.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    known[row.GetInt64(0)].Join(
                        new JournaledPoint("", row.GetInt64(3), row.GetInt64(4), row.GetInt64(2) != 0 ? double.NaN : row.GetDouble(1)), row.GetInt64(5) != 0);
                }
            }
        }
    }

    /// <summary>Which point is later: by step, then time, then value; NaN is below every number.</summary>
    internal static int Compare(in JournaledPoint a, in JournaledPoint b) =>
        a.Step != b.Step ? a.Step.CompareTo(b.Step) : a.Ms != b.Ms ? a.Ms.CompareTo(b.Ms) : a.Value.CompareTo(b.Value);

    // What is the same in many rows is boxed once.
    private static IEnumerable<object?[]> Cells(RunRow run, (long Key, JournaledPoint Point)[] rows)
    {
        object owner = run.Id;
        object boxed = rows[0].Key;
        long key = rows[0].Key;
        foreach ((long own, JournaledPoint point) in rows)
        {
            if (own != key)
            {
                boxed = own;
                key = own;
            }

            yield return [owner, boxed, point.Step, point.Ms, Number(point), NaN(point)];
        }
    }

    private static double Number(in JournaledPoint point) => double.IsNaN(point.Value) ? 0.0 : point.Value;

    private static object NaN(in JournaledPoint point) => double.IsNaN(point.Value) ? IsNaN : IsNumber;

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

    /// <summary>The latest point of a key, and whether its times never fall while its steps rise: its history is then read along the table.</summary>
    private sealed class Latest(long id, JournaledPoint first)
    {
        private JournaledPoint? _first;
        private long _ms = long.MinValue;

        public long Id => id;

        public JournaledPoint Point { get; set; } = first;

        public bool IsInTimeOrder { get; private set; } = true;

        /// <summary>Takes the points of a batch in the order of steps.</summary>
        public void Follow(in JournaledPoint point)
        {
            _first ??= point;
            IsInTimeOrder &= point.Ms >= _ms;
            _ms = point.Ms;
        }

        /// <summary>What was there before: points behind it keep the order, others may break it.</summary>
        public void Join(in JournaledPoint before, bool isInTimeOrder)
        {
            IsInTimeOrder &= isInTimeOrder && _first is { } begins && begins.Step >= before.Step && begins.Ms >= before.Ms;
            Point = Compare(Point, before) > 0 ? Point : before;
        }
    }
}
