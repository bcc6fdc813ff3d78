using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Storage.Local;

/// <summary>The open files of packs: a few of them stay open, the one that was opened first is closed for a new one.</summary>
/// <param name="disk">What reads; null means nobody is told of it.</param>
internal sealed class PackHandles(DiskSteps? disk = null)
{
    private const int MostOpen = 64;

    private readonly Lock _lock = new();
    private readonly Dictionary<PackReader, SafeFileHandle> _open = [];
    private readonly Queue<PackReader> _order = new();

    /// <summary>What reads.</summary>
    public DiskSteps Disk { get; } = disk ?? new DiskSteps(Durability.Relaxed);

    /// <summary>
    /// Reads from a pack until the buffer is full or the file ends; false when the file is not there, and -1 bytes when the disk does not give them.
    /// </summary>
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
                        more = Disk.Read(file, pack.Path, buffer[read..], offset + read);
                    }

                    return true;
                }
                catch (ObjectDisposedException)
                {
                    // It was closed for another one between being taken and being read.
                    read = 0;
                }
                catch (IOException error)
                {
                    // The file is there and open, so this is its bytes, and those of other entries may be good.
                    System.Diagnostics.Activity.Current?.AddException(error);
                    read = -1;
                    return true;
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
