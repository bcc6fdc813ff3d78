namespace Lifecycle.Tracking;

public sealed partial class ExperimentCatalog
{
    /// <summary>What the <c>MLmodel</c> of a logged model says; null when there is no such model or it has no such file.</summary>
    /// <param name="modelId"><c>m-</c> and 32 hex digits, see <see cref="ModelArtifact.Id"/>.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="InvalidModelException">The file, written by another client, is no plain <c>MLmodel</c>.</exception>
    /// <exception cref="BlobCorruptedException">Its bytes are damaged.</exception>
    public async ValueTask<ModelDescription?> DescriptionAsync(string modelId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(modelId);
        await OpenAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<Digest> found = [.. await _store.Database.QueryAsync(
            """
            SELECT a.digest FROM tracking_logged_model m JOIN tracking_artifact a ON a.owner_kind = 2 AND a.owner = m.id AND a.path = 'MLmodel'
            WHERE m.model_id = $model
            """,
            [("$model", modelId)], row => row.Digest(0), cancellationToken).ConfigureAwait(false)];
        if (found.Count == 0)
        {
            return null;
        }

        Stream stored = await _store.Blobs.OpenAsync(found[0], null, cancellationToken).ConfigureAwait(false);
        await using (stored.ConfigureAwait(false))
        {
            using MemoryStream bytes = new();
            await stored.CopyToAsync(bytes, cancellationToken).ConfigureAwait(false);
            return ModelDescription.Read(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
        }
    }
}
