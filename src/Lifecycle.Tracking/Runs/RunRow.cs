namespace Lifecycle.Tracking;

/// <summary>What a transaction must know of a run to write below it.</summary>
internal sealed record RunRow(long Id, string RunId, long Experiment, RunStatus Status, bool IsDeleted, long StartMs)
{
    public static async ValueTask<RunRow?> FindAsync(LifecycleTransaction transaction, string runId, CancellationToken cancellationToken)
    {
        List<RunRow> rows = await transaction.QueryAsync(
            "SELECT id, run_id, experiment, status, stage, start_ms FROM tracking_run WHERE run_id = $run", [("$run", runId)],
            row => new RunRow(row.GetInt64(0), row.GetString(1), row.GetInt64(2), (RunStatus)row.GetInt32(3), row.GetInt32(4) != Stage.Active, row.GetInt64(5)),
            cancellationToken).ConfigureAwait(false);
        return rows.Count == 0 ? null : rows[0];
    }

    /// <summary>The run of this id, or an error that says that there is none.</summary>
    public static async ValueTask<RunRow> RequireAsync(LifecycleTransaction transaction, string runId, CancellationToken cancellationToken) =>
        await FindAsync(transaction, runId, cancellationToken).ConfigureAwait(false) ?? throw TrackingException.NoRun(runId);

    /// <summary>The run of this id if it is not deleted; it may have ended.</summary>
    public static async ValueTask<RunRow> RequireActiveAsync(LifecycleTransaction transaction, string runId, CancellationToken cancellationToken)
    {
        RunRow run = await RequireAsync(transaction, runId, cancellationToken).ConfigureAwait(false);
        return run.IsDeleted ? throw TrackingException.State($"run {run.RunId}", "active", "deleted") : run;
    }
}

/// <summary>Whether a row was deleted, as it is stored.</summary>
internal static class Stage
{
    public const int Active = 1;
    public const int Deleted = 2;
}
