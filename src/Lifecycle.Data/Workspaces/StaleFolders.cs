using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Data;

/// <summary>What checkouts that were killed left behind.</summary>
internal static class StaleFolders
{
    private static readonly TimeSpan Age = TimeSpan.FromHours(1);

    private static EnumerationOptions Here { get; } = new() { AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true };

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

    /// <summary>
    /// Removes old files under temporary names from a folder and those below it, links not followed: not from stores and folders of other tools, whose
    /// temporaries are their own, and none that somebody holds locked.
    /// </summary>
    public static void RemoveFiles(string root)
    {
        Stack<string> open = new([root]);
        while (open.TryPop(out string? folder))
        {
            if (IsStore(folder))
            {
                continue;
            }

            RemoveFilesIn(folder);
            foreach (string below in Directory.EnumerateDirectories(folder, "*", Here))
            {
                if (Path.GetFileName(below) is var name && !TreeScanner.IsOut(name) && !TreeScanner.IsTemporary(name))
                {
                    open.Push(below);
                }
            }
        }
    }

    /// <summary>Removes old files under temporary names from one folder, none that somebody holds locked.</summary>
    public static void RemoveFilesIn(string folder)
    {
        foreach (string file in Directory.EnumerateFiles(folder, AtomicFile.TemporaryPrefix + "*", Here))
        {
            if (TreeScanner.IsTemporary(Path.GetFileName(file)) && IsOld(file) && IsFree(file))
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

    /// <summary>Whether a folder is that of a store, or of its objects alone.</summary>
    public static bool IsStore(string folder) => File.Exists(Path.Combine(folder, "lifecycle.db")) || Begins(Path.Combine(folder, "FORMAT"), "lifecycle.objects/"u8);

    private static bool Begins(string file, ReadOnlySpan<byte> with)
    {
        using SafeFileHandle? handle = TryRead(file);
        Span<byte> first = stackalloc byte[with.Length];
        return handle is not null && first[..RandomAccess.Read(handle, first, 0)].SequenceEqual(with);
    }

    // Whoever writes a file holds it alone; readers may share it, since it may be a link into a store.
    private static bool IsFree(string file)
    {
        using SafeFileHandle? handle = TryRead(file);
        return handle is not null;
    }

    private static SafeFileHandle? TryRead(string file)
    {
        try
        {
            return SourceFile.KindOf(file) == SourceKind.File ? File.OpenHandle(file, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SourceRefusedException)
        {
            return null;
        }
    }

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
