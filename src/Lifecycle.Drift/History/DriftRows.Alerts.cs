using System.Data.Common;

namespace Lifecycle.Drift;

internal static partial class DriftRows
{
    private const string AlertColumns =
        "alert, monitor, version, column_name, rule, state, before, changed, raised, cleared, suppressed, suppressed_before, summary, acknowledged_by, acknowledged, model";

    public static async ValueTask<IReadOnlyList<DriftAlert>> AlertsAsync(
        DbConnection connection, string model, int take, CancellationToken cancellationToken) => await ReadAsync(
            connection.Command(
                $"SELECT {AlertColumns} FROM drift_alert WHERE model = $model ORDER BY id DESC LIMIT $take", ("$model", model), ("$take", take)),
            ToAlert, cancellationToken).ConfigureAwait(false);

    public static async ValueTask<IReadOnlyList<DriftAlert>> ActiveAlertsAsync(DbConnection connection, string model, CancellationToken cancellationToken) =>
        await ReadAsync(
            connection.Command(
                $"""
                SELECT {AlertColumns} FROM drift_alert
                WHERE id IN (SELECT MAX(id) FROM drift_alert WHERE model = $model GROUP BY alert) AND state IN ('Raised', 'Clearing') ORDER BY id DESC
                """,
                ("$model", model)),
            ToAlert, cancellationToken).ConfigureAwait(false);

    /// <summary>An alert after its last change; null when there is none.</summary>
    public static async ValueTask<DriftAlert?> AlertAsync(LifecycleTransaction transaction, Guid alert, CancellationToken cancellationToken)
    {
        List<DriftAlert> last = await ReadAsync(
            transaction.Command($"SELECT {AlertColumns} FROM drift_alert WHERE alert = $alert ORDER BY id DESC LIMIT 1", ("$alert", alert.ToString("N"))),
            ToAlert, cancellationToken).ConfigureAwait(false);
        return last.Count == 0 ? null : last[0];
    }

    public static async ValueTask AcknowledgeAsync(LifecycleTransaction transaction, DriftAlert alert, CancellationToken cancellationToken) =>
        await transaction.ExecuteAsync(
            "UPDATE drift_alert SET acknowledged_by = $by, acknowledged = $at WHERE alert = $alert",
            [("$by", alert.AcknowledgedBy), ("$at", alert.AcknowledgedAt?.UtcTicks), ("$alert", alert.Id.ToString("N"))], cancellationToken)
            .ConfigureAwait(false);

    private static DriftAlert ToAlert(DbDataReader r) => new()
    {
        Id = Guid.ParseExact(r.GetString(0), "N"),
        Monitor = r.GetString(1),
        Version = r.GetString(2),
        Column = r.GetString(3),
        Rule = r.GetString(4),
        State = Enum.Parse<AlertState>(r.GetString(5)),
        Before = Enum.Parse<AlertState>(r.GetString(6)),
        ChangedAt = Time(r, 7),
        RaisedAt = r.IsDBNull(8) ? null : Time(r, 8),
        ClearedAt = r.IsDBNull(9) ? null : Time(r, 9),
        Suppressed = r.GetInt64(10) != 0,
        SuppressedBefore = (int)r.GetInt64(11),
        Summary = r.GetString(12),
        AcknowledgedBy = r.IsDBNull(13) ? null : r.GetString(13),
        AcknowledgedAt = r.IsDBNull(14) ? null : Time(r, 14),
        Model = r.GetString(15),
    };
}
