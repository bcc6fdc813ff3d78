using System.Buffers;
using System.Data.Common;
using System.Globalization;
using System.Text.Json;

namespace Lifecycle.Tracking;

/// <summary>A row of a logged model, as a change needs it.</summary>
internal sealed record LoggedModelRow(
    long Id, string ModelId, long Experiment, string Name, LoggedModelStatus Status, string? RunId, Digest? Digest, DateTimeOffset CreatedAt, DateTimeOffset? DeletedAt);

/// <summary>SQL over logged models.</summary>
internal static class LoggedModelTable
{
    private const int LongestName = 250;
    private static readonly SearchValues<char> Forbidden = SearchValues.Create("/:.%\"'");

    /// <summary>Models whose files are complete and that a run made.</summary>
    public const string Columns = """
        SELECT l.model_id, l.name, r.run_id, l.digest, l.created FROM tracking_logged_model l JOIN tracking_run r ON r.id = l.run AND l.digest IS NOT NULL
        """;

    public const string Rows = """
        SELECT l.id, l.model_id, l.experiment, l.name, l.status, r.run_id, l.digest, l.created, l.deleted_at
        FROM tracking_logged_model l LEFT JOIN tracking_run r ON r.id = l.run
        """;

    /// <summary>All columns of logged models <c>l</c>.</summary>
    public const string Records = """
        SELECT l.model_id, l.experiment, l.name, l.type, l.status, r.run_id, l.digest, l.created, l.updated, l.deleted_at,
            (SELECT json_group_object(p.key, p.value) FROM tracking_logged_model_param p WHERE p.model = l.id),
            (SELECT json_group_object(t.key, t.value) FROM tracking_logged_model_tag t WHERE t.model = l.id),
            (SELECT json_group_array(
                json_array(o.key, iif(o.nan <> 0, 'NaN', printf('%!.17g', o.value)), o.step, o.ts, o.run_id, o.dataset_name, o.dataset_digest)) FROM
                (SELECT x.*, q.run_id FROM tracking_logged_model_metric x JOIN tracking_run q ON q.id = x.run WHERE x.model = l.id
                 ORDER BY x.key, x.ts, x.step) o),
            l.id
        FROM tracking_logged_model l LEFT JOIN tracking_run r ON r.id = l.run
        """;

    public static void RequireName(string? name)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > LongestName || name.AsSpan().ContainsAny(Forbidden) || name.Any(char.IsControl))
        {
            throw new InvalidModelException(
                $"'{KeyRule.Show(name ?? "(null)")}' cannot be the name of a logged model. Use 1 to {LongestName} characters, none of / : . % \" ' and no control character.");
        }
    }

    /// <summary>Where MLflow's clients find the files.</summary>
    public static string Uri(long experiment, string modelId) => string.Create(CultureInfo.InvariantCulture, $"mlflow-artifacts:/{experiment}/models/{modelId}/artifacts");

    public static (string Id, string Name, string RunId, Digest Digest, DateTimeOffset CreatedAt) Read(DbDataReader row) =>
        (row.GetString(0), row.GetString(1), row.GetString(2), row.Digest(3), row.Time(4));

    public static LoggedModelRow ReadRow(DbDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetInt64(2), row.GetString(3), (LoggedModelStatus)row.GetInt32(4), row.TextOrNull(5),
        row.IsDBNull(6) ? null : row.Digest(6), row.Time(7), row.TimeOrNull(8));

    public static LoggedModel ReadRecord(DbDataReader row) => new()
    {
        Id = row.GetString(0),
        ExperimentId = row.GetInt64(1).ToString(CultureInfo.InvariantCulture),
        Name = row.GetString(2),
        Type = row.GetString(3),
        Status = (LoggedModelStatus)row.GetInt32(4),
        SourceRunId = row.TextOrNull(5),
        Digest = row.IsDBNull(6) ? null : row.Digest(6),
        CreatedAt = row.Time(7),
        UpdatedAt = row.Time(8),
        DeletedAt = row.TimeOrNull(9),
        Params = RegistryText.Map(row.TextOrNull(10)),
        Tags = RegistryText.Map(row.TextOrNull(11)),
        Metrics = ReadMetrics(row.TextOrNull(12)),
    };

    public static async ValueTask<LoggedModelRow> RequireAsync(LifecycleTransaction transaction, string modelId, CancellationToken cancellationToken)
    {
        List<LoggedModelRow> rows = await transaction.QueryAsync(
            Rows + " WHERE l.model_id = $id AND l.deleted_at IS NULL", [("$id", modelId)], ReadRow, cancellationToken).ConfigureAwait(false);
        return rows.Count == 0 ? throw ModelNotFoundException.Logged(modelId) : rows[0];
    }

    public static async ValueTask<LoggedModelStatus?> StatusAsync(LifecycleTransaction transaction, string modelId, CancellationToken cancellationToken) =>
        (LoggedModelStatus?)(int?)(long?)await transaction.ScalarAsync(
            "SELECT status FROM tracking_logged_model WHERE model_id = $id", [("$id", modelId)], cancellationToken).ConfigureAwait(false);

    public static async ValueTask<AuditEntry> AddAsync(
        TrackingStore store, LifecycleTransaction transaction, RunRow run, ModelArtifact model, CancellationToken cancellationToken)
    {
        long id = (long)(await transaction.ScalarAsync(
            """
            INSERT INTO tracking_logged_model(experiment, model_id, name, run, digest, created, updated)
            VALUES($experiment, $model, $name, $run, $digest, $created, $created) RETURNING id
            """,
            [
                ("$experiment", run.Experiment), ("$model", model.Id), ("$name", model.Name), ("$run", run.Id), ("$digest", model.Digest.ToString()),
                ("$created", model.CreatedAt.ToUnixTimeMilliseconds()),
            ],
            cancellationToken).ConfigureAwait(false))!;
        foreach (ModelFile file in model.Manifest.Files)
        {
            await ArtifactTable.PutAsync(
                transaction, ArtifactTable.OfModel, id, new ArtifactEntry(file.Path, file.Size, file.Digest, model.CreatedAt), cancellationToken).ConfigureAwait(false);
        }

        return await AuditAsync(store, transaction, "model.logged", $"run/{run.RunId}", model.Id, model.Name, model.Manifest, cancellationToken).ConfigureAwait(false);
    }

    public static async ValueTask<AuditEntry> AuditAsync(
        TrackingStore store, LifecycleTransaction transaction, string action, string subject, string modelId, string name, ModelManifest? manifest,
        CancellationToken cancellationToken)
    {
        string what = JsonText.Text(json =>
        {
            json.WriteString("model", modelId);
            json.WriteString("name", name);
            json.WriteString("digest", manifest?.Digest.ToString());
            json.WriteNumber("files", manifest?.Files.Count ?? 0);
        });
        return await store.Audit.AppendAsync(transaction, new AuditRecord(action, subject, After: what), cancellationToken).ConfigureAwait(false);
    }

    public static async ValueTask SetTagAsync(LifecycleTransaction transaction, long model, string key, string value, CancellationToken cancellationToken) =>
        await transaction.ExecuteAsync(
            """
            INSERT INTO tracking_logged_model_tag(model, key, value) VALUES($model, $key, $value) ON CONFLICT(model, key) DO UPDATE SET value = excluded.value
            """,
            [("$model", model), ("$key", key), ("$value", value)], cancellationToken).ConfigureAwait(false);

    /// <summary>Writes a param unless there is one: params never change.</summary>
    public static async ValueTask AddParamAsync(LifecycleTransaction transaction, LoggedModelRow model, string key, string value, CancellationToken cancellationToken)
    {
        (string, object?)[] cells = [("$model", model.Id), ("$key", key), ("$value", value)];
        object? known = await transaction.ScalarAsync(
            "SELECT value FROM tracking_logged_model_param WHERE model = $model AND key = $key", cells, cancellationToken).ConfigureAwait(false);
        if (known is string text && text != value)
        {
            throw new InvalidModelException($"Changing param values is not allowed. Param with key='{key}' was already logged with value='{KeyRule.Show(text)}' "
                + $"for model ID='{model.ModelId}'. Attempted logging new value '{KeyRule.Show(value)}'.");
        }

        await transaction.ExecuteAsync(
            "INSERT INTO tracking_logged_model_param(model, key, value) VALUES($model, $key, $value) ON CONFLICT DO NOTHING", cells, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Writes a point that a run measured of a model; an exact duplicate is nothing new.</summary>
    public static async ValueTask AddMetricAsync(
        LifecycleTransaction transaction, long model, long run, LoggedModelMetric metric, CancellationToken cancellationToken) => await transaction.ExecuteAsync(
            """
            INSERT INTO tracking_logged_model_metric(model, key, dataset_name, dataset_digest, run, step, ts, value, nan)
            VALUES($model, $key, $name, $digest, $run, $step, $ts, $value, $nan) ON CONFLICT DO NOTHING
            """,
            [
                ("$model", model), ("$key", metric.Key), ("$name", metric.DatasetName ?? ""), ("$digest", metric.DatasetDigest ?? ""), ("$run", run),
                ("$step", metric.Step), ("$ts", metric.At.ToUnixTimeMilliseconds()),
                ("$value", double.IsNaN(metric.Value) ? 0.0 : metric.Value == 0 ? 0.0 : metric.Value), ("$nan", double.IsNaN(metric.Value) ? 1L : 0L),
            ],
            cancellationToken).ConfigureAwait(false);

    /// <summary>Appends to the tag <c>mlflow.modelVersions</c> of the model, as MLflow's server does.</summary>
    public static async ValueTask AddVersionAsync(LifecycleTransaction transaction, string modelId, string name, int version, CancellationToken cancellationToken)
    {
        const string Tag = "mlflow.modelVersions";
        List<(long Id, string? Value)> rows = await transaction.QueryAsync(
            """
            SELECT l.id, t.value FROM tracking_logged_model l LEFT JOIN tracking_logged_model_tag t ON t.model = l.id AND t.key = $key WHERE l.model_id = $id
            """,
            [("$id", modelId), ("$key", Tag)], row => (row.GetInt64(0), row.TextOrNull(1)), cancellationToken).ConfigureAwait(false);
        string item = string.Create(
            CultureInfo.InvariantCulture, $"{{\"name\": \"{JsonEncodedText.Encode(name)}\", \"version\": {version}}}");
        string value = rows[0].Value?.TrimEnd() is { Length: > 2 } list && list.StartsWith('[') && list.EndsWith(']') ? $"{list[..^1]}, {item}]" : $"[{item}]";
        await SetTagAsync(transaction, rows[0].Id, Tag, value, cancellationToken).ConfigureAwait(false);
    }

    private static List<LoggedModelMetric> ReadMetrics(string? json)
    {
        if (json is null or "[]")
        {
            return [];
        }

        using JsonDocument document = JsonDocument.Parse(json);
        return
        [
            .. document.RootElement.EnumerateArray().Select(m => new LoggedModelMetric(
                m[0].GetString()!, Number(m[1].GetString()!), m[2].GetInt64(), DateTimeOffset.FromUnixTimeMilliseconds(m[3].GetInt64()), m[4].GetString()!,
                m[5].GetString() is { Length: > 0 } name ? name : null, m[6].GetString() is { Length: > 0 } digest ? digest : null)),
        ];

        static double Number(string text) => text switch
        {
            "Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            _ => double.Parse(text, CultureInfo.InvariantCulture),
        };
    }
}
