using System.Diagnostics;

namespace Lifecycle.Data;

/// <summary>
/// A folder that follows a dataset: what changed in it is found by stamps, without reading what did not change; commits and checkouts know which
/// version it held last.
/// </summary>
/// <remarks>Safe for use from many threads and processes; two that write to the folder at once are the caller's to keep apart.</remarks>
public sealed class Workspace
{
    private readonly DatasetCatalog _catalog;

    internal Workspace(DatasetCatalog catalog, string name, string folder)
    {
        _catalog = catalog;
        Name = name;
        Folder = folder;
    }

    /// <summary>Name of the dataset.</summary>
    public string Name { get; }

    /// <summary>Full path of the folder; it may be missing until the first checkout.</summary>
    public string Folder { get; }

    /// <summary>The version that the folder held last: the one of the last commit or checkout. Null when it never held one, or that one was removed.</summary>
    public async ValueTask<DatasetVersion?> VersionAsync(CancellationToken cancellationToken = default) =>
        await _catalog.VersionOfAsync(await RowAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    /// <summary>What changed in the folder. Reads only files that nothing proves unchanged, and writes nothing but what it learned of their stamps.</summary>
    /// <exception cref="SourceRefusedException">The folder is not there, or holds a link, a device or a pipe.</exception>
    public async ValueTask<WorkspaceStatus> StatusAsync(CancellationToken cancellationToken = default)
    {
        using Activity? activity = DataTelemetry.Start("dataset status", Name);
        long started = Stopwatch.GetTimestamp();
        WorkspaceRow row = await RowAsync(cancellationToken).ConfigureAwait(false);
        DatasetVersion? version = await _catalog.VersionOfAsync(row, cancellationToken).ConfigureAwait(false);
        WorkspaceScan scan = await WorkspaceScan.RunAsync(Folder, row, _catalog.Links, _catalog.Database.Folder, _catalog.Now, cancellationToken).ConfigureAwait(false);
        WorkspaceStatus status = await scan.CompareAsync(version, row, cancellationToken).ConfigureAwait(false);
        if (scan.FilesHashed > 0 || scan.Count != row.Stamps.Count)
        {
            bool isVersion = status.IsClean && row.Include.IsAll;
            await TrySaveAsync(row with { Stamps = scan.ToIndex(isVersion ? version!.Digest : default) }, cancellationToken).ConfigureAwait(false);
        }

        DataTelemetry.HashedFiles.Add(scan.FilesHashed);
        DataTelemetry.StatusDuration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);
        return status;
    }

    /// <summary>Makes a version of the folder. Files that stamps prove unchanged are not read again.</summary>
    /// <param name="message">Why, in the words of the actor; at most 60 KiB in UTF-8.</param>
    /// <param name="configure">What goes with the commit.</param>
    /// <param name="cancellationToken">Cancelling leaves no version.</param>
    /// <remarks>
    /// After a checkout of a part (<see cref="CheckoutOptions.Include"/>) the rest of the version is carried over unchanged; when that version was
    /// removed, the commit is refused with <see cref="DatasetException"/>.
    /// </remarks>
    /// <inheritdoc cref="DatasetCatalog.CommitAsync"/>
    public ValueTask<DatasetVersion> CommitAsync(string? message = null, Action<CommitOptions>? configure = null, CancellationToken cancellationToken = default) =>
        _catalog.CommitAsync(Name, Folder, message, configure, cancellationToken);

    /// <summary>Makes the folder hold a version.</summary>
    /// <param name="version">A version of this dataset.</param>
    /// <param name="configure">Which files, and how; null copies all and overwrites nothing that is not committed.</param>
    /// <param name="cancellationToken">Cancelling before the first file has its name changes nothing.</param>
    /// <exception cref="UnsafePathException">Paths that must not be written; nothing was.</exception>
    /// <exception cref="WorkspaceModifiedException">Files in the way hold something that no one committed; nothing was written.</exception>
    public ValueTask<CheckoutReport> CheckoutAsync(DatasetVersion version, Action<CheckoutOptions>? configure = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(version);
        if (!string.Equals(version.Name, Name, StringComparison.OrdinalIgnoreCase))
        {
            throw new ArgumentException($"'{Folder}' follows '{Name}', and {version} is not a version of it. Open another workspace for it.", nameof(version));
        }

        return version.CheckoutAsync(Folder, configure, cancellationToken);
    }

    /// <summary>For example <c>images in /data/images</c>.</summary>
    public override string ToString() => $"{Name} in {Folder}";

    internal async ValueTask<DatasetVersion> CommitScannedAsync(WorkspaceRow row, string? message, CommitOptions options, CancellationToken cancellationToken)
    {
        DateTimeOffset taken = _catalog.Now;
        List<ScannedFile> files = WorkspaceScan.Files(Folder, row, _catalog.LinksOf(options), _catalog.Database.Folder, cancellationToken);
        List<StampedFile> stamped = [];
        for (int i = 0; i < files.Count; i++)
        {
            // a table is read again: what is known of its rows belongs to the version, not to the folder
            if (row.Stamps.TryKnow(files[i], out StampedFile known) && !_catalog.IsTable(files[i].Path))
            {
                files[i] = files[i] with { Known = known.ToFile() };
                stamped.Add(known);
            }
        }

        if (!row.Include.IsAll)
        {
            DatasetVersion version = await _catalog.VersionOfAsync(row, cancellationToken).ConfigureAwait(false) ?? throw new DatasetException(
                $"'{Folder}' holds a part of {row.Dataset}@{row.Number}, and that version was removed, so the rest of it cannot be carried over. "
                + "Nothing was committed. Check out a version that is there, or commit a copy of the folder, which takes it for the whole.");
            Dictionary<string, TableSummary> tables = version.Tables.ToDictionary(t => t.Path, StringComparer.Ordinal);
            Dictionary<string, DatasetProfile> profiles = (await _catalog.CommittedProfilesAsync(version, cancellationToken).ConfigureAwait(false))
                .ToDictionary(p => p.Path, StringComparer.Ordinal);
            foreach (DatasetFile file in (await version.ListFilesAsync(cancellationToken).ConfigureAwait(false)).Where(f => !row.Include.Includes(f.Path)))
            {
                files.Add(new ScannedFile("", file.Path, file.IsExecutable)
                {
                    Known = file, KnownTable = tables.GetValueOrDefault(file.Path), KnownProfile = profiles.GetValueOrDefault(file.Path),
                });
            }
        }

        CommitDraft? read = null;
        DatasetVersion done = await _catalog.CommitFilesAsync(
            Name, DatasetCatalog.InTreeOrder(files), DatasetCatalog.CauseOf(Folder), message, options, draft => read = draft, cancellationToken).ConfigureAwait(false);
        HashSet<string> again = [.. read!.Stamped.Select(f => f.Path)];
        StampIndex stamps = StampIndex.Of([.. stamped.Where(f => !again.Contains(f.Path)), .. read.Stamped], taken, row.Include.IsAll ? done.Digest : default);
        if (read.Stamped.Count > 0 || row.Number != done.Number || stamps.Count != row.Stamps.Count || row.Placing.Count > 0)
        {
            try
            {
                WorkspaceRow holds = row with { Number = done.Number, Stamps = stamps, Placing = [] };
                await holds.SaveAsync(_catalog.Database, Folder, CommitDurability.Buffered, CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception e) when (e is LifecycleStorageException or ObjectDisposedException)
            {
                // the version is committed; what the folder held is found out again by reading it
                _catalog.LogStampsNotSaved(Folder, e.Message);
            }
        }

        return done;
    }

    private async ValueTask TrySaveAsync(WorkspaceRow row, CancellationToken cancellationToken)
    {
        try
        {
            await row.SaveStampsAsync(_catalog.Database, Folder, cancellationToken).ConfigureAwait(false);
        }
        catch (LifecycleStorageException e)
        {
            _catalog.LogStampsNotSaved(Folder, e.Message);
        }
    }

    private async ValueTask<WorkspaceRow> RowAsync(CancellationToken cancellationToken)
    {
        await _catalog.ReadyAsync(cancellationToken).ConfigureAwait(false);
        WorkspaceRow? row = await WorkspaceRow.FindAsync(_catalog.Database, Folder, cancellationToken).ConfigureAwait(false);
        return row is null ? new WorkspaceRow(Name, null, PathPatterns.All, StampIndex.Empty)
            : string.Equals(row.Dataset, Name, StringComparison.OrdinalIgnoreCase) ? row
            : throw new DatasetException($"'{Folder}' follows '{row.Dataset}' now, not '{Name}' any more. Open it again.");
    }
}
