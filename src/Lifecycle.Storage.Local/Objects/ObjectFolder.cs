using System.Buffers;
using System.Text;

namespace Lifecycle.Storage.Local;

/// <summary>The folder <c>objects</c>: its layout, its format number and its temporary files.</summary>
internal sealed class ObjectFolder
{
    public const string FormatName = "FORMAT";
    public const string Format = "lifecycle.objects/1\n";
    public const string SourcesName = "sources";
    public const string SourcesLockName = "sources.lock";
    public const string PacksName = "packs";
    public const string SumSuffix = ".sum";
    public const int NameLength = 62;

    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    // Shelves whose own names this process has flushed: one that another process made may not be durable yet.
    private readonly bool[] _durable = new bool[256];

    public ObjectFolder(string path, TimeSpan staleAge, TimeProvider time, Durability durability = Durability.Flushed)
    {
        Disk = new DiskSteps(durability);
        Path = System.IO.Path.GetFullPath(path);
        Loose = System.IO.Path.Combine(Path, "sha256");
        Packs = System.IO.Path.Combine(Path, PacksName);
        try
        {
            if (!ReadFormat())
            {
                Create();
            }

            RemoveStale(staleAge, time);
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            throw DiskFailure.Of(error, "open", Path, Path);
        }
    }

    public string Path { get; }

    /// <summary>What writes and flushes.</summary>
    public DiskSteps Disk { get; }

    /// <summary>The folder of packs; made with the first of them.</summary>
    public string Packs { get; }

    /// <summary>Payload from which on a pack is sealed; smaller in tests.</summary>
    public long SealPacksFrom { get; set; } = PackFormat.SealedFrom;

    /// <summary>The folder of loose blobs.</summary>
    public string Loose { get; }

    /// <summary>The folder that holds blobs whose digest begins with this byte.</summary>
    public string Shelf(string hex) => System.IO.Path.Combine(Loose, hex[..2]);

    public string FileOf(string hex) => System.IO.Path.Combine(Loose, hex[..2], hex[2..]);

    public string FileOf(Digest digest) => FileOf(digest.Hex);

    /// <summary>The path of a file of the store as it is shown: relative, with slashes.</summary>
    public string Relative(string file) => System.IO.Path.GetRelativePath(Path, file).Replace('\\', '/');

    public static bool IsBlobName(ReadOnlySpan<char> name) => name.Length == NameLength && IsLowerHex(name);

    public static bool IsLowerHex(ReadOnlySpan<char> name) => !name.ContainsAnyExcept(LowerHex);

    public static bool IsTemporary(ReadOnlySpan<char> name) => name.StartsWith(AtomicFile.TemporaryPrefix, StringComparison.Ordinal);

    /// <summary>Makes a folder of the store, durably, when it is not there.</summary>
    public void MakeFolder(string path)
    {
        if (!Directory.Exists(path))
        {
            Directory.CreateDirectory(path);
            Disk.FlushFolder(Path);
        }
    }

    /// <summary>Makes the shelf of a digest when it is not there.</summary>
    public void MakeShelf(string hex)
    {
        if (!Volatile.Read(ref _durable[Number(hex)]))
        {
            Directory.CreateDirectory(Shelf(hex));
        }
    }

    /// <summary>Makes the names on these shelves durable, and the names of the shelves themselves, whoever made them.</summary>
    /// <param name="shelves">Each by the first two hex digits of its digests.</param>
    public void FlushShelves(IReadOnlyCollection<string> shelves)
    {
        foreach (string shelf in shelves)
        {
            Disk.FlushFolder(Shelf(shelf));
        }

        if (shelves.Any(s => !_durable[Number(s)]))
        {
            Disk.FlushFolder(Loose);
            AreDurable(shelves);
        }
    }

    /// <summary>Says that these shelves were flushed in another way.</summary>
    public void AreDurable(IEnumerable<string> shelves)
    {
        foreach (string shelf in shelves)
        {
            Volatile.Write(ref _durable[Number(shelf)], true);
        }
    }

    private static int Number(string hex) => Convert.FromHexString(hex.AsSpan(0, 2))[0];

    private bool ReadFormat()
    {
        string file = System.IO.Path.Combine(Path, FormatName);
        string found;
        try
        {
            found = File.ReadAllText(file, Encoding.UTF8);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            if (Holds(Loose, f => IsBlobName(f)) || Holds(Packs, f => PackFormat.IsName(f)))
            {
                throw new LifecycleStorageException("objects", "open", Path,
                    $"'{Path}' holds objects but no file {FormatName}. If this build wrote them, put the line '{Format.TrimEnd()}' there; nothing was changed.");
            }

            return false;
        }

        return found == Format
            ? true
            : throw new LifecycleStorageException("objects", "open", Path,
                $"'{file}' says '{Show(found)}' and this build knows '{Format.TrimEnd()}'. Update the Lifecycle packages or open another folder; nothing was changed.");
    }

    private static bool Holds(string folder, Predicate<string> isOne) =>
        Directory.Exists(folder) && Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Any(f => isOne(System.IO.Path.GetFileName(f)));

    private static string Show(string text) => string.Concat(text.TrimEnd().Take(60).Select(c => char.IsControl(c) ? '?' : c));

    /// <summary>Makes the folders first and the format file last, so that a store with a format file is complete. Safe for many processes at once.</summary>
    private void Create()
    {
        Directory.CreateDirectory(Loose);
        string temporary = AtomicFile.TemporaryName(Path);
        try
        {
            using (FileStream stream = new(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                stream.Write(Encoding.ASCII.GetBytes(Format));
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, System.IO.Path.Combine(Path, FormatName), overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }

        AtomicFile.FlushFolder(Path);
        if (System.IO.Path.GetDirectoryName(Path) is { } parent)
        {
            AtomicFile.FlushFolder(parent);
        }
    }

    /// <summary>
    /// Removes temporaries of dead processes. One that is locked belongs to a living process, and so may every one that is not older than it:
    /// names are version-7 Guids, whose first 12 hex digits are the millisecond of their making.
    /// </summary>
    private void RemoveStale(TimeSpan age, TimeProvider time)
    {
        DateTime before = time.GetUtcNow().UtcDateTime - age;
        List<(string Name, FileLock Lock)> dead = [];
        string? oldestLiving = null;
        try
        {
            foreach (FileInfo file in Temporaries().Where(f => f.Exists && f.LastWriteTimeUtc < before))
            {
                if (TryLock(file.FullName) is { } taken)
                {
                    dead.Add((file.FullName, taken));
                }
                else if (oldestLiving is null || string.CompareOrdinal(Moment(file.Name), oldestLiving) < 0)
                {
                    oldestLiving = Moment(file.Name);
                }
            }

            foreach ((string name, _) in dead.Where(d => oldestLiving is null || string.CompareOrdinal(Moment(System.IO.Path.GetFileName(d.Name)), oldestLiving) < 0))
            {
                File.Delete(name);
            }
        }
        finally
        {
            dead.ForEach(d => d.Lock.Dispose());
        }
    }

    private static string Moment(string name) => name[..Math.Min(name.Length, AtomicFile.TemporaryPrefix.Length + 12)];

    private IEnumerable<FileInfo> Temporaries()
    {
        EnumerationOptions all = new() { RecurseSubdirectories = true, MaxRecursionDepth = 2, AttributesToSkip = 0, IgnoreInaccessible = true };
        return new DirectoryInfo(Path).EnumerateFiles(AtomicFile.TemporaryPrefix + "*", all);
    }

    /// <summary>The lock of a file; null also when it may not be written or has just gone: then it is not ours to remove.</summary>
    private static FileLock? TryLock(string path)
    {
        try
        {
            return FileLock.TryTake(path, FileMode.Open);
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            return null;
        }
    }
}
