namespace Lifecycle.Data;

/// <summary>What stands in a path where a folder should be.</summary>
/// <param name="Path">Relative to the root.</param>
/// <param name="Kind">What it is.</param>
internal readonly record struct Obstacle(string Path, SourceKind Kind);

/// <summary>
/// Goes through the folders below a root, segment by segment and never through a link. Folders stay open while the next path lies in them, so paths
/// in the order of a tree cost one opening a folder. Used by one thread.
/// </summary>
internal sealed class FolderWalk(OpenFolder root) : IDisposable
{
    private readonly List<(string Segment, OpenFolder Folder)> _open = [];

    /// <summary>The folder that holds the path's last segment.</summary>
    /// <param name="path">Relative, with <c>/</c>; already guarded.</param>
    /// <param name="make">Whether missing folders are made.</param>
    /// <param name="name">The last segment.</param>
    /// <param name="obstacle">What is in the way when null is returned; of kind <see cref="SourceKind.Missing"/> when a folder is not there.</param>
    public OpenFolder? Enter(string path, bool make, out string name, out Obstacle obstacle)
    {
        int depth = 0;
        int start = 0;
        OpenFolder folder = root;
        for (int slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', start))
        {
            ReadOnlySpan<char> segment = path.AsSpan(start, slash - start);
            if (depth < _open.Count && segment.SequenceEqual(_open[depth].Segment))
            {
                folder = _open[depth].Folder;
            }
            else
            {
                CloseFrom(depth);
                OpenFolder? next = Open(folder, segment.ToString(), make, out SourceKind found);
                if (next is null)
                {
                    (name, obstacle) = ("", new Obstacle(path[..slash], found));
                    return null;
                }

                _open.Add((segment.ToString(), next));
                folder = next;
            }

            depth++;
            start = slash + 1;
        }

        CloseFrom(depth);
        name = path[start..];
        obstacle = default;
        return folder;
    }

    public void Dispose() => CloseFrom(0);

    private static OpenFolder? Open(OpenFolder parent, string segment, bool make, out SourceKind found)
    {
        OpenFolder? folder = parent.TryOpen(segment, out found);
        if (folder is null && found == SourceKind.Missing && make)
        {
            parent.Make(segment);
            folder = parent.TryOpen(segment, out found);
        }

        return folder;
    }

    private void CloseFrom(int depth)
    {
        for (int i = _open.Count - 1; i >= depth; i--)
        {
            _open[i].Folder.Dispose();
            _open.RemoveAt(i);
        }
    }
}
