using System.Data.Common;

namespace Lifecycle.Tracking;

/// <summary>A row of a registered model, as a promotion needs it.</summary>
internal sealed record ModelRow(long Id, long Revision);

/// <summary>A row of a version, without its manifest.</summary>
internal sealed record VersionRow(
    long ModelRow, string Model, int Number, Digest Digest, string ModelId, string RunId, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset? DeletedAt, string? DeletedBy);

/// <summary>SQL over registered models, their versions and their evidence.</summary>
internal static class VersionTable
{
    public const string Columns = """
        SELECT v.model, m.name, v.version, v.digest, v.logged_model, v.run, v.created, v.created_by, v.deleted_at, v.deleted_by
        FROM tracking_model_version v JOIN tracking_registered_model m ON m.id = v.model AND m.ended IS NULL
        """;

    public const string ByNumber = Columns + " WHERE m.name = $model AND v.version = $version";

    public const string OfModel = Columns + " WHERE m.name = $model ORDER BY v.version";

    public const string ByAlias = Columns + """
         WHERE m.name = $model AND v.version = (
            SELECT p.version FROM tracking_alias_period p
            WHERE p.model = m.id AND p.alias = $alias AND p.superseded_at IS NULL AND p.valid_to IS NULL)
        """;

    private const string EvidenceOf = """
        SELECT e.version, e.kind, e.digest, e.subject, e.verdict, e.at, e.actor FROM tracking_evidence e
        WHERE e.model = $model AND ($version IS NULL OR e.version = $version) ORDER BY e.id
        """;

    public static VersionRow Read(DbDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetInt32(2), row.Digest(3), row.GetString(4), row.GetString(5),
        row.Time(6), row.GetString(7), row.TimeOrNull(8), row.TextOrNull(9));

    public static Evidence ReadEvidence(DbDataReader row, int first) => new(
        row.GetString(first), row.Digest(first + 1), row.Digest(first + 2), (EvidenceVerdict)row.GetInt32(first + 3), row.Time(first + 4), row.GetString(first + 5));

    public static async ValueTask<ILookup<int, Evidence>> EvidenceAsync(LifecycleDatabase database, long model, int? version, CancellationToken cancellationToken)
    {
        List<(int Version, Evidence Evidence)> rows = await database.QueryAsync(
            EvidenceOf, [("$model", model), ("$version", version is { } v ? (long)v : null)],
            row => (row.GetInt32(0), ReadEvidence(row, 1)), cancellationToken).ConfigureAwait(false);
        return rows.ToLookup(r => r.Version, r => r.Evidence);
    }

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

    public static ValueTask<int> TouchAsync(LifecycleTransaction transaction, long model, long now, CancellationToken cancellationToken) =>
        transaction.ExecuteAsync(
            "UPDATE tracking_registered_model SET revision = revision + 1, updated = $now WHERE id = $model", [("$model", model), ("$now", now)], cancellationToken);
}
