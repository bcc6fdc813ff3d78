using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Data;

/// <summary>
/// Puts files into place together: each is written under a temporary name, all are flushed, all are renamed, the folders are flushed. Nothing has its
/// name before its bytes are durable. Several threads may add; one publishes.
/// </summary>
internal sealed class DvcObjectWriter(DvcCache cache, string operation, DvcStamps stamps) : IDisposable
{
    private const int FlushOneByOne = 64;
    private const long WriteBehind = 8 << 20;

    private readonly ConcurrentDictionary<string, string> _pending = new(StringComparer.Ordinal); // target, temporary
    private readonly ConcurrentDictionary<string, byte> _open = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> _folders = new(StringComparer.Ordinal);
    private FileStream? _guard;
    private long _written;

    /// <summary>Objects that were written and were not there before.</summary>
    public int Count => _pending.Count;

    /// <summary>Bytes written.</summary>
    public long Bytes => Interlocked.Read(ref _written);

    /// <summary>
    /// Whether the object is there with this length and the bytes of its name, or will be. One that nobody has looked at yet, or that changed, is read;
    /// a damaged one counts as none, so that whoever has the bytes replaces it.
    /// </summary>
    public bool Has(string oid, DvcHashKind kind, long length, CancellationToken cancellationToken)
    {
        string target = cache.PathOf(oid, kind);
        if (_pending.ContainsKey(target))
        {
            return true;
        }

        try
        {
            FileStamp stamp = SourceFile.StampOf(target);
            return stamp != default && stamp.Length == length && HashOf(target, kind, stamp, cancellationToken).Hex == DvcDirectoryObject.Plain(oid);
        }
        catch (SourceRefusedException)
        {
            return false; // it went, is no plain file, or may not be read: then nobody can say that it is there
        }
        catch (Exception e) when (DvcDisk.IsRefusal(e))
        {
            throw DvcDisk.Unread(e, operation, target);
        }
    }

    private Md5Hash HashOf(string target, DvcHashKind kind, FileStamp stamp, CancellationToken cancellationToken)
    {
        if (!stamps.TryGet(target, kind, stamp, out Md5Hash hash))
        {
            (FileStamp read, hash) = DvcHashing.Read(target, kind, cancellationToken);
            if (read != default)
            {
                stamps.SetObject(target, kind, read, hash);
            }
        }

        return hash;
    }

    /// <summary>Writes a small object.</summary>
    public void Add(string oid, DvcHashKind kind, ReadOnlySpan<byte> bytes)
    {
        string target = cache.PathOf(oid, kind);
        MakeFolder(Path.GetDirectoryName(target)!);
        MakeFolder(cache.ObjectsFolder);
        string temporary = Begin(cache.ObjectsFolder, bytes.Length, out SafeFileHandle handle);
        try
        {
            using (handle)
            {
                RandomAccess.Write(handle, bytes, 0);
                Protect(handle);
            }
        }
        catch (Exception e) when (DvcDisk.IsRefusal(e))
        {
            throw DvcDisk.Of(e, operation, temporary, bytes.Length);
        }

        Interlocked.Add(ref _written, bytes.Length);
        Keep(target, temporary);
    }

    /// <summary>Begins an object whose name is not known before all its bytes went by.</summary>
    public Stream Begin(long length)
    {
        MakeFolder(cache.ObjectsFolder);
        string temporary = Begin(cache.ObjectsFolder, length, out SafeFileHandle handle);
        return new Growing(this, temporary, handle, length);
    }

    /// <summary>Gives a stream of <see cref="Begin(long)"/> its name.</summary>
    public void End(Stream stream, string oid, DvcHashKind kind)
    {
        Growing growing = (Growing)stream;
        growing.Finish();
        string target = cache.PathOf(oid, kind);
        MakeFolder(Path.GetDirectoryName(target)!);
        Interlocked.Add(ref _written, growing.Written);
        Keep(target, growing.Path);
    }

    /// <summary>Makes everything durable and gives it its name.</summary>
    public void Publish(CancellationToken cancellationToken)
    {
        string current = cache.Root;
        try
        {
            string[] temporaries = [.. _pending.Values];
            if (temporaries.Length == 0)
            {
                return;
            }

            if (temporaries.Length > FlushOneByOne && NativeDvc.CanFlushFileSystem)
            {
                using SafeFileHandle any = File.OpenHandle(temporaries[0], FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                NativeDvc.FlushFileSystem(any);
            }
            else
            {
                foreach (string temporary in temporaries)
                {
                    current = temporary;
                    using SafeFileHandle file = File.OpenHandle(
                        temporary, FileMode.Open, OperatingSystem.IsWindows() ? FileAccess.ReadWrite : FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                    RandomAccess.FlushToDisk(file);
                }
            }

            cancellationToken.ThrowIfCancellationRequested();
            foreach ((string target, string temporary) in _pending)
            {
                current = target;
                File.Move(temporary, target, overwrite: true);
                _open.TryRemove(temporary, out _);
                _folders.TryAdd(Path.GetDirectoryName(target)!, 0);
                Note(target);
            }

            foreach (string folder in _folders.Keys.OrderDescending(StringComparer.Ordinal))
            {
                current = folder;
                AtomicFile.FlushFolder(folder);
            }

            _pending.Clear();
            _folders.Clear();
        }
        catch (Exception e) when (DvcDisk.IsRefusal(e))
        {
            throw DvcDisk.Of(e, operation, current, 0);
        }
    }

    /// <summary>Removes what was not published.</summary>
    public void Dispose()
    {
        foreach (string temporary in _open.Keys)
        {
            Discard(temporary);
        }

        _guard?.Dispose();
    }

    private string Begin(string folder, long length, out SafeFileHandle handle)
    {
        string temporary = DvcCache.TemporaryName(folder);
        _open.TryAdd(temporary, 0);
        try
        {
            lock (_open)
            {
                // held as long as the writer lives: what is younger than it is swept by nobody
                _guard ??= new FileStream(
                    DvcCache.TemporaryName(folder), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
            }

            handle = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.None, length);
            return temporary;
        }
        catch (Exception e) when (DvcDisk.IsRefusal(e))
        {
            Discard(temporary);
            throw DvcDisk.Of(e, operation, folder, length);
        }
    }

    private void Keep(string target, string temporary)
    {
        // two files of one content: the first will do
        if (!_pending.TryAdd(target, temporary))
        {
            Discard(temporary);
        }
    }

    private void Discard(string temporary)
    {
        try
        {
            File.Delete(temporary);
            _open.TryRemove(temporary, out _);
        }
        catch (Exception e) when (DvcDisk.IsRefusal(e))
        {
            System.Diagnostics.Debug.WriteLine(e); // the next call sweeps it
        }
    }

    private void MakeFolder(string folder)
    {
        if (_folders.ContainsKey(folder))
        {
            return;
        }

        try
        {
            if (!Directory.Exists(folder))
            {
                // a folder counts as made when it is there, not before: another thread relies on that
                List<string> changed = [];
                for (string? made = folder; made is not null && !Directory.Exists(made); made = Path.GetDirectoryName(made))
                {
                    changed.Add(Path.GetDirectoryName(made)!);
                }

                cache.MakeFolder(folder);
                changed.ForEach(c => _folders.TryAdd(c, 0));
            }

            _folders.TryAdd(folder, 0);
        }
        catch (Exception e) when (DvcDisk.IsRefusal(e))
        {
            throw DvcDisk.Of(e, operation, folder, 0);
        }
    }

    // What was hashed on its way need not be read again.
    private void Note(string target)
    {
        string oid = Path.GetFileName(Path.GetDirectoryName(target)) + Path.GetFileName(target);
        bool isLegacy = !target.StartsWith(cache.ObjectsFolder + Path.DirectorySeparatorChar, StringComparison.Ordinal);
        if (Md5Hash.TryParse(DvcDirectoryObject.Plain(oid), out Md5Hash hash))
        {
            stamps.SetObject(target, isLegacy ? DvcHashKind.Md5Dos2Unix : DvcHashKind.Md5, SourceFile.StampOf(target), hash);
        }
    }

    private void Protect(SafeFileHandle handle)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(handle, cache.FileMode);
        }
    }

    /// <summary>A temporary file that grows until its name is known; discarded unless it was ended.</summary>
    private sealed class Growing(DvcObjectWriter writer, string path, SafeFileHandle handle, long expected) : Stream
    {
        private long _begun;
        private bool _finished;

        public string Path => path;

        public long Written { get; private set; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => Written;

        public override long Position
        {
            get => Written;
            set => throw new NotSupportedException();
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            try
            {
                RandomAccess.Write(handle, buffer, Written);
            }
            catch (Exception e) when (DvcDisk.IsRefusal(e))
            {
                throw DvcDisk.Of(e, writer.Operation, path, buffer.Length);
            }

            Written += buffer.Length;
            if (Written - _begun >= WriteBehind)
            {
                NativeDvc.BeginWriting(handle, _begun, Written - _begun);
                _begun = Written;
            }
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public void Finish()
        {
            try
            {
                if (Written != expected)
                {
                    RandomAccess.SetLength(handle, Written);
                }

                writer.Protect(handle);
                handle.Dispose();
                _finished = true;
            }
            catch (Exception e) when (DvcDisk.IsRefusal(e))
            {
                throw DvcDisk.Of(e, writer.Operation, path, 0);
            }
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            handle.Dispose();
            if (!_finished)
            {
                writer.Discard(path);
            }

            base.Dispose(disposing);
        }
    }

    private string Operation => operation;
}
