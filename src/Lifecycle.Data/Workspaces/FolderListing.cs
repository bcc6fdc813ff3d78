using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;

namespace Lifecycle.Data;


/// <summary>Reads a folder of Linux by <c>getdents64</c> and looks at its files by <c>statx</c>, both relative to the folder: .NET would hide names that are not UTF-8, and knows neither change times nor inodes.</summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe partial class FolderListing : IDisposable
{
    private const int BufferBytes = 1 << 16;
    private const int HeaderBytes = 19; // d_ino, d_off, d_reclen, d_type
    private const int NoFollow = 0x100;
    private const byte Folder = 4;
    private const byte Link = 10;
    private const int NoEntry = 2;
    private const int NotAFolder = 20;

    private byte* _buffer = (byte*)NativeMemory.Alloc(BufferBytes);

    /// <summary>Calls back for each entry but <c>.</c> and <c>..</c>; the name is only good during the call. What is gone by then is of kind <see cref="SourceKind.Missing"/>.</summary>
    /// <exception cref="SourceRefusedException">An entry cannot be looked at.</exception>
    public void Read(LinuxFolder folder, EntryFound found)
    {
        int descriptor = (int)folder.Handle.DangerousGetHandle();
        Statx stat = default;
        while (true)
        {
            nint read = GetEntries(descriptor, _buffer, BufferBytes);
            if (read <= 0)
            {
                GC.KeepAlive(folder);
                if (read == 0)
                {
                    return;
                }

                throw LinuxFolder.Failure("list", folder.Path);
            }

            for (byte* entry = _buffer; entry < _buffer + read; entry += *(ushort*)(entry + 16))
            {
                byte* name = entry + HeaderBytes;
                if (name[0] == '.' && (name[1] == 0 || (name[1] == '.' && name[2] == 0)))
                {
                    continue;
                }

                NativeStamp stamp = entry[18] switch
                {
                    Folder => new NativeStamp(SourceKind.Folder, false, default),
                    Link => new NativeStamp(SourceKind.Link, false, default),
                    _ => Look(folder, descriptor, name, ref stat),
                };
                found(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name), stamp);
            }
        }
    }

    public void Dispose()
    {
        NativeMemory.Free(_buffer);
        _buffer = null;
    }

    private static NativeStamp Look(LinuxFolder folder, int descriptor, byte* name, ref Statx stat)
    {
        if (StatX(descriptor, name, NoFollow, Statx.Basic, ref stat) == 0)
        {
            return stat.ToStamp();
        }

        int error = Marshal.GetLastPInvokeError();
        return error is NoEntry or NotAFolder
            ? default
            : throw new SourceRefusedException(
                folder.PathOf(Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name))),
                $"it cannot be looked at ({Marshal.GetPInvokeErrorMessage(error)}). Give this process access to it.");
    }

    [LibraryImport("libc", EntryPoint = "getdents64", SetLastError = true)]
    private static partial nint GetEntries(int folder, byte* buffer, nuint bytes);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    private static partial int StatX(int folder, byte* name, int flags, uint mask, ref Statx result);
}

/// <summary>Is told of an entry of a folder.</summary>
internal delegate void EntryFound(ReadOnlySpan<byte> name, in NativeStamp stamp);
