using System.Globalization;

namespace Lifecycle.Tracking;

public sealed partial class ExperimentCatalog
{
    /// <summary>Deletes an experiment: it and its active runs are hidden; nothing is removed.</summary>
    /// <exception cref="TrackingException">There is none of this name, it is deleted already, or it is <c>Default</c>.</exception>
    public ValueTask DeleteAsync(string name, CancellationToken cancellationToken = default) => MoveAsync(name, delete: true, cancellationToken);

    /// <summary>Restores a deleted experiment, with those runs that were deleted by its deletion and no others.</summary>
    /// <exception cref="TrackingException">There is none of this name, or it is not deleted.</exception>
    public ValueTask RestoreAsync(string name, CancellationToken cancellationToken = default) => MoveAsync(name, delete: false, cancellationToken);

    /// <summary>Deletes a run: it is hidden and can still be read; nothing is removed.</summary>
    /// <exception cref="TrackingException">There is no such run, or it is deleted already.</exception>
    public ValueTask DeleteRunAsync(string runId, CancellationToken cancellationToken = default) => MoveRunAsync(runId, delete: true, cancellationToken);

    /// <summary>Restores a deleted run.</summary>
    /// <exception cref="TrackingException">There is no such run, or it is not deleted.</exception>
    public ValueTask RestoreRunAsync(string runId, CancellationToken cancellationToken = default) => MoveRunAsync(runId, delete: false, cancellationToken);

    private async ValueTask MoveAsync(string name, bool delete, CancellationToken cancellationToken)
    {
        string known = ExperimentTable.RequireName(name);
        await OpenForReadingAsync(cancellationToken).ConfigureAwait(false);
        await _store.Database.WriteAsync(
            async (transaction, token) =>
            {
                Experiment experiment = await ExperimentTable.FindAsync(transaction, known, token).ConfigureAwait(false)
                    ?? throw new TrackingException($"Could not find experiment with name '{KeyRule.Show(known)}'");
                if (experiment.IsDeleted == delete || (delete && experiment.Id == "0"))
                {
                    throw new TrackingException(
                        experiment.Id == "0" ? "The experiment Default cannot be deleted."
                        : $"The experiment {experiment.Name} must be in the '{(delete ? "active" : "deleted")}' state. Current state is {(delete ? "deleted" : "active")}.");
                }

                long id = long.Parse(experiment.Id, CultureInfo.InvariantCulture);
                await transaction.ExecuteAsync(
                    "UPDATE tracking_experiment SET stage = $stage, updated = $now WHERE id = $id",
                    [("$stage", delete ? (long)Stage.Deleted : Stage.Active), ("$now", _store.Now), ("$id", id)], token).ConfigureAwait(false);
                await transaction.ExecuteAsync(
                    delete
                        ? "UPDATE tracking_run SET stage = 2, deleted_with_experiment = 1 WHERE experiment = $id AND stage = 1"
                        : "UPDATE tracking_run SET stage = 1, deleted_with_experiment = 0 WHERE experiment = $id AND deleted_with_experiment = 1",
                    [("$id", id)], token).ConfigureAwait(false);
                await ExperimentTable.AuditAsync(
                    _store, transaction, delete ? "experiment.deleted" : "experiment.restored", id, experiment.Name, token).ConfigureAwait(false);
                return true;
            },
            CommitDurability.Flushed, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask MoveRunAsync(string runId, bool delete, CancellationToken cancellationToken)
    {
        await OpenForReadingAsync(cancellationToken).ConfigureAwait(false);
        await _store.Database.WriteAsync(
            async (transaction, token) =>
            {
                RunRow run = await RunRow.FindAsync(transaction, runId, token).ConfigureAwait(false)
                    ?? throw new TrackingException($"Run with id={KeyRule.Show(runId)} not found");
                if (run.IsDeleted == delete)
                {
                    throw new TrackingException(
                        $"The run {runId} must be in the '{(delete ? "active" : "deleted")}' state. Current state is {(delete ? "deleted" : "active")}.");
                }

                await transaction.ExecuteAsync(
                    "UPDATE tracking_run SET stage = $stage, deleted_with_experiment = 0 WHERE id = $run",
                    [("$stage", delete ? (long)Stage.Deleted : Stage.Active), ("$run", run.Id)], token).ConfigureAwait(false);
                return await _store.Audit.AppendAsync(
                    transaction, new AuditRecord(delete ? "run.deleted" : "run.restored", $"run/{runId}"), token).ConfigureAwait(false);
            },
            CommitDurability.Flushed, cancellationToken).ConfigureAwait(false);
    }
}
