using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Lifecycle.Data;

/// <content>Which versions need a blob, and what was made with them; and whether trees, files, records and rows fit together.</content>
internal sealed partial class DatasetReferences
{
    private const string Versions = """
        SELECT d.name, v.number, v.id, v.digest, v.record, v.profile, v.tables, v.removed_at IS NOT NULL
        FROM data_version v JOIN data_dataset d ON d.id = v.dataset ORDER BY d.name, v.number
        """;

    // An edge leads from the younger to the older; what was made with a version is found against it.
    private const string Downstream = """
        WITH RECURSIVE below(kind, id, depth) AS (
            SELECT from_kind, from_id, 1 FROM data_lineage_edge WHERE to_kind = $kind AND to_id = $id
            UNION SELECT e.from_kind, e.from_id, b.depth + 1 FROM data_lineage_edge e JOIN below b ON e.to_kind = b.kind AND e.to_id = b.id WHERE b.depth < $depth)
        SELECT DISTINCT kind, id FROM below ORDER BY kind, id
        """;

    /// <summary>
    /// Versions whose tree, files, record, schema or profile are among the digests, splits that are, and the runs, models and data that were made with those
    /// versions.
    /// </summary>
    public async IAsyncEnumerable<BlobHolder> HoldersAsync(IReadOnlySet<Digest> digests, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await database.MigrateAsync(DatasetTables.Migrations, cancellationToken).ConfigureAwait(false);
        List<VersionRow> versions = await VersionsAsync(cancellationToken).ConfigureAwait(false);
        ILookup<string, Digest> attached = await AttachedAsync(cancellationToken).ConfigureAwait(false);
        foreach (VersionRow version in versions)
        {
            HashSet<Digest> hit = [.. version.Own().Concat(attached[version.Id]).Where(digests.Contains)];
            if (!version.IsRemoved)
            {
                hit.UnionWith((await FilesAsync(version.Tree, cancellationToken).ConfigureAwait(false) ?? []).Select(f => f.Digest).Where(digests.Contains));
            }

            if (hit.Count == 0)
            {
                continue;
            }

            List<(string Kind, string Id)> holders = [("dataset version", version.Name)];
            holders.AddRange(await MadeWithAsync(version.Id, versions, cancellationToken).ConfigureAwait(false));
            foreach (Digest digest in hit.Order())
            {
                foreach ((string kind, string id) in holders)
                {
                    yield return new BlobHolder(digest, kind, id);
                }
            }
        }

        foreach ((string digest, string version) in await PairsAsync("SELECT digest, version FROM data_split", [], cancellationToken).ConfigureAwait(false))
        {
            if (Digest.Parse(digest) is var split && digests.Contains(split))
            {
                yield return new BlobHolder(split, "dataset split", "of " + NameOf(version, versions));
            }
        }
    }

    /// <summary>Every tree parses, every file is there with its length, and every record tells what its row tells.</summary>
    public async IAsyncEnumerable<string> ProblemsAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await database.MigrateAsync(DatasetTables.Migrations, cancellationToken).ConfigureAwait(false);
        Dictionary<Digest, long?> lengths = [];
        foreach (VersionRow version in await VersionsAsync(cancellationToken).ConfigureAwait(false))
        {
            if (await RecordProblemAsync(version, cancellationToken).ConfigureAwait(false) is { } problem)
            {
                yield return problem;
            }

            if (version.IsRemoved || await blobs.FindAsync(version.Tree, cancellationToken).ConfigureAwait(false) is null)
            {
                continue; // a tree that is missing is told by the references
            }

            if (await FilesAsync(version.Tree, cancellationToken).ConfigureAwait(false) is not { } files)
            {
                yield return $"the tree {version.Tree} of {version.Name} cannot be read as a list of files.";
                continue;
            }

            foreach (DatasetFile file in files)
            {
                if (!lengths.TryGetValue(file.Digest, out long? length))
                {
                    lengths.Add(file.Digest, length = await blobs.FindAsync(file.Digest, cancellationToken).ConfigureAwait(false));
                }

                if (length is { } there && there != file.Length)
                {
                    yield return string.Create(CultureInfo.InvariantCulture, $"'{file.Path}' of {version.Name} has {file.Length} bytes in the tree and {there} in the store.");
                }
            }
        }
    }

    private async ValueTask<string?> RecordProblemAsync(VersionRow version, CancellationToken cancellationToken)
    {
        try
        {
            VersionRecord? record = VersionRecord.Parse(await DatasetCatalog.ReadBlobAsync(blobs, version.Record, 1 << 24, cancellationToken).ConfigureAwait(false));
            return record is null ? $"the record {version.Record} of {version.Name} is none that this build can read."
                : record.Id == version.Id && $"{record.Dataset}@{record.Number.ToString(CultureInfo.InvariantCulture)}" == version.Name && record.Tree == version.Tree.ToString() ? null
                : $"the record {version.Record} tells something else than the row of {version.Name}; trust the record.";
        }
        catch (LifecycleStorageException error) when (error is BlobNotFoundException or BlobCorruptedException)
        {
            return null; // named by the store
        }
        catch (DatasetException error)
        {
            return $"the record {version.Record} of {version.Name} cannot be read: {error.Message}";
        }
    }

    /// <summary>The files of a tree; null when it cannot be read.</summary>
    private async ValueTask<IReadOnlyList<DatasetFile>?> FilesAsync(Digest tree, CancellationToken cancellationToken)
    {
        try
        {
            return DatasetTree.Parse(await DatasetCatalog.ReadBlobAsync(blobs, tree, DatasetTree.MaximumBytes, cancellationToken).ConfigureAwait(false));
        }
        catch (LifecycleException error) when (error is BlobNotFoundException or BlobCorruptedException or TreeFormatException)
        {
            return null;
        }
    }

    private async ValueTask<List<(string Kind, string Id)>> MadeWithAsync(string version, List<VersionRow> versions, CancellationToken cancellationToken)
    {
        List<(string, string)> pairs = await PairsAsync(
            Downstream, [("$kind", LineageNode.DatasetVersion), ("$id", version), ("$depth", DatasetLineage.MaximumDepth)], cancellationToken).ConfigureAwait(false);
        return [.. pairs.Select(p => p.Item1 == LineageNode.DatasetVersion ? ("dataset version", NameOf(p.Item2, versions)) : (p.Item1.Replace('-', ' '), p.Item2))];
    }

    private static string NameOf(string id, List<VersionRow> versions) => versions.Find(v => v.Id == id)?.Name ?? id;

    private async ValueTask<ILookup<string, Digest>> AttachedAsync(CancellationToken cancellationToken) =>
        (await PairsAsync("SELECT b.version, b.digest " + AttachedBlobs, [], cancellationToken).ConfigureAwait(false)).ToLookup(p => p.Item1, p => Digest.Parse(p.Item2));

    private async ValueTask<List<(string, string)>> PairsAsync(string sql, (string, object?)[] parameters, CancellationToken cancellationToken)
    {
        List<(string, string)> pairs = [];
        await foreach (DbDataReader row in RowsAsync(sql, parameters, cancellationToken).ConfigureAwait(false))
        {
            pairs.Add((row.GetString(0), row.GetString(1)));
        }

        return pairs;
    }

    private async ValueTask<List<VersionRow>> VersionsAsync(CancellationToken cancellationToken)
    {
        List<VersionRow> versions = [];
        await foreach (DbDataReader row in RowsAsync(Versions, [], cancellationToken).ConfigureAwait(false))
        {
            versions.Add(new VersionRow(
                string.Create(CultureInfo.InvariantCulture, $"{row.GetString(0)}@{row.GetInt64(1)}"),
                row.GetString(2),
                Digest.Parse(row.GetString(3)),
                Digest.Parse(row.GetString(4)),
                row.IsDBNull(5) ? null : Digest.Parse(row.GetString(5)),
                row.IsDBNull(6) ? null : Digest.Of(Encoding.UTF8.GetBytes(row.GetString(6))),
                row.GetInt64(7) == 1));
        }

        return versions;
    }

    private async IAsyncEnumerable<DbDataReader> RowsAsync(string sql, (string, object?)[] parameters, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        DbConnection connection = await database.DataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            DbCommand command = connection.Command(sql, parameters);
            await using (command.ConfigureAwait(false))
            {
                DbDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                {
                    while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    {
                        yield return reader;
                    }
                }
            }
        }
    }

    private sealed record VersionRow(string Name, string Id, Digest Tree, Digest Record, Digest? Profile, Digest? Schema, bool IsRemoved)
    {
        /// <summary>The digests in the row that the version still needs.</summary>
        public IEnumerable<Digest> Own() => (IsRemoved ? [Record] : (Digest?[])[Tree, Record, Profile, Schema]).OfType<Digest>();
    }
}
