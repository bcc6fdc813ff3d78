using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Data;

/// <summary>Calls of the system that make many files durable at once or share their blocks.</summary>
internal static partial class NativeDvc
{
    private const uint StartWriting = 2; // SYNC_FILE_RANGE_WRITE
    private const int CurrentFolder = -100;
    private const uint NoReplace = 1;
    private const int Unknown = -2;
    private const int Exists = 17;
    private const int OtherFileSystem = 18;
    private const int InvalidArgument = 22;
    private const int NotImplemented = 38;
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

    /// <summary>Renames a file within its file system, and never copies it into another.</summary>
    /// <param name="from">The file.</param>
    /// <param name="to">Its new path.</param>
    /// <param name="replace">Whether a file that has the name is replaced.</param>
    /// <returns>True when it is done; false when the name is taken; null when it lies in another file system.</returns>
    public static bool? Rename(string from, string to, bool replace)
    {
        if (OperatingSystem.IsWindows())
        {
            try
            {
                if (!string.Equals(Path.GetPathRoot(from), Path.GetPathRoot(to), StringComparison.OrdinalIgnoreCase))
                {
                    return null;
                }

                File.Move(from, to, replace);
                return true;
            }
            catch (IOException) when (!replace && File.Exists(from) && (File.Exists(to) || Directory.Exists(to)))
            {
                return false;
            }
        }

        int done = replace ? Rename(from, to) : OperatingSystem.IsLinux() ? RenameAt(CurrentFolder, from, CurrentFolder, to, NoReplace) : Unknown;
        if (done == 0)
        {
            return true;
        }

        int error = done == Unknown ? NotImplemented : Marshal.GetLastPInvokeError();
        if (!replace && error is InvalidArgument or NotImplemented)
        {
            // the system or the file system does not know the flag; a second name is refused in the same way when it is taken
            if (Link(from, to) == 0)
            {
                File.Delete(from);
                return true;
            }

            error = Marshal.GetLastPInvokeError();
        }

        return error == OtherFileSystem ? null
            : !replace && error == Exists ? false
            : throw new IOException($"Could not rename a file to '{to}': {Marshal.GetPInvokeErrorMessage(error)}.", error);
    }

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameAt(int fromFolder, string from, int toFolder, string to, uint flags);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(string from, string to);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string from, string to);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    private static partial int SyncFs(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "sync_file_range", SetLastError = true)]
    private static partial int SyncFileRange(SafeFileHandle file, long offset, long length, uint flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Ioctl(SafeFileHandle file, nuint request, nint argument);
}
