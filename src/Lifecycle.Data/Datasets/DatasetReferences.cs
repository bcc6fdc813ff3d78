using System.Data.Common;
using System.Runtime.CompilerServices;

namespace Lifecycle.Data;

/// <summary>Every blob that dataset versions and splits need: trees, their files, schemas, records, definitions.</summary>
internal sealed partial class DatasetReferences(LifecycleDatabase database, IBlobStore blobs) : IBlobReferenceSource
{
    // the second column of the roots
    private const long Other = 0, Tree = 1;

    // A hierarchy names values of the data, as a profile does: both go with their version, and what says how it was made stays with its record.
    private const string AttachedBlobs = """
        FROM data_version_blob b JOIN data_version v ON v.id = b.version
        WHERE v.removed_at IS NULL OR (b.role NOT LIKE 'profile %' AND b.role NOT LIKE 'hierarchy %')
        """;

    public string Name => "datasets";

    public async IAsyncEnumerable<Digest> ReferencesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await database.MigrateAsync(DatasetTables.Migrations, cancellationToken).ConfigureAwait(false);
        HashSet<Digest> seen = [];
        List<Digest> trees = [], records = [];
        foreach ((Digest digest, long kind, string? tables) in await RootsAsync(cancellationToken).ConfigureAwait(false))
        {
            if (seen.Add(digest))
            {
                yield return digest;
                if (kind != Other)
                {
                    (kind == Tree ? trees : records).Add(digest);
                }
            }

            if (tables is not null && Digest.Of(System.Text.Encoding.UTF8.GetBytes(tables)) is var schema && seen.Add(schema))
            {
                yield return schema;
            }
        }

        // what a newer build's record refers to is not known here
        foreach (Digest record in records)
        {
            await DatasetCatalog.RequireKnownAsync(blobs, record, "a version", cancellationToken).ConfigureAwait(false);
        }

        // trees last: one that cannot be read ends the list with an error, so that nobody takes its files for garbage
        foreach (Digest tree in trees)
        {
            byte[] bytes = await DatasetCatalog.ReadBlobAsync(blobs, tree, DatasetTree.MaximumBytes, cancellationToken).ConfigureAwait(false);
            foreach (DatasetFile file in DatasetTree.Parse(bytes))
            {
                if (seen.Add(file.Digest))
                {
                    yield return file.Digest;
                }
            }
        }
    }

    private async ValueTask<List<(Digest Digest, long Kind, string? Tables)>> RootsAsync(CancellationToken cancellationToken)
    {
        List<(Digest, long, string?)> roots = [];
        DbConnection connection = await database.DataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            DbCommand command = connection.Command(
                "SELECT digest, 1, tables FROM data_version WHERE removed_at IS NULL UNION ALL SELECT record, 2, NULL FROM data_version UNION ALL SELECT digest, 0, NULL FROM data_split "
                + "UNION ALL SELECT profile, 0, NULL FROM data_version WHERE profile IS NOT NULL AND removed_at IS NULL "
                + "UNION ALL SELECT b.digest, 0, NULL " + AttachedBlobs);
            await using (command.ConfigureAwait(false))
            {
                DbDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                {
                    while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    {
                        roots.Add((Digest.Parse(reader.GetString(0)), reader.GetInt64(1), reader.IsDBNull(2) ? null : reader.GetString(2)));
                    }
                }
            }
        }

        return roots;
    }
}
