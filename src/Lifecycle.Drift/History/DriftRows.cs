using System.Data.Common;

namespace Lifecycle.Drift;

/// <summary>Windows, findings and alerts as rows.</summary>
internal static partial class DriftRows
{
    public static WindowRecord Of(string id, DriftWindow window, DriftReport report, Digest digest) => new(
        id, window, report.Rows, digest, report.HasDrift,
        [
            .. report.Columns.Select(c => new FindingRecord(c.Column, c.Verdict, c.LogPValue, c.LogAdjustedPValue, c.Effect, c.EffectValue))
                .OrderByDescending(f => f.EffectValue).ThenBy(f => f.Column, StringComparer.Ordinal),
        ]);

    public static async ValueTask AddAsync(LifecycleTransaction transaction, WindowRecord record, CancellationToken cancellationToken) =>
        await transaction.ExecuteAsync(
            """
            INSERT INTO drift_window (id, monitor, model, version, opened, closed, rows, report, has_drift, too_small, gap)
            VALUES ($id, $monitor, $model, $version, $opened, $closed, $rows, $report, $drift, $small, $gap)
            """,
            [
                ("$id", record.Id), ("$monitor", record.Window.Monitor), ("$model", record.Window.Model), ("$version", record.Window.Version),
                ("$opened", record.Window.Start.UtcTicks), ("$closed", record.Window.End.UtcTicks), ("$rows", record.Rows),
                ("$report", record.Report.ToByteArray()), ("$drift", record.HasDrift ? 1L : 0L), ("$small", record.Window.TooSmall ? 1L : 0L),
                ("$gap", (long)record.Window.Gap),
            ],
            cancellationToken).ConfigureAwait(false);

    public static async ValueTask<bool> HasAsync(LifecycleTransaction transaction, string window, CancellationToken cancellationToken) =>
        await transaction.ScalarAsync("SELECT 1 FROM drift_window WHERE id = $id", [("$id", window)], cancellationToken).ConfigureAwait(false) is not null;

    public static async ValueTask AddAsync(LifecycleTransaction transaction, DriftAlert alert, CancellationToken cancellationToken) =>
        await transaction.ExecuteAsync(
            """
            INSERT INTO drift_alert (alert, monitor, model, version, column_name, rule, state, before, changed, raised, cleared, suppressed, suppressed_before, summary,
                acknowledged_by, acknowledged)
            VALUES ($alert, $monitor, $model, $version, $column, $rule, $state, $before, $changed, $raised, $cleared, $suppressed, $suppressedBefore, $summary,
                $acknowledgedBy, $acknowledged)
            """,
            [
                ("$alert", alert.Id.ToString("N")), ("$monitor", alert.Monitor), ("$model", alert.Model), ("$version", alert.Version),
                ("$column", alert.Column), ("$rule", alert.Rule), ("$state", alert.State.ToString()), ("$before", alert.Before.ToString()),
                ("$changed", alert.ChangedAt.UtcTicks), ("$raised", alert.RaisedAt?.UtcTicks), ("$cleared", alert.ClearedAt?.UtcTicks),
                ("$suppressed", alert.Suppressed ? 1L : 0L), ("$suppressedBefore", (long)alert.SuppressedBefore), ("$summary", alert.Summary),
                ("$acknowledgedBy", alert.AcknowledgedBy), ("$acknowledged", alert.AcknowledgedAt?.UtcTicks),
            ],
            cancellationToken).ConfigureAwait(false);

    public static async ValueTask<IReadOnlyList<WindowRecord>> WindowsAsync(
        DbConnection connection, string model, string? version, int take, CancellationToken cancellationToken)
    {
        List<WindowRecord> windows = await ReadAsync(
            connection.Command(
                """
                SELECT id, monitor, version, opened, closed, rows, report, has_drift, too_small, gap FROM drift_window
                WHERE model = $model AND ($version IS NULL OR version = $version) ORDER BY closed DESC, id DESC LIMIT $take
                """,
                ("$model", model), ("$version", version), ("$take", take)),
            r => new WindowRecord(
                r.GetString(0), new DriftWindow(r.GetString(1), model, r.GetString(2), Time(r, 3), Time(r, 4)) { TooSmall = r.GetInt64(8) != 0, Gap = (WindowGaps)r.GetInt64(9) },
                r.GetInt64(5), new Digest(r.GetFieldValue<byte[]>(6)), r.GetInt64(7) != 0, []),
            cancellationToken).ConfigureAwait(false);
        for (int i = 0; i < windows.Count; i++)
        {
            windows[i] = windows[i] with
            {
                Findings = await ReadAsync(
                    connection.Command(
                        """
                        SELECT column_name, verdict, ln_p, ln_adjusted_p, effect, effect_value FROM drift_finding
                        WHERE window = $window ORDER BY effect_value DESC, column_name
                        """,
                        ("$window", windows[i].Id)),
                    r => new FindingRecord(
                        r.GetString(0), Enum.Parse<DriftVerdict>(r.GetString(1)), r.GetDouble(2), r.GetDouble(3), Enum.Parse<Effect>(r.GetString(4)), r.GetDouble(5)),
                    cancellationToken).ConfigureAwait(false),
            };
        }

        return windows;
    }

    public static DateTimeOffset Time(DbDataReader reader, int column) => new(reader.GetInt64(column), TimeSpan.Zero);

    public static async ValueTask<List<TRow>> ReadAsync<TRow>(DbCommand command, Func<DbDataReader, TRow> row, CancellationToken cancellationToken)
    {
        List<TRow> rows = [];
        await using (command.ConfigureAwait(false))
        {
            DbDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    rows.Add(row(reader));
                }
            }
        }

        return rows;
    }
}
