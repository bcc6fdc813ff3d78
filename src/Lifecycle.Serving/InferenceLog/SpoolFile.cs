using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Serving;

/// <summary>
/// One spool, <c>inference-&lt;id&gt;.jsonl</c>, and the lock beside it. The system frees the lock when the process dies; whoever obtains it then owns
/// the spool. Readers do not need it.
/// </summary>
internal sealed class SpoolFile : IDisposable
{
    private const string Beginning = "inference-";
    private const string Ending = ".jsonl";
    private const string LockEnding = ".lock";
    private const string Torn = "torn";

    private readonly FileStream _lock;
    private SafeFileHandle? _file;

    private SpoolFile(string folder, Guid id, FileStream held)
    {
        Folder = folder;
        Id = id;
        _lock = held;
    }

    public Guid Id { get; }

    public string Folder { get; }

    public string File => PathOf(Folder, Id);

    /// <summary>Bytes of whole lines.</summary>
    public long Length { get; private set; }

    /// <summary>Lines of it, as far as this process wrote them.</summary>
    public long Records { get; private set; }

    /// <summary>Its model; null when it has no record that can be read.</summary>
    public string? Model { get; private init; }

    /// <summary>Whether the system may hold lines that are not on the disk.</summary>
    public bool IsDirty { get; private set; }

    /// <summary>Whether a process that is dead wrote it.</summary>
    public bool IsInherited { get; private init; }

    /// <summary>Makes an empty spool and locks it.</summary>
    public static SpoolFile Create(string folder, Guid id, string model)
    {
        Directory.CreateDirectory(folder);
        FileStream held = new(LockOf(folder, id), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1);
        SpoolFile spool = new(folder, id, held) { Model = model };
        try
        {
            spool._file = System.IO.File.OpenHandle(spool.File, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
            return spool;
        }
        catch
        {
            spool.Remove();
            throw;
        }
    }

    /// <summary>The spools in a folder, whoever owns them.</summary>
    public static IReadOnlyList<Guid> List(string folder) => Names(folder, Ending);

    /// <summary>Takes all spools whose owners are dead, one after the other, and removes locks that guard nothing.</summary>
    /// <param name="folder">Where they lie.</param>
    /// <param name="failed">Is told of each that cannot be taken; it is left to the next start.</param>
    public static IEnumerable<SpoolFile> Inherit(string folder, Action<string, Exception> failed)
    {
        foreach (Guid id in Names(folder, Ending).Union(Names(folder, LockEnding)))
        {
            if (Inherit(folder, id, failed) is { } spool)
            {
                yield return spool;
            }
        }
    }

    public static string PathOf(string folder, Guid id) => Path.Combine(folder, $"{Beginning}{id:N}{Ending}");

    /// <summary>Adds whole lines. After a failure the spool is as long as before.</summary>
    /// <param name="lines">With their ends.</param>
    /// <param name="records">How many.</param>
    public void Append(ReadOnlySpan<byte> lines, int records)
    {
        SafeFileHandle file = _file ?? throw new InvalidOperationException("The spool is closed.");
        IsDirty = true;
        try
        {
            RandomAccess.Write(file, lines, Length);
        }
        catch (IOException)
        {
            // the next try writes over what was written; this is for readers
            RandomAccess.SetLength(file, Length);
            throw;
        }

        Length += lines.Length;
        Records += records;
    }

    /// <summary>Writes to the disk what the system holds.</summary>
    public void Flush()
    {
        if (_file is { } file)
        {
            RandomAccess.FlushToDisk(file);
            IsDirty = false;
        }
    }

    /// <summary>No more is added; the lock is kept.</summary>
    public void Close()
    {
        _file?.Dispose();
        _file = null;
    }

    /// <summary>Removes the spool and its lock.</summary>
    public void Remove()
    {
        Close();
        Delete(File);
        if (OperatingSystem.IsWindows())
        {
            // an open file keeps its name there
            _lock.Dispose();
            Delete(LockOf(Folder, Id));
            return;
        }

        Delete(LockOf(Folder, Id));
        _lock.Dispose();
    }

    /// <summary>Moves the spool to <c>torn/</c>, for a person to look at, and removes its lock.</summary>
    /// <returns>Where it is now.</returns>
    public string SetAside()
    {
        Close();
        string aside = Path.Combine(Folder, Torn);
        Directory.CreateDirectory(aside);
        string target = Path.Combine(aside, Path.GetFileName(File));
        System.IO.File.Move(File, target, overwrite: true);
        Remove();
        return target;
    }

    /// <summary>Frees the lock and leaves the spool to whoever starts next.</summary>
    public void Dispose()
    {
        Close();
        _lock.Dispose();
    }

    private static SpoolFile? Inherit(string folder, Guid id, Action<string, Exception> failed)
    {
        FileStream held;
        try
        {
            held = new FileStream(LockOf(folder, id), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // its owner lives, or another process just takes it
            return null;
        }

        SpoolFile spool = new(folder, id, held);
        try
        {
            if (System.IO.File.Exists(spool.File))
            {
                return new SpoolFile(folder, id, held)
                {
                    IsInherited = true, Length = new FileInfo(spool.File).Length, Model = SpoolContent.ModelOf(spool.File),
                };
            }

            spool.Remove();
        }
        catch (Exception error)
        {
            spool.Dispose();
            failed(spool.File, error);
        }

        return null;
    }

    private static void Delete(string file)
    {
        try
        {
            System.IO.File.Delete(file);
        }
        catch (DirectoryNotFoundException)
        {
            // somebody removed the folder
        }
    }

    private static string LockOf(string folder, Guid id) => Path.Combine(folder, $"{Beginning}{id:N}{LockEnding}");

    private static List<Guid> Names(string folder, string ending)
    {
        List<Guid> ids = [];
        foreach (string file in Directory.Exists(folder) ? Directory.EnumerateFiles(folder, Beginning + "*" + ending) : [])
        {
            if (Guid.TryParseExact(Path.GetFileNameWithoutExtension(file)[Beginning.Length..], "N", out Guid id))
            {
                ids.Add(id);
            }
        }

        return ids;
    }
}
