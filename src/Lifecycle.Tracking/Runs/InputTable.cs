using System.Globalization;
using System.Text;

namespace Lifecycle.Tracking;

/// <summary>SQL over the data that runs used.</summary>
internal static class InputTable
{
    private const string Columns = """
        SELECT i.run, d.name, d.digest, d.version, d.source, d.rows, d.schema, i.context, d.profile
        FROM tracking_run_input i JOIN tracking_dataset d ON d.id = i.dataset
        """;

    public const string OfRuns = Columns + " WHERE i.run IN (SELECT value FROM json_each($runs)) ORDER BY i.run, i.n";

    private const string OfRun = Columns + " WHERE i.run = $run ORDER BY i.n";

    public static RunInput Read(System.Data.Common.DbDataReader row) => new(
        new DatasetReference(row.GetString(1), row.GetString(2))
        {
            Version = row.TextOrNull(3),
            Uri = row.TextOrNull(4),
            Rows = row.LongOrNull(5),
            Schema = row.TextOrNull(6) is { } schema ? TableSchemaText.Read(schema) : null,
            Profile = row.TextOrNull(8),
        },
        row.GetString(7));

    public static async ValueTask<IReadOnlyList<RunInput>> OfRunAsync(LifecycleDatabase database, long run, CancellationToken cancellationToken) =>
        await database.QueryAsync(OfRun, [("$run", run)], Read, cancellationToken).ConfigureAwait(false);

    public static async ValueTask<IReadOnlyList<RunInput>> OfRunAsync(LifecycleTransaction transaction, long run, CancellationToken cancellationToken) =>
        await transaction.QueryAsync(OfRun, [("$run", run)], Read, cancellationToken).ConfigureAwait(false);

    /// <summary>Writes an input once: the same data in the same context twice is one row.</summary>
    public static async ValueTask AddAsync(LifecycleTransaction transaction, RunRow run, RunInput input, CancellationToken cancellationToken)
    {
        DatasetReference data = input.Dataset;
        string? schema = data.Schema is null ? null : TableSchemaText.Write(data.Schema);
        string rows = data.Rows?.ToString(CultureInfo.InvariantCulture) ?? "";
        Digest source = Digest.Of(Encoding.UTF8.GetBytes($"{data.Version}\n{data.Uri}\n{rows}\n{schema}{(data.Profile is null ? "" : $"\n{data.Profile}")}"));
        (string, object?)[] identity = [("$experiment", run.Experiment), ("$name", data.Name), ("$digest", data.Digest), ("$hash", source.Hex)];
        await transaction.ExecuteAsync(
            """
            INSERT INTO tracking_dataset(experiment, name, digest, source_hash, version, source, rows, schema, profile)
            VALUES($experiment, $name, $digest, $hash, $version, $source, $rows, $schema, $profile) ON CONFLICT DO NOTHING
            """,
            [.. identity, ("$version", data.Version), ("$source", data.Uri), ("$rows", data.Rows), ("$schema", schema), ("$profile", data.Profile)], cancellationToken).ConfigureAwait(false);
        await transaction.ExecuteAsync(
            """
            INSERT INTO tracking_run_input(run, n, dataset, context)
            SELECT $run, (SELECT coalesce(max(n), 0) + 1 FROM tracking_run_input WHERE run = $run), d.id, $context
            FROM tracking_dataset d WHERE d.experiment = $experiment AND d.name = $name AND d.digest = $digest AND d.source_hash = $hash
            ON CONFLICT DO NOTHING
            """,
            [.. identity, ("$run", run.Id), ("$context", input.Context)], cancellationToken).ConfigureAwait(false);
    }
}
