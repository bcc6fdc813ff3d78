using System.Security.Cryptography;

namespace Lifecycle.Data;

/// <summary>Which of DVC's two hashes names an object, and so where it lies.</summary>
public enum DvcHashKind
{
    /// <summary>MD5 of the bytes, DVC 3.</summary>
    Md5,

    /// <summary>MD5 after line ends of texts were made LF, DVC 2 and before. Only read.</summary>
    Md5Dos2Unix,

    /// <summary>Something that only a cloud knows: an ETag, a checksum, a version.</summary>
    Other,
}

/// <summary>A tree of objects named by their hash: the cache of a repository, or a folder that is a remote. Both look the same.</summary>
internal sealed class DvcCache(string root, bool isShared = false)
{
    private const UnixFileMode ReadOnly = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private static readonly TimeSpan LongestWriter = TimeSpan.FromDays(7);

    public string Root => root;

    /// <summary>The folder of objects of DVC 3.</summary>
    public string ObjectsFolder { get; } = Path.Combine(root, "files", "md5");

    public UnixFileMode FileMode => isShared ? ReadOnly | UnixFileMode.UserWrite | UnixFileMode.GroupWrite : ReadOnly;

    /// <summary>Where an object lies, whether it is there or not.</summary>
    public string PathOf(string oid, DvcHashKind kind) => Path.Combine(kind == DvcHashKind.Md5 ? ObjectsFolder : root, oid[..2], oid[2..]);

    public bool Has(string oid, DvcHashKind kind) => File.Exists(PathOf(oid, kind));

    /// <summary>Makes the folder of an object; true when it was not there.</summary>
    public bool MakeFolder(string folder)
    {
        if (Directory.Exists(folder))
        {
            return false;
        }

        if (isShared && !OperatingSystem.IsWindows())
        {
            const UnixFileMode Group = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupWrite
                | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute | UnixFileMode.SetGroup;
            string parent = Path.GetDirectoryName(folder)!;
            if (!Directory.Exists(parent))
            {
                MakeFolder(parent);
            }

            Directory.CreateDirectory(folder);
            File.SetUnixFileMode(folder, Group);
        }
        else
        {
            Directory.CreateDirectory(folder);
        }

        return true;
    }

    /// <summary>A name for a temporary file, in the form that DVC's <c>gc</c> knows.</summary>
    public static string TemporaryName(string folder)
    {
        Span<byte> random = stackalloc byte[17];
        RandomNumberGenerator.Fill(random);
        return Path.Combine(folder, string.Concat(".", System.Buffers.Text.Base64Url.EncodeToString(random).AsSpan(0, 22), ".tmp"));
    }

    /// <summary>
    /// Removes temporary files that a process left when it died: older than an hour, and than the oldest one that is held open. A writer that lives
    /// holds its first, and what it makes in the same tick of the clock is not older.
    /// </summary>
    public static void Sweep(string folder, DateTime now)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        List<string> free = [];
        DateTime tick = default;
        foreach ((string file, DateTime time) in Directory.EnumerateFiles(folder, ".*.tmp", new EnumerationOptions { AttributesToSkip = 0 })
            .Where(f => Path.GetFileName(f).Length == 27).Select(f => (File: f, Time: File.GetLastWriteTimeUtc(f))).Where(f => now - f.Time >= TimeSpan.FromHours(1)).OrderBy(f => f.Time))
        {
            if (time != tick)
            {
                free.ForEach(Discard);
                free.Clear();
                tick = time;
            }

            try
            {
                using FileStream held = new(file, System.IO.FileMode.Open, FileAccess.Read, FileShare.None, bufferSize: 0);
                free.Add(file);
            }
            catch (FileNotFoundException)
            {
                continue; // somebody else swept it
            }
            catch (UnauthorizedAccessException) when (now - time >= LongestWriter)
            {
                continue; // one of another user, left long ago: it does not end all sweeping for ever
            }
            catch (Exception e) when (DvcDisk.IsRefusal(e))
            {
                return; // somebody holds it, or may, and the younger ones may be theirs
            }
        }

        free.ForEach(Discard);
    }

    private static void Discard(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception e) when (DvcDisk.IsRefusal(e))
        {
            System.Diagnostics.Debug.WriteLine(e);
        }
    }

    /// <summary>The bytes of a folder's object, checked against their name; null when it is not there.</summary>
    /// <exception cref="DvcObjectCorruptedException">The bytes are not those the name says.</exception>
    public byte[]? ReadDirectory(string oid, DvcHashKind kind)
    {
        string path = PathOf(oid, kind);
        try
        {
            using FileStream file = new(path, System.IO.FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
            if (file.Length > DatasetTree.MaximumBytes)
            {
                throw new DvcFormatException(path, 1, 1, $"the list has {file.Length} bytes; at most {DatasetTree.MaximumBytes} are read");
            }

            byte[] bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            string actual = DvcDirectoryObject.Oid(bytes);
            return actual == oid ? bytes : throw new DvcObjectCorruptedException([$"'{path}' has {actual}"]);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
