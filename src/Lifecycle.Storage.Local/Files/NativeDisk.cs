using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Storage.Local;

/// <summary>Calls of Linux that make many or big files durable faster.</summary>
internal static partial class NativeDisk
{
    private const uint StartWriting = 2; // SYNC_FILE_RANGE_WRITE
    private const int WorkingFolder = -100; // AT_FDCWD
    private const uint NoReplace = 1; // RENAME_NOREPLACE
    private const nuint CloneFile = 0x40049409; // FICLONE
    private const int InvalidArgument = 22;
    private const int NotImplemented = 38;

    /// <summary>Whether one call can flush a whole file system and reports errors of writing back (Linux 5.8).</summary>
    public static bool CanFlushFileSystem { get; } = OperatingSystem.IsLinux() && Environment.OSVersion.Version >= new Version(5, 8);

    /// <summary>Flushes everything written to the file system that holds the file.</summary>
    public static void FlushFileSystem(SafeFileHandle file)
    {
        if (SyncFs(file) != 0)
        {
            throw new IOException($"Could not flush the file system: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}.", Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>Asks the system to begin writing a part to the disk; a hint without a promise, so its outcome does not matter.</summary>
    public static void BeginWriting(SafeFileHandle file, long offset, long length)
    {
        if (OperatingSystem.IsLinux())
        {
            _ = SyncFileRange(file, offset, length, StartWriting);
        }
    }

    /// <summary>
    /// Renames a file. Without <paramref name="replace"/> two that rename to one name at the same moment do not both succeed,
    /// which <see cref="File.Move(string, string, bool)"/> does not promise everywhere.
    /// </summary>
    /// <exception cref="IOException">The name is taken, or the disk refuses.</exception>
    public static void Rename(string from, string to, bool replace)
    {
        if (replace || !OperatingSystem.IsLinux())
        {
            File.Move(from, to, replace);
            return;
        }

        if (RenameAt(WorkingFolder, from, WorkingFolder, to, NoReplace) == 0)
        {
            return;
        }

        int code = Marshal.GetLastPInvokeError();
        if (code is not (InvalidArgument or NotImplemented))
        {
            throw Refused($"Could not rename '{from}' to '{to}'", code);
        }

        // The file system does not know the flag; a second name is refused in the same way when it is taken.
        if (AtomicFile.TryHardlink(from, to))
        {
            File.Delete(from);
            return;
        }

        File.Move(from, to, overwrite: false);
    }

    /// <summary>
    /// Makes an empty file share the blocks of another (Linux: FICLONE on Btrfs, XFS, bcachefs and others); false where that is not possible. macOS and
    /// ReFS clone by name and by region; there the answer is false and a copy is made.
    /// </summary>
    public static bool TryClone(SafeFileHandle from, SafeFileHandle to) => OperatingSystem.IsLinux() && IoCtl(to, CloneFile, from) == 0;

    private static Exception Refused(string what, int code)
    {
        IOException error = new($"{what}: {Marshal.GetPInvokeErrorMessage(code)}.", code);
        return code is 1 or 13 ? new UnauthorizedAccessException(error.Message, error) : error;
    }

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameAt(int fromFolder, string from, int toFolder, string to, uint flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int IoCtl(SafeFileHandle to, nuint request, SafeFileHandle from);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    private static partial int SyncFs(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "sync_file_range", SetLastError = true)]
    private static partial int SyncFileRange(SafeFileHandle file, long offset, long length, uint flags);
}
