using System.Diagnostics;
using System.Text.Json;

namespace Lifecycle.Data;

public sealed partial class DatasetCatalog
{
    private const int ReadAttempts = 3;
    private const int NumberAttempts = 1000;

    /// <summary>
    /// Makes a version of a file or a folder. The same content as the newest version gives that version back and writes nothing.
    /// </summary>
    /// <param name="name">Name of the dataset; made when it is new. Unique without regard to case.</param>
    /// <param name="path">A file or a folder. It is only read: never moved, linked or changed. <c>.git .hg .dvc .lifecycle</c> folders are left out.</param>
    /// <param name="message">Why, in the words of the actor.</param>
    /// <param name="configure">What goes with the commit: where the data came from, which version is expected to be the newest.</param>
    /// <param name="cancellationToken">Cancelling leaves no version.</param>
    /// <returns>The version that has the content.</returns>
    /// <exception cref="InvalidNameException">The name breaks the rule.</exception>
    /// <exception cref="SourceRefusedException">Nothing is there, or it holds a link, a device or a pipe.</exception>
    /// <exception cref="DatasetChangedDuringCommitException">A file changed while it was read, three times.</exception>
    /// <exception cref="TableFormatException">A CSV is broken, and <see cref="CommitOptions.AllowProblems"/> was not said.</exception>
    /// <exception cref="ConcurrencyConflictException">The newest version is not the one of <see cref="CommitOptions.Expect"/>.</exception>
    /// <exception cref="LifecycleStorageException">The store could not keep it.</exception>
    public async ValueTask<DatasetVersion> CommitAsync(
        string name, string path, string? message = null, Action<CommitOptions>? configure = null, CancellationToken cancellationToken = default)
    {
        ResourceName.Require(name, "dataset");
        ArgumentException.ThrowIfNullOrEmpty(path);
        CommitOptions options = new();
        configure?.Invoke(options);
        using Activity? activity = DataTelemetry.Start("dataset commit", name);
        long started = Stopwatch.GetTimestamp();
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            List<ScannedFile> files = TreeScanner.Scan(path, cancellationToken);
            CommitCause cause = new(new RecordSource("path", Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)))));
            return await CommitFilesAsync(name, files, cause, message, options, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            activity?.SetStatus(ActivityStatusCode.Error, e.GetType().Name);
            throw;
        }
        finally
        {
            DataTelemetry.CommitDuration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);
        }
    }

    /// <summary>Makes a version of files, wherever they lie; what every way to commit ends in.</summary>
    internal async ValueTask<DatasetVersion> CommitFilesAsync(
        string name, List<ScannedFile> files, CommitCause cause, string? message, CommitOptions options, CancellationToken cancellationToken)
    {
        await ReadyAsync(cancellationToken).ConfigureAwait(false);
        DatasetVersion? version = null;
        for (int attempt = 1; version is null; attempt++)
        {
            version = await TryCommitAsync(name, files, cause, message, options, attempt, cancellationToken).ConfigureAwait(false);
        }

        DataTelemetry.CommitBytes.Add(version.Bytes);
        DataTelemetry.StoredBytes.Add(version.Receipt.StoredBytes);
        return version;
    }

    // Null when blobs that were there at first vanished before the batch was complete: everything is put again.
    private async ValueTask<DatasetVersion?> TryCommitAsync(
        string name, List<ScannedFile> files, CommitCause cause, string? message, CommitOptions options, int attempt, CancellationToken cancellationToken)
    {
        BlobBatch batch = await Blobs.BeginBatchAsync(cancellationToken).ConfigureAwait(false);
        await using (batch.ConfigureAwait(false))
        {
            Draft draft = cause.Made is { } made
                ? await MakeAsync(batch, made, options, cancellationToken).ConfigureAwait(false)
                : await ReadAsync(batch, files, options, cancellationToken).ConfigureAwait(false);
            VersionRow? newest = await NewestAsync(name, cancellationToken).ConfigureAwait(false);
            RequireExpected(name, newest, options);
            if (newest?.Digest == draft.Digest && !cause.AlwaysNew)
            {
                return await UnchangedAsync(batch, newest, draft, cancellationToken).ConfigureAwait(false);
            }

            StoredBlob tree = await batch.PutAsync(draft.Tree, cancellationToken).ConfigureAwait(false);
            Digest? schema = draft.Tables is { } tables ? (await batch.PutAsync(tables, cancellationToken).ConfigureAwait(false)).Digest : null;
            foreach (CommitAttachment attachment in cause.Attachments)
            {
                await batch.PutAsync(attachment.Content, cancellationToken).ConfigureAwait(false);
            }

            VersionRow row = Row(name, newest, draft, message, out byte[] record, cause, schema);
            row = row with { Record = (await batch.PutAsync(record, cancellationToken).ConfigureAwait(false)).Digest };
            BlobReceipt receipt = await batch.CompleteAsync(cancellationToken).ConfigureAwait(false);
            if (receipt.Missing.Count > 0)
            {
                return attempt < ReadAttempts
                    ? null
                    : throw new LifecycleStorageException(
                        "objects", "commit", tree.Digest.ToString(), $"Blobs of '{name}' vanished while it was committed, {ReadAttempts} times. Nothing was committed; try again.", isTransient: true);
            }

            // somebody else may take the number first; then the record is written again with the next one
            for (int i = 0; i < NumberAttempts; i++)
            {
                if (await TryInsertAsync(newest, row, cause, options, cancellationToken).ConfigureAwait(false))
                {
                    DatasetVersion version = new(this, row, receipt);
                    LogCommitted(version, row.Digest, row.Files, receipt.StoredBytes);
                    return version;
                }

                newest = await NewestAsync(name, cancellationToken).ConfigureAwait(false);
                RequireExpected(name, newest, options);
                if (newest?.Digest == draft.Digest && !cause.AlwaysNew)
                {
                    return new DatasetVersion(this, newest, receipt);
                }

                row = Row(name, newest, draft, message, out record, cause, schema);
                MemoryStream content = new(record, writable: false);
                row = row with { Record = (await Blobs.PutAsync(content, null, cancellationToken).ConfigureAwait(false)).Digest };
            }

            throw new ConcurrencyConflictException("database", "commit", name, $"Too many others commit to '{name}' at this moment. Nothing was committed; try again.");
        }
    }

    private async ValueTask<Draft> ReadAsync(BlobBatch batch, List<ScannedFile> files, CommitOptions options, CancellationToken cancellationToken)
    {
        List<DatasetFile> entries = new(files.Count);
        List<TableSummary> tables = [];
        bool anyNew = false;
        foreach (ScannedFile file in files)
        {
            TableFormat? format = FormatFor(file.Path, options);
            for (int attempt = 1; ; attempt++)
            {
                TableScan? scan = format?.BeginScan(file.Path);
                (FileStream content, FileStamp before) = SourceFile.Open(file.FullPath);
                StoredBlob blob;
                await using (content.ConfigureAwait(false))
                {
                    ScannedStream scanned = new(content, scan);
                    await using (scanned.ConfigureAwait(false))
                    {
                        blob = await batch.PutAsync(scanned, cancellationToken).ConfigureAwait(false);
                    }
                }

                if (before != SourceFile.StampOf(file.FullPath) || blob.Length != before.Length)
                {
                    if (attempt == ReadAttempts)
                    {
                        throw new DatasetChangedDuringCommitException(file.FullPath);
                    }

                    continue;
                }

                anyNew |= blob.IsNew;
                entries.Add(new DatasetFile(file.Path, blob.Length, blob.Digest, file.IsExecutable));
                if (scan?.Complete() is { } table)
                {
                    if (table.FirstError is not null && !options.AllowProblems)
                    {
                        throw new TableFormatException(file.Path, [.. table.Problems.Where(p => !TableSummary.IsNote(p.Kind))]);
                    }

                    tables.Add(table);
                }

                break;
            }
        }

        return new Draft(entries, tables, anyNew);
    }

    private async ValueTask<Draft> MakeAsync(BlobBatch batch, MadeFile made, CommitOptions options, CancellationToken cancellationToken)
    {
        TableScan? scan = FormatFor(made.Path, options)?.BeginScan(made.Path);
        Stream content = made.Open(cancellationToken);
        await using (content.ConfigureAwait(false))
        {
            StoredBlob blob;
            ScannedStream scanned = new(content, scan);
            await using (scanned.ConfigureAwait(false))
            {
                blob = await batch.PutAsync(scanned, cancellationToken).ConfigureAwait(false);
            }

            await made.Complete(content, cancellationToken).ConfigureAwait(false);
            DatasetFile file = new(made.Path, blob.Length, blob.Digest, false);
            return new Draft([file], scan?.Complete() is { } table ? [table] : [], blob.IsNew);
        }
    }

    private TableFormat? FormatFor(string path, CommitOptions options) =>
        _options.Formats.FirstOrDefault(f => f.Recognizes(path)) is not { } format ? null
        : format is CsvFormat && options.Csv is { } csv ? new CsvFormat(csv)
        : format;

    private async ValueTask<DatasetVersion> UnchangedAsync(BlobBatch batch, VersionRow newest, Draft draft, CancellationToken cancellationToken)
    {
        // nothing to write, unless the store lost bytes of the version: then they come back
        BlobReceipt receipt = draft.AnyNew
            ? await batch.CompleteAsync(cancellationToken).ConfigureAwait(false)
            : new BlobReceipt(draft.Files.Count, 0, draft.Bytes, 0, []);
        return new DatasetVersion(this, newest, receipt);
    }

    private VersionRow Row(string name, VersionRow? newest, Draft draft, string? message, out byte[] record, CommitCause cause, Digest? schema)
    {
        DateTimeOffset at = DateTimeOffset.FromUnixTimeMilliseconds(_time.GetUtcNow().ToUnixTimeMilliseconds());
        VersionRow row = new(
            newest?.Name ?? name, (newest?.Number ?? 0) + 1, LifecycleId.New(_time).ToString("N"), draft.Digest, default, newest?.Id, draft.Files.Count,
            draft.Bytes, draft.Rows, draft.TablesText, at, _actor.Actor, message);
        record = new VersionRecord(
            row.Id, row.Name, row.Number, row.Digest.ToString(), row.Parent, message, row.Actor, at, cause.Source, schema?.ToString())
        {
            Transform = cause.Transform,
            Risk = cause.Attachments.FirstOrDefault(a => a.Role == CommitAttachment.Risk)?.Digest.ToString(),
        }.ToBytes();
        return row;
    }

    private static void RequireExpected(string name, VersionRow? newest, CommitOptions options)
    {
        if (options.HasExpectation && newest?.Id != options.ExpectedVersion)
        {
            throw new ConcurrencyConflictException(
                "database", "commit", name,
                $"The newest version of '{name}' is {(newest is null ? "none" : $"{newest.Name}@{newest.Number} by {newest.Actor}")}, not the one that was expected. "
                + "Nothing was committed; look at it and decide again.");
        }
    }

    private ValueTask<bool> TryInsertAsync(
        VersionRow? expected, VersionRow row, CommitCause cause, CommitOptions options, CancellationToken cancellationToken) =>
        _database.WriteAsync(
            async (transaction, token) =>
            {
                object? newest = await transaction.ScalarAsync(
                    "SELECT v.id FROM data_version v JOIN data_dataset d ON d.id = v.dataset WHERE d.name = $name ORDER BY v.number DESC LIMIT 1",
                    [("$name", row.Name)], token).ConfigureAwait(false);
                if ((newest as string) != expected?.Id)
                {
                    return false;
                }

                long at = row.At.ToUnixTimeMilliseconds();
                await transaction.ExecuteAsync(
                    "INSERT INTO data_dataset (name, created, actor) VALUES ($name, $at, $actor) ON CONFLICT (name) DO NOTHING",
                    [("$name", row.Name), ("$at", at), ("$actor", row.Actor)], token).ConfigureAwait(false);
                await transaction.ExecuteAsync(
                    """
                    INSERT INTO data_version (dataset, number, id, digest, record, parent, files, bytes, rows, tables, created, actor, message)
                    VALUES ((SELECT id FROM data_dataset WHERE name = $name), $number, $id, $digest, $record, $parent, $files, $bytes, $rows, $tables, $at, $actor, $message)
                    """,
                    [
                        ("$name", row.Name), ("$number", row.Number), ("$id", row.Id), ("$digest", row.Digest.ToString()), ("$record", row.Record.ToString()),
                        ("$parent", row.Parent), ("$files", row.Files), ("$bytes", row.Bytes), ("$rows", row.Rows), ("$tables", row.Tables), ("$at", at),
                        ("$actor", row.Actor), ("$message", row.Message),
                    ],
                    token).ConfigureAwait(false);
                LineageEdge[] edges = [.. options.Sources.Select(s => new LineageEdge(new LineageNode(LineageNode.DatasetVersion, row.Id), s.Relation, s.To, row.At, row.Actor))];
                await DatasetTables.InsertEdgesAsync(transaction, edges, token).ConfigureAwait(false);
                foreach (CommitAttachment attachment in cause.Attachments)
                {
                    await transaction.ExecuteAsync(
                        "INSERT INTO data_version_blob (version, role, digest) VALUES ($version, $role, $digest)",
                        [("$version", row.Id), ("$role", attachment.Role), ("$digest", attachment.Digest.ToString())],
                        token).ConfigureAwait(false);
                }

                CommittedState state = new(row.Number, row.Id, row.Digest.ToString(), row.Record.ToString(), row.Files, row.Bytes, row.Rows);
                await _audit.AppendAsync(
                    transaction,
                    new AuditRecord(
                        cause.Action, "dataset/" + row.Name, null, cause.State?.Invoke(row) ?? JsonSerializer.Serialize(state, DataJson.Default.CommittedState), row.Message),
                    token).ConfigureAwait(false);
                CommittedPayload payload = new(row.Name, row.Number, row.Id, row.Digest.ToString(), row.Rows, row.Actor);
                await _events.PublishAsync(
                    transaction, cause.Event, "dataset/" + row.Name, JsonSerializer.Serialize(payload, DataJson.Default.CommittedPayload), edges, token)
                    .ConfigureAwait(false);
                return true;
            },
            CommitDurability.Flushed,
            cancellationToken);

    /// <summary>What was read, before it has a number.</summary>
    private sealed class Draft
    {
        public Draft(IReadOnlyList<DatasetFile> files, IReadOnlyList<TableSummary> tables, bool anyNew)
        {
            Files = files;
            AnyNew = anyNew;
            Bytes = files.Sum(f => f.Length);
            Tree = DatasetTree.Write(files);
            Digest = Digest.Of(Tree);
            Tables = TablesDocument.Write(tables);
            TablesText = Tables is null ? null : System.Text.Encoding.UTF8.GetString(Tables);
            Rows = tables is [{ Schema.Count: > 0 } only] ? only.Rows : null;
        }

        public IReadOnlyList<DatasetFile> Files { get; }

        public bool AnyNew { get; }

        public long Bytes { get; }

        public byte[] Tree { get; }

        public Digest Digest { get; }

        public byte[]? Tables { get; }

        public string? TablesText { get; }

        public long? Rows { get; }
    }
}
