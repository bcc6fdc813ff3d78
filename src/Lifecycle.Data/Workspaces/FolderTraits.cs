namespace Lifecycle.Data;

/// <summary>Whether a file system tells names apart, found out by making a file.</summary>
internal static class FolderTraits
{
    /// <summary>Whether names that differ only in case, or only in Unicode normal form, are one name in this folder.</summary>
    public static bool FoldsNames(string folder)
    {
        // the letters behind the prefix are one upper-case, one composed; the probe asks for their twins
        string probe = AtomicFile.TemporaryName(folder) + "-\u00e9a";
        try
        {
            File.WriteAllBytes(probe, []);
            return File.Exists(probe[..^1] + "A") || File.Exists(probe[..^2] + "e\u0301a");
        }
        finally
        {
            File.Delete(probe);
        }
    }
}
