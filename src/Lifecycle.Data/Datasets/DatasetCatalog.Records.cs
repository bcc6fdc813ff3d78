namespace Lifecycle.Data;

public sealed partial class DatasetCatalog
{
    private const int MaximumRecord = 1 << 24;

    /// <summary>
    /// Refuses a version whose record has a number that this build does not know: what else it says would be passed over. A record that is damaged or
    /// gone does not keep anybody from the files; verification names it.
    /// </summary>
    /// <exception cref="DatasetException">A newer version wrote it.</exception>
    internal static async ValueTask RequireKnownAsync(IBlobStore blobs, Digest record, string version, CancellationToken cancellationToken)
    {
        byte[] bytes;
        try
        {
            bytes = await ReadBlobAsync(blobs, record, MaximumRecord, cancellationToken).ConfigureAwait(false);
        }
        catch (LifecycleException error) when (error is BlobNotFoundException or BlobCorruptedException or DatasetException)
        {
            return;
        }

        if (VersionRecord.IsNewer(bytes))
        {
            throw new DatasetException($"The record {record} of {version} was written by a newer version of the Lifecycle packages; update them. Nothing was changed.");
        }
    }

    // On top of a version of a newer build nothing is committed.
    private async ValueTask<NewestVersion> KnownNewestAsync(string name, CancellationToken cancellationToken)
    {
        NewestVersion newest = await NewestAsync(name, cancellationToken).ConfigureAwait(false);
        if (newest.Row is { } row)
        {
            await RequireKnownAsync(new DatasetVersion(this, row), cancellationToken).ConfigureAwait(false);
        }

        return newest;
    }

    private ValueTask RequireKnownAsync(DatasetVersion version, CancellationToken cancellationToken) =>
        RequireKnownAsync(Blobs, version.Record, version.ToString(), cancellationToken);
}
