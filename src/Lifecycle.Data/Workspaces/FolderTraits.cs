namespace Lifecycle.Data;

/// <summary>Whether a file system tells names apart, found out by making a file.</summary>
internal static class FolderTraits
{
    /// <summary>Whether names that differ only in case, or only in Unicode normal form, are one name in this folder.</summary>
    public static bool FoldsNames(string folder) => FoldsNames(folder, File.Exists);

    /// <param name="folder">Where the file is made.</param>
    /// <param name="exists">Asks the file system for a name.</param>
    internal static bool FoldsNames(string folder, Func<string, bool> exists)
    {
        // the name ends with a composed letter and a lower-case one; the probe asks for their twins
        string probe = AtomicFile.TemporaryName(folder) + "-\u00e9a";
        try
        {
            File.WriteAllBytes(probe, []);
            return exists(probe[..^1] + "A") || exists(probe[..^2] + "e\u0301a");
        }
        finally
        {
            File.Delete(probe);
        }
    }
}
