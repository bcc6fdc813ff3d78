namespace Lifecycle.Tracking;

/// <summary>SQL over the times during which versions were in stages; kept as those of aliases are.</summary>
internal static class StageTable
{
    public static ValueTask<List<int>> VersionsAsync(LifecycleTransaction transaction, long model, ModelStage stage, CancellationToken cancellationToken) =>
        transaction.QueryAsync(
            """
            SELECT s.version FROM tracking_stage_period s
            JOIN tracking_model_version v ON v.model = s.model AND v.version = s.version AND v.deleted_at IS NULL
            WHERE s.model = $model AND s.stage = $stage AND s.superseded_at IS NULL AND s.valid_to IS NULL ORDER BY s.version
            """,
            [("$model", model), ("$stage", (long)stage)], row => row.GetInt32(0), cancellationToken);

    public static async ValueTask MoveAsync(
        LifecycleTransaction transaction, long model, int version, ModelStage stage, long now, AuditEntry entry, CancellationToken cancellationToken)
    {
        (string, object?)[] of = [("$model", model), ("$version", (long)version)];
        List<(long Id, long From)> current = await transaction.QueryAsync(
            "SELECT id, valid_from FROM tracking_stage_period WHERE model = $model AND version = $version AND superseded_at IS NULL AND valid_to IS NULL",
            of, row => (row.GetInt64(0), row.GetInt64(1)), cancellationToken).ConfigureAwait(false);
        long from = current.Count == 0 ? now : Math.Max(now, current[0].From + 1);
        if (current.Count > 0)
        {
            await transaction.ExecuteAsync(
                """
                INSERT INTO tracking_stage_period(model, version, stage, valid_from, valid_to, recorded_at, actor, audit_seq)
                SELECT model, version, stage, valid_from, $from, $from, actor, audit_seq FROM tracking_stage_period WHERE id = $id
                """,
                [("$from", from), ("$id", current[0].Id)], cancellationToken).ConfigureAwait(false);
            await transaction.ExecuteAsync(
                "UPDATE tracking_stage_period SET superseded_at = $from WHERE id = $id", [("$from", from), ("$id", current[0].Id)], cancellationToken)
                .ConfigureAwait(false);
        }

        await transaction.ExecuteAsync(
            """
            INSERT INTO tracking_stage_period(model, version, stage, valid_from, recorded_at, actor, audit_seq)
            VALUES($model, $version, $stage, $from, $from, $actor, $seq)
            """,
            [.. of, ("$stage", (long)stage), ("$from", from), ("$actor", entry.Actor), ("$seq", entry.Sequence)], cancellationToken).ConfigureAwait(false);
        await transaction.ExecuteAsync(
            "UPDATE tracking_model_version SET updated = $now WHERE model = $model AND version = $version", [.. of, ("$now", now)], cancellationToken)
            .ConfigureAwait(false);
    }
}
