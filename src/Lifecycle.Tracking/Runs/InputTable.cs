using System.Collections.ObjectModel;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Lifecycle.Tracking;

/// <summary>SQL over the data that runs used.</summary>
internal static class InputTable
{
    private const string Columns = """
        SELECT i.run, d.name, d.digest, d.version, d.source, d.rows, d.schema, i.context, d.source_type, d.profile,
            (SELECT json_group_object(t.key, t.value) FROM tracking_run_input_tag t WHERE t.run = i.run AND t.n = i.n)
        FROM tracking_run_input i JOIN tracking_dataset d ON d.id = i.dataset
        """;

    public const string OfRuns = Columns + " WHERE i.run IN (SELECT value FROM json_each($runs)) ORDER BY i.run, i.n";

    private const string OfRun = Columns + " WHERE i.run = $run ORDER BY i.n";

    public static RunInput Read(System.Data.Common.DbDataReader row)
    {
        string? sourceType = row.TextOrNull(8), schema = row.TextOrNull(6);
        DatasetReference data = new(row.GetString(1), row.GetString(2))
        {
            Version = row.TextOrNull(3),
            Uri = row.TextOrNull(4),
            Rows = row.LongOrNull(5),
            Schema = sourceType is null && schema is not null ? TableSchemaText.Read(schema) : null,
        };
        return new RunInput(data, row.GetString(7))
        {
            SourceType = sourceType,
            SchemaText = sourceType is null ? null : schema,
            Profile = row.TextOrNull(9),
            Tags = row.GetString(10) is { Length: > 2 } tags ? ReadTags(tags) : null,
        };
    }

    public static async ValueTask<IReadOnlyList<RunInput>> OfRunAsync(LifecycleDatabase database, long run, CancellationToken cancellationToken) =>
        await database.QueryAsync(OfRun, [("$run", run)], Read, cancellationToken).ConfigureAwait(false);

    public static async ValueTask<IReadOnlyList<RunInput>> OfRunAsync(LifecycleTransaction transaction, long run, CancellationToken cancellationToken) =>
        await transaction.QueryAsync(OfRun, [("$run", run)], Read, cancellationToken).ConfigureAwait(false);

    /// <summary>Writes an input once: the same data in the same context twice is one row.</summary>
    public static async ValueTask AddAsync(LifecycleTransaction transaction, RunRow run, RunInput input, CancellationToken cancellationToken)
    {
        DatasetReference data = input.Dataset;
        string? schema = input.SourceType is not null ? input.SchemaText : data.Schema is null ? null : TableSchemaText.Write(data.Schema);
        string rows = data.Rows?.ToString(CultureInfo.InvariantCulture) ?? "";
        Digest source = Digest.Of(Encoding.UTF8.GetBytes(
            input.SourceType is { } type ? $"{type}\n{data.Uri}\n{schema}\n{input.Profile}" : $"{data.Version}\n{data.Uri}\n{rows}\n{schema}"));
        (string, object?)[] identity = [("$experiment", run.Experiment), ("$name", data.Name), ("$digest", data.Digest), ("$hash", source.Hex)];
        await transaction.ExecuteAsync(
            """
            INSERT INTO tracking_dataset(experiment, name, digest, source_hash, version, source, rows, schema, source_type, profile)
            VALUES($experiment, $name, $digest, $hash, $version, $source, $rows, $schema, $type, $profile) ON CONFLICT DO NOTHING
            """,
            [
                .. identity, ("$version", data.Version), ("$source", data.Uri), ("$rows", data.Rows), ("$schema", schema), ("$type", input.SourceType),
                ("$profile", input.Profile),
            ],
            cancellationToken).ConfigureAwait(false);
        await transaction.ExecuteAsync(
            """
            INSERT INTO tracking_run_input(run, n, dataset, context)
            SELECT $run, (SELECT coalesce(max(n), 0) + 1 FROM tracking_run_input WHERE run = $run), d.id, $context
            FROM tracking_dataset d WHERE d.experiment = $experiment AND d.name = $name AND d.digest = $digest AND d.source_hash = $hash
            ON CONFLICT DO NOTHING
            """,
            [.. identity, ("$run", run.Id), ("$context", input.Context)], cancellationToken).ConfigureAwait(false);
        foreach ((string key, string value) in input.Tags ?? ReadOnlyDictionary<string, string>.Empty)
        {
            await transaction.ExecuteAsync(
                """
                INSERT INTO tracking_run_input_tag(run, n, key, value)
                SELECT i.run, i.n, $key, $value FROM tracking_run_input i JOIN tracking_dataset d ON d.id = i.dataset
                WHERE i.run = $run AND i.context = $context AND d.experiment = $experiment AND d.name = $name AND d.digest = $digest AND d.source_hash = $hash
                ON CONFLICT(run, n, key) DO UPDATE SET value = excluded.value
                """,
                [.. identity, ("$run", run.Id), ("$context", input.Context), ("$key", key), ("$value", value)], cancellationToken).ConfigureAwait(false);
        }
    }

    private static Dictionary<string, string> ReadTags(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return document.RootElement.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!, StringComparer.Ordinal);
    }
}
