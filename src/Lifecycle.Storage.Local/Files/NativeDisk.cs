using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Storage.Local;

/// <summary>Calls of Linux that make many or big files durable faster.</summary>
internal static partial class NativeDisk
{
    private const uint StartWriting = 2; // SYNC_FILE_RANGE_WRITE

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

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    private static partial int SyncFs(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "sync_file_range", SetLastError = true)]
    private static partial int SyncFileRange(SafeFileHandle file, long offset, long length, uint flags);
}
