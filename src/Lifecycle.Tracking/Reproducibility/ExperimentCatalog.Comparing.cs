namespace Lifecycle.Tracking;

public sealed partial class ExperimentCatalog
{
    /// <summary>In what two runs differ: code, packages, data, params, host, environment.</summary>
    /// <param name="first">Id of a run, ended or not.</param>
    /// <param name="second">Id of another.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="TrackingException">There is no such run.</exception>
    public async ValueTask<RunComparison> CompareAsync(string first, string second, CancellationToken cancellationToken = default)
    {
        RunRecord one = await RequireRunAsync(first, cancellationToken).ConfigureAwait(false);
        RunRecord other = await RequireRunAsync(second, cancellationToken).ConfigureAwait(false);
        return RunComparison.Of(
            one, await EnvironmentAsync(first, cancellationToken).ConfigureAwait(false), other, await EnvironmentAsync(second, cancellationToken).ConfigureAwait(false));
    }

    /// <inheritdoc cref="CompareAsync(string, string, CancellationToken)"/>
    public ValueTask<RunComparison> CompareAsync(Run first, Run second, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        return CompareAsync(first.Id, second.Id, cancellationToken);
    }

    /// <summary>What was written down about where a run comes from; null when nothing was, or not yet.</summary>
    /// <exception cref="FormatException">It was written by a later version.</exception>
    public async ValueTask<EnvironmentRecord?> EnvironmentAsync(string runId, CancellationToken cancellationToken = default)
    {
        await OpenForReadingAsync(cancellationToken).ConfigureAwait(false);
        List<Digest> found = await _store.Database.QueryAsync(
            "SELECT a.path, a.size, a.digest, a.created FROM tracking_artifact a JOIN tracking_run r ON r.id = a.owner WHERE a.owner_kind = 1 AND r.run_id = $run AND a.path = $path",
            [("$run", runId), ("$path", EnvironmentRecord.ArtifactName)], row => ArtifactTable.Read(row).Digest,
            cancellationToken).ConfigureAwait(false);
        if (found.Count == 0)
        {
            return null;
        }

        Stream stream = await _store.Blobs.OpenAsync(found[0], null, cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            using MemoryStream bytes = new();
            await stream.CopyToAsync(bytes, cancellationToken).ConfigureAwait(false);
            return EnvironmentRecord.Parse(bytes.GetBuffer().AsMemory(0, (int)bytes.Length));
        }
    }

    private async ValueTask<RunRecord> RequireRunAsync(string runId, CancellationToken cancellationToken) =>
        await GetRunAsync(runId, cancellationToken).ConfigureAwait(false) ?? throw TrackingException.NoRun(runId);
}
