using System.Data.Common;

namespace Lifecycle.Data;

public sealed partial class DatasetCatalog
{
    private const long MaximumProfile = 1L << 30;
    private const string ProfileRole = "profile ";

    internal string FormatNames => string.Join(", ", _options.Formats.Select(f => f.Name));

    /// <summary>The profile of a table: that of the commit, that of an earlier call, or a new one, which is kept.</summary>
    internal async ValueTask<DatasetProfile> ProfileAsync(
        DatasetVersion version, TableSummary table, ProfileDepth depth, CancellationToken cancellationToken)
    {
        DatasetProfile? known = version.Row.Profile is { } committed
            ? await ReadProfileAsync(committed, table.Path, cancellationToken).ConfigureAwait(false)
            : null;
        if (known is { IsFull: true } || (known is not null && depth != ProfileDepth.Full))
        {
            return known;
        }

        if (await FindProfileAsync(version, table.Path, cancellationToken).ConfigureAwait(false) is { } later
            && await ReadProfileAsync(later, table.Path, cancellationToken).ConfigureAwait(false) is { } kept)
        {
            return kept;
        }

        try
        {
            Stream content = await version.OpenAsync(table.Path, null, cancellationToken).ConfigureAwait(false);
            await using (content.ConfigureAwait(false))
            {
                DatasetProfile made = await FormatOf(table).ProfileAsync(content, table, cancellationToken).ConfigureAwait(false);
                return await KeepProfileAsync(version, made, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (known is { Problems.Count: > 0 } && e is not (OperationCanceledException or LifecycleStorageException))
        {
            return known;
        }
    }

    /// <summary>The profiles that were made with the commit of a version.</summary>
    internal async ValueTask<IReadOnlyList<DatasetProfile>> CommittedProfilesAsync(DatasetVersion version, CancellationToken cancellationToken) =>
        version.Row.Profile is { } digest ? ProfileJson.Read(await ReadBlobAsync(Blobs, digest, MaximumProfile, cancellationToken).ConfigureAwait(false)) : [];

    // Whatever goes wrong here, the version is committed.
    internal static async ValueTask<DatasetProfile?> ProfileAsync(
        TableScan scan, TableSummary table, Func<Stream> open, Func<bool> isTheSame, CancellationToken cancellationToken)
    {
        try
        {
            DatasetProfile? profile = await scan.ProfileAsync(open, cancellationToken).ConfigureAwait(false);
            return profile is null || isTheSame()
                ? profile
                : DatasetProfile.Failed(table.Path, table.Rows, "the file changed while it was read for its profile; the version holds what it was before");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return DatasetProfile.Failed(table.Path, table.Rows, "the profile could not be made: " + e.Message);
        }
    }

    private async ValueTask<DatasetProfile?> ReadProfileAsync(Digest digest, string path, CancellationToken cancellationToken) =>
        ProfileJson.Read(await ReadBlobAsync(Blobs, digest, MaximumProfile, cancellationToken).ConfigureAwait(false))
            .FirstOrDefault(p => string.Equals(p.Path, path, StringComparison.Ordinal));

    private async ValueTask<Digest?> FindProfileAsync(DatasetVersion version, string path, CancellationToken cancellationToken)
    {
        await ReadyAsync(cancellationToken).ConfigureAwait(false);
        DbConnection connection = await _database.DataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            DbCommand command = connection.Command(
                "SELECT b.digest FROM data_version_blob b JOIN data_version v ON v.id = b.version WHERE v.id = $version AND v.removed_at IS NULL AND b.role = $role", ("$version", version.Id), ("$role", ProfileRole + path));
            await using (command.ConfigureAwait(false))
            {
                return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is string text ? Digest.Parse(text) : null;
            }
        }
    }

    private async ValueTask<DatasetProfile> KeepProfileAsync(DatasetVersion version, DatasetProfile profile, CancellationToken cancellationToken)
    {
        byte[] bytes = ProfileJson.Write([profile]);
        using MemoryStream content = new(bytes, writable: false);
        Digest digest = (await Blobs.PutAsync(content, null, cancellationToken).ConfigureAwait(false)).Digest;
        await _database.WriteAsync(
            async (transaction, token) => await transaction.ExecuteAsync(
                "INSERT INTO data_version_blob (version, role, digest) SELECT id, $role, $digest FROM data_version WHERE id = $version AND removed_at IS NULL "
                + "ON CONFLICT (version, role) DO UPDATE SET digest = excluded.digest",
                [("$version", version.Id), ("$role", ProfileRole + profile.Path), ("$digest", digest.ToString())],
                token).ConfigureAwait(false),
            CommitDurability.Flushed,
            cancellationToken).ConfigureAwait(false);
        return ProfileJson.Read(bytes)[0];
    }
}
