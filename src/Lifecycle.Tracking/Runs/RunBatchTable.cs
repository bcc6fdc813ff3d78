namespace Lifecycle.Tracking;

/// <summary>Writes a <see cref="RunBatch"/> inside a transaction: reads and checks first, then writes.</summary>
internal sealed class RunBatchTable(TrackingStore store)
{
    private readonly KeyTable _keys = new();

    /// <exception cref="TrackingException">There is no such run, it is deleted, or a param would change; nothing was written.</exception>
    public async ValueTask AddAsync(LifecycleTransaction transaction, string runId, RunBatch batch, CancellationToken cancellationToken)
    {
        RunRow run = await RunRow.RequireActiveAsync(transaction, runId, cancellationToken).ConfigureAwait(false);
        await RequireSameParamsAsync(transaction, run, batch, cancellationToken).ConfigureAwait(false);
        await RequireModelsAsync(transaction, batch, cancellationToken).ConfigureAwait(false);
        foreach ((string key, string value) in batch.Params)
        {
            await RunTable.AddParamAsync(transaction, _keys, run, key, value, cancellationToken).ConfigureAwait(false);
        }

        foreach ((string key, string value) in batch.Tags)
        {
            await RunTable.SetTagAsync(transaction, _keys, run, key, value, cancellationToken).ConfigureAwait(false);
        }

        List<JournaledPoint> points = [.. batch.Metrics.Select(Point)];
        await MetricTable.AddAsync(store.Database, transaction, _keys, run, points, cancellationToken).ConfigureAwait(false);
        foreach (RunMetric metric in batch.Metrics.Where(m => m.ModelId is not null))
        {
            await MetricTable.AddOfModelAsync(transaction, run, Point(metric), metric, cancellationToken).ConfigureAwait(false);
        }

        await RunTable.TouchAsync(store, transaction, run, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes the first tags of a run that was just made.</summary>
    public async ValueTask SetTagsAsync(
        LifecycleTransaction transaction, RunRow run, IEnumerable<KeyValuePair<string, string>> tags, CancellationToken cancellationToken)
    {
        foreach ((string key, string value) in tags)
        {
            await RunTable.SetTagAsync(transaction, _keys, run, key, value, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <returns>Whether the tag was there.</returns>
    public static async ValueTask<bool> RemoveTagAsync(LifecycleTransaction transaction, RunRow run, string key, CancellationToken cancellationToken) =>
        await transaction.ExecuteAsync(
            "DELETE FROM tracking_tag WHERE run = $run AND key = (SELECT id FROM tracking_key WHERE kind = 3 AND text = $key)",
            [("$run", run.Id), ("$key", key)], cancellationToken).ConfigureAwait(false) > 0;

    private static JournaledPoint Point(RunMetric metric) => new(metric.Key, metric.Step, metric.At.ToUnixTimeMilliseconds(), metric.Value + 0.0);

    private static async ValueTask RequireSameParamsAsync(LifecycleTransaction transaction, RunRow run, RunBatch batch, CancellationToken cancellationToken)
    {
        if (batch.Params.Count == 0)
        {
            return;
        }

        Dictionary<string, string> asked = new(batch.Params, StringComparer.Ordinal);
        foreach ((string key, string value) in await transaction.QueryAsync(
            """
            SELECT k.text, p.value FROM tracking_param p JOIN tracking_key k ON k.id = p.key
            WHERE p.run = $run AND k.kind = 2 AND k.text IN (SELECT value FROM json_each($keys))
            """,
            [("$run", run.Id), ("$keys", JsonText.List(asked.Keys))], row => (row.GetString(0), row.GetString(1)), cancellationToken).ConfigureAwait(false))
        {
            if (!string.Equals(asked[key], value, StringComparison.Ordinal))
            {
                throw new TrackingException(
                    $"Changing param values is not allowed. Param with key='{key}' was already logged with value='{RunBatch.Cut(value)}' for run ID='{run.RunId}'. Attempted logging new value '{RunBatch.Cut(asked[key])}'.");
            }
        }
    }

    private static async ValueTask RequireModelsAsync(LifecycleTransaction transaction, RunBatch batch, CancellationToken cancellationToken)
    {
        foreach (string model in batch.Metrics.Select(m => m.ModelId).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            if (await transaction.ScalarAsync(
                "SELECT 1 FROM tracking_logged_model WHERE model_id = $model AND deleted_at IS NULL", [("$model", model)], cancellationToken).ConfigureAwait(false) is null)
            {
                throw new TrackingException($"Logged model with ID '{KeyRule.Show(model)}' not found.", TrackingErrorKind.NotFound);
            }
        }
    }
}
