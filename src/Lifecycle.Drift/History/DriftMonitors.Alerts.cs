using System.Data.Common;
using System.Text.Json;

namespace Lifecycle.Drift;

public sealed partial class DriftMonitors
{
    /// <summary>The changes of a model's alerts, newest first.</summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="take">Most changes to return.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public async ValueTask<IReadOnlyList<DriftAlert>> AlertsAsync(string model, int take = 100, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(take);
        await ReadyAsync(cancellationToken).ConfigureAwait(false);
        DbConnection connection = await Database.DataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            return await DriftRows.AlertsAsync(connection, model, take, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The alerts of a model that are up, of all its versions and monitors, each as its last change says; newest first.</summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public async ValueTask<IReadOnlyList<DriftAlert>> ActiveAlertsAsync(string model, CancellationToken cancellationToken = default)
    {
        await ReadyAsync(cancellationToken).ConfigureAwait(false);
        DbConnection connection = await Database.DataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            return await DriftRows.ActiveAlertsAsync(connection, model, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Says that somebody looks after an alert: who and when on its rows, now and later ones, and an audit entry, all or nothing. The alert
    /// stays up until its column is quiet. Saying it again changes nothing.
    /// </summary>
    /// <param name="alert">The alert's <see cref="DriftAlert.Id"/>.</param>
    /// <param name="cancellationToken">Cancelling changes nothing.</param>
    /// <returns>The alert after its last change.</returns>
    /// <exception cref="MissingAlertException">There is no such alert.</exception>
    /// <exception cref="LifecycleStorageException">The store failed; nothing was changed.</exception>
    public async ValueTask<DriftAlert> AcknowledgeAsync(Guid alert, CancellationToken cancellationToken = default)
    {
        await ReadyAsync(cancellationToken).ConfigureAwait(false);
        return await Database.WriteAsync(
            async (transaction, token) =>
            {
                DriftAlert before = await DriftRows.AlertAsync(transaction, alert, token).ConfigureAwait(false) ?? throw new MissingAlertException(alert);
                if (before.AcknowledgedBy is not null)
                {
                    return before;
                }

                DriftAlert after = before with { AcknowledgedBy = _actor.Actor, AcknowledgedAt = Time.GetUtcNow() };
                await DriftRows.AcknowledgeAsync(transaction, after, token).ConfigureAwait(false);
                await RememberAsync(transaction, after, token).ConfigureAwait(false);
                AlertMark mark = new(after.Id.ToString("N"), after.Version!, after.Monitor, after.Column, after.Rule, after.State.ToString());
                await _audit.AppendAsync(
                    transaction,
                    new AuditRecord("drift.alert.acknowledged", $"model/{after.Model}", null, JsonSerializer.Serialize(mark, DriftJson.Default.AlertMark)),
                    token).ConfigureAwait(false);
                return after;
            },
            CommitDurability.Flushed, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Where the alert is still up, monitors carry the name into its later changes.</summary>
    private static async ValueTask RememberAsync(LifecycleTransaction transaction, DriftAlert alert, CancellationToken cancellationToken)
    {
        AlertMachineState state = await MonitorRows.AlertsAsync(transaction, alert.Model!, alert.Version!, alert.Monitor, cancellationToken).ConfigureAwait(false);
        AlertTrack[] tracks =
        [
            .. state.Tracks.Select(t => t.Alert.Id != alert.Id
                ? t
                : t with { Alert = t.Alert with { AcknowledgedBy = alert.AcknowledgedBy, AcknowledgedAt = alert.AcknowledgedAt } }),
        ];
        await MonitorRows.SaveAlertsAsync(transaction, alert.Model!, alert.Version!, alert.Monitor, state with { Tracks = tracks }, cancellationToken)
            .ConfigureAwait(false);
    }
}
