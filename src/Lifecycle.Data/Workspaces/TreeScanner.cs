namespace Lifecycle.Data;

/// <summary>
/// The files under a path. Links to folders are never followed; what is not a plain file or a folder is refused;
/// <c>.git .hg .dvc .lifecycle</c>, the folder of the store and what <c>.lifecycleignore</c> says are left out.
/// </summary>
internal static class TreeScanner
{
    public const string IgnoreFile = ".lifecycleignore";

    private static readonly System.Buffers.SearchValues<char> LowerHex = System.Buffers.SearchValues.Create("0123456789abcdef");
    private static readonly HashSet<string> Out = new(StringComparer.Ordinal) { ".git", ".hg", ".dvc", ".lifecycle" };
    private static readonly HashSet<string> OutInAnyCase = new(Out, StringComparer.OrdinalIgnoreCase);

    /// <summary>The files of a folder, or the one file, with their stamps.</summary>
    /// <param name="path">A file or a folder.</param>
    /// <param name="links">What is done with a link to a file.</param>
    /// <param name="store">The folder of the store, which is no data; null when it has none.</param>
    /// <param name="cancellationToken">Cancels between folders.</param>
    /// <exception cref="SourceRefusedException">Nothing is there, something cannot be part of a dataset, or the path lies in the store.</exception>
    /// <exception cref="DvcFormatException">A <c>.lifecycleignore</c> cannot be read.</exception>
    public static List<ScannedFile> Scan(string path, SourceLinks links, string? store, CancellationToken cancellationToken)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (StoreFolder.Holds(store, full))
        {
            throw InStore(path, store!);
        }

        string? below = StoreFolder.Below(full, store);
        NativeStamp found = SourceFile.LookAt(full);
        switch (found.Kind)
        {
            case SourceKind.File:
                return [new ScannedFile(full, Named(full, Path.GetFileName(full)), found.IsExecutable) { Stamp = found.Stamp }];
            case SourceKind.Folder:
                return OperatingSystem.IsLinux() ? FolderScan.Run(full, links, below, cancellationToken) : PortableScan(full, links, below, cancellationToken);
            case SourceKind.Missing:
                throw new SourceRefusedException(path, "there is no such file or folder.");
            case SourceKind.Link:
                (string target, NativeStamp stamp) = LinkedFile.Resolve(full, Path.GetDirectoryName(full)!, links);
                return [new ScannedFile(target, Named(full, Path.GetFileName(full)), stamp.IsExecutable) { Stamp = stamp.Stamp }];
            default:
                throw NoFile(path);
        }
    }

    /// <summary>The paths of everything in a folder that is no folder: also of links, devices, pipes and sockets.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="below">The path of the store's folder in it; null when that lies elsewhere.</param>
    /// <param name="cancellationToken">Cancels between folders.</param>
    public static IEnumerable<string> Names(string root, string? below, CancellationToken cancellationToken) =>
        (OperatingSystem.IsLinux() ? FolderScan.Run(root, null, below, cancellationToken) : PortableScan(root, null, below, cancellationToken)).Select(f => f.Path);

    public static SourceRefusedException InStore(string path, string store) =>
        new(path, $"it is the folder of the store, '{store}', or a part of it. Name what is not the store's own.");

    /// <summary>Whether a folder of this name is never part of a dataset.</summary>
    public static bool IsOut(string name) => Out.Contains(name);

    /// <summary>Whether a folder of this name would be one of those where names that differ only in case are one.</summary>
    public static bool IsOutInAnyCase(string name) => OutInAnyCase.Contains(name);

    /// <summary>Whether a file or folder of this name is one that a checkout is writing, or left behind when it was killed.</summary>
    public static bool IsTemporary(string name) =>
        name.Length == AtomicFile.TemporaryPrefix.Length + 32 && name.StartsWith(AtomicFile.TemporaryPrefix, StringComparison.Ordinal)
        && !name.AsSpan(AtomicFile.TemporaryPrefix.Length).ContainsAnyExcept(LowerHex);

    public static SourceRefusedException NoFile(string path) => new(path, "it is a device, a pipe or a socket, not a file.");

    public static SourceRefusedException TooMany(string path) => new(path, $"a version holds at most {DatasetTree.MaximumFiles} files.");

    internal static List<ScannedFile> PortableScan(string root, SourceLinks? links, string? below, CancellationToken cancellationToken)
    {
        List<ScannedFile> files = [];
        Folder(root, "", IgnoreRules.Empty);
        return files;

        void Folder(string folder, string prefix, IgnoreRules rules)
        {
            string[] names = Entries(folder);
            if (names.Contains(IgnoreFile, StringComparer.Ordinal))
            {
                rules = rules.WithFile(prefix.TrimEnd('/'), File.ReadAllBytes(Path.Combine(folder, IgnoreFile)), prefix + IgnoreFile);
            }

            foreach (string name in names)
            {
                cancellationToken.ThrowIfCancellationRequested();
                string full = Path.Combine(folder, name);
                string relative = prefix + Named(full, name);
                NativeStamp found = SourceFile.LookAt(full);
                if (IsTemporary(name) || rules.IsIgnoredItself(relative, found.Kind == SourceKind.Folder))
                {
                    continue;
                }

                switch (found.Kind)
                {
                    case SourceKind.File:
                        files.Add(ScannedFile.Below(root, relative, found.IsExecutable, found.Stamp));
                        break;
                    case SourceKind.Folder:
                        if (!IsOut(name) && !StoreFolder.IsIn(below, relative))
                        {
                            Folder(full, relative + "/", rules);
                        }

                        break;
                    case SourceKind.Missing:
                        throw new DatasetChangedDuringCommitException(full);
                    case SourceKind.Link or SourceKind.Other when links is null:
                        files.Add(new ScannedFile(full, relative, isExecutable: false));
                        break;
                    case SourceKind.Link:
                        (string target, NativeStamp stamp) = LinkedFile.Resolve(full, root, links!.Value);
                        files.Add(new ScannedFile(target, relative, stamp.IsExecutable) { Stamp = stamp.Stamp });
                        break;
                    default:
                        throw NoFile(full);
                }

                if (files.Count > DatasetTree.MaximumFiles)
                {
                    throw TooMany(full);
                }
            }
        }
    }

    private static string[] Entries(string folder)
    {
        try
        {
            string[] names = [.. Directory.EnumerateFileSystemEntries(folder).Select(e => Path.GetFileName(e)!)];
            Array.Sort(names, StringComparer.Ordinal);
            return names;
        }
        catch (UnauthorizedAccessException)
        {
            throw new SourceRefusedException(folder, "this process may not list it.");
        }
    }

    private static string Named(string full, string name) =>
        name.Contains('\uFFFD') || !PathGuard.IsText(name) ? throw new SourceRefusedException(full, "its name is not UTF-8; rename it.") : name;
}
