using System.Collections.ObjectModel;
using System.Data.Common;
using System.Globalization;
using System.Text.Json;

namespace Lifecycle.Tracking;

/// <summary>SQL over experiments.</summary>
internal static class ExperimentTable
{
    public const string Default = "Default";
    private const int LongestName = 500;
    private const int LongestTag = 5000;

    public const string Columns = """
        SELECT id, name, stage, created, updated, location,
            (SELECT json_group_object(t.key, t.value) FROM tracking_experiment_tag t WHERE t.experiment = tracking_experiment.id) FROM tracking_experiment
        """;

    public static Experiment Read(DbDataReader row)
    {
        Experiment experiment = new(
            row.GetInt64(0).ToString(CultureInfo.InvariantCulture), row.GetString(1), row.GetInt32(2) != Stage.Active, row.Time(3), row.Time(4));
        return experiment with
        {
            ArtifactLocation = row.TextOrNull(5) ?? experiment.ArtifactLocation,
            Tags = ReadTags(row.GetString(6)),
        };
    }

    /// <summary>The number of an experiment whose id came from outside; null when it cannot be one.</summary>
    public static long? Number(string? id) =>
        id is { Length: > 0 and <= 18 } && long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;

    /// <summary>The name that is meant; <c>0</c> is <c>Default</c>.</summary>
    public static string RequireName(string? name)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > LongestName || !IsText(name))
        {
            throw new TrackingException(
                $"'{KeyRule.Show(name ?? "(null)")}' cannot be the name of an experiment. Use 1 to {LongestName} characters, none of them a control character.");
        }

        return name == "0" ? Default : name;
    }

    public static void RequireTag(string? key, string? value)
    {
        if (KeyRule.Broken(key, "Tag key") is { } broken)
        {
            throw new TrackingException(broken);
        }

        if (value is null || value.Length > LongestTag)
        {
            throw new TrackingException(
                value is null ? $"The value of the experiment tag '{key}' is missing."
                : $"The value of the experiment tag '{key}' has {value.Length} characters; at most {LongestTag} are kept.");
        }
    }

    public static async ValueTask<Experiment?> FindAsync(LifecycleTransaction transaction, string name, CancellationToken cancellationToken)
    {
        List<Experiment> rows = await transaction.QueryAsync(Columns + " WHERE name = $name", [("$name", name)], Read, cancellationToken).ConfigureAwait(false);
        return rows.Count == 0 ? null : rows[0];
    }

    public static async ValueTask<Experiment?> FindAsync(LifecycleTransaction transaction, long id, CancellationToken cancellationToken)
    {
        List<Experiment> rows = await transaction.QueryAsync(Columns + " WHERE id = $id", [("$id", id)], Read, cancellationToken).ConfigureAwait(false);
        return rows.Count == 0 ? null : rows[0];
    }

    /// <summary>The experiment of this id, or an error that says that there is none.</summary>
    public static async ValueTask<Experiment> RequireAsync(LifecycleTransaction transaction, string? id, CancellationToken cancellationToken) =>
        Number(id) is { } number && await FindAsync(transaction, number, cancellationToken).ConfigureAwait(false) is { } found
            ? found : throw TrackingException.NoExperiment(id);

    /// <summary>The experiment of this id if it is not deleted.</summary>
    public static async ValueTask<Experiment> RequireActiveAsync(LifecycleTransaction transaction, string? id, CancellationToken cancellationToken)
    {
        Experiment found = await RequireAsync(transaction, id, cancellationToken).ConfigureAwait(false);
        return found.IsDeleted ? throw TrackingException.State($"experiment {found.Id}", "active", "deleted") : found;
    }

    /// <summary>The id of an experiment; made when it is new.</summary>
    public static async ValueTask<long> EnsureAsync(TrackingStore store, LifecycleTransaction transaction, string name, CancellationToken cancellationToken)
    {
        object? known = await transaction.ScalarAsync(
            "SELECT id FROM tracking_experiment WHERE name = $name", [("$name", name)], cancellationToken).ConfigureAwait(false);
        return known as long? ?? await AddAsync(store, transaction, new NewExperiment(name), cancellationToken).ConfigureAwait(false);
    }

    public static async ValueTask<long> AddAsync(TrackingStore store, LifecycleTransaction transaction, NewExperiment asked, CancellationToken cancellationToken)
    {
        long id = (long)(await transaction.ScalarAsync(
            "INSERT INTO tracking_experiment(name, stage, created, updated, location) VALUES($name, 1, $now, $now, $location) RETURNING id",
            [("$name", asked.Name), ("$now", store.Now), ("$location", asked.Location)], cancellationToken).ConfigureAwait(false))!;
        foreach ((string key, string value) in asked.Tags)
        {
            await SetTagAsync(transaction, id, key, value, cancellationToken).ConfigureAwait(false);
        }

        await AuditAsync(store, transaction, "experiment.created", id, asked.Name, cancellationToken).ConfigureAwait(false);
        return id;
    }

    public static ValueTask<int> SetTagAsync(LifecycleTransaction transaction, long experiment, string key, string value, CancellationToken cancellationToken) =>
        transaction.ExecuteAsync(
            """
            INSERT INTO tracking_experiment_tag(experiment, key, value) VALUES($experiment, $key, $value)
            ON CONFLICT(experiment, key) DO UPDATE SET value = excluded.value
            """,
            [("$experiment", experiment), ("$key", key), ("$value", value)], cancellationToken);

    public static async ValueTask AuditAsync(
        TrackingStore store, LifecycleTransaction transaction, string action, long id, string name, CancellationToken cancellationToken) =>
        await AuditAsync(store, transaction, action, id, json => json.WriteString("name", name), cancellationToken).ConfigureAwait(false);

    public static async ValueTask AuditAsync(
        TrackingStore store, LifecycleTransaction transaction, string action, long id, Action<Utf8JsonWriter> after, CancellationToken cancellationToken) =>
        await store.Audit.AppendAsync(
            transaction, new AuditRecord(action, $"experiment/{id.ToString(CultureInfo.InvariantCulture)}", After: JsonText.Text(after)), cancellationToken)
            .ConfigureAwait(false);

    private static bool IsText(string name)
    {
        for (int i = 0; i < name.Length; i++)
        {
            if (char.IsControl(name[i]) || (char.IsSurrogate(name[i]) && !(char.IsHighSurrogate(name[i]) && i + 1 < name.Length && char.IsLowSurrogate(name[++i]))))
            {
                return false;
            }
        }

        return true;
    }

    private static IReadOnlyDictionary<string, string> ReadTags(string json)
    {
        if (json == "{}")
        {
            return ReadOnlyDictionary<string, string>.Empty;
        }

        using JsonDocument document = JsonDocument.Parse(json);
        return document.RootElement.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!, StringComparer.Ordinal);
    }
}
