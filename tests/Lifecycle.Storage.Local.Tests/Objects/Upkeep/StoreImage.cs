namespace Lifecycle.Storage.Local.Tests;

/// <summary>All files of a folder as they were, to go back to.</summary>
internal sealed class StoreImage
{
    private readonly string _folder;
    private readonly Dictionary<string, (byte[] Bytes, DateTime Changed)> _files;

    private StoreImage(string folder, Dictionary<string, (byte[] Bytes, DateTime Changed)> files)
    {
        _folder = folder;
        _files = files;
    }

    public IEnumerable<string> Files => _files.Keys;

    public static StoreImage Of(string folder) => new(folder, All(folder).ToDictionary(
        f => Path.GetRelativePath(folder, f).Replace('\\', '/'), f => (File.ReadAllBytes(f), File.GetLastWriteTimeUtc(f)), StringComparer.Ordinal));

    public byte[] this[string file] => _files[file].Bytes;

    /// <summary>Puts every file back and removes what came since.</summary>
    public void Restore()
    {
        foreach (string file in All(_folder).Where(f => !_files.ContainsKey(Path.GetRelativePath(_folder, f).Replace('\\', '/'))))
        {
            File.Delete(file);
        }

        foreach ((string name, (byte[] bytes, DateTime changed)) in _files)
        {
            string file = Path.Combine(_folder, name);
            if (!File.Exists(file) || !File.ReadAllBytes(file).AsSpan().SequenceEqual(bytes))
            {
                Write(name, bytes);
            }

            File.SetLastWriteTimeUtc(file, changed);
        }
    }

    /// <summary>Writes a file anew, whatever its mode.</summary>
    public void Write(string name, byte[] bytes)
    {
        string file = Path.Combine(_folder, name);
        File.Delete(file);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, bytes);
    }

    /// <summary>Writes the files into another folder.</summary>
    public void CopyTo(string folder)
    {
        foreach ((string name, (byte[] bytes, DateTime changed)) in _files)
        {
            string file = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, bytes);
            File.SetLastWriteTimeUtc(file, changed);
        }
    }

    // Locks are empty, and a temporary that somebody writes is litter when that somebody is gone.
    private static string[] All(string folder) =>
    [
        .. Directory.GetFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
            .Where(f => Path.GetFileName(f) is var name && !name.EndsWith("lock", StringComparison.Ordinal) && !name.StartsWith(".tmp-", StringComparison.Ordinal)),
    ];
}
