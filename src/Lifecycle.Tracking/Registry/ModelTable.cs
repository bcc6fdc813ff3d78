using System.Data.Common;
using System.Globalization;

namespace Lifecycle.Tracking;

/// <summary>SQL over registered models.</summary>
internal static class ModelTable
{
    /// <summary>All columns of models <c>m</c>, living or not.</summary>
    public const string Columns = """
        SELECT m.name, m.created, m.updated, (SELECT count(*) FROM tracking_model_version v WHERE v.model = m.id), m.description,
            (SELECT json_group_object(t.key, t.value) FROM tracking_registered_model_tag t WHERE t.model = m.id),
            (SELECT json_group_object(p.alias, p.version) FROM tracking_alias_period p INDEXED BY tracking_alias_period_lasting
                WHERE p.model = m.id AND p.superseded_at IS NULL AND p.valid_to IS NULL AND p.version IS NOT NULL), m.id
        FROM tracking_registered_model m
        """;

    public static RegisteredModel Read(DbDataReader row) => new(row.GetString(0), row.Time(1), row.Time(2), row.GetInt32(3))
    {
        Description = row.TextOrNull(4),
        Tags = RegistryText.Map(row.TextOrNull(5)),
        Aliases = RegistryText.Map(row.TextOrNull(6)).ToDictionary(a => a.Key, a => int.Parse(a.Value, CultureInfo.InvariantCulture), StringComparer.Ordinal),
    };

    public static async ValueTask SetTagAsync(LifecycleTransaction transaction, long model, string key, string value, CancellationToken cancellationToken) =>
        await transaction.ExecuteAsync(
            """
            INSERT INTO tracking_registered_model_tag(model, key, value) VALUES($model, $key, $value)
            ON CONFLICT(model, key) DO UPDATE SET value = excluded.value
            """,
            [("$model", model), ("$key", key), ("$value", value)], cancellationToken).ConfigureAwait(false);
}
