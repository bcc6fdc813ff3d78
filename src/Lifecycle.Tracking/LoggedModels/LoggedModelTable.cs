using System.Buffers;
using System.Data.Common;

namespace Lifecycle.Tracking;

/// <summary>SQL over models that runs logged.</summary>
internal static class LoggedModelTable
{
    private const int LongestName = 250;
    private static readonly SearchValues<char> Forbidden = SearchValues.Create("/:.%\"'");

    public const string Columns = """
        SELECT l.model_id, l.name, r.run_id, l.digest, l.created FROM tracking_logged_model l JOIN tracking_run r ON r.id = l.run
        """;

    public static void RequireName(string? name)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > LongestName || name.AsSpan().ContainsAny(Forbidden) || name.Any(char.IsControl))
        {
            throw new InvalidModelException(
                $"'{KeyRule.Show(name ?? "(null)")}' cannot be the name of a logged model. Use 1 to {LongestName} characters, none of / : . % \" ' and no control character.");
        }
    }

    public static (string Id, string Name, string RunId, Digest Digest, DateTimeOffset CreatedAt) Read(DbDataReader row) =>
        (row.GetString(0), row.GetString(1), row.GetString(2), row.Digest(3), row.Time(4));

    /// <summary>A metric of a model; of a model that is not here, nothing is kept.</summary>
    public static ValueTask<int> AddMetricAsync(
        LifecycleTransaction transaction, RunRow run, string model, JournaledPoint point, string datasetName, string datasetDigest, CancellationToken cancellationToken) =>
        transaction.ExecuteAsync(
            """
            INSERT INTO tracking_logged_model_metric(model, key, dataset_name, dataset_digest, run, step, ts, value, nan)
            SELECT id, $key, $name, $digest, $run, $step, $ts, $value, $nan FROM tracking_logged_model WHERE model_id = $model ON CONFLICT DO NOTHING
            """,
            [
                ("$key", point.Key), ("$name", datasetName), ("$digest", datasetDigest), ("$run", run.Id), ("$step", point.Step), ("$ts", point.Ms),
                ("$value", double.IsNaN(point.Value) ? 0.0 : point.Value), ("$nan", double.IsNaN(point.Value) ? 1L : 0L), ("$model", model),
            ],
            cancellationToken);

    public static async ValueTask<AuditEntry> AddAsync(
        TrackingStore store, LifecycleTransaction transaction, RunRow run, ModelArtifact model, CancellationToken cancellationToken)
    {
        long id = (long)(await transaction.ScalarAsync(
            """
            INSERT INTO tracking_logged_model(experiment, model_id, name, run, digest, created, updated)
            VALUES($experiment, $model, $name, $run, $digest, $created, $created) RETURNING id
            """,
            [
                ("$experiment", run.Experiment), ("$model", model.Id), ("$name", model.Name), ("$run", run.Id), ("$digest", model.Digest.ToString()),
                ("$created", model.CreatedAt.ToUnixTimeMilliseconds()),
            ],
            cancellationToken).ConfigureAwait(false))!;
        foreach (ModelFile file in model.Manifest.Files)
        {
            await ArtifactTable.PutAsync(
                transaction, ArtifactTable.OfModel, id, new ArtifactEntry(file.Path, file.Size, file.Digest, model.CreatedAt), cancellationToken).ConfigureAwait(false);
        }

        string what = JsonText.Text(json =>
        {
            json.WriteString("model", model.Id);
            json.WriteString("name", model.Name);
            json.WriteString("digest", model.Digest.ToString());
            json.WriteNumber("files", model.Manifest.Files.Count);
        });
        return await store.Audit.AppendAsync(transaction, new AuditRecord("model.logged", $"run/{run.RunId}", After: what), cancellationToken).ConfigureAwait(false);
    }
}
