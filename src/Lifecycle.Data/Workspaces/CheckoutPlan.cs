namespace Lifecycle.Data;

/// <summary>What a checkout into a folder that holds something would do, found out before the first byte is written.</summary>
internal sealed class CheckoutPlan
{
    private readonly List<PlannedFile> _write = [];
    private readonly List<PlannedFile> _remove = [];
    private readonly List<(DatasetFile File, bool SetMode)> _equal = [];
    private readonly List<string> _conflicts = [];
    private readonly SortedSet<string> _blocked = new(StringComparer.Ordinal);
    private readonly List<(string, string)> _linked = [];
    private readonly List<StampedFile> _stamped = [];

    private CheckoutPlan()
    {
    }

    /// <summary>Files to write, with what stands there now.</summary>
    public IReadOnlyList<PlannedFile> Write => _write;

    /// <summary>Files to remove.</summary>
    public IReadOnlyList<PlannedFile> Remove => _remove;

    /// <summary>Files that are there with the right content; the execute bit of some differs.</summary>
    public IReadOnlyList<(DatasetFile File, bool SetMode)> Equal => _equal;

    /// <summary>Files and links in the way whose content nobody committed; they are among those to write or to remove.</summary>
    public IReadOnlyList<string> Conflicts => _conflicts;

    /// <summary>Folders where a file should be, files where a folder should be: nobody overwrites those.</summary>
    public IReadOnlyCollection<string> Blocked => _blocked;

    /// <summary>Paths that would be written through a link.</summary>
    public IReadOnlyList<(string Path, string Reason)> Linked => _linked;

    /// <summary>Files that stay as they are, with their stamps.</summary>
    public IReadOnlyList<StampedFile> Stamped => _stamped;

    /// <param name="root">The folder.</param>
    /// <param name="files">The tree, or the part of it that is wanted.</param>
    /// <param name="before">What its files may hold without being a conflict.</param>
    /// <param name="stamps">What its files were.</param>
    /// <param name="extras">Files in the folder that are to go; null when all may stay.</param>
    /// <param name="cancellationToken">Cancels between files.</param>
    public static CheckoutPlan Look(
        OpenFolder root,
        IReadOnlyList<DatasetFile> files,
        HeldFiles before,
        StampIndex stamps,
        IReadOnlyList<string>? extras,
        CancellationToken cancellationToken)
    {
        CheckoutPlan plan = new();
        using FolderWalk walk = new(root);
        foreach (DatasetFile file in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            plan.Look(walk, file, [.. before.Of(file.Path)], stamps, cancellationToken);
        }

        foreach (string path in extras ?? [])
        {
            cancellationToken.ThrowIfCancellationRequested();
            plan.LookAtExtra(walk, path, [.. before.Of(path)], stamps, cancellationToken);
        }

        return plan;
    }

    private void Look(FolderWalk walk, DatasetFile file, DatasetFile[] before, StampIndex stamps, CancellationToken cancellationToken)
    {
        OpenFolder? folder = walk.Enter(file.Path, make: false, out string name, out Obstacle obstacle);
        if (folder is null)
        {
            switch (obstacle.Kind)
            {
                case SourceKind.Missing:
                    _write.Add(new PlannedFile(file, default));
                    break;
                case SourceKind.Link:
                    _linked.Add((file.Path, $"would be written through the link '{obstacle.Path}'"));
                    break;
                default:
                    _blocked.Add(obstacle.Path);
                    break;
            }

            return;
        }

        NativeStamp found = folder.Look(name);
        switch (found.Kind)
        {
            case SourceKind.Missing:
                _write.Add(new PlannedFile(file, found));
                break;
            case SourceKind.File:
                Digest? held = Held(folder, name, file, before, found, stamps, cancellationToken);
                if (held == file.Digest)
                {
                    _equal.Add((file, found.IsExecutable != file.IsExecutable));
                    if (found.IsExecutable == file.IsExecutable)
                    {
                        _stamped.Add(new StampedFile(file.Path, found.Stamp, file.Digest, file.IsExecutable));
                    }

                    break;
                }

                Add(_write, new PlannedFile(file, found), isKnown: held is not null && Array.Exists(before, b => b.Digest == held));
                break;
            case SourceKind.Link:
                Add(_write, new PlannedFile(file, found), isKnown: false);
                break;
            default:
                _blocked.Add(file.Path);
                break;
        }
    }

    private void LookAtExtra(FolderWalk walk, string path, DatasetFile[] before, StampIndex stamps, CancellationToken cancellationToken)
    {
        OpenFolder? folder = walk.Enter(path, make: false, out string name, out _);
        NativeStamp found = folder?.Look(name) ?? default;
        if (found.Kind is SourceKind.Missing or SourceKind.Folder)
        {
            return;
        }

        DatasetFile file = before.Length > 0 ? before[0] : new DatasetFile(path, -1, default);
        Digest? held = found.Kind == SourceKind.File ? Held(folder!, name, file, before, found, stamps, cancellationToken) : null;
        bool isKnown = held is not null && Array.Exists(before, b => b.Digest == held);
        Add(_remove, new PlannedFile(file, found), isKnown);
    }

    private void Add(List<PlannedFile> list, PlannedFile file, bool isKnown)
    {
        list.Add(file);
        if (!isKnown)
        {
            _conflicts.Add(file.File.Path);
        }
    }

    // Null when its length alone says that it is none of these.
    private static Digest? Held(
        OpenFolder folder, string name, DatasetFile file, DatasetFile[] before, NativeStamp found, StampIndex stamps, CancellationToken cancellationToken)
    {
        if (found.Stamp.Length != file.Length && !Array.Exists(before, b => b.Length == found.Stamp.Length))
        {
            return null;
        }

        ScannedFile scanned = new("", file.Path, found.IsExecutable) { Stamp = found.Stamp };
        if (stamps.TryKnow(scanned, out StampedFile known))
        {
            return known.Digest;
        }

        using Microsoft.Win32.SafeHandles.SafeFileHandle? handle = folder.TryRead(name);
        return handle is null ? null : FileHasher.Hash(handle, cancellationToken).Digest;
    }
}

/// <summary>A file that a checkout writes or removes.</summary>
/// <param name="File">The file.</param>
/// <param name="Found">What stood there when the plan was made; it must be the same when the file gets its name.</param>
internal readonly record struct PlannedFile(DatasetFile File, NativeStamp Found);
