namespace Lifecycle.Data;

/// <summary>What checkouts that were killed left behind.</summary>
internal static class StaleFolders
{
    private static readonly TimeSpan Age = TimeSpan.FromHours(1);

    /// <summary>Removes half-built folders beside a target, if nobody is building in them.</summary>
    public static void Remove(string parent)
    {
        foreach (string folder in Directory.EnumerateDirectories(parent, AtomicFile.TemporaryPrefix + "*"))
        {
            if (TreeScanner.IsTemporary(Path.GetFileName(folder)) && IsOld(folder) && IsUnlocked(folder))
            {
                TryDelete(folder);
            }
        }
    }

    /// <summary>Removes files under temporary names from a folder and those below it, links not followed.</summary>
    public static void RemoveFiles(string root)
    {
        EnumerationOptions all = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true };
        foreach (string file in Directory.EnumerateFiles(root, AtomicFile.TemporaryPrefix + "*", all))
        {
            if (TreeScanner.IsTemporary(Path.GetFileName(file)) && IsOld(file))
            {
                File.Delete(file);
            }
        }
    }

    public static void TryDelete(string folder)
    {
        try
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            System.Diagnostics.Debug.WriteLine(e);
        }
    }

    private static bool IsOld(string path) => TimeProvider.System.GetUtcNow() - File.GetLastWriteTimeUtc(path) > Age;

    private static bool IsUnlocked(string folder)
    {
        try
        {
            using OpenFolder open = OpenFolder.Open(folder);
            return open.TryLock();
        }
        catch (IOException)
        {
            return false;
        }
    }
}
