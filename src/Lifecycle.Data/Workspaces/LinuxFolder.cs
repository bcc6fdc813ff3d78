using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Data;

/// <summary>A folder of Linux behind a descriptor; every call is relative to it.</summary>
[SupportedOSPlatform("linux")]
internal sealed partial class LinuxFolder : OpenFolder
{
    private const int CurrentFolder = -100;
    private const int WriteOnly = 0x1;
    private const int CreateNew = 0x40 | 0x80;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const int SymlinkNoFollow = 0x100;
    private const int EmptyPath = 0x1000;
    private const int RemoveFolder = 0x200;
    private const uint NoReplace = 1;
    private const int NoEntry = 2;
    private const int Interrupted = 4;
    private const int Exists = 17;
    private const int NotAFolder = 20;
    private const int InvalidArgument = 22;
    private const int NotImplemented = 38;
    private const int NotEmpty = 39;
    private const int TooManyLinks = 40;

    private const int ExclusiveNow = 2 | 4;

    private static readonly bool HasProc = Directory.Exists("/proc/self/fd");

    private readonly SafeFileHandle _handle;

    private LinuxFolder(string path, SafeFileHandle handle)
        : base(path) => _handle = handle;

    private static bool IsArm => RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm;

    private static int NoFollow => IsArm ? 0x8000 : 0x20000;

    private static int FolderOnly => IsArm ? 0x4000 : 0x10000;

    internal SafeFileHandle Handle => _handle;

    public static new LinuxFolder Open(string path)
    {
        int descriptor = OpenAt(CurrentFolder, path, FolderOnly | CloseOnExec, 0);
        return descriptor >= 0
            ? new LinuxFolder(path, new SafeFileHandle(descriptor, ownsHandle: true))
            : throw Failure("open the folder", path);
    }

    public override NativeStamp Look(string name)
    {
        Statx stat = default;
        return StatX(_handle, name, SymlinkNoFollow, Statx.Basic, ref stat) == 0 ? stat.ToStamp()
            : Marshal.GetLastPInvokeError() is NoEntry or NotAFolder ? default
            : throw Failure("look at", PathOf(name));
    }

    public override OpenFolder? TryOpen(string name, out SourceKind found) => TryOpenFolder(name, out found);

    public LinuxFolder? TryOpenFolder(string name, out SourceKind found)
    {
        int descriptor = OpenAt(_handle, name, FolderOnly | NoFollow | CloseOnExec, 0);
        if (descriptor >= 0)
        {
            found = SourceKind.Folder;
            return new LinuxFolder(name == "." ? Path : PathOf(name), new SafeFileHandle(descriptor, ownsHandle: true));
        }

        int error = Marshal.GetLastPInvokeError();
        found = error switch
        {
            NoEntry => SourceKind.Missing,
            NotAFolder or TooManyLinks => Look(name).Kind,
            _ => throw Failure("open the folder", PathOf(name)),
        };
        return null;
    }

    public override void Make(string name)
    {
        if (MakeAt(_handle, name, 0x1FF) != 0 && Marshal.GetLastPInvokeError() != Exists)
        {
            throw Failure("make the folder", PathOf(name));
        }
    }

    public override SafeFileHandle Create(string name, bool executable)
    {
        int descriptor = OpenAt(_handle, name, WriteOnly | CreateNew | NoFollow | CloseOnExec, executable ? 0x1FFu : 0x1B6u);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw Failure("make", PathOf(name));
    }

    public override SafeFileHandle? TryRead(string name)
    {
        int descriptor = OpenAt(_handle, name, NonBlocking | NoFollow | CloseOnExec, 0);
        if (descriptor < 0)
        {
            return Marshal.GetLastPInvokeError() is NoEntry or TooManyLinks ? null : throw Failure("open", PathOf(name));
        }

        SafeFileHandle handle = new(descriptor, ownsHandle: true);
        Statx stat = default;
        if (StatX(handle, "", EmptyPath, Statx.Basic, ref stat) == 0 && stat.ToStamp().Kind == SourceKind.File)
        {
            return handle;
        }

        handle.Dispose();
        return null;
    }

    public override bool Rename(string from, string to, bool replace)
    {
        if (RenameAt(_handle, from, _handle, to, replace ? 0u : NoReplace) == 0)
        {
            return true;
        }

        int error = Marshal.GetLastPInvokeError();
        if (!replace && error == Exists)
        {
            return false;
        }

        if (!replace && error is InvalidArgument or NotImplemented)
        {
            // the file system does not know the flag; a second name is refused in the same way when it is taken
            if (LinkAt(_handle, from, _handle, to, 0) == 0)
            {
                Remove(from);
                return true;
            }

            if (Marshal.GetLastPInvokeError() == Exists)
            {
                return false;
            }
        }

        throw Failure("rename a file to", PathOf(to));
    }

    public override void Remove(string name)
    {
        if (UnlinkAt(_handle, name, 0) != 0 && Marshal.GetLastPInvokeError() != NoEntry)
        {
            throw Failure("remove", PathOf(name));
        }
    }

    public override void RemoveIfEmpty(string name)
    {
        if (UnlinkAt(_handle, name, RemoveFolder) != 0 && Marshal.GetLastPInvokeError() is not (NoEntry or NotEmpty or Exists))
        {
            throw Failure("remove the folder", PathOf(name));
        }
    }

    public override void SetExecutable(string name, bool executable)
    {
        using SafeFileHandle? file = TryRead(name);
        if (file is null)
        {
            return;
        }

        UnixFileMode mode = File.GetUnixFileMode(file);
        UnixFileMode wanted = Executable(mode, executable);
        if (wanted != mode)
        {
            File.SetUnixFileMode(file, wanted);
        }
    }

    public override void Flush()
    {
        if (FSync(_handle) != 0 && Marshal.GetLastPInvokeError() is not (InvalidArgument or 25 or 95))
        {
            throw Failure("flush the folder", Path);
        }
    }

    public override bool CanFlushFileSystem { get; } = Environment.OSVersion.Version >= new Version(5, 8);

    public override void FlushFileSystem()
    {
        if (SyncFs(_handle) != 0)
        {
            throw Failure("flush the file system of", Path);
        }
    }

    public override bool TryLock() => Lock(_handle, ExclusiveNow) == 0;

    public override string LinkPathOf(string name) =>
        HasProc ? string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{_handle.DangerousGetHandle()}/{name}") : PathOf(name);

    internal static IOException Failure(string act, string path)
    {
        int error = Marshal.GetLastPInvokeError();
        return new IOException($"Could not {act} '{path}': {Marshal.GetPInvokeErrorMessage(error)}.", error);
    }

    protected override void Dispose(bool disposing)
    {
        _handle.Dispose();
        base.Dispose(disposing);
    }

    private static int OpenAt(SafeFileHandle folder, string name, int flags, uint mode)
    {
        int descriptor;
        do
        {
            descriptor = OpenAtOnce(folder, name, flags, mode);
        }
        while (descriptor < 0 && Marshal.GetLastPInvokeError() == Interrupted);
        return descriptor;
    }

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenAt(int folder, string name, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenAtOnce(SafeFileHandle folder, string name, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(SafeFileHandle folder, string name, int flags, uint mask, ref Statx result);

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeAt(SafeFileHandle folder, string name, uint mode);

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameAt(SafeFileHandle fromFolder, string from, SafeFileHandle toFolder, string to, uint flags);

    [LibraryImport("libc", EntryPoint = "linkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int LinkAt(SafeFileHandle fromFolder, string from, SafeFileHandle toFolder, string to, int flags);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UnlinkAt(SafeFileHandle folder, string name, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(SafeFileHandle folder);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Lock(SafeFileHandle folder, int operation);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    private static partial int SyncFs(SafeFileHandle folder);
}
