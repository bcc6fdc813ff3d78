namespace Lifecycle.Data;

/// <summary>What a folder holds at a moment: every file with its digest, most of them known by their stamps.</summary>
internal sealed class WorkspaceScan
{
    private readonly DateTimeOffset _taken;
    private readonly List<StampedFile> _files;
    private readonly List<DatasetFile> _unstable;

    private WorkspaceScan(DateTimeOffset taken, List<StampedFile> files, List<DatasetFile> unstable, int hashed)
    {
        _taken = taken;
        _files = files;
        _unstable = unstable;
        FilesHashed = hashed;
    }

    public int Count => _files.Count + _unstable.Count;

    /// <summary>Files that were read.</summary>
    public int FilesHashed { get; }

    /// <summary>The files of the part of the folder that the workspace follows.</summary>
    public static List<ScannedFile> Files(string folder, WorkspaceRow row, SourceLinks links, string? store, CancellationToken cancellationToken)
    {
        List<ScannedFile> files = TreeScanner.Scan(folder, links, store, cancellationToken);
        if (!row.Include.IsAll)
        {
            files.RemoveAll(f => !row.Include.Includes(f.Path));
        }

        return files;
    }

    public static async ValueTask<WorkspaceScan> RunAsync(
        string folder, WorkspaceRow row, SourceLinks links, string? store, DateTimeOffset taken, CancellationToken cancellationToken)
    {
        List<ScannedFile> found = Files(folder, row, links, store, cancellationToken);
        List<StampedFile> files = new(found.Count);
        List<ScannedFile> open = [];
        foreach (ScannedFile file in found)
        {
            if (row.Stamps.TryKnow(file, out StampedFile known))
            {
                files.Add(known);
            }
            else
            {
                open.Add(file);
            }
        }

        IReadOnlyDictionary<string, StampedFile> read = await FileHasher.ReadAllAsync(open, cancellationToken).ConfigureAwait(false);
        files.AddRange(read.Values);
        List<DatasetFile> unstable = [.. open.Where(f => !read.ContainsKey(f.Path)).Select(f => new DatasetFile(f.Path, f.Stamp.Length, default, f.IsExecutable))];
        return new WorkspaceScan(taken, files, unstable, open.Count);
    }

    /// <summary>What differs from the version; without one everything is added. A file that is being written counts as modified.</summary>
    public async ValueTask<WorkspaceStatus> CompareAsync(DatasetVersion? version, WorkspaceRow row, CancellationToken cancellationToken)
    {
        if (version is not null && FilesHashed == 0 && Count == row.Stamps.Count && row.Stamps.Tree == version.Digest && row.Include.IsAll)
        {
            return new WorkspaceStatus(version, [], [], [], [], Count, 0);
        }

        IReadOnlyList<DatasetFile> before = version is null ? [] : await version.ListFilesAsync(cancellationToken).ConfigureAwait(false);
        List<DatasetFile> now = [.. _files.Select(f => f.ToFile()), .. _unstable];
        now.Sort((a, b) => PathOrder.Compare(a.Path, b.Path));
        TreeDiff diff = TreeDiff.Between(row.Include.IsAll ? before : [.. before.Where(f => row.Include.Includes(f.Path))], now);
        List<DatasetFile> modified = [.. diff.Modified, .. diff.ModeChanged];
        modified.Sort((a, b) => PathOrder.Compare(a.Path, b.Path));
        return new WorkspaceStatus(version, diff.Added, modified, diff.Removed, diff.Renamed, Count, FilesHashed);
    }

    public StampIndex ToIndex(Digest tree) => StampIndex.Of(_files, _taken, tree);
}
