using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Data;

/// <summary>The calls of Linux that .NET has no name for: open without following a link, and look at what was opened.</summary>
[SupportedOSPlatform("linux")]
internal static partial class NativeSource
{
    private const int CurrentFolder = -100;
    private const int NoFollow = 0x100;
    private const int EmptyPath = 0x1000;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const int NotPermitted = 1;
    private const int NoEntry = 2;
    private const int AccessDenied = 13;
    private const int NotAFolder = 20;
    private const int TooManyLinks = 40;

    /// <summary>What stands at the path itself; false when nothing does.</summary>
    public static bool TryLook(string path, out NativeStamp stamp)
    {
        Statx stat = default;
        if (StatX(CurrentFolder, path, NoFollow, Statx.Basic, ref stat) == 0)
        {
            stamp = stat.ToStamp();
            return true;
        }

        stamp = default;
        int error = Marshal.GetLastPInvokeError();
        return error is NoEntry or NotAFolder
            ? false
            : throw new SourceRefusedException(path, $"it cannot be looked at ({Marshal.GetPInvokeErrorMessage(error)}).");
    }

    public static (SafeFileHandle Handle, NativeStamp Stamp) Open(string path)
    {
        // not blocking, so that a pipe that took the name meanwhile does not hang the call
        int descriptor = Open(path, NonBlocking | CloseOnExec | NoFollowOnOpen);
        int error = Marshal.GetLastPInvokeError();
        if (descriptor < 0)
        {
            throw new SourceRefusedException(path, error switch
            {
                TooManyLinks => "it is a link; commit the file it points to.",
                NoEntry => "it is gone.",
                AccessDenied or NotPermitted => "this process may not read it.",
                _ => $"it cannot be opened ({Marshal.GetPInvokeErrorMessage(error)}).",
            });
        }

        SafeFileHandle handle = new(descriptor, ownsHandle: true);
        Statx stat = default;
        if (StatX(descriptor, "", EmptyPath, Statx.Basic, ref stat) != 0 || stat.ToStamp().Kind != SourceKind.File)
        {
            handle.Dispose();
            throw new SourceRefusedException(path, "it is not a plain file.");
        }

        return (handle, stat.ToStamp());
    }

    private static int NoFollowOnOpen => RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x8000 : 0x20000;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int folder, string path, int flags, uint mask, ref Statx result);
}
