namespace Lifecycle.Data;

/// <summary>A file that a scan found.</summary>
/// <param name="FullPath">Where it lies.</param>
/// <param name="Path">What it will be called in the dataset.</param>
/// <param name="IsExecutable">Whether its owner may execute it.</param>
internal readonly record struct ScannedFile(string FullPath, string Path, bool IsExecutable);

/// <summary>The files under a path. Links are never followed; what is not a plain file or a folder is refused.</summary>
internal static class TreeScanner
{
    private static readonly HashSet<string> Out = new(StringComparer.Ordinal) { ".git", ".hg", ".dvc", ".lifecycle" };

    /// <summary>The files of a folder, or the one file, sorted by name within each folder.</summary>
    /// <exception cref="SourceRefusedException">Nothing is there, or something cannot be part of a dataset.</exception>
    public static List<ScannedFile> Scan(string path, CancellationToken cancellationToken)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        (SourceKind kind, bool executable) = SourceFile.Look(full);
        List<ScannedFile> files = [];
        switch (kind)
        {
            case SourceKind.File:
                files.Add(new ScannedFile(full, Named(full, Path.GetFileName(full)), executable));
                break;
            case SourceKind.Folder:
                Folder(full, "", files, cancellationToken);
                break;
            case SourceKind.Missing:
                throw new SourceRefusedException(path, "there is no such file or folder.");
            default:
                throw Refused(path, kind);
        }

        return files;
    }

    private static void Folder(string folder, string prefix, List<ScannedFile> files, CancellationToken cancellationToken)
    {
        string[] names;
        try
        {
            names = [.. Directory.EnumerateFileSystemEntries(folder).Select(e => Path.GetFileName(e)!)];
        }
        catch (UnauthorizedAccessException)
        {
            throw new SourceRefusedException(folder, "this process may not list it.");
        }

        Array.Sort(names, StringComparer.Ordinal);
        foreach (string name in names)
        {
            cancellationToken.ThrowIfCancellationRequested();
            string full = Path.Combine(folder, name);
            string relative = prefix + Named(full, name);
            (SourceKind kind, bool executable) = SourceFile.Look(full);
            switch (kind)
            {
                case SourceKind.File when files.Count < DatasetTree.MaximumFiles:
                    files.Add(new ScannedFile(full, relative, executable));
                    break;
                case SourceKind.File:
                    throw new SourceRefusedException(full, $"a version holds at most {DatasetTree.MaximumFiles} files.");
                case SourceKind.Folder:
                    if (!Out.Contains(name))
                    {
                        Folder(full, relative + "/", files, cancellationToken);
                    }

                    break;
                case SourceKind.Missing:
                    throw new DatasetChangedDuringCommitException(full);
                default:
                    throw Refused(full, kind);
            }
        }
    }

    private static string Named(string full, string name) =>
        name.Contains('\uFFFD') || !IsText(name) ? throw new SourceRefusedException(full, "its name is not UTF-8; rename it.") : name;

    private static bool IsText(string name)
    {
        for (int i = 0; i < name.Length; i++)
        {
            if (char.IsSurrogate(name[i]) && !(char.IsHighSurrogate(name[i]) && i + 1 < name.Length && char.IsLowSurrogate(name[++i])))
            {
                return false;
            }
        }

        return true;
    }

    private static SourceRefusedException Refused(string path, SourceKind kind) => new(
        path,
        kind == SourceKind.Link
            ? "it is a link, and links are not followed; commit what it points to, or replace it by a copy."
            : "it is a device, a pipe or a socket, not a file.");
}
