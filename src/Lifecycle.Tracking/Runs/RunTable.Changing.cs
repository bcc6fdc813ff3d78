namespace Lifecycle.Tracking;

internal static partial class RunTable
{
    /// <summary>Makes a run without an owner.</summary>
    public static async ValueTask<RunRow> AddAsync(
        TrackingStore store, LifecycleTransaction transaction, Experiment experiment, string runId, string name, string user, long startMs,
        CancellationToken cancellationToken)
    {
        await transaction.ExecuteAsync(
            """
            INSERT INTO tracking_run(run_id, experiment, stage, status, start_ms, name, user)
            VALUES($run, $experiment, 1, 1, $start, $name, $user)
            """,
            [("$run", runId), ("$experiment", ExperimentTable.Number(experiment.Id)), ("$start", startMs), ("$name", name), ("$user", user)],
            cancellationToken).ConfigureAwait(false);
        string what = JsonText.Text(json =>
        {
            json.WriteString("experiment", experiment.Name);
            json.WriteString("name", name);
            json.WriteString("user", user);
        });
        await store.Audit.AppendAsync(transaction, new AuditRecord("run.started", $"run/{runId}", After: what), cancellationToken).ConfigureAwait(false);
        return await RunRow.RequireAsync(transaction, runId, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Notes that somebody still speaks of a run that no process owns; to 10 seconds, so that a busy run costs no write each time.</summary>
    public static ValueTask<int> TouchAsync(TrackingStore store, LifecycleTransaction transaction, RunRow run, CancellationToken cancellationToken) =>
        transaction.ExecuteAsync(
            "UPDATE tracking_run SET beat_ms = $now WHERE id = $run AND owner IS NULL AND coalesce(beat_ms, start_ms) < $now - 10000",
            [("$run", run.Id), ("$now", store.Now)], cancellationToken);

    /// <summary>Changes status and end. An end is audited and published as every other.</summary>
    public static async ValueTask ChangeAsync(
        TrackingStore store, LifecycleTransaction transaction, RunRow run, RunChange change, CancellationToken cancellationToken)
    {
        if (change.Status is RunStatus.Finished or RunStatus.Failed or RunStatus.Killed)
        {
            long end = change.EndedAt?.ToUnixTimeMilliseconds() ?? store.Now;
            object? known = await transaction.ScalarAsync("SELECT end_ms FROM tracking_run WHERE id = $run", [("$run", run.Id)], cancellationToken).ConfigureAwait(false);
            if (run.Status != change.Status || (change.EndedAt is not null && !Equals(known, Math.Max(end, run.StartMs))))
            {
                await EndAsync(store, transaction, run, new EndRecord(change.Status.Value, end, ""), cancellationToken).ConfigureAwait(false);
            }

            return;
        }

        await TouchAsync(store, transaction, run, cancellationToken).ConfigureAwait(false);
        await transaction.ExecuteAsync(
            "UPDATE tracking_run SET status = coalesce($status, status), end_ms = coalesce($end, end_ms) WHERE id = $run",
            [("$status", (long?)change.Status), ("$end", change.EndedAt?.ToUnixTimeMilliseconds()), ("$run", run.Id)], cancellationToken).ConfigureAwait(false);
        if (change.Status is { } status && status != run.Status)
        {
            await store.Audit.AppendAsync(
                transaction,
                new AuditRecord("run.reopened", $"run/{run.RunId}", After: JsonText.Text(json => json.WriteString("status", status.ToString()))), cancellationToken)
                .ConfigureAwait(false);
        }
    }
}
