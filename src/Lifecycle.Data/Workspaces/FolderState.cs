namespace Lifecycle.Data;

/// <summary>What a folder holds where a tree would be written.</summary>
internal sealed class FolderState
{
    private FolderState(
        List<DatasetFile> missing, List<DatasetFile> equal, List<DatasetFile> different, List<string> blocked, List<(string, string)> linked)
    {
        Missing = missing;
        Equal = equal;
        Different = different;
        Blocked = blocked;
        Linked = linked;
    }

    /// <summary>Files with nothing in the way.</summary>
    public IReadOnlyList<DatasetFile> Missing { get; }

    /// <summary>Files that are there with the right content.</summary>
    public IReadOnlyList<DatasetFile> Equal { get; }

    /// <summary>Files, or links, that hold something else.</summary>
    public IReadOnlyList<DatasetFile> Different { get; }

    /// <summary>Folders where a file should be, files where a folder should be: nobody overwrites those.</summary>
    public IReadOnlyList<string> Blocked { get; }

    /// <summary>Paths that would be written through a link.</summary>
    public IReadOnlyList<(string Path, string Reason)> Linked { get; }

    public static async ValueTask<FolderState> LookAsync(string root, IReadOnlyList<DatasetFile> files, CancellationToken cancellationToken)
    {
        List<DatasetFile> missing = [];
        List<DatasetFile> equal = [];
        List<DatasetFile> different = [];
        List<string> blocked = [];
        List<(string, string)> linked = [];
        foreach (DatasetFile file in files)
        {
            if (Obstacle(root, file.Path) is { } obstacle)
            {
                if (obstacle.IsLink)
                {
                    linked.Add((file.Path, $"would be written through the link '{obstacle.Path}'"));
                }
                else if (!blocked.Contains(obstacle.Path))
                {
                    blocked.Add(obstacle.Path);
                }

                continue;
            }

            string path = Path.Combine(root, file.Path);
            switch (SourceFile.KindOf(path))
            {
                case SourceKind.Missing:
                    missing.Add(file);
                    break;
                case SourceKind.File:
                    (await HoldsAsync(path, file, cancellationToken).ConfigureAwait(false) ? equal : different).Add(file);
                    break;
                case SourceKind.Link:
                    different.Add(file);
                    break;
                default:
                    blocked.Add(file.Path);
                    break;
            }
        }

        return new FolderState(missing, equal, different, blocked, linked);
    }

    private static (string Path, bool IsLink)? Obstacle(string root, string path)
    {
        for (int slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            SourceKind kind = SourceFile.KindOf(Path.Combine(root, path[..slash]));
            if (kind == SourceKind.Missing)
            {
                return null;
            }

            if (kind != SourceKind.Folder)
            {
                return (path[..slash], kind == SourceKind.Link);
            }
        }

        return null;
    }

    private static async ValueTask<bool> HoldsAsync(string path, DatasetFile file, CancellationToken cancellationToken)
    {
        (FileStream content, FileStamp stamp) = SourceFile.Open(path);
        await using (content.ConfigureAwait(false))
        {
            return stamp.Length == file.Length && await Digest.OfAsync(content, cancellationToken).ConfigureAwait(false) == file.Digest;
        }
    }
}
