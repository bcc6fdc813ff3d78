using Microsoft.Extensions.Logging;

namespace Lifecycle.Data;

public sealed partial class DatasetCatalog
{
    internal LifecycleDatabase Database => _database;

    internal DateTimeOffset Now => _time.GetUtcNow();

    internal SourceLinks Links => _options.Links;

    /// <summary>Makes a folder follow a dataset, so that its changes are found without reading what did not change. Opening it again changes nothing.</summary>
    /// <param name="name">Name of the dataset; it need not be there yet.</param>
    /// <param name="folder">The folder; it may be missing until the first checkout. One that followed another dataset follows this one from now on.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <exception cref="InvalidNameException">The name breaks the rule.</exception>
    /// <exception cref="SourceRefusedException">The path is a file, or the folder of the store or in it.</exception>
    public async ValueTask<Workspace> OpenWorkspaceAsync(string name, string folder, CancellationToken cancellationToken = default)
    {
        ResourceName.Require(name, "dataset");
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (File.Exists(full))
        {
            throw new SourceRefusedException(full, "a workspace is a folder, and this is a file. Commit it by its path, or name the folder that holds it.");
        }

        if (StoreFolder.Holds(_database.Folder, full))
        {
            throw TreeScanner.InStore(full, _database.Folder!);
        }

        await ReadyAsync(cancellationToken).ConfigureAwait(false);
        WorkspaceRow? row = await WorkspaceRow.FindAsync(_database, full, cancellationToken).ConfigureAwait(false);
        if (row is null || !string.Equals(row.Dataset, name, StringComparison.OrdinalIgnoreCase))
        {
            WorkspaceRow made = new(name, null, PathPatterns.All, row?.Stamps ?? StampIndex.Empty);
            await made.SaveAsync(_database, full, CommitDurability.Flushed, cancellationToken).ConfigureAwait(false);
        }

        return new Workspace(this, name, full);
    }

    /// <summary>The version that a workspace held last; null when it held none, or that one was removed.</summary>
    internal async ValueTask<DatasetVersion?> VersionOfAsync(WorkspaceRow row, CancellationToken cancellationToken)
    {
        if (row.Number is { } number)
        {
            await foreach (VersionRow version in QueryAsync(
                "WHERE d.name = $name AND v.number = $number AND v.removed_at IS NULL", [("$name", row.Dataset), ("$number", number)], cancellationToken).ConfigureAwait(false))
            {
                return new DatasetVersion(this, version);
            }
        }

        return null;
    }

    internal bool IsTable(string path) => _options.Formats.Any(f => f.Recognizes(path));

    // The row when the path is a folder that follows this dataset.
    private async ValueTask<WorkspaceRow?> FindWorkspaceAsync(string name, string folder, CancellationToken cancellationToken) =>
        await WorkspaceRow.FindAsync(_database, folder, cancellationToken).ConfigureAwait(false) is { } row
        && string.Equals(row.Dataset, name, StringComparison.OrdinalIgnoreCase)
            ? row
            : null;

    [LoggerMessage(EventId = 2, Level = LogLevel.Warning, Message = "What was learned of the files in {Folder} could not be kept, so they are read again next time: {Problem}")]
    internal partial void LogStampsNotSaved(string folder, string problem);
}
