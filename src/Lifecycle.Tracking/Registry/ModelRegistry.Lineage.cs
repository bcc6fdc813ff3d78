using System.Data.Common;

namespace Lifecycle.Tracking;

public sealed partial class ModelRegistry
{
    private const string EnvironmentPath = "lifecycle/environment.json";

    /// <summary>From a version to its run, the data with digests, the params, the environment and the evidence; two queries.</summary>
    /// <param name="version">A version, deleted or not; also when its model was renamed or deleted since.</param>
    /// <param name="cancellationToken">Cancels the question.</param>
    /// <exception cref="ModelNotFoundException">The version is not of this workspace.</exception>
    public async ValueTask<Lineage> LineageAsync(ModelVersion version, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(version);
        await _store.ReadyAsync(cancellationToken).ConfigureAwait(false);
        if (_experiments is not null)
        {
            await _experiments.ReadOwnWritesAsync(cancellationToken).ConfigureAwait(false);
        }

        // The row stays when the model is renamed; a version that was not read from a registry has only the name.
        string model = version.ModelRow == 0 ? "m.name = $model" : "m.id = $row";
        List<(long? Run, Lineage Lineage)> runs = await _store.Database.QueryAsync(
            $"""
            SELECT r.id, v.run, r.name, e.name, r.user, r.status, r.start_ms, r.end_ms, a.path, a.size, a.digest, a.created,
                (SELECT json_group_object(k.text, p.value) FROM tracking_param p JOIN tracking_key k ON k.id = p.key WHERE p.run = r.id)
            FROM tracking_registered_model m
            JOIN tracking_model_version v ON v.model = m.id
            LEFT JOIN tracking_run r ON r.run_id = v.run
            LEFT JOIN tracking_experiment e ON e.id = r.experiment
            LEFT JOIN tracking_artifact a ON a.owner_kind = 1 AND a.owner = r.id AND a.path = $environment
            WHERE {model} AND v.version = $version AND v.digest IS $digest
            ORDER BY m.id DESC LIMIT 1
            """,
            [
                ("$row", version.ModelRow), ("$model", version.Model), ("$version", (long)version.Number), ("$digest", version.DigestOrNull?.ToString()),
                ("$environment", EnvironmentPath),
            ],
            row => (row.LongOrNull(0), Of(version, row)), cancellationToken).ConfigureAwait(false);
        if (runs.Count == 0)
        {
            throw new ModelNotFoundException($"There is no version '{version}' with the digest {version.DigestOrNull?.ToString() ?? "of no files"} in this workspace.");
        }

        return runs[0].Run is { } run
            ? runs[0].Lineage with { Inputs = await InputTable.OfRunAsync(_store.Database, run, cancellationToken).ConfigureAwait(false) }
            : runs[0].Lineage;
    }

    private static Lineage Of(ModelVersion version, DbDataReader row) => new()
    {
        Version = version,
        RunId = row.TextOrNull(1) ?? "",
        RunName = row.TextOrNull(2) ?? "",
        Experiment = row.TextOrNull(3) ?? "",
        User = row.TextOrNull(4) ?? "",
        Status = row.IsDBNull(5) ? null : (RunStatus)row.GetInt32(5),
        StartedAt = row.TimeOrNull(6),
        EndedAt = row.TimeOrNull(7),
        Environment = row.IsDBNull(8) ? null : new ArtifactEntry(row.GetString(8), row.GetInt64(9), row.Digest(10), row.Time(11)),
        Inputs = [],
        Params = RegistryText.Map(row.TextOrNull(12)),
    };
}
