using System.Data.Common;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lifecycle.Drift;

/// <summary>Keeps the windows, predictions and labels of one performance monitor, as long as this process holds it.</summary>
internal sealed partial class PerformanceStore
{
    private static readonly BulkInsert Predictions = new(
        "drift_prediction", ["monitor", "window", "id", "score", "predicted", "at", "actual", "delay"],
        "ON CONFLICT (monitor, window, id) DO UPDATE SET actual = excluded.actual, delay = excluded.delay");

    private static readonly BulkInsert Windows = new(
        "drift_performance", ["monitor", "window", "opened", "closed", "rows", "too_small", "is_final", "told", "point"],
        "ON CONFLICT (monitor, window) DO UPDATE SET closed = excluded.closed, rows = excluded.rows, too_small = excluded.too_small, "
        + "is_final = excluded.is_final, told = excluded.told, point = excluded.point");

    private readonly DriftMonitors _drift;
    private readonly ILifecycleEvents _events;
    private readonly PerformanceKey _key;
    private readonly string _owner;
    private readonly ILogger? _logger;
    private IReadOnlyList<(ulong Key, bool Actual)> _waiting = [];
    private long _monitor;

    private PerformanceStore(DriftMonitors drift, ILifecycleEvents events, PerformanceKey key, string owner, ILogger? logger)
    {
        (_drift, _events, _key, _owner, _logger) = (drift, events, key, owner, logger);
        Patience = new StorePatience(drift.Time, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How long this waits for the database: as long as the database itself says, and less once the monitor is being disposed.</summary>
    public StorePatience Patience { get; }

    /// <summary>Writes all of it or nothing: windows, predictions with their labels, word of falls; and drops predictions that no label can change any more.</summary>
    /// <exception cref="MonitorHeldException">Another process took the monitor over; nothing was written.</exception>
    public async ValueTask SaveAsync(
        IReadOnlyList<WindowRow> windows, IEnumerable<PredictionRow> predictions, IReadOnlyList<PerformanceFall> falls, int finalThrough)
    {
        await WriteAsync(
            async (transaction, token) =>
            {
                await _drift.Database.BulkInsertAsync(transaction, Predictions, predictions.Select(p => new object?[]
                {
                    _monitor, (long)p.Window, unchecked((long)p.Key), p.Score, p.Predicted ? 1L : 0L, p.At?.UtcTicks, p.Actual is { } actual ? actual ? 1L : 0L : null, p.Delay,
                }), token).ConfigureAwait(false);
                await _drift.Database.BulkInsertAsync(transaction, Windows, windows.Select(w => new object?[]
                {
                    _monitor, (long)w.Number, w.Opened.UtcTicks, w.Closed?.UtcTicks, (long)w.Rows, w.IsTooSmall ? 1L : 0L, w.IsFinal ? 1L : 0L,
                    string.Join(' ', w.Told.Select(t => $"{(t.ByLabels ? "labels" : "estimate")}:{t.Metric.Name}")), w.Point is null ? null : PerformanceJson.Write(w.Point),
                }), token).ConfigureAwait(false);
                if (windows.Count > 0)
                {
                    await transaction.ExecuteAsync(
                        "DELETE FROM drift_prediction WHERE monitor = $monitor AND window <= $final", [("$monitor", _monitor), ("$final", (long)finalThrough)], token)
                        .ConfigureAwait(false);
                }

                foreach (PerformanceFall fall in falls)
                {
                    await PublishAsync(transaction, fall, token).ConfigureAwait(false);
                }
            },
            falls.Count > 0 ? CommitDurability.Flushed : CommitDurability.Buffered).ConfigureAwait(false);
        await PruneAsync().ConfigureAwait(false);
    }

    /// <summary>What was kept: the newest windows, oldest first, and the predictions that wait for labels.</summary>
    /// <param name="metrics">The metrics of the monitor; what was told of others is forgotten.</param>
    /// <param name="mostWindows">Most windows.</param>
    /// <param name="mostPredictions">Most predictions.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public async ValueTask<PerformanceMemory> LoadAsync(
        IReadOnlyList<PerformanceMetric> metrics, int mostWindows, int mostPredictions, CancellationToken cancellationToken)
    {
        DbConnection connection = await _drift.Database.DataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            List<WindowRow> windows = await DriftRows.ReadAsync(
                connection.Command(
                    "SELECT window, opened, closed, rows, too_small, told, point, is_final FROM drift_performance WHERE monitor = $monitor ORDER BY window DESC LIMIT $most",
                    ("$monitor", _monitor), ("$most", (long)mostWindows)),
                r => new WindowRow(
                    (int)r.GetInt64(0), DriftRows.Time(r, 1), r.IsDBNull(2) ? null : DriftRows.Time(r, 2), (int)r.GetInt64(3), r.GetInt64(4) != 0,
                    r.GetInt64(7) != 0, r.IsDBNull(6) ? null : PointOf(r.GetFieldValue<byte[]>(6), _logger), Told(r.GetString(5), metrics)),
                cancellationToken).ConfigureAwait(false);
            windows.Reverse();
            List<PredictionRow> predictions = await DriftRows.ReadAsync(
                connection.Command(
                    """
                    SELECT id, window, score, predicted, at, actual, delay FROM drift_prediction
                    WHERE monitor = $monitor AND window >= $first ORDER BY window DESC, at DESC LIMIT $most
                    """,
                    ("$monitor", _monitor), ("$first", windows.Count == 0 ? 0L : windows[0].Number), ("$most", (long)mostPredictions)),
                r => new PredictionRow(
                    unchecked((ulong)r.GetInt64(0)), (int)r.GetInt64(1), r.GetDouble(2), r.GetInt64(3) != 0, r.IsDBNull(4) ? null : DriftRows.Time(r, 4),
                    r.IsDBNull(5) ? null : r.GetInt64(5) != 0, r.GetInt64(6)),
                cancellationToken).ConfigureAwait(false);
            predictions.Reverse();
            return new PerformanceMemory(windows, predictions) { Waiting = _waiting };
        }
    }

    /// <summary>The point of a row; null, and a word in the log, when it cannot be read.</summary>
    public static PerformancePoint? PointOf(byte[] json, ILogger? logger)
    {
        try
        {
            return PerformanceJson.Read(json);
        }
        catch (FormatException error)
        {
            NotRead(logger ?? NullLogger.Instance, error.Message);
            return null;
        }
    }

    [LoggerMessage(24, LogLevel.Warning, "A row of drift_performance is left out: {Reason}")]
    private static partial void NotRead(ILogger logger, string reason);

    private static (PerformanceMetric, bool)[] Told(string told, IReadOnlyList<PerformanceMetric> metrics) =>
    [
        .. from word in told.Split(' ', StringSplitOptions.RemoveEmptyEntries)
           let parts = word.Split(':')
           where parts.Length == 2
           from metric in metrics
           where metric.Name == parts[1]
           select (metric, parts[0] == "labels"),
    ];

    private async ValueTask PublishAsync(LifecycleTransaction transaction, PerformanceFall fall, CancellationToken cancellationToken)
    {
        PerformancePoint point = fall.Point;
        PerformanceFell fell = new(
            _key.Model, _key.Version, point.Window.Monitor, fall.Metric.Metric.Name, fall.ByLabels ? "labels" : "estimate", fall.Value, fall.Limit,
            double.IsNaN(fall.Metric.Reference) ? null : fall.Metric.Reference, point.Rows, point.Labelled, point.Window.Start, point.Window.End, fall.Summary);
        await _events.PublishAsync(
            transaction, "lifecycle.performance.fell", $"model/{_key.Model}", JsonSerializer.Serialize(fell, DriftJson.Default.PerformanceFell), null, cancellationToken)
            .ConfigureAwait(false);
    }
}
