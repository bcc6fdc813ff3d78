namespace Lifecycle.Tracking;

public sealed partial class ModelRegistry
{
    /// <summary>From a version to its run, the data with digests, the params and the evidence; three queries.</summary>
    /// <exception cref="ModelNotFoundException">The version is not of this workspace.</exception>
    public async ValueTask<Lineage> LineageAsync(ModelVersion version, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(version);
        await _store.ReadyAsync(cancellationToken).ConfigureAwait(false);
        if (_experiments is not null)
        {
            await _experiments.ReadOwnWritesAsync(cancellationToken).ConfigureAwait(false);
        }

        List<(long Run, Lineage Lineage)> runs = await _store.Database.QueryAsync(
            """
            SELECT r.id, r.run_id, r.name, e.name, r.user, r.status, r.start_ms, r.end_ms
            FROM tracking_model_version v
            JOIN tracking_registered_model m ON m.id = v.model AND m.ended IS NULL
            JOIN tracking_run r ON r.run_id = v.run
            JOIN tracking_experiment e ON e.id = r.experiment
            WHERE m.name = $model AND v.version = $version AND v.digest = $digest
            """,
            [("$model", version.Model), ("$version", (long)version.Number), ("$digest", version.Digest.ToString())],
            row => (row.GetInt64(0), new Lineage
            {
                Version = version,
                RunId = row.GetString(1),
                RunName = row.GetString(2),
                Experiment = row.GetString(3),
                User = row.GetString(4),
                Status = (RunStatus)row.GetInt32(5),
                StartedAt = row.Time(6),
                EndedAt = row.TimeOrNull(7),
                Inputs = [],
                Params = new Dictionary<string, string>(),
            }),
            cancellationToken).ConfigureAwait(false);
        if (runs.Count == 0)
        {
            throw new ModelNotFoundException($"There is no version '{version}' with the digest {version.Digest} in this workspace.");
        }

        (long run, Lineage lineage) = runs[0];
        List<(string Key, string Value)> parameters = await _store.Database.QueryAsync(
            "SELECT k.text, p.value FROM tracking_param p JOIN tracking_key k ON k.id = p.key WHERE p.run = $run", [("$run", run)],
            row => (row.GetString(0), row.GetString(1)), cancellationToken).ConfigureAwait(false);
        return lineage with
        {
            Inputs = await InputTable.OfRunAsync(_store.Database, run, cancellationToken).ConfigureAwait(false),
            Params = parameters.ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal),
        };
    }
}
