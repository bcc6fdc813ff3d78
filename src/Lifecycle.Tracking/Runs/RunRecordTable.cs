using System.Globalization;

namespace Lifecycle.Tracking;

/// <summary>Reads runs with all their cells: one query a kind, whatever the number of runs.</summary>
internal static class RunRecordTable
{
    private const string Head = """
        SELECT r.id, r.run_id, r.name, r.experiment, e.name, r.status, r.stage, r.user, r.start_ms, r.end_ms
        FROM tracking_run r JOIN tracking_experiment e ON e.id = r.experiment WHERE r.id IN (SELECT value FROM json_each($runs))
        """;

    private const string Metrics = """
        SELECT m.run, k.text, m.value, m.nan, m.step, m.ts FROM tracking_metric_latest m JOIN tracking_key k ON k.id = m.key
        WHERE m.run IN (SELECT value FROM json_each($runs))
        """;

    private const string Params = """
        SELECT p.run, k.text, p.value FROM tracking_param p JOIN tracking_key k ON k.id = p.key WHERE p.run IN (SELECT value FROM json_each($runs))
        """;

    private const string Tags = """
        SELECT p.run, k.text, p.value FROM tracking_tag p JOIN tracking_key k ON k.id = p.key WHERE p.run IN (SELECT value FROM json_each($runs))
        """;

    /// <summary>The runs whose row ids a query gives, in its order.</summary>
    public static async ValueTask<IReadOnlyList<RunRecord>> LoadAsync(
        LifecycleDatabase database, string ids, IReadOnlyList<(string Name, object? Value)> parameters, CancellationToken cancellationToken)
    {
        List<long> rows = await database.QueryAsync(ids, parameters, row => row.GetInt64(0), cancellationToken).ConfigureAwait(false);
        if (rows.Count == 0)
        {
            return [];
        }

        (string, object?)[] runs = [("$runs", "[" + string.Join(',', rows.Select(r => r.ToString(CultureInfo.InvariantCulture))) + "]")];
        ILookup<long, MetricPoint> metrics = (await database.QueryAsync(
            Metrics, runs,
            row => (Run: row.GetInt64(0), Point: new MetricPoint(row.GetString(1), row.GetInt64(3) != 0 ? double.NaN : row.GetDouble(2), row.GetInt64(4), row.Time(5))),
            cancellationToken).ConfigureAwait(false)).ToLookup(m => m.Run, m => m.Point);
        ILookup<long, KeyValuePair<string, string>> parameterCells = await PairsAsync(database, Params, runs, cancellationToken).ConfigureAwait(false);
        ILookup<long, KeyValuePair<string, string>> tags = await PairsAsync(database, Tags, runs, cancellationToken).ConfigureAwait(false);
        ILookup<long, RunInput> inputs = (await database.QueryAsync(
            InputTable.OfRuns, runs, row => (Run: row.GetInt64(0), Input: InputTable.Read(row)), cancellationToken).ConfigureAwait(false))
            .ToLookup(i => i.Run, i => i.Input);
        ILookup<long, string> modelInputs = await RunModelTable.InputsAsync(database, rows, cancellationToken).ConfigureAwait(false);
        ILookup<long, RunOutput> outputs = await RunModelTable.OutputsAsync(database, rows, cancellationToken).ConfigureAwait(false);
        Dictionary<long, RunRecord> records = (await database.QueryAsync(
            Head, runs,
            row => (Row: row.GetInt64(0), Record: new RunRecord
            {
                Id = row.GetString(1),
                Name = row.GetString(2),
                ExperimentId = row.GetInt64(3).ToString(CultureInfo.InvariantCulture),
                Experiment = row.GetString(4),
                Status = (RunStatus)row.GetInt32(5),
                IsDeleted = row.GetInt32(6) != Stage.Active,
                User = row.GetString(7),
                StartedAt = row.Time(8),
                EndedAt = row.TimeOrNull(9),
                Metrics = metrics[row.GetInt64(0)].ToDictionary(m => m.Key, StringComparer.Ordinal),
                Params = new Dictionary<string, string>(parameterCells[row.GetInt64(0)], StringComparer.Ordinal),
                Tags = new Dictionary<string, string>(tags[row.GetInt64(0)], StringComparer.Ordinal),
                Inputs = [.. inputs[row.GetInt64(0)]],
                ModelInputs = [.. modelInputs[row.GetInt64(0)]],
                Outputs = [.. outputs[row.GetInt64(0)]],
            }),
            cancellationToken).ConfigureAwait(false)).ToDictionary(r => r.Row, r => r.Record);
        return [.. rows.Where(records.ContainsKey).Select(r => records[r])];
    }

    private static async ValueTask<ILookup<long, KeyValuePair<string, string>>> PairsAsync(
        LifecycleDatabase database, string sql, (string, object?)[] runs, CancellationToken cancellationToken) =>
        (await database.QueryAsync(
            sql, runs, row => (Run: row.GetInt64(0), Pair: KeyValuePair.Create(row.GetString(1), row.GetString(2))), cancellationToken).ConfigureAwait(false))
        .ToLookup(p => p.Run, p => p.Pair);
}
