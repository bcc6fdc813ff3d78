using System.Runtime.InteropServices;

namespace Lifecycle;

internal static partial class NativeFiles
{
    private const int ReadOnlyFolder = 0x10000;
    private const int InvalidArgument = 22;
    private const int NotATypewriter = 25;
    private const int NotSupportedOnLinux = 95;
    private const int NotSupportedOnMac = 45;

    /// <summary>Flushes the entries of a folder, so that a rename in it survives a power loss. File systems that cannot are ignored.</summary>
    public static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        int handle = Open(folder, OpenFolderFlags());
        if (handle < 0)
        {
            throw Failure("open", folder);
        }

        try
        {
            if (FSync(handle) != 0 && Marshal.GetLastPInvokeError() is not (InvalidArgument or NotATypewriter or NotSupportedOnLinux or NotSupportedOnMac))
            {
                throw Failure("flush", folder);
            }
        }
        finally
        {
            _ = Close(handle);
        }
    }

    public static FileStamp Stamp(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            FileInfo file = new(path);
            return new FileStamp(file.Length, file.LastWriteTimeUtc.Ticks * 100, file.CreationTimeUtc.Ticks * 100, 0, 0);
        }

        Statx stat = default;
        if (StatX(-100 /* AT_FDCWD */, path, 0, 0x7FF /* STATX_BASIC_STATS */, ref stat) != 0)
        {
            throw Failure("read the stamp of", path);
        }

        return new FileStamp((long)stat.Size, stat.Modified.Nanoseconds, stat.Changed.Nanoseconds, stat.Inode, ((ulong)stat.DeviceMajor << 32) | stat.DeviceMinor);
    }

    public static bool TryHardlink(string existing, string path) => !OperatingSystem.IsWindows() && Link(existing, path) == 0;

    private static int OpenFolderFlags() => OperatingSystem.IsMacOS() ? 0x100000
        : RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x4000
        : ReadOnlyFolder;

    private static IOException Failure(string act, string path) =>
        new($"Could not {act} '{path}': {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}.");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int handle);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int handle);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string path);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int folder, string path, int flags, uint mask, ref Statx result);

    [StructLayout(LayoutKind.Sequential)]
    private struct StatxTime
    {
        public long Seconds;
        public uint Fraction;
        public int Reserved;

        public readonly long Nanoseconds => (Seconds * 1_000_000_000) + Fraction;
    }

    // struct statx of linux/stat.h, 256 bytes
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Statx
    {
        [FieldOffset(32)]
        public ulong Inode;
        [FieldOffset(40)]
        public ulong Size;
        [FieldOffset(96)]
        public StatxTime Changed;
        [FieldOffset(112)]
        public StatxTime Modified;
        [FieldOffset(136)]
        public uint DeviceMajor;
        [FieldOffset(140)]
        public uint DeviceMinor;
    }
}
