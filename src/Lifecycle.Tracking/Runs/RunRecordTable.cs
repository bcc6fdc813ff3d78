using System.Globalization;

namespace Lifecycle.Tracking;

/// <summary>Reads runs with their cells: one query a kind, whatever the number of runs.</summary>
internal static class RunRecordTable
{
    private const string Head = """
        SELECT r.id, r.run_id, r.name, r.experiment, r.status, r.stage, r.user, r.start_ms, r.end_ms
        FROM json_each($runs) j CROSS JOIN tracking_run r ON r.id = j.value
        """;

    // Most often no run of a page used data or models; that is asked at once.
    private const string Uses = """
        SELECT max(EXISTS(SELECT 1 FROM tracking_run_input i WHERE i.run = j.value)), max(EXISTS(SELECT 1 FROM tracking_run_model_input m WHERE m.run = j.value)),
            max(EXISTS(SELECT 1 FROM tracking_run_output o WHERE o.run = j.value))
        FROM json_each($runs) j
        """;

    /// <summary>The runs whose row ids a query gives, in its order.</summary>
    public static async ValueTask<IReadOnlyList<RunRecord>> LoadAsync(
        LifecycleDatabase database, string ids, IReadOnlyList<(string Name, object? Value)> parameters, CancellationToken cancellationToken)
    {
        using SearchSession session = await SearchSession.OpenAsync(database, cancellationToken).ConfigureAwait(false);
        List<long> rows = session.Query(ids, parameters, row => row.GetInt64(0));
        return Load(session, KeyTexts.Of(database), rows, RunColumns.All);
    }

    /// <summary>These runs, in this order, with the columns that are asked for.</summary>
    public static IReadOnlyList<RunRecord> Load(SearchSession session, KeyTexts keys, IReadOnlyList<long> rows, RunColumns columns)
    {
        if (rows.Count == 0)
        {
            return [];
        }

        Dictionary<long, int> places = new(rows.Count);
        for (int i = 0; i < rows.Count; i++)
        {
            places[rows[i]] = i;
        }

        (string, object?)[] runs = [("$runs", "[" + string.Join(',', rows.Select(r => r.ToString(CultureInfo.InvariantCulture))) + "]")];
        CellMap<MetricPoint>[] metrics = RunCellTable.Metrics(session, keys, runs, places, columns.Metrics);
        CellMap<string>[] parameters = RunCellTable.Texts(session, keys, runs, places, "tracking_param", KeyTable.Param, columns.Params);
        CellMap<string>[] tags = RunCellTable.Texts(session, keys, runs, places, "tracking_tag", KeyTable.Tag, columns.Tags);
        (bool hasInputs, bool hasModels, bool hasOutputs) = !columns.Inputs ? default
            : session.Query(Uses, runs, row => (row.GetInt64(0) != 0, row.GetInt64(1) != 0, row.GetInt64(2) != 0))[0];
        ILookup<long, RunInput>? inputs = !hasInputs ? null : session.Query(
            InputTable.OfRuns, runs, row => (Run: row.GetInt64(0), Input: InputTable.Read(row))).ToLookup(i => i.Run, i => i.Input);
        ILookup<long, string>? modelInputs = !hasModels ? null : RunModelTable.Inputs(session, runs);
        ILookup<long, RunOutput>? outputs = !hasOutputs ? null : RunModelTable.Outputs(session, runs);
        Dictionary<long, (string Id, string Name)> experiments = [];
        RunRecord[] records = new RunRecord[rows.Count];
        session.Read(Head, runs, row =>
        {
            long id = row.GetInt64(0);
            int place = places[id];
            (string Id, string Name) experiment = ExperimentOf(session, experiments, row.GetInt64(3));
            records[place] = new RunRecord
            {
                Id = row.GetString(1),
                Name = row.GetString(2),
                ExperimentId = experiment.Id,
                Experiment = experiment.Name,
                Status = (RunStatus)row.GetInt32(4),
                IsDeleted = row.GetInt32(5) != Stage.Active,
                User = row.GetString(6),
                StartedAt = row.Time(7),
                EndedAt = row.TimeOrNull(8),
                Metrics = metrics[place],
                Params = parameters[place],
                Tags = tags[place],
                Inputs = inputs is null ? [] : [.. inputs[id]],
                ModelInputs = modelInputs is null ? [] : [.. modelInputs[id]],
                Outputs = outputs is null ? [] : [.. outputs[id]],
            };
        });
        return records;
    }

    private static (string Id, string Name) ExperimentOf(SearchSession session, Dictionary<long, (string Id, string Name)> known, long experiment)
    {
        if (!known.TryGetValue(experiment, out (string Id, string Name) found))
        {
            string name = session.Query("SELECT name FROM tracking_experiment WHERE id = $id", [("$id", experiment)], row => row.GetString(0))[0];
            known[experiment] = found = (experiment.ToString(CultureInfo.InvariantCulture), name);
        }

        return found;
    }
}
