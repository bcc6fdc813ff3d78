namespace Lifecycle.Tracking;

/// <summary>SQL over the logged models that runs read and made.</summary>
internal static class RunModelTable
{
    /// <summary>Ids of the models that runs read, by the run's row, in the order they were logged.</summary>
    public static ILookup<long, string> Inputs(SearchSession session, (string, object?)[] runs) => session.Query(
        "SELECT run, model FROM tracking_run_model_input WHERE run IN (SELECT value FROM json_each($runs)) ORDER BY run, n", runs,
        row => (Run: row.GetInt64(0), Model: row.GetString(1))).ToLookup(r => r.Run, r => r.Model);

    /// <summary>The models that runs made, by the run's row, in the order they were logged.</summary>
    public static ILookup<long, RunOutput> Outputs(SearchSession session, (string, object?)[] runs) => session.Query(
        "SELECT run, model, step FROM tracking_run_output WHERE run IN (SELECT value FROM json_each($runs)) ORDER BY run, n", runs,
        row => (Run: row.GetInt64(0), Output: new RunOutput(row.GetString(1), row.GetInt64(2)))).ToLookup(r => r.Run, r => r.Output);

    public static ValueTask<int> AddInputAsync(LifecycleTransaction transaction, RunRow run, string model, CancellationToken cancellationToken) =>
        transaction.ExecuteAsync(
            """
            INSERT INTO tracking_run_model_input(run, model, n)
            SELECT $run, $model, (SELECT coalesce(max(n), 0) + 1 FROM tracking_run_model_input WHERE run = $run) WHERE true ON CONFLICT DO NOTHING
            """,
            [("$run", run.Id), ("$model", model)], cancellationToken);

    public static ValueTask<int> AddOutputAsync(LifecycleTransaction transaction, RunRow run, RunOutput output, CancellationToken cancellationToken) =>
        transaction.ExecuteAsync(
            """
            INSERT INTO tracking_run_output(run, model, n, step)
            SELECT $run, $model, (SELECT coalesce(max(n), 0) + 1 FROM tracking_run_output WHERE run = $run), $step WHERE true
            ON CONFLICT(run, model) DO UPDATE SET step = excluded.step
            """,
            [("$run", run.Id), ("$model", output.ModelId), ("$step", output.Step)], cancellationToken);
}
