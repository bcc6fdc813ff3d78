using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Storage.Local;

/// <summary>The open files of packs: a few of them stay open, the one that was opened first is closed for a new one.</summary>
internal sealed class PackHandles
{
    private const int MostOpen = 64;

    private readonly Lock _lock = new();
    private readonly Dictionary<PackReader, SafeFileHandle> _open = [];
    private readonly Queue<PackReader> _order = new();

    /// <summary>Reads from a pack until the buffer is full or the file ends; false when the file is not there.</summary>
    public bool TryRead(PackReader pack, Span<byte> buffer, long offset, out int read)
    {
        read = 0;
        try
        {
            while (true)
            {
                SafeFileHandle file = Of(pack);
                try
                {
                    for (int more = -1; more != 0 && read < buffer.Length; read += more)
                    {
                        more = RandomAccess.Read(file, buffer[read..], offset + read);
                    }

                    return true;
                }
                catch (ObjectDisposedException)
                {
                    // It was closed for another one between being taken and being read.
                    read = 0;
                }
            }
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            throw DiskFailure.Of(error, "read", pack.Path, pack.Path);
        }
    }

    /// <summary>Closes the file of a pack.</summary>
    public void Close(PackReader pack)
    {
        lock (_lock)
        {
            if (_open.Remove(pack, out SafeFileHandle? file))
            {
                file.Dispose();
            }
        }
    }

    private SafeFileHandle Of(PackReader pack)
    {
        lock (_lock)
        {
            if (_open.TryGetValue(pack, out SafeFileHandle? file))
            {
                return file;
            }

            file = pack.Open();
            _open.Add(pack, file);
            _order.Enqueue(pack);
            while (_open.Count > MostOpen || _order.Count > 2 * MostOpen)
            {
                PackReader first = _order.Dequeue();
                if (first != pack && _open.Remove(first, out SafeFileHandle? old))
                {
                    old.Dispose();
                }
            }

            return file;
        }
    }
}
