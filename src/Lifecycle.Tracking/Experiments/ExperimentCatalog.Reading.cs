using System.Globalization;
using System.Runtime.CompilerServices;

namespace Lifecycle.Tracking;

public sealed partial class ExperimentCatalog
{
    /// <summary>A run with its params, latest metrics, tags and inputs, deleted or not; null when there is none.</summary>
    public async ValueTask<RunRecord?> GetRunAsync(string runId, CancellationToken cancellationToken = default)
    {
        await OpenForReadingAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<RunRecord> runs = await RunRecordTable.LoadAsync(
            _store.Database, "SELECT id FROM tracking_run WHERE run_id = $run", [("$run", runId)], cancellationToken).ConfigureAwait(false);
        return runs.Count == 0 ? null : runs[0];
    }

    /// <summary>All points of a metric in the order of (time, step, value), NaN first.</summary>
    public async IAsyncEnumerable<MetricPoint> MetricHistoryAsync(
        string runId, string key, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await OpenForReadingAsync(cancellationToken).ConfigureAwait(false);
        foreach (MetricPoint point in await _store.Database.QueryAsync(
            """
            SELECT p.value, p.nan, p.step, p.ts FROM tracking_metric_point p
            WHERE p.run = (SELECT id FROM tracking_run WHERE run_id = $run) AND p.key = (SELECT id FROM tracking_key WHERE kind = 1 AND text = $key)
            ORDER BY p.ts, p.step, p.nan DESC, p.value
            """,
            [("$run", runId), ("$key", key)],
            row => new MetricPoint(key, row.GetInt64(1) != 0 ? double.NaN : row.GetDouble(0), row.GetInt64(2), row.Time(3)), cancellationToken).ConfigureAwait(false))
        {
            yield return point;
        }
    }

    /// <summary>Misuse of a run that was refused, the first 100.</summary>
    public async ValueTask<IReadOnlyList<RunProblem>> ProblemsAsync(string runId, CancellationToken cancellationToken = default)
    {
        await OpenForReadingAsync(cancellationToken).ConfigureAwait(false);
        return await _store.Database.QueryAsync(
            """
            SELECT p.reason, p.subject, p.text, p.at FROM tracking_run_problem p JOIN tracking_run r ON r.id = p.run WHERE r.run_id = $run ORDER BY p.n
            """,
            [("$run", runId)], row => new RunProblem(row.GetString(0), row.GetString(1), row.GetString(2), row.Time(3)), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The artifacts of a run, ended or not.</summary>
    public RunArtifacts ArtifactsOf(string runId) => new(_store, runId);

    /// <summary>The files of a logged model, <c>m-...</c>. They can be changed until the model is ready.</summary>
    public RunArtifacts ArtifactsOfModel(string modelId) => new(_store, new ArtifactOwner(ArtifactTable.OfModel, modelId));

    /// <summary>Id of the experiment of a run, deleted or not; null when there is no such run.</summary>
    public ValueTask<string?> ExperimentOfRunAsync(string runId, CancellationToken cancellationToken = default) =>
        ExperimentOfAsync("SELECT experiment FROM tracking_run WHERE run_id = $id", runId, cancellationToken);

    /// <summary>Id of the experiment of a logged model, <c>m-...</c>; null when there is no such model or it was deleted.</summary>
    public ValueTask<string?> ExperimentOfModelAsync(string modelId, CancellationToken cancellationToken = default) =>
        ExperimentOfAsync("SELECT experiment FROM tracking_logged_model WHERE model_id = $id AND deleted_at IS NULL", modelId, cancellationToken);

    /// <summary>The models that a run logged, oldest first.</summary>
    public async ValueTask<IReadOnlyList<ModelArtifact>> ModelsAsync(string runId, CancellationToken cancellationToken = default)
    {
        await OpenAsync(cancellationToken).ConfigureAwait(false);
        return await ModelsAsync(" WHERE r.run_id = $id ORDER BY l.id", runId, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A logged model by its id, <c>m-...</c>; null when there is none.</summary>
    public async ValueTask<ModelArtifact?> GetModelAsync(string modelId, CancellationToken cancellationToken = default)
    {
        await OpenAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<ModelArtifact> models = await ModelsAsync(" WHERE l.model_id = $id", modelId, cancellationToken).ConfigureAwait(false);
        return models.Count == 0 ? null : models[0];
    }

    private async ValueTask<string?> ExperimentOfAsync(string sql, string id, CancellationToken cancellationToken)
    {
        await OpenForWritingAsync(id, cancellationToken).ConfigureAwait(false);
        List<long> rows = await _store.Database.QueryAsync(sql, [("$id", id)], row => row.GetInt64(0), cancellationToken).ConfigureAwait(false);
        return rows.Count == 0 ? null : rows[0].ToString(CultureInfo.InvariantCulture);
    }

    private async ValueTask<IReadOnlyList<ModelArtifact>> ModelsAsync(string where, string id, CancellationToken cancellationToken)
    {
        List<ModelArtifact> models = [];
        foreach ((string Id, string Name, string RunId, Digest Digest, DateTimeOffset CreatedAt) row in await _store.Database.QueryAsync(
            LoggedModelTable.Columns + where, [("$id", id)], LoggedModelTable.Read, cancellationToken).ConfigureAwait(false))
        {
            models.Add(new ModelArtifact
            {
                Id = row.Id,
                Name = row.Name,
                RunId = row.RunId,
                CreatedAt = row.CreatedAt,
                Manifest = await ModelManifest.LoadAsync(_store.Blobs, row.Digest, cancellationToken).ConfigureAwait(false),
            });
        }

        return models;
    }
}
