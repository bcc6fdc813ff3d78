using System.Globalization;

namespace Lifecycle.Tracking;

public sealed partial class ExperimentCatalog
{
    /// <summary>Makes an experiment with a place for its artifacts and tags.</summary>
    /// <param name="experiment">Name, place and tags.</param>
    /// <param name="cancellationToken">Cancelling makes nothing.</param>
    /// <exception cref="TrackingException">The name is taken, or name, place or a tag breaks its rule.</exception>
    public async ValueTask<Experiment> CreateAsync(NewExperiment experiment, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        ExperimentTable.RequireName(experiment.Name);
        if (experiment.Location is not null && ArtifactLocation.Broken(experiment.Location) is { } why)
        {
            throw new TrackingException($"Invalid artifact location '{KeyRule.Show(experiment.Location)}': {why}. Leave it out to keep artifacts in this store.");
        }

        foreach ((string key, string value) in experiment.Tags)
        {
            ExperimentTable.RequireTag(key, value);
        }

        await OpenAsync(cancellationToken).ConfigureAwait(false);
        return await _store.Database.WriteAsync(
            async (transaction, token) =>
            {
                if (experiment.Name == "0" || await ExperimentTable.FindAsync(transaction, experiment.Name, token).ConfigureAwait(false) is not null)
                {
                    throw new TrackingException($"Experiment(name={experiment.Name}) already exists.", TrackingErrorKind.AlreadyExists);
                }

                long id = await ExperimentTable.AddAsync(_store, transaction, experiment, token).ConfigureAwait(false);
                return (await ExperimentTable.FindAsync(transaction, id, token).ConfigureAwait(false))!;
            },
            CommitDurability.Flushed, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>An experiment by its id, deleted or not; null when there is none.</summary>
    /// <param name="experimentId">A number as text, for example <c>5</c>.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    public async ValueTask<Experiment?> GetByIdAsync(string experimentId, CancellationToken cancellationToken = default)
    {
        if (ExperimentTable.Number(experimentId) is not { } id)
        {
            return null;
        }

        await OpenAsync(cancellationToken).ConfigureAwait(false);
        List<Experiment> rows = await _store.Database.QueryAsync(
            ExperimentTable.Columns + " WHERE id = $id", [("$id", id)], ExperimentTable.Read, cancellationToken).ConfigureAwait(false);
        return rows.Count == 0 ? null : rows[0];
    }

    /// <summary>Gives an experiment another name.</summary>
    /// <exception cref="TrackingException">There is none of this id, it is deleted, or the new name is taken or breaks the rule.</exception>
    public async ValueTask RenameAsync(string experimentId, string newName, CancellationToken cancellationToken = default)
    {
        ExperimentTable.RequireName(newName);
        await EditAsync(
            experimentId,
            async (transaction, experiment, id, token) =>
            {
                if (string.Equals(experiment.Name, newName, StringComparison.Ordinal))
                {
                    return;
                }

                if (newName == "0" || await ExperimentTable.FindAsync(transaction, newName, token).ConfigureAwait(false) is not null)
                {
                    throw new TrackingException($"Experiment(name={newName}) already exists.", TrackingErrorKind.AlreadyExists);
                }

                await transaction.ExecuteAsync(
                    "UPDATE tracking_experiment SET name = $name, updated = $now WHERE id = $id",
                    [("$name", newName), ("$now", _store.Now), ("$id", id)], token).ConfigureAwait(false);
                await ExperimentTable.AuditAsync(_store, transaction, "experiment.renamed", id, newName, token).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sets a tag of an experiment.</summary>
    /// <exception cref="TrackingException">There is none of this id, it is deleted, or key (1 to 250 characters) or value (at most 5,000) breaks its rule.</exception>
    public async ValueTask SetTagAsync(string experimentId, string key, string value, CancellationToken cancellationToken = default)
    {
        ExperimentTable.RequireTag(key, value);
        await EditAsync(
            experimentId,
            async (transaction, _, id, token) =>
            {
                await ExperimentTable.SetTagAsync(transaction, id, key, value, token).ConfigureAwait(false);
                await ExperimentTable.AuditAsync(
                    _store, transaction, "experiment.tag.set", id, json => json.WriteString("key", key), token).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes a tag of an experiment away.</summary>
    /// <exception cref="TrackingException">There is no experiment of this id, it is deleted, or it has no such tag.</exception>
    public ValueTask RemoveTagAsync(string experimentId, string key, CancellationToken cancellationToken = default) => EditAsync(
        experimentId,
        async (transaction, _, id, token) =>
        {
            if (await transaction.ExecuteAsync(
                "DELETE FROM tracking_experiment_tag WHERE experiment = $id AND key = $key", [("$id", id), ("$key", key)], token).ConfigureAwait(false) == 0)
            {
                throw new TrackingException($"No tag with name: {KeyRule.Show(key ?? "")} in experiment with id {id}", TrackingErrorKind.NotFound);
            }

            await ExperimentTable.AuditAsync(
                _store, transaction, "experiment.tag.removed", id, json => json.WriteString("key", key), token).ConfigureAwait(false);
        },
        cancellationToken);

    /// <summary>Which data the runs of some experiments used, each use once, at most 1,000.</summary>
    /// <param name="experimentIds">1 to 20 ids; those that do not exist add nothing.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    public async ValueTask<IReadOnlyList<DatasetUse>> DatasetsAsync(IReadOnlyList<string> experimentIds, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(experimentIds);
        if (experimentIds.Count is 0 or > 20)
        {
            throw new TrackingException($"Datasets are listed for 1 to 20 experiments at a time, not for {experimentIds.Count}.");
        }

        await OpenForReadingAsync(cancellationToken).ConfigureAwait(false);
        string ids = "[" + string.Join(',', experimentIds.Select(ExperimentTable.Number).OfType<long>().Select(n => n.ToString(CultureInfo.InvariantCulture))) + "]";
        return await _store.Database.QueryAsync(
            """
            SELECT DISTINCT d.experiment, d.name, d.digest, i.context FROM tracking_dataset d JOIN tracking_run_input i ON i.dataset = d.id
            WHERE d.experiment IN (SELECT value FROM json_each($ids)) ORDER BY d.experiment, d.name, d.digest, i.context LIMIT 1000
            """,
            [("$ids", ids)],
            row => new DatasetUse(row.GetInt64(0).ToString(CultureInfo.InvariantCulture), row.GetString(1), row.GetString(2), row.GetString(3)), cancellationToken)
            .ConfigureAwait(false);
    }

    private async ValueTask EditAsync(
        string experimentId, Func<LifecycleTransaction, Experiment, long, CancellationToken, ValueTask> edit, CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken).ConfigureAwait(false);
        await _store.Database.WriteAsync(
            async (transaction, token) =>
            {
                Experiment experiment = await ExperimentTable.RequireActiveAsync(transaction, experimentId, token).ConfigureAwait(false);
                await edit(transaction, experiment, long.Parse(experiment.Id, CultureInfo.InvariantCulture), token).ConfigureAwait(false);
                return true;
            },
            CommitDurability.Flushed, cancellationToken).ConfigureAwait(false);
    }
}
