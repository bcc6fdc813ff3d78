using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Lifecycle.Data;

public sealed partial class DatasetCatalog
{
    private const int HashesAtOnce = 500;

    /// <summary>Makes a version of an output of a DVC repository, from its cache. Every object is compared with its MD5 before anything is stored; from then on SHA-256 counts.</summary>
    /// <param name="name">Name of the dataset; made when it is new.</param>
    /// <param name="repository">The repository; only read.</param>
    /// <param name="path">The output, or the <c>.dvc</c> file that tells of it, relative to the repository.</param>
    /// <param name="message">Why, in the words of the actor.</param>
    /// <param name="configure">What goes with the commit.</param>
    /// <param name="cancellationToken">Cancelling leaves no version.</param>
    /// <exception cref="DvcObjectMissingException">Objects are not in the cache; nothing was stored. The message names the remote to pull them from.</exception>
    /// <exception cref="DvcObjectCorruptedException">Objects are damaged; nothing was stored.</exception>
    /// <exception cref="UnsafePathException">Its paths must not become files.</exception>
    public async ValueTask<DatasetVersion> ImportAsync(
        string name,
        DvcRepository repository,
        string path,
        string? message = null,
        Action<CommitOptions>? configure = null,
        CancellationToken cancellationToken = default)
    {
        ResourceName.Require(name, "dataset");
        ArgumentNullException.ThrowIfNull(repository);
        CommitOptions options = new();
        configure?.Invoke(options);
        (DvcOutput output, IReadOnlyList<DvcImported> files) = await repository.ReadForImportAsync(path, cancellationToken).ConfigureAwait(false);
        if (files.FirstOrDefault(f => FileStamp.Of(f.ObjectPath) != f.Stamp) is { } changed)
        {
            throw new DatasetChangedDuringCommitException(changed.ObjectPath);
        }

        CommitCause cause = new(new RecordSource("dvc", output.Oid!))
        {
            Action = "dataset.imported",
            State = row => JsonSerializer.Serialize(
                new ImportedState(row.Number, row.Id, row.Digest.ToString(), row.Record.ToString(), row.Files, row.Bytes, output.Path, output.Oid!), DataJson.Default.ImportedState),
        };
        List<ScannedFile> scanned = InTreeOrder([.. files.Select(f => new ScannedFile(f.ObjectPath, f.Path, f.IsExecutable) { Stamp = f.Stamp })]);
        DatasetVersion version = await CommitFilesAsync(name, scanned, cause, message, options, cancellationToken).ConfigureAwait(false);
        Dictionary<string, string> hashes = files.ToDictionary(f => f.Path, f => f.Md5, StringComparer.Ordinal);
        bool isLegacy = output.HashKind == DvcHashKind.Md5Dos2Unix;
        try
        {
            // the version is committed: cancelling comes too late
            IReadOnlyList<DatasetFile> tree = await ReadTreeAsync(version.Digest, CancellationToken.None).ConfigureAwait(false);
            await NoteHashesAsync(
                tree.Where(f => hashes.ContainsKey(f.Path)).Select(f => (f, isLegacy ? null : hashes[f.Path], isLegacy ? hashes[f.Path] : null)), CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is LifecycleException or ObjectDisposedException)
        {
            // an export finds the MD5 of its files again by reading them
            LogHashesNotSaved(version, e.Message);
        }

        return version;
    }

    internal async ValueTask<DvcExport> ExportAsync(DatasetVersion version, DvcRepository repository, string path, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(repository);
        ArgumentException.ThrowIfNullOrEmpty(path);
        IReadOnlyList<DatasetFile> tree = await ReadTreeAsync(version.Digest, cancellationToken).ConfigureAwait(false);
        Dictionary<string, string> known = await KnownMd5Async(tree, cancellationToken).ConfigureAwait(false);
        DvcExported[] files = [.. tree.Select(f => new DvcExported(f, known.GetValueOrDefault(f.Digest.Hex)))];
        bool isFolder = !(tree is [var only] && only.Path == Path.GetFileName(Path.TrimEndingDirectorySeparator(path)));
        DvcExport export = await repository.WriteExportAsync(path, isFolder, files, (file, token) => Blobs.OpenAsync(file.File.Digest, null, token), cancellationToken).ConfigureAwait(false);
        await NoteHashesAsync(
            files.Where(f => f.Md5 != known.GetValueOrDefault(f.File.Digest.Hex)).Select(f => (f.File, f.Md5, (string?)null)), cancellationToken).ConfigureAwait(false);
        ExportedState state = new(version.Number, version.Id, version.Digest.ToString(), export.Output.Path, export.Output.Oid!, tree.Count, version.Bytes, export.LostExecutable.Count);
        await _database.WriteAsync(
            async (transaction, token) =>
            {
                await _audit.AppendAsync(
                    transaction, new AuditRecord("dataset.exported", "dataset/" + version.Name, null, JsonSerializer.Serialize(state, DataJson.Default.ExportedState)), token).ConfigureAwait(false);
                return 0;
            },
            CommitDurability.Flushed,
            cancellationToken).ConfigureAwait(false);
        return export;
    }

    private async ValueTask<Dictionary<string, string>> KnownMd5Async(IReadOnlyList<DatasetFile> files, CancellationToken cancellationToken)
    {
        Dictionary<string, string> known = new(StringComparer.Ordinal);
        DbConnection connection = await _database.DataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            foreach (string[] chunk in files.Select(f => f.Digest.Hex).Distinct(StringComparer.Ordinal).Chunk(HashesAtOnce))
            {
                (string Name, object? Value)[] parameters = [.. chunk.Select((d, i) => ("$" + i.ToString(CultureInfo.InvariantCulture), (object?)d))];
                DbCommand command = connection.Command(
                    $"SELECT sha256, md5 FROM data_file_hash WHERE md5 IS NOT NULL AND sha256 IN ({string.Join(", ", parameters.Select(p => p.Name))})", parameters);
                await using (command.ConfigureAwait(false))
                {
                    DbDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                    await using (reader.ConfigureAwait(false))
                    {
                        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                        {
                            known[reader.GetString(0)] = reader.GetString(1);
                        }
                    }
                }
            }
        }

        return known;
    }

    private async ValueTask NoteHashesAsync(IEnumerable<(DatasetFile File, string? Md5, string? Legacy)> hashes, CancellationToken cancellationToken)
    {
        object?[][] rows = [.. hashes.DistinctBy(h => h.File.Digest).Select(h => new object?[] { h.File.Digest.Hex, h.Md5, h.Legacy, h.File.Length })];
        if (rows.Length > 0)
        {
            BulkInsert insert = new(
                "data_file_hash", ["sha256", "md5", "md5_dos2unix", "length"],
                "ON CONFLICT (sha256) DO UPDATE SET md5 = coalesce(excluded.md5, md5), md5_dos2unix = coalesce(excluded.md5_dos2unix, md5_dos2unix)");
            await _database.WriteAsync(
                async (transaction, token) => await _database.BulkInsertAsync(transaction, insert, rows, token).ConfigureAwait(false), cancellationToken: cancellationToken).ConfigureAwait(false);
        }
    }

    [LoggerMessage(EventId = 3, Level = LogLevel.Warning, Message = "The MD5 of the files of {Version} could not be kept, so an export computes them again: {Problem}")]
    private partial void LogHashesNotSaved(DatasetVersion version, string problem);
}
