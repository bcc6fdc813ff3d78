using System.Globalization;

namespace Lifecycle.Tracking;

public sealed partial class ExperimentCatalog
{
    /// <summary>Deletes an experiment: it and its active runs are hidden; nothing is removed.</summary>
    /// <exception cref="TrackingException">There is none of this name, it is deleted already, or it is <c>Default</c>.</exception>
    public ValueTask DeleteAsync(string name, CancellationToken cancellationToken = default) => MoveAsync(ByName(name), delete: true, false, cancellationToken);

    /// <summary>Restores a deleted experiment, with those runs that were deleted by its deletion and no others.</summary>
    /// <exception cref="TrackingException">There is none of this name, or it is not deleted.</exception>
    public ValueTask RestoreAsync(string name, CancellationToken cancellationToken = default) => MoveAsync(ByName(name), delete: false, false, cancellationToken);

    /// <summary>Deletes an experiment by its id: it and its active runs are hidden; nothing is removed.</summary>
    /// <exception cref="TrackingException">There is none of this id, it is deleted already, or it is <c>Default</c>.</exception>
    public ValueTask DeleteByIdAsync(string experimentId, CancellationToken cancellationToken = default) =>
        MoveAsync((transaction, token) => ExperimentTable.RequireAsync(transaction, experimentId, token), delete: true, false, cancellationToken);

    /// <summary>Restores a deleted experiment by its id.</summary>
    /// <param name="experimentId">Its id.</param>
    /// <param name="allRuns">True also brings back runs that had been deleted one by one, as MLflow does.</param>
    /// <param name="cancellationToken">Cancelling restores nothing.</param>
    /// <exception cref="TrackingException">There is none of this id, or it is not deleted.</exception>
    public ValueTask RestoreByIdAsync(string experimentId, bool allRuns = false, CancellationToken cancellationToken = default) =>
        MoveAsync((transaction, token) => ExperimentTable.RequireAsync(transaction, experimentId, token), delete: false, allRuns, cancellationToken);

    /// <summary>Deletes a run: it is hidden and can still be read; nothing is removed.</summary>
    /// <exception cref="TrackingException">There is no such run, or it is deleted already.</exception>
    public ValueTask DeleteRunAsync(string runId, CancellationToken cancellationToken = default) => MoveRunAsync(runId, delete: true, cancellationToken);

    /// <summary>Restores a deleted run.</summary>
    /// <exception cref="TrackingException">There is no such run, or it is not deleted.</exception>
    public ValueTask RestoreRunAsync(string runId, CancellationToken cancellationToken = default) => MoveRunAsync(runId, delete: false, cancellationToken);

    private static Func<LifecycleTransaction, CancellationToken, ValueTask<Experiment>> ByName(string name)
    {
        string known = ExperimentTable.RequireName(name);
        return async (transaction, token) => await ExperimentTable.FindAsync(transaction, known, token).ConfigureAwait(false)
            ?? throw new TrackingException($"Could not find experiment with name '{KeyRule.Show(known)}'", TrackingErrorKind.NotFound);
    }

    private async ValueTask MoveAsync(
        Func<LifecycleTransaction, CancellationToken, ValueTask<Experiment>> find, bool delete, bool allRuns, CancellationToken cancellationToken)
    {
        await OpenForReadingAsync(cancellationToken).ConfigureAwait(false);
        await _store.Database.WriteAsync(
            async (transaction, token) =>
            {
                Experiment experiment = await find(transaction, token).ConfigureAwait(false);
                if (delete && experiment.Id == "0")
                {
                    throw new TrackingException("The experiment Default cannot be deleted.");
                }

                if (experiment.IsDeleted == delete)
                {
                    throw TrackingException.State($"experiment {experiment.Id}", delete ? "active" : "deleted", delete ? "deleted" : "active");
                }

                long id = long.Parse(experiment.Id, CultureInfo.InvariantCulture);
                await transaction.ExecuteAsync(
                    "UPDATE tracking_experiment SET stage = $stage, updated = $now WHERE id = $id",
                    [("$stage", delete ? (long)Stage.Deleted : Stage.Active), ("$now", _store.Now), ("$id", id)], token).ConfigureAwait(false);
                await transaction.ExecuteAsync(
                    delete
                        ? "UPDATE tracking_run SET stage = 2, deleted_with_experiment = 1 WHERE experiment = $id AND stage = 1"
                        : "UPDATE tracking_run SET stage = 1, deleted_with_experiment = 0 WHERE experiment = $id AND "
                            + (allRuns ? "stage = 2" : "deleted_with_experiment = 1"),
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
                RunRow run = await RunRow.RequireAsync(transaction, runId, token).ConfigureAwait(false);
                if (run.IsDeleted == delete)
                {
                    throw TrackingException.State($"run {runId}", delete ? "active" : "deleted", delete ? "deleted" : "active");
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
