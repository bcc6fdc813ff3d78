using System.Globalization;

namespace Lifecycle.Tracking;

/// <summary>Reads logged models with their params, tags and metrics.</summary>
internal static class LoggedModelRows
{
    private const string Head = """
        SELECT l.id, l.model_id, l.experiment, l.name, l.type, l.status, r.run_id, l.created, l.updated
        FROM json_each($models) j CROSS JOIN tracking_logged_model l ON l.id = j.value LEFT JOIN tracking_run r ON r.id = l.run
        """;

    private const string Metrics = """
        SELECT t.model, t.key, t.value, t.nan, t.step, t.ts, coalesce(r.run_id, ''), t.dataset_name, t.dataset_digest
        FROM json_each($models) j CROSS JOIN tracking_logged_model_metric t ON t.model = j.value LEFT JOIN tracking_run r ON r.id = t.run
        ORDER BY t.model, t.key, t.ts, t.step
        """;

    /// <summary>These models, in this order.</summary>
    public static IReadOnlyList<LoggedModel> Load(SearchSession session, IReadOnlyList<long> rows)
    {
        (string, object?)[] models = [("$models", "[" + string.Join(',', rows.Select(r => r.ToString(CultureInfo.InvariantCulture))) + "]")];
        ILookup<long, KeyValuePair<string, string>> parameters = Pairs(session, "tracking_logged_model_param", models);
        ILookup<long, KeyValuePair<string, string>> tags = Pairs(session, "tracking_logged_model_tag", models);
        ILookup<long, LoggedModelMetric> metrics = session.Query(Metrics, models, row => (Model: row.GetInt64(0), Metric: new LoggedModelMetric(
            row.GetString(1), row.GetInt64(3) != 0 ? double.NaN : row.GetDouble(2), row.GetInt64(4), row.Time(5), row.GetString(6),
            row.GetString(7) is { Length: > 0 } name ? name : null, row.GetString(8) is { Length: > 0 } digest ? digest : null)))
            .ToLookup(m => m.Model, m => m.Metric);
        Dictionary<long, LoggedModel> found = session.Query(Head, models, row => (Row: row.GetInt64(0), Model: new LoggedModel
        {
            Id = row.GetString(1),
            ExperimentId = row.GetInt64(2).ToString(CultureInfo.InvariantCulture),
            Name = row.GetString(3),
            Type = row.GetString(4),
            Status = (LoggedModelStatus)row.GetInt32(5),
            SourceRunId = row.TextOrNull(6),
            CreatedAt = row.Time(7),
            UpdatedAt = row.Time(8),
            Params = new Dictionary<string, string>(parameters[row.GetInt64(0)], StringComparer.Ordinal),
            Tags = new Dictionary<string, string>(tags[row.GetInt64(0)], StringComparer.Ordinal),
            Metrics = [.. metrics[row.GetInt64(0)]],
        })).ToDictionary(m => m.Row, m => m.Model);
        return [.. rows.Select(r => found[r])];
    }

    private static ILookup<long, KeyValuePair<string, string>> Pairs(SearchSession session, string table, (string, object?)[] models) =>
        session.Query(
            $"SELECT t.model, t.key, t.value FROM json_each($models) j CROSS JOIN {table} t ON t.model = j.value", models,
            row => (Model: row.GetInt64(0), Pair: KeyValuePair.Create(row.GetString(1), row.GetString(2)))).ToLookup(p => p.Model, p => p.Pair);
}
