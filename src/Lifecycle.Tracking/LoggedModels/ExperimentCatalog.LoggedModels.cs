using System.Globalization;

namespace Lifecycle.Tracking;

public sealed partial class ExperimentCatalog
{
    /// <summary>Makes a logged model without files; it is pending until <see cref="FinishModelAsync"/>.</summary>
    /// <exception cref="TrackingException">There is no such active experiment or run.</exception>
    /// <exception cref="InvalidModelException">The name, a tag or a param breaks its rule.</exception>
    public async ValueTask<LoggedModel> CreateModelAsync(LoggedModelStart start, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(start);
        if (start.Name is not null)
        {
            LoggedModelTable.RequireName(start.Name);
        }

        RequireTexts(start.Params);
        RequireTexts(start.Tags);
        await OpenForReadingAsync(cancellationToken).ConfigureAwait(false);
        string id = "m-" + LifecycleId.New(_store.Time).ToString("N");
        return await _store.Database.WriteAsync(
            async (transaction, token) =>
            {
                Experiment experiment = await ExperimentTable.RequireActiveAsync(transaction, start.ExperimentId, token).ConfigureAwait(false);
                RunRow? run = start.SourceRunId is not { Length: > 0 } runId ? null
                    : await RunRow.FindAsync(transaction, runId, token).ConfigureAwait(false) ?? throw TrackingException.NoRun(runId);
                string name = start.Name ?? "model-" + id[^8..];
                long row = (long)(await transaction.ScalarAsync(
                    """
                    INSERT INTO tracking_logged_model(experiment, model_id, name, type, status, run, created, updated)
                    VALUES($experiment, $model, $name, $type, 1, $run, $now, $now) RETURNING id
                    """,
                    [
                        ("$experiment", long.Parse(experiment.Id, CultureInfo.InvariantCulture)), ("$model", id), ("$name", name), ("$type", start.Type ?? ""), ("$run", run?.Id), ("$now", _store.Now),
                    ],
                    token).ConfigureAwait(false))!;
                LoggedModelRow model = await LoggedModelTable.RequireAsync(transaction, id, token).ConfigureAwait(false);
                foreach ((string key, string value) in start.Params)
                {
                    await LoggedModelTable.AddParamAsync(transaction, model, key, value, token).ConfigureAwait(false);
                }

                foreach ((string key, string value) in start.Tags)
                {
                    await LoggedModelTable.SetTagAsync(transaction, row, key, value, token).ConfigureAwait(false);
                }

                await LoggedModelTable.AuditAsync(_store, transaction, "model.started", $"experiment/{experiment.Id}", id, name, null, token)
                    .ConfigureAwait(false);
                return await ReadModelAsync(transaction, id, token).ConfigureAwait(false);
            },
            CommitDurability.Flushed, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A logged model with its params, tags and metrics, deleted or not; null when there is none.</summary>
    public async ValueTask<LoggedModel?> GetLoggedModelAsync(string modelId, CancellationToken cancellationToken = default)
    {
        await OpenForReadingAsync(cancellationToken).ConfigureAwait(false);
        List<LoggedModel> rows = await _store.Database.QueryAsync(
            LoggedModelTable.Records + " WHERE l.model_id = $id", [("$id", modelId)], LoggedModelTable.ReadRecord, cancellationToken).ConfigureAwait(false);
        return rows.Count == 0 ? null : rows[0];
    }

    /// <summary>Tags of a logged model; what they were before is replaced.</summary>
    /// <exception cref="ModelNotFoundException">There is no such model, or it was deleted.</exception>
    /// <exception cref="InvalidModelException">A key or a value breaks its rule.</exception>
    public ValueTask SetModelTagsAsync(string modelId, IReadOnlyDictionary<string, string> tags, CancellationToken cancellationToken = default)
    {
        RequireTexts(tags);
        return ChangeModelAsync(
            modelId,
            async (transaction, model, token) =>
            {
                foreach ((string key, string value) in tags)
                {
                    await LoggedModelTable.SetTagAsync(transaction, model.Id, key, value, token).ConfigureAwait(false);
                }
            },
            cancellationToken);
    }

    /// <summary>Takes a tag of a logged model away.</summary>
    /// <returns>Whether it was there.</returns>
    /// <exception cref="ModelNotFoundException">There is no such model, or it was deleted.</exception>
    public async ValueTask<bool> RemoveModelTagAsync(string modelId, string key, CancellationToken cancellationToken = default)
    {
        int removed = 0;
        await ChangeModelAsync(
            modelId,
            async (transaction, model, token) => removed = await transaction.ExecuteAsync(
                "DELETE FROM tracking_logged_model_tag WHERE model = $model AND key = $key", [("$model", model.Id), ("$key", key)], token).ConfigureAwait(false),
            cancellationToken).ConfigureAwait(false);
        return removed > 0;
    }

    /// <summary>Params of a logged model; they never change, the same value again is fine.</summary>
    /// <exception cref="ModelNotFoundException">There is no such model, or it was deleted.</exception>
    /// <exception cref="InvalidModelException">A key or a value breaks its rule, or a param has another value; then none is written.</exception>
    public ValueTask LogModelParamsAsync(string modelId, IReadOnlyDictionary<string, string> values, CancellationToken cancellationToken = default)
    {
        RequireTexts(values);
        return ChangeModelAsync(
            modelId,
            async (transaction, model, token) =>
            {
                foreach ((string key, string value) in values)
                {
                    await LoggedModelTable.AddParamAsync(transaction, model, key, value, token).ConfigureAwait(false);
                }
            },
            cancellationToken);
    }

    /// <summary>What runs measured of a logged model, all or nothing. Exact duplicates are nothing new.</summary>
    /// <exception cref="ModelNotFoundException">There is no such model, or it was deleted.</exception>
    /// <exception cref="TrackingException">A run is not there.</exception>
    /// <exception cref="InvalidModelException">A key breaks its rule.</exception>
    public async ValueTask LogModelMetricsAsync(string modelId, IReadOnlyList<LoggedModelMetric> metrics, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        foreach (LoggedModelMetric metric in metrics)
        {
            RequireText(metric.Key, "");
        }

        await OpenForReadingAsync(cancellationToken).ConfigureAwait(false);
        await ChangeModelAsync(
            modelId,
            async (transaction, model, token) =>
            {
                foreach (LoggedModelMetric metric in metrics)
                {
                    RunRow run = await RunRow.FindAsync(transaction, metric.RunId, token).ConfigureAwait(false)
                        ?? throw TrackingException.NoRun(metric.RunId);
                    await LoggedModelTable.AddMetricAsync(transaction, model.Id, run.Id, metric, token).ConfigureAwait(false);
                }
            },
            cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask ChangeModelAsync(
        string modelId, Func<LifecycleTransaction, LoggedModelRow, CancellationToken, ValueTask> change, CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken).ConfigureAwait(false);
        await _store.Database.WriteAsync(
            async (transaction, token) =>
            {
                await change(transaction, await LoggedModelTable.RequireAsync(transaction, modelId, token).ConfigureAwait(false), token).ConfigureAwait(false);
                return true;
            },
            CommitDurability.Flushed, cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask<LoggedModel> ReadModelAsync(LifecycleTransaction transaction, string modelId, CancellationToken cancellationToken) =>
        (await transaction.QueryAsync(
            LoggedModelTable.Records + " WHERE l.model_id = $id", [("$id", modelId)], LoggedModelTable.ReadRecord, cancellationToken).ConfigureAwait(false))[0];

    private static void RequireTexts(IReadOnlyDictionary<string, string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        foreach ((string key, string value) in texts)
        {
            RequireText(key, value);
        }
    }

    private static void RequireText(string key, string value)
    {
        try
        {
            RegistryText.RequireTag(key, value);
        }
        catch (InvalidRegistryNameException e)
        {
            throw new InvalidModelException(e.Message);
        }
    }
}
