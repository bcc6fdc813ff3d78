using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Storage.Local;

/// <summary>A part of a file as memory: mapped, or read on systems where a mapped file could not be removed.</summary>
internal sealed class FileMap : IDisposable
{
    private readonly MemoryMappedViewAccessor? _view;
    private readonly byte[]? _bytes;
    private readonly int _length;

    private FileMap(MemoryMappedViewAccessor? view, byte[]? bytes, int length)
    {
        _view = view;
        _bytes = bytes;
        _length = length;
    }

    /// <summary>Maps a part of a file; the handle may be closed afterwards.</summary>
    public static FileMap Of(SafeFileHandle file, long offset, int length)
    {
        if (length == 0 || OperatingSystem.IsWindows())
        {
            byte[] bytes = new byte[length];
            for (int read = 0, more; read < length; read += more)
            {
                more = RandomAccess.Read(file, bytes.AsSpan(read), offset + read);
                if (more == 0)
                {
                    throw new EndOfStreamException("The file became shorter while it was read.");
                }
            }

            return new FileMap(null, bytes, length);
        }

        using MemoryMappedFile mapped = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        return new FileMap(mapped.CreateViewAccessor(offset, length, MemoryMappedFileAccess.Read), null, length);
    }

    /// <summary>The memory, which stays while the view is not disposed.</summary>
    /// <exception cref="ObjectDisposedException">The map was disposed.</exception>
    public unsafe View Open()
    {
        if (_bytes is not null)
        {
            return new View(_bytes, null);
        }

        byte* pointer = null;
        _view!.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
        return new View(new ReadOnlySpan<byte>(pointer + _view.PointerOffset, _length), _view.SafeMemoryMappedViewHandle);
    }

    public void Dispose() => _view?.Dispose();

    public readonly ref struct View(ReadOnlySpan<byte> bytes, SafeMemoryMappedViewHandle? held)
    {
        public ReadOnlySpan<byte> Bytes { get; } = bytes;

        public void Dispose() => held?.ReleasePointer();
    }
}
