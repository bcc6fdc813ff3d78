using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Storage.Local;

/// <summary>A part of a file as memory: mapped, or read on systems where a mapped file could not be removed.</summary>
internal sealed unsafe class FileMap : IDisposable
{
    private readonly MemoryMappedViewAccessor? _view;
    private readonly byte[]? _bytes;
    private readonly int _length;
    private readonly byte* _pointer;

    private FileMap(MemoryMappedViewAccessor? view, byte[]? bytes, int length)
    {
        _view = view;
        _bytes = bytes;
        _length = length;
        _pointer = view is null ? null : PointerOf(view);
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

    /// <summary>The memory, which stays while the view is not disposed. A map that was disposed must not be opened.</summary>
    public View Open() => _bytes is not null ? new View(_bytes, this) : new View(new ReadOnlySpan<byte>(_pointer, _length), this);

    public void Dispose() => _view?.Dispose();

    private static byte* PointerOf(MemoryMappedViewAccessor view)
    {
        byte* pointer = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        return pointer + view.PointerOffset;
    }

    /// <summary>Keeps the map from being collected while its memory is looked at; counting each look-up would cost more than the look-up.</summary>
    public readonly ref struct View(ReadOnlySpan<byte> bytes, FileMap map)
    {
        public ReadOnlySpan<byte> Bytes { get; } = bytes;

        public void Dispose() => GC.KeepAlive(map);
    }
}
