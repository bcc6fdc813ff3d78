using System.Data.Common;
using System.Globalization;
using System.Text.Json;

namespace Lifecycle.Tracking;

/// <summary>A row of a registered model, as a change needs it.</summary>
internal sealed record ModelRow(long Id, long Revision);

/// <summary>A row of a version without its manifest.</summary>
internal sealed record VersionRow(ModelVersion Version, Digest? Digest, long Revision);

/// <summary>SQL over registered models, their versions and their evidence.</summary>
internal static class VersionTable
{
    /// <summary>All columns of versions <c>v</c> of models <c>m</c>, living or not.</summary>
    public const string Columns = """
        SELECT v.model, m.name, v.version, v.digest, v.logged_model, v.run, v.created, v.created_by, v.deleted_at, v.deleted_by,
            v.source, v.storage, v.run_link, v.status, v.description, v.updated, m.revision,
            (SELECT json_group_object(t.key, t.value) FROM tracking_model_version_tag t WHERE t.model = v.model AND t.version = v.version),
            (SELECT json_group_array(p.alias) FROM tracking_alias_period p INDEXED BY tracking_alias_period_lasting
                WHERE p.model = v.model AND p.version = v.version AND p.superseded_at IS NULL AND p.valid_to IS NULL),
            (SELECT s.stage FROM tracking_stage_period s
                WHERE s.model = v.model AND s.version = v.version AND s.superseded_at IS NULL AND s.valid_to IS NULL),
            (SELECT json_group_array(json_array(o.kind, o.digest, o.subject, o.verdict, o.at, o.actor)) FROM
                (SELECT e.* FROM tracking_evidence e WHERE e.model = v.model AND e.version = v.version ORDER BY e.id) o)
        FROM tracking_registered_model m JOIN tracking_model_version v ON v.model = m.id
        """;

    private const string Living = Columns + " WHERE m.name = $model AND m.ended IS NULL";

    public const string ByNumber = Living + " AND v.version = $version";

    public const string OfModel = Living + " ORDER BY v.version";

    public const string Latest = Living + " AND v.deleted_at IS NULL ORDER BY v.version DESC LIMIT 1";

    public const string ByAlias = Living + """
         AND v.version = (
            SELECT p.version FROM tracking_alias_period p INDEXED BY tracking_alias_period_lasting
            WHERE p.model = m.id AND p.alias = $alias AND p.superseded_at IS NULL AND p.valid_to IS NULL)
        """;

    public static VersionRow Read(DbDataReader row)
    {
        string source = row.GetString(10);
        return new(
            new ModelVersion
            {
                ModelRow = row.GetInt64(0),
                Model = row.GetString(1),
                Number = row.GetInt32(2),
                ModelId = row.TextOrNull(4) ?? "",
                RunId = row.TextOrNull(5) ?? "",
                CreatedAt = row.Time(6),
                CreatedBy = row.GetString(7),
                DeletedAt = row.TimeOrNull(8),
                DeletedBy = row.TextOrNull(9),
                Source = source,
                Location = row.TextOrNull(11) ?? source,
                RunLink = row.GetString(12),
                Status = (VersionStatus)row.GetInt32(13),
                Description = row.GetString(14),
                UpdatedAt = row.Time(15),
                Tags = RegistryText.Map(row.TextOrNull(17)),
                Aliases = RegistryText.List(row.TextOrNull(18)),
                Stage = row.IsDBNull(19) ? ModelStage.None : (ModelStage)row.GetInt32(19),
                Evidence = ReadEvidence(row.GetString(20)),
            },
            row.IsDBNull(3) ? null : row.Digest(3), row.GetInt64(16));
    }

    private static List<Evidence> ReadEvidence(string json)
    {
        if (json == "[]")
        {
            return [];
        }

        using JsonDocument document = JsonDocument.Parse(json);
        return
        [
            .. document.RootElement.EnumerateArray().Select(e => new Evidence(
                e[0].GetString()!, Lifecycle.Digest.Parse(e[1].GetString()!), Lifecycle.Digest.Parse(e[2].GetString()!), (EvidenceVerdict)e[3].GetInt32(),
                DateTimeOffset.FromUnixTimeMilliseconds(e[4].GetInt64()), e[5].GetString()!)),
        ];
    }

    public static async ValueTask<List<string>> EvidenceDigestsAsync(
        LifecycleTransaction transaction, long model, int version, CancellationToken cancellationToken) => await transaction.QueryAsync(
            "SELECT digest FROM tracking_evidence WHERE model = $model AND version = $version ORDER BY digest",
            [("$model", model), ("$version", (long)version)], row => row.GetString(0), cancellationToken).ConfigureAwait(false);

    public static async ValueTask<ModelRow?> FindModelAsync(LifecycleTransaction transaction, string name, CancellationToken cancellationToken)
    {
        List<ModelRow> rows = await transaction.QueryAsync(
            "SELECT id, revision FROM tracking_registered_model WHERE name = $name AND ended IS NULL", [("$name", name)],
            row => new ModelRow(row.GetInt64(0), row.GetInt64(1)), cancellationToken).ConfigureAwait(false);
        return rows.Count == 0 ? null : rows[0];
    }

    public static async ValueTask<ModelRow> EnsureModelAsync(LifecycleTransaction transaction, string name, long now, CancellationToken cancellationToken)
    {
        await transaction.ExecuteAsync(
            """
            INSERT INTO tracking_registered_model(name, revision, created, updated) VALUES($name, 1, $now, $now)
            ON CONFLICT(name) WHERE ended IS NULL DO NOTHING
            """,
            [("$name", name), ("$now", now)], cancellationToken).ConfigureAwait(false);
        return (await FindModelAsync(transaction, name, cancellationToken).ConfigureAwait(false))!;
    }

    /// <summary>The model changed in a way that its readers and its rules see.</summary>
    public static ValueTask<int> TouchAsync(LifecycleTransaction transaction, long model, long now, CancellationToken cancellationToken) =>
        transaction.ExecuteAsync(
            "UPDATE tracking_registered_model SET revision = revision + 1, updated = $now WHERE id = $model", [("$model", model), ("$now", now)], cancellationToken);

    /// <summary>The model changed in a way that only its rules see.</summary>
    public static ValueTask<int> ReviseAsync(LifecycleTransaction transaction, long model, CancellationToken cancellationToken) =>
        transaction.ExecuteAsync("UPDATE tracking_registered_model SET revision = revision + 1 WHERE id = $model", [("$model", model)], cancellationToken);

    public static async ValueTask SetTagAsync(
        LifecycleTransaction transaction, long model, int version, string key, string value, CancellationToken cancellationToken) =>
        await transaction.ExecuteAsync(
            """
            INSERT INTO tracking_model_version_tag(model, version, key, value) VALUES($model, $version, $key, $value)
            ON CONFLICT(model, version, key) DO UPDATE SET value = excluded.value
            """,
            [("$model", model), ("$version", (long)version), ("$key", key), ("$value", value)], cancellationToken).ConfigureAwait(false);

    /// <summary>Path of a file of a version among the artifacts: the owner is the model.</summary>
    public static string FilePath(int version, string path) => string.Create(CultureInfo.InvariantCulture, $"{version}/{path}");
}
