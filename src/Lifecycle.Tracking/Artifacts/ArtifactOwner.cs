namespace Lifecycle.Tracking;

/// <summary>Whose artifacts: those of a run or those of a logged model.</summary>
internal sealed record ArtifactOwner(int Kind, string Id)
{
    /// <summary>Row id as SQL, by <c>$owner</c>.</summary>
    public string Row => Kind == ArtifactTable.OfRun
        ? "(SELECT id FROM tracking_run WHERE run_id = $owner)" : "(SELECT id FROM tracking_logged_model WHERE model_id = $owner)";

    public string Word => Kind == ArtifactTable.OfRun ? "run" : "logged model";

    /// <summary>The row id of an owner whose artifacts may be changed.</summary>
    /// <exception cref="TrackingException">It does not exist, is deleted, or is a model whose files are fixed.</exception>
    public async ValueTask<long> RequireAsync(LifecycleTransaction transaction, CancellationToken cancellationToken)
    {
        if (Kind == ArtifactTable.OfRun)
        {
            return (await RunRow.RequireActiveAsync(transaction, Id, cancellationToken).ConfigureAwait(false)).Id;
        }

        List<(long Row, bool Deleted, bool Fixed)> models = await transaction.QueryAsync(
            "SELECT id, deleted_at IS NOT NULL, digest IS NOT NULL FROM tracking_logged_model WHERE model_id = $owner", [("$owner", Id)],
            row => (row.GetInt64(0), row.GetInt64(1) != 0, row.GetInt64(2) != 0), cancellationToken).ConfigureAwait(false);
        return models.Count == 0 || models[0].Deleted ? throw new TrackingException($"Logged model with ID '{KeyRule.Show(Id)}' not found.", TrackingErrorKind.NotFound)
            : models[0].Fixed ? throw new TrackingException($"The files of the logged model {Id} are fixed: it is ready, and its digest stands for them. Log another model.")
            : models[0].Row;
    }
}
