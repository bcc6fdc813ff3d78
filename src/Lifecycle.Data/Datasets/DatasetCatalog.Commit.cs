using System.Diagnostics;
using System.Text;

namespace Lifecycle.Data;

public sealed partial class DatasetCatalog
{
    private const int NumberAttempts = 1000;
    private const int MaximumMessageBytes = 60 << 10; // the audit log holds it with the state of the version in one entry of less than 64 KiB

    /// <summary>
    /// Makes a version of a file or a folder. The same content as the newest version gives that version back and writes nothing.
    /// </summary>
    /// <param name="name">Name of the dataset; made when it is new. Unique without regard to case.</param>
    /// <param name="path">
    /// A file or a folder. It is only read: never moved, linked or changed. <c>.git .hg .dvc .lifecycle</c> folders, the folder of the store and what
    /// <c>.lifecycleignore</c> says are left out; links to folders are never followed. A folder that <see cref="OpenWorkspaceAsync"/> opened is read as that workspace.
    /// </param>
    /// <param name="message">Why, in the words of the actor; at most 60 KiB in UTF-8.</param>
    /// <param name="configure">What goes with the commit: where the data came from, which version is expected to be the newest, tags.</param>
    /// <param name="cancellationToken">Cancelling leaves no version.</param>
    /// <returns>The version that has the content.</returns>
    /// <exception cref="InvalidNameException">The name breaks the rule.</exception>
    /// <exception cref="ArgumentException">The message is too long.</exception>
    /// <exception cref="SourceRefusedException">Nothing is there, it holds a link, a device or a pipe, or it lies in the store.</exception>
    /// <exception cref="DatasetChangedDuringCommitException">A file changed while it was read, three times.</exception>
    /// <exception cref="TableFormatException">A CSV is broken, and <see cref="CommitOptions.AllowProblems"/> was not said.</exception>
    /// <exception cref="ConcurrencyConflictException">The newest version is not the one of <see cref="CommitOptions.Expect"/>.</exception>
    /// <exception cref="LifecycleStorageException">The store could not keep it.</exception>
    public async ValueTask<DatasetVersion> CommitAsync(
        string name, string path, string? message = null, Action<CommitOptions>? configure = null, CancellationToken cancellationToken = default)
    {
        ResourceName.Require(name, "dataset");
        ArgumentException.ThrowIfNullOrEmpty(path);
        RequireMessage(message);
        CommitOptions options = new();
        configure?.Invoke(options);
        using Activity? activity = DataTelemetry.Start("dataset commit", name);
        long started = Stopwatch.GetTimestamp();
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            await ReadyAsync(cancellationToken).ConfigureAwait(false);
            string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
            return await FindWorkspaceAsync(name, full, cancellationToken).ConfigureAwait(false) is { } row
                ? await new Workspace(this, row.Dataset, full).CommitScannedAsync(row, message, options, cancellationToken).ConfigureAwait(false)
                : await CommitFilesAsync(
                    name, InTreeOrder(TreeScanner.Scan(path, LinksOf(options), _database.Folder, cancellationToken)), CauseOf(full), message, options, cancellationToken).ConfigureAwait(false);
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
    internal ValueTask<DatasetVersion> CommitFilesAsync(
        string name, List<ScannedFile> files, CommitCause cause, string? message, CommitOptions options, CancellationToken cancellationToken) =>
        CommitFilesAsync(name, files, cause, message, options, read: null, cancellationToken);

    /// <param name="name">Dataset.</param>
    /// <param name="files">What the version will hold; those that are known are not read.</param>
    /// <param name="cause">Why.</param>
    /// <param name="message">In the words of the actor.</param>
    /// <param name="options">What goes with it.</param>
    /// <param name="read">Is told what was read of the version that is returned.</param>
    /// <param name="cancellationToken">Cancelling leaves no version.</param>
    internal async ValueTask<DatasetVersion> CommitFilesAsync(
        string name,
        List<ScannedFile> files,
        CommitCause cause,
        string? message,
        CommitOptions options,
        Action<CommitDraft>? read,
        CancellationToken cancellationToken)
    {
        RequireMessage(message);
        await ReadyAsync(cancellationToken).ConfigureAwait(false);
        await KnownNewestAsync(name, cancellationToken).ConfigureAwait(false);
        (DatasetVersion Version, CommitDraft Draft)? done = null;
        for (int attempt = 1; done is null; attempt++)
        {
            done = await TryCommitAsync(name, files, cause, message, options, attempt, cancellationToken).ConfigureAwait(false);
        }

        (DatasetVersion version, CommitDraft draft) = done.Value;
        read?.Invoke(draft);
        DataTelemetry.CommitBytes.Add(version.Bytes);
        DataTelemetry.StoredBytes.Add(version.Receipt.StoredBytes);
        version.PortabilityWarnings = [.. PathGuard.Check([.. files.Select(f => f.Path)], portable: true, foldCase: false).Select(r => $"'{r.Path}' {r.Reason}")];
        return version;
    }

    /// <summary>Files in the order of the tree, so that what is made of them does not depend on the order in which they were found.</summary>
    internal static List<ScannedFile> InTreeOrder(List<ScannedFile> files)
    {
        files.Sort((a, b) => PathOrder.Compare(a.Path, b.Path));
        return files;
    }

    internal SourceLinks LinksOf(CommitOptions options) => options.Links ?? _options.Links;

    internal static CommitCause CauseOf(string path) => new(new RecordSource("path", Path.GetFileName(path)));

    private static void RequireMessage(string? message)
    {
        if (message is not null && Encoding.UTF8.GetByteCount(message) is > MaximumMessageBytes and int bytes)
        {
            throw new ArgumentException(
                $"A message has at most {MaximumMessageBytes} bytes in UTF-8, not {bytes}. Say why in a few words, and commit what is longer as a file.", nameof(message));
        }
    }

    // Null when blobs that were there at first vanished before the batch was complete: everything is put again.
    private async ValueTask<(DatasetVersion Version, CommitDraft Draft)?> TryCommitAsync(
        string name, List<ScannedFile> files, CommitCause cause, string? message, CommitOptions options, int attempt, CancellationToken cancellationToken)
    {
        BlobBatch batch = await Blobs.BeginBatchAsync(cancellationToken).ConfigureAwait(false);
        await using (batch.ConfigureAwait(false))
        {
            CommitReader reader = new(batch, path => FormatFor(path, options), _options.Profile, options.AllowProblems, options.RecordMd5 ?? _options.RecordMd5);
            CommitDraft draft = cause.Made is { } made
                ? await reader.MakeAsync(made, cancellationToken).ConfigureAwait(false)
                : await reader.ReadAsync(files, cancellationToken).ConfigureAwait(false);
            NewestVersion newest = await KnownNewestAsync(name, cancellationToken).ConfigureAwait(false);
            RequireExpected(name, newest.Row, options);
            if (newest.Row?.Digest == draft.Digest && !cause.AlwaysNew)
            {
                return await UnchangedAsync(batch, newest.Row, draft, options, cancellationToken).ConfigureAwait(false) is { } same
                    ? (same, draft)
                    : Again(name, draft, attempt);
            }

            await batch.PutAsync(draft.Tree, cancellationToken).ConfigureAwait(false);
            Digest? schema = draft.Tables is { } tables ? (await batch.PutAsync(tables, cancellationToken).ConfigureAwait(false)).Digest : null;
            if (draft.Profile is { } profile)
            {
                await batch.PutAsync(profile, cancellationToken).ConfigureAwait(false);
            }

            foreach (CommitAttachment attachment in cause.Attachments)
            {
                await batch.PutAsync(attachment.Content, cancellationToken).ConfigureAwait(false);
            }

            VersionRow row = Row(name, newest, draft, message, out byte[] record, cause, options, schema);
            row = row with { Record = (await batch.PutAsync(record, cancellationToken).ConfigureAwait(false)).Digest };
            BlobReceipt receipt = await batch.CompleteAsync(cancellationToken).ConfigureAwait(false);
            if (receipt.Missing.Count > 0 || await ForgetLostAsync(files, draft, newest.Row, cancellationToken).ConfigureAwait(false))
            {
                return Again(name, draft, attempt);
            }

            // somebody else may take the number first; then the record is written again with the next one
            for (int i = 0; i < NumberAttempts; i++)
            {
                if (await TryInsertAsync(newest, row, draft, cause, options, cancellationToken).ConfigureAwait(false))
                {
                    DatasetVersion version = new(this, row, receipt);
                    LogCommitted(version, row.Digest, row.Files, receipt.StoredBytes);
                    return (version, draft);
                }

                newest = await KnownNewestAsync(name, cancellationToken).ConfigureAwait(false);
                RequireExpected(name, newest.Row, options);
                if (await ForgetLostAsync(files, draft, newest.Row, cancellationToken).ConfigureAwait(false))
                {
                    return null;
                }

                if (newest.Row?.Digest == draft.Digest && !cause.AlwaysNew)
                {
                    return (await JoinedAsync(new DatasetVersion(this, newest.Row, receipt), options, cancellationToken).ConfigureAwait(false), draft);
                }

                row = Row(name, newest, draft, message, out record, cause, options, schema);
                MemoryStream content = new(record, writable: false);
                row = row with { Record = (await Blobs.PutAsync(content, null, cancellationToken).ConfigureAwait(false)).Digest };
            }

            throw new ConcurrencyConflictException("database", "commit", name, $"Too many others commit to '{name}' at this moment. Nothing was committed; try again.");
        }
    }

    // Bytes that nobody read are there when the newest version has them, and else when the store can keep them. Those it lost are read after all.
    private async ValueTask<bool> ForgetLostAsync(List<ScannedFile> files, CommitDraft draft, VersionRow? newest, CancellationToken cancellationToken)
    {
        if (draft.Known.Count == 0)
        {
            return false;
        }

        HashSet<Digest> doubtful = [.. draft.Known];
        if (newest is not null)
        {
            try
            {
                doubtful.ExceptWith((await ReadTreeAsync(newest.Digest, cancellationToken).ConfigureAwait(false)).Select(f => f.Digest));
            }
            catch (Exception e) when (IsDamage(e))
            {
                Debug.WriteLine(e); // a tree that is lost vouches for nothing, and is no reason not to commit
            }
        }

        HashSet<Digest> lost = doubtful.Count == 0 ? [] : [.. await Blobs.KeepAsync(doubtful, cancellationToken).ConfigureAwait(false)];
        if (lost.Count == 0)
        {
            return false;
        }

        for (int i = 0; i < files.Count; i++)
        {
            if (files[i].Known is { } known && lost.Contains(known.Digest))
            {
                files[i] = files[i].FullPath.Length > 0 ? files[i] with { Known = null } : throw new BlobNotFoundException(known.Digest, "commit");
            }
        }

        return true;
    }

    private TableFormat? FormatFor(string path, CommitOptions options) =>
        _options.Formats.FirstOrDefault(f => f.Recognizes(path)) is not { } format ? null
        : format is CsvFormat && options.Csv is { } csv ? new CsvFormat(csv)
        : format;

    private static (DatasetVersion Version, CommitDraft Draft)? Again(string name, CommitDraft draft, int attempt) => attempt < CommitReader.Attempts
        ? null
        : throw new LifecycleStorageException(
            "objects", "commit", draft.Digest.ToString(), $"Blobs of '{name}' vanished while it was committed, {CommitReader.Attempts} times. Nothing was committed; try again.", isTransient: true);

    // Null when blobs vanished meanwhile.
    private async ValueTask<DatasetVersion?> UnchangedAsync(
        BlobBatch batch, VersionRow newest, CommitDraft draft, CommitOptions options, CancellationToken cancellationToken)
    {
        // nothing to write, unless the store lost bytes of the version: then they come back
        bool anyNew = draft.AnyNew | (await batch.PutAsync(draft.Tree, cancellationToken).ConfigureAwait(false)).IsNew;
        if (draft.Tables is { } tables && draft.TablesText == newest.Tables)
        {
            anyNew |= (await batch.PutAsync(tables, cancellationToken).ConfigureAwait(false)).IsNew;
        }

        if (draft.Profile is { } profile && draft.ProfileDigest == newest.Profile)
        {
            anyNew |= (await batch.PutAsync(profile, cancellationToken).ConfigureAwait(false)).IsNew;
        }

        BlobReceipt receipt = anyNew
            ? await batch.CompleteAsync(cancellationToken).ConfigureAwait(false)
            : new BlobReceipt(draft.Files.Count, 0, draft.Bytes, 0, []);
        return receipt.Missing.Count == 0
            ? await JoinedAsync(new DatasetVersion(this, newest, receipt), options, cancellationToken).ConfigureAwait(false)
            : null;
    }

    // What goes with the commit goes to the version that has the content already.
    private async ValueTask<DatasetVersion> JoinedAsync(DatasetVersion version, CommitOptions options, CancellationToken cancellationToken)
    {
        DateTimeOffset at = _time.GetUtcNow();
        LineageNode self = version;
        LineageEdge[] edges = [.. options.Sources.Where(s => s.To != self).Select(s => new LineageEdge(self, s.Relation, s.To, at, _actor.Actor))];
        if (edges.Length + options.Tags.Count > 0)
        {
            await _database.WriteAsync(
                async (transaction, token) =>
                {
                    await RequireThereAsync(transaction, version, token).ConfigureAwait(false);
                    await DatasetTables.InsertEdgesAsync(transaction, edges, token).ConfigureAwait(false);
                    foreach (string tag in options.Tags)
                    {
                        await SetTagAsync(transaction, version.Name, version.Number, tag, at, _actor.Actor, token).ConfigureAwait(false);
                    }

                    return true;
                },
                CommitDurability.Flushed,
                cancellationToken).ConfigureAwait(false);
        }

        return version;
    }
}
