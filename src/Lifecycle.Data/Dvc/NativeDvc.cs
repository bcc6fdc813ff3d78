using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Data;

/// <summary>Calls of the system that make many files durable at once or share their blocks.</summary>
internal static partial class NativeDvc
{
    private const uint StartWriting = 2; // SYNC_FILE_RANGE_WRITE
    private const nuint Clone = 0x40049409; // FICLONE

    /// <summary>Whether one call can flush a whole file system and reports errors of writing back (Linux 5.8).</summary>
    public static bool CanFlushFileSystem { get; } = OperatingSystem.IsLinux() && Environment.OSVersion.Version >= new Version(5, 8);

    /// <summary>Flushes everything written to the file system that holds the file.</summary>
    public static void FlushFileSystem(SafeFileHandle file)
    {
        if (SyncFs(file) != 0)
        {
            int error = Marshal.GetLastPInvokeError();
            throw new IOException($"The file system could not be flushed: {Marshal.GetPInvokeErrorMessage(error)}.", error);
        }
    }

    /// <summary>Asks the system to begin writing a part to the disk: a hint without a promise.</summary>
    public static void BeginWriting(SafeFileHandle file, long offset, long length)
    {
        if (OperatingSystem.IsLinux())
        {
            _ = SyncFileRange(file, offset, length, StartWriting);
        }
    }

    /// <summary>Makes a file share the blocks of another; false where the file system cannot.</summary>
    public static bool TryClone(SafeFileHandle from, SafeFileHandle to) =>
        OperatingSystem.IsLinux() && Ioctl(to, Clone, from.DangerousGetHandle()) == 0;

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    private static partial int SyncFs(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "sync_file_range", SetLastError = true)]
    private static partial int SyncFileRange(SafeFileHandle file, long offset, long length, uint flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Ioctl(SafeFileHandle file, nuint request, nint argument);
}
