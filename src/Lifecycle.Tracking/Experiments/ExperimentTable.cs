using System.Data.Common;
using System.Globalization;

namespace Lifecycle.Tracking;

/// <summary>SQL over experiments.</summary>
internal static class ExperimentTable
{
    public const string Default = "Default";
    private const int LongestName = 500;

    public const string Columns = "SELECT id, name, stage, created, updated FROM tracking_experiment";

    public static Experiment Read(DbDataReader row) => new(
        row.GetInt64(0).ToString(CultureInfo.InvariantCulture), row.GetString(1), row.GetInt32(2) != Stage.Active, row.Time(3), row.Time(4));

    /// <summary>The name that is meant; <c>0</c> is <c>Default</c>.</summary>
    public static string RequireName(string? name)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > LongestName || name.Any(char.IsControl))
        {
            throw new TrackingException(
                $"'{KeyRule.Show(name ?? "(null)")}' cannot be the name of an experiment. Use 1 to {LongestName} characters, none of them a control character.");
        }

        return name == "0" ? Default : name;
    }

    public static async ValueTask<Experiment?> FindAsync(LifecycleTransaction transaction, string name, CancellationToken cancellationToken)
    {
        List<Experiment> rows = await transaction.QueryAsync(Columns + " WHERE name = $name", [("$name", name)], Read, cancellationToken).ConfigureAwait(false);
        return rows.Count == 0 ? null : rows[0];
    }

    /// <summary>The id of an experiment; made when it is new.</summary>
    public static async ValueTask<long> EnsureAsync(TrackingStore store, LifecycleTransaction transaction, string name, CancellationToken cancellationToken)
    {
        object? known = await transaction.ScalarAsync(
            "SELECT id FROM tracking_experiment WHERE name = $name", [("$name", name)], cancellationToken).ConfigureAwait(false);
        return known as long? ?? await AddAsync(store, transaction, name, cancellationToken).ConfigureAwait(false);
    }

    public static async ValueTask<long> AddAsync(TrackingStore store, LifecycleTransaction transaction, string name, CancellationToken cancellationToken)
    {
        long id = (long)(await transaction.ScalarAsync(
            "INSERT INTO tracking_experiment(name, stage, created, updated) VALUES($name, 1, $now, $now) RETURNING id",
            [("$name", name), ("$now", store.Now)], cancellationToken).ConfigureAwait(false))!;
        await AuditAsync(store, transaction, "experiment.created", id, name, cancellationToken).ConfigureAwait(false);
        return id;
    }

    public static async ValueTask AuditAsync(
        TrackingStore store, LifecycleTransaction transaction, string action, long id, string name, CancellationToken cancellationToken) =>
        await store.Audit.AppendAsync(
            transaction,
            new AuditRecord(action, $"experiment/{id.ToString(CultureInfo.InvariantCulture)}", After: JsonText.Text(json => json.WriteString("name", name))),
            cancellationToken).ConfigureAwait(false);
}
