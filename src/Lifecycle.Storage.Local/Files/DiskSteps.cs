using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Storage.Local;

/// <summary>What was done to the disk.</summary>
internal enum DiskStepKind
{
    Write,
    Truncate,
    FlushFile,
    FlushFileSystem,
    Rename,
    FlushFolder,
    Delete,
}

/// <summary>One thing that was done to the disk, in the order in which it was done.</summary>
/// <param name="Kind">What.</param>
/// <param name="Path">The file or folder.</param>
/// <param name="Target">The new name.</param>
/// <param name="Offset">Where bytes were written; the new length of a truncated file.</param>
/// <param name="Bytes">What was written.</param>
internal readonly record struct DiskStep(DiskStepKind Kind, string Path, string? Target = null, long Offset = 0, byte[]? Bytes = null);

/// <summary>The door through which the object store writes: what must be durable is flushed here, unless the store was opened relaxed.</summary>
internal sealed class DiskSteps(Durability durability)
{
    /// <summary>Told of every step after it was done; for tests that play a loss of power.</summary>
    public Action<DiskStep>? Recorder { get; set; }

    /// <summary>Told of every read from a pack before it is done; for tests that play a sector that cannot be read.</summary>
    public Action<string, long, int>? Reading { get; set; }

    public bool IsFlushing => durability == Durability.Flushed;

    public void Wrote(string path, ReadOnlySpan<byte> bytes, long offset)
    {
        if (Recorder is { } recorder)
        {
            recorder(new DiskStep(DiskStepKind.Write, path, null, offset, bytes.ToArray()));
        }
    }

    public int Read(SafeFileHandle file, string path, Span<byte> buffer, long offset)
    {
        Reading?.Invoke(path, offset, buffer.Length);
        return RandomAccess.Read(file, buffer, offset);
    }

    public void Truncate(SafeFileHandle file, string path, long length)
    {
        RandomAccess.SetLength(file, length);
        Recorder?.Invoke(new DiskStep(DiskStepKind.Truncate, path, null, length));
    }

    public void FlushFile(SafeFileHandle file, string path)
    {
        if (IsFlushing)
        {
            RandomAccess.FlushToDisk(file);
        }

        Recorder?.Invoke(new DiskStep(DiskStepKind.FlushFile, path));
    }

    public void FlushFileSystem(SafeFileHandle file, string path)
    {
        if (IsFlushing)
        {
            NativeDisk.FlushFileSystem(file);
        }

        Recorder?.Invoke(new DiskStep(DiskStepKind.FlushFileSystem, path));
    }

    public void FlushFolder(string path)
    {
        if (IsFlushing)
        {
            AtomicFile.FlushFolder(path);
        }

        Recorder?.Invoke(new DiskStep(DiskStepKind.FlushFolder, path));
    }

    public void Rename(string from, string to, bool replace)
    {
        NativeDisk.Rename(from, to, replace);
        Recorder?.Invoke(new DiskStep(DiskStepKind.Rename, from, to));
    }

    public void Delete(string path)
    {
        File.Delete(path);
        Recorder?.Invoke(new DiskStep(DiskStepKind.Delete, path));
    }
}
