using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Storage.Local;

/// <summary>A file being written under a temporary name: locked while it is open, removed unless it was published.</summary>
internal sealed class TemporaryBlob : IDisposable
{
    private const UnixFileMode ReadOnly = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const long WriteBehind = 8 << 20;
    private const int Attempts = 5;

    private readonly DiskSteps _disk;
    private readonly string _operation;
    private SafeFileHandle? _handle;
    private long _begun;

    private TemporaryBlob(DiskSteps disk, string path, SafeFileHandle handle, string operation)
    {
        _disk = disk;
        Path = path;
        _handle = handle;
        _operation = operation;
    }

    public string Path { get; }

    public long Length { get; private set; }

    /// <summary>Makes the file; with a known length its blocks are reserved, so that a full disk is found before the first byte.</summary>
    /// <param name="disk">What writes and flushes.</param>
    /// <param name="folder">The folder of the name it will get.</param>
    /// <param name="expectedLength">Bytes, when known.</param>
    /// <param name="operation">What is asked of the store.</param>
    /// <param name="time">The clock its name is taken from; null means the system's.</param>
    public static TemporaryBlob Create(DiskSteps disk, string folder, long? expectedLength, string operation = "put", TimeProvider? time = null)
    {
        for (int attempt = 1; ; attempt++)
        {
            string path = System.IO.Path.Combine(folder, AtomicFile.TemporaryPrefix + LifecycleId.New(time ?? TimeProvider.System).ToString("N"));
            try
            {
                SafeFileHandle handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.None, Math.Max(0, expectedLength ?? 0));

                // Before the file was locked somebody who looks for litter may have removed it, or be about to.
                if (attempt == Attempts || File.Exists(path))
                {
                    return new TemporaryBlob(disk, path, handle, operation);
                }

                handle.Dispose();
            }
            catch (Exception error) when (DiskFailure.Is(error))
            {
                TryDelete(path);
                if (attempt == Attempts || !DiskFailure.IsLocked(error))
                {
                    throw DiskFailure.Of(error, operation, folder, folder, expectedLength ?? 0);
                }
            }
        }
    }

    /// <summary>A clone of a file that shares its blocks; null where the file system makes none.</summary>
    public static TemporaryBlob? Clone(DiskSteps disk, string source, string folder)
    {
        TemporaryBlob clone = Create(disk, folder, null, "place");
        try
        {
            using SafeFileHandle from = File.OpenHandle(source, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (NativeDisk.TryClone(from, clone._handle!))
            {
                clone.Length = RandomAccess.GetLength(clone._handle!);
                return clone;
            }
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            clone.Dispose();
            throw DiskFailure.Of(error, "place", source, source);
        }

        clone.Dispose();
        return null;
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await RandomAccess.WriteAsync(_handle!, bytes, Length, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            throw DiskFailure.Of(error, _operation, Path, Path, bytes.Length);
        }

        Wrote(bytes.Span);
    }

    private void Wrote(ReadOnlySpan<byte> bytes)
    {
        _disk.Wrote(Path, bytes, Length);
        Length += bytes.Length;
        if (_disk.IsFlushing && Length - _begun >= WriteBehind)
        {
            NativeDisk.BeginWriting(_handle!, _begun, Length - _begun);
            _begun = Length;
        }
    }

    /// <summary>Writes bytes at the end.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(_handle!, bytes, Length);
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            throw DiskFailure.Of(error, _operation, Path, Path, bytes.Length);
        }

        Wrote(bytes);
    }

    /// <summary>Drops what was written from <paramref name="length"/> on; a file that was finished is opened again.</summary>
    public void Truncate(long length)
    {
        try
        {
            _handle ??= File.OpenHandle(Path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            _disk.Truncate(_handle, Path, length);
            Length = length;
            _begun = Math.Min(_begun, length);
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            throw DiskFailure.Of(error, _operation, Path, Path);
        }
    }

    /// <summary>Makes durable what was written so far; the file stays open.</summary>
    public void Flush()
    {
        try
        {
            _disk.FlushFile(_handle!, Path);
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            throw DiskFailure.Of(error, _operation, Path, Path);
        }
    }

    /// <summary>Ends the writing and closes the file; the bytes are durable only when <paramref name="flush"/> says so.</summary>
    public void Finish(bool flush)
    {
        try
        {
            if (RandomAccess.GetLength(_handle!) != Length)
            {
                _disk.Truncate(_handle!, Path, Length);
            }

            if (flush)
            {
                _disk.FlushFile(_handle!, Path);
            }
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            throw DiskFailure.Of(error, _operation, Path, Path);
        }

        Close();
    }

    /// <summary>Flushes a file that was finished without it.</summary>
    public void FlushLater()
    {
        try
        {
            using SafeFileHandle handle = File.OpenHandle(Path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
            _disk.FlushFile(handle, Path);
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            throw DiskFailure.Of(error, _operation, Path, Path);
        }
    }

    /// <summary>Flushes everything that was written to the file system of this file.</summary>
    public void FlushFileSystem()
    {
        try
        {
            _disk.FlushFileSystem(_handle!, Path);
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            throw DiskFailure.Of(error, _operation, Path, Path);
        }
    }

    /// <summary>Whether the file takes the place of a damaged one of the same name and length.</summary>
    public bool Replaces { get; set; }

    /// <summary>Gives the file its name. An existing file of the same length stays and false is returned; one of another length is damaged and is replaced.</summary>
    /// <param name="target">The name; in the same file system.</param>
    /// <param name="replace">Whether an existing file is replaced in any case.</param>
    /// <param name="time">The clock from which its age counts; null leaves what the system wrote.</param>
    public bool Publish(string target, bool replace = false, TimeProvider? time = null)
    {
        try
        {
            if (time is not null && time != TimeProvider.System)
            {
                File.SetLastWriteTimeUtc(Path, time.GetUtcNow().UtcDateTime);
            }

            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(Path, ReadOnly);
            }

            try
            {
                _disk.Rename(Path, target, replace || Replaces);
                return true;
            }
            catch (IOException error) when (DiskFailure.IsExisting(error))
            {
                if (new FileInfo(target) is { Exists: true } there && there.Length == Length)
                {
                    return false;
                }

                _disk.Rename(Path, target, replace: true);
                return true;
            }
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            throw DiskFailure.Of(error, _operation, target, target);
        }
    }

    /// <summary>Makes now the time of the last change, from which the age of the file counts.</summary>
    public void Touch(TimeProvider time)
    {
        try
        {
            File.SetLastWriteTimeUtc(Path, time.GetUtcNow().UtcDateTime);
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            throw DiskFailure.Of(error, _operation, Path, Path);
        }
    }

    /// <summary>Gives a copy its name; false when the name is taken.</summary>
    public bool TryPlace(string target)
    {
        try
        {
            _disk.Rename(Path, target, replace: false);
            _disk.FlushFolder(System.IO.Path.GetDirectoryName(target)!);
            return true;
        }
        catch (IOException error) when (DiskFailure.IsExisting(error))
        {
            return false;
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            throw DiskFailure.Of(error, _operation, target, target);
        }
    }

    public void Dispose()
    {
        Close();
        TryDelete(Path);
    }

    private void Close()
    {
        _handle?.Dispose();
        _handle = null;
    }

    /// <summary>Removes what was not published. When even that fails the first error matters more, and opening the store removes it later.</summary>
    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            System.Diagnostics.Debug.WriteLine(error);
        }
    }
}
