using System.Data.Common;
using System.Text.Json;

namespace Lifecycle.Drift;

/// <summary>The open window of a process as a row.</summary>
internal sealed record OpenRow(long Id, string? Owner, Digest Reference, DateTimeOffset Saved, byte[] State);

/// <summary>Open windows and states of alerts as rows.</summary>
internal static class MonitorRows
{
    public static async ValueTask<IReadOnlyList<OpenRow>> OpenAsync(
        LifecycleTransaction transaction, string model, string version, string monitor, CancellationToken cancellationToken) =>
        await DriftRows.ReadAsync(
            transaction.Command(
                """
                SELECT id, owner, reference, saved, state FROM drift_monitor
                WHERE model = $model AND version = $version AND monitor = $monitor ORDER BY id
                """,
                ("$model", model), ("$version", version), ("$monitor", monitor)),
            r => new OpenRow(
                r.GetInt64(0), r.IsDBNull(1) ? null : r.GetString(1), new Digest(r.GetFieldValue<byte[]>(2)), new DateTimeOffset(r.GetInt64(3), TimeSpan.Zero),
                r.GetFieldValue<byte[]>(4)),
            cancellationToken).ConfigureAwait(false);

    /// <summary>Adds a row that holds nothing yet; returns its id.</summary>
    public static async ValueTask<long> AddAsync(
        LifecycleTransaction transaction, string model, string version, string monitor, string owner, Digest reference, DateTimeOffset at,
        CancellationToken cancellationToken) => (long)(await transaction.ScalarAsync(
            """
            INSERT INTO drift_monitor (model, version, monitor, owner, reference, saved, state)
            VALUES ($model, $version, $monitor, $owner, $reference, $saved, x'') RETURNING id
            """,
            [
                ("$model", model), ("$version", version), ("$monitor", monitor), ("$owner", owner), ("$reference", reference.ToByteArray()),
                ("$saved", at.UtcTicks),
            ],
            cancellationToken).ConfigureAwait(false))!;

    public static async ValueTask TakeAsync(LifecycleTransaction transaction, long id, string owner, CancellationToken cancellationToken) =>
        await transaction.ExecuteAsync("UPDATE drift_monitor SET owner = $owner WHERE id = $id", [("$owner", owner), ("$id", id)], cancellationToken)
            .ConfigureAwait(false);

    public static async ValueTask<bool> IsOwnedAsync(LifecycleTransaction transaction, long id, string owner, CancellationToken cancellationToken) =>
        await transaction.ScalarAsync("SELECT 1 FROM drift_monitor WHERE id = $id AND owner = $owner", [("$id", id), ("$owner", owner)], cancellationToken)
            .ConfigureAwait(false) is not null;

    /// <summary>Writes the open window, into which those that were taken over have gone; false when the row has another owner.</summary>
    public static async ValueTask<bool> SaveOpenAsync(
        LifecycleTransaction transaction, long id, string owner, Digest reference, byte[] state, DateTimeOffset at, CancellationToken cancellationToken)
    {
        int changed = await transaction.ExecuteAsync(
            "UPDATE drift_monitor SET reference = $reference, saved = $saved, state = $state WHERE id = $id AND owner = $owner",
            [("$reference", reference.ToByteArray()), ("$saved", at.UtcTicks), ("$state", state), ("$id", id), ("$owner", owner)],
            cancellationToken).ConfigureAwait(false);
        if (changed > 0)
        {
            await transaction.ExecuteAsync(
                "DELETE FROM drift_monitor WHERE owner = $owner AND id <> $id", [("$owner", owner), ("$id", id)], cancellationToken).ConfigureAwait(false);
        }

        return changed > 0;
    }

    public static async ValueTask ReleaseAsync(LifecycleTransaction transaction, string owner, bool isEmpty, CancellationToken cancellationToken) =>
        await transaction.ExecuteAsync(
            isEmpty ? "DELETE FROM drift_monitor WHERE owner = $owner" : "UPDATE drift_monitor SET owner = NULL WHERE owner = $owner",
            [("$owner", owner)], cancellationToken).ConfigureAwait(false);

    public static async ValueTask<AlertMachineState> AlertsAsync(
        LifecycleTransaction transaction, string model, string version, string monitor, CancellationToken cancellationToken)
    {
        object? state = await transaction.ScalarAsync(
            "SELECT state FROM drift_alert_state WHERE model = $model AND version = $version AND monitor = $monitor",
            [("$model", model), ("$version", version), ("$monitor", monitor)], cancellationToken).ConfigureAwait(false);
        return state is string json ? JsonSerializer.Deserialize(json, DriftJson.Default.AlertMachineState)! : AlertMachineState.Empty;
    }

    public static async ValueTask SaveAlertsAsync(
        LifecycleTransaction transaction, string model, string version, string monitor, AlertMachineState state, CancellationToken cancellationToken) =>
        await transaction.ExecuteAsync(
            """
            INSERT INTO drift_alert_state (model, version, monitor, state) VALUES ($model, $version, $monitor, $state)
            ON CONFLICT (model, version, monitor) DO UPDATE SET state = excluded.state
            """,
            [
                ("$model", model), ("$version", version), ("$monitor", monitor),
                ("$state", JsonSerializer.Serialize(state, DriftJson.Default.AlertMachineState)),
            ],
            cancellationToken).ConfigureAwait(false);
}
