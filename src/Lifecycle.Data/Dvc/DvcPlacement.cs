using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Data;

/// <summary>A file that a checkout will write.</summary>
/// <param name="Path">Relative to the repository.</param>
/// <param name="Oid">Its object.</param>
/// <param name="Kind">What the object is named by.</param>
/// <param name="IsExecutable">Whether it may be executed; null leaves it to the system.</param>
/// <param name="Found">What stood under its name when somebody looked.</param>
internal sealed record DvcTarget(string Path, string Oid, DvcHashKind Kind, bool? IsExecutable, NativeStamp Found);

/// <summary>
/// Writes objects into the work tree. All are made and checked in a folder of our own first; only when every one is sound does the first get its place, by a
/// rename through folders that are no links. Where the work tree is another file system, a copy beside the place is renamed.
/// </summary>
internal sealed class DvcPlacement : IDisposable
{
    private const int FlushOneByOne = 64;

    private readonly string _root;
    private readonly string _staging;
    private readonly DvcCache _cache;
    private readonly LinkKind _link;
    private readonly List<(DvcTarget Target, string Staged)> _staged = [];
    private readonly ConcurrentBag<string> _damaged = [];
    private readonly TouchedFiles _touched = new();
    private readonly ConcurrentDictionary<string, byte> _links = new(StringComparer.Ordinal);
    private readonly HashSet<string> _swept = new(StringComparer.Ordinal);
    private long _bytes;

    public DvcPlacement(string root, DvcCache cache, LinkKind link, DateTime now)
    {
        _root = root;
        _cache = cache;
        _link = link;
        string parent = Path.Combine(root, ".dvc", "tmp", "lifecycle");
        Sweep(parent, now);
        _staging = Path.Combine(parent, "checkout-" + LifecycleId.New(TimeProvider.System).ToString("N"));
    }

    public long Linked => _links.Count;

    public long Bytes => _bytes;

    /// <summary>Makes and checks every file.</summary>
    /// <exception cref="DvcObjectCorruptedException">An object does not hold what its name says; nothing was placed.</exception>
    public async ValueTask StageAsync(IReadOnlyList<DvcTarget> targets, CancellationToken cancellationToken)
    {
        if (targets.Count == 0)
        {
            return;
        }

        try
        {
            Directory.CreateDirectory(_staging);
        }
        catch (Exception e) when (DvcDisk.IsRefusal(e))
        {
            throw DvcDisk.Of(e, "checkout", _staging, 0);
        }

        List<Staging> files = [];
        for (int i = 0; i < targets.Count; i++)
        {
            string staged = Path.Combine(_staging, i.ToString(CultureInfo.InvariantCulture));
            _staged.Add((targets[i], staged));
            if (targets[i].Kind == DvcHashKind.Md5)
            {
                files.Add(new Staging(this, targets[i], staged));
            }
            else
            {
                Legacy(targets[i], staged, cancellationToken);
            }
        }

        await Md5Reading.RunAsync(files, cancellationToken).ConfigureAwait(false);
        if (!_damaged.IsEmpty)
        {
            throw new DvcObjectCorruptedException([.. _damaged.Order(StringComparer.Ordinal)]);
        }

        Flush();
    }

    /// <summary>Gives every file its place, and removes files. What is no longer what was found there stays.</summary>
    /// <param name="removed">Files to remove, with what stood there when somebody looked.</param>
    /// <exception cref="WorkspaceModifiedException">Files changed meanwhile.</exception>
    public void Place(IReadOnlyList<(string Path, NativeStamp Found)> removed)
    {
        HashSet<string> folders = new(StringComparer.Ordinal);
        List<string> late = [];
        using OpenFolder root = OpenFolder.Open(_root);
        using FolderWalk walk = new(root);
        foreach ((DvcTarget target, string staged) in _staged.OrderBy(s => s.Target.Path, StringComparer.Ordinal))
        {
            OpenFolder folder = TreePlacer.Enter(walk, _root, target.Path, out string name);
            try
            {
                if (!_touched.IsStill(folder.Look(name), target.Found) || !Rename(folder, staged, name, target))
                {
                    late.Add(target.Path);
                    continue;
                }

                _touched.Add(target.Found.Stamp);
            }
            catch (Exception e) when (DvcDisk.IsRefusal(e))
            {
                throw DvcDisk.Of(e, "checkout", folder.PathOf(name), 0);
            }

            for (string? changed = Path.GetDirectoryName(Path.Combine(_root, target.Path)); changed is not null && changed.Length >= _root.Length && folders.Add(changed); changed = Path.GetDirectoryName(changed))
            {
            }
        }

        foreach ((string path, NativeStamp found) in removed)
        {
            if (walk.Enter(path, make: false, out string name, out Obstacle obstacle) is not { } folder)
            {
                // its folder is gone; or something else has its name, and what lies behind that is nobody's to remove
                late.AddRange(obstacle.Kind == SourceKind.Missing ? [] : [path]);
                continue;
            }

            try
            {
                if (!_touched.IsStill(folder.Look(name), found))
                {
                    late.Add(path);
                    continue;
                }

                folder.Remove(name);
                _touched.Add(found.Stamp);
            }
            catch (Exception e) when (DvcDisk.IsRefusal(e))
            {
                throw DvcDisk.Of(e, "checkout", folder.PathOf(name), 0);
            }
        }

        foreach (string folder in folders)
        {
            AtomicFile.FlushFolder(folder);
        }

        if (late.Count > 0)
        {
            throw new WorkspaceModifiedException(_root, late, canOverwrite: false, isLate: true);
        }
    }

    private bool Rename(OpenFolder folder, string staged, string name, DvcTarget target) =>
        NativeDvc.Rename(staged, folder.LinkPathOf(name), replace: target.Found.Kind != SourceKind.Missing) ?? Copy(folder, staged, name, target);

    // From another file system: copied beside its place, so that the name still changes at once and nothing is written through what stands there.
    private bool Copy(OpenFolder folder, string staged, string name, DvcTarget target)
    {
        if (_swept.Add(folder.Path))
        {
            StaleFolders.RemoveFilesIn(folder.Path);
        }

        string temporary = AtomicFile.TemporaryName("");
        try
        {
            using (FileStream from = new(staged, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0))
            using (FileStream to = new(folder.Create(temporary, target.IsExecutable == true), FileAccess.Write, bufferSize: 0))
            {
                from.CopyTo(to, 1 << 20);
                to.Flush(flushToDisk: true);
            }

            // what was copied may have taken a while
            _links.TryRemove(staged, out _);
            return _touched.IsStill(folder.Look(name), target.Found) && folder.Rename(temporary, name, replace: target.Found.Kind != SourceKind.Missing);
        }
        finally
        {
            folder.Remove(temporary);
        }
    }

    public void Dispose()
    {
        if (Directory.Exists(_staging))
        {
            Directory.Delete(_staging, recursive: true);
        }
    }

    // What a checkout left that died.
    private static void Sweep(string parent, DateTime now)
    {
        if (!Directory.Exists(parent))
        {
            return;
        }

        foreach (string folder in Directory.EnumerateDirectories(parent, "checkout-*").Where(f => now - Directory.GetLastWriteTimeUtc(f) > TimeSpan.FromHours(1)))
        {
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (Exception e) when (DvcDisk.IsRefusal(e))
            {
                System.Diagnostics.Debug.WriteLine(e);
            }
        }
    }

    private void Legacy(DvcTarget target, string staged, CancellationToken cancellationToken)
    {
        string source = _cache.PathOf(target.Oid, target.Kind);
        try
        {
            using FileStream copy = new(staged, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
            (_, Md5Hash hash) = DvcHashing.Legacy(source, cancellationToken, bytes => copy.Write(bytes));
            if (hash.Hex != target.Oid)
            {
                _damaged.Add($"'{source}' has {hash.Hex}");
            }

            _bytes += copy.Length;
        }
        catch (Exception e) when (DvcDisk.IsRefusal(e))
        {
            throw DvcDisk.Of(e, "checkout", staged, new FileInfo(source).Length);
        }

        Finish(target, staged);
    }

    private static void Finish(DvcTarget target, string staged)
    {
        if (!OperatingSystem.IsWindows() && target.IsExecutable == true)
        {
            UnixFileMode mode = File.GetUnixFileMode(staged);
            File.SetUnixFileMode(staged, mode | UnixFileMode.UserExecute
                | (mode.HasFlag(UnixFileMode.GroupRead) ? UnixFileMode.GroupExecute : 0)
                | (mode.HasFlag(UnixFileMode.OtherRead) ? UnixFileMode.OtherExecute : 0));
        }
    }

    private void Flush()
    {
        try
        {
            if (_staged.Count > FlushOneByOne && NativeDvc.CanFlushFileSystem)
            {
                using SafeFileHandle any = File.OpenHandle(_staged[0].Staged, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                NativeDvc.FlushFileSystem(any);
                return;
            }

            foreach ((_, string staged) in _staged)
            {
                using SafeFileHandle file = File.OpenHandle(
                    staged, FileMode.Open, OperatingSystem.IsWindows() ? FileAccess.ReadWrite : FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                RandomAccess.FlushToDisk(file);
            }
        }
        catch (Exception e) when (DvcDisk.IsRefusal(e))
        {
            throw DvcDisk.Of(e, "checkout", _staging, 0);
        }
    }

    /// <summary>An object that becomes a file: read and hashed in any case, then copied, cloned or linked.</summary>
    private sealed class Staging(DvcPlacement placement, DvcTarget target, string staged) : Md5LaneFile
    {
        private readonly string _source = placement._cache.PathOf(target.Oid, target.Kind);
        private readonly bool _isLink = placement._link != LinkKind.Copy && !(placement._link == LinkKind.Hardlink && target.IsExecutable == true);
        private FileStream? _copy;

        public override long ExpectedLength => new FileInfo(_source) is { Exists: true } file ? file.Length : 0;

        public override SafeFileHandle Open()
        {
            try
            {
                return File.OpenHandle(_source, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                throw new DvcObjectMissingException([$"{target.Oid} of {target.Path}"], "It vanished from the cache a moment ago; pull it again.");
            }
        }

        public override void Piece(ReadOnlySpan<byte> bytes, bool isFirst, bool isLast)
        {
            if (_isLink)
            {
                return;
            }

            try
            {
                _copy ??= new FileStream(staged, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
                _copy.Write(bytes);
            }
            catch (Exception e) when (DvcDisk.IsRefusal(e))
            {
                throw DvcDisk.Of(e, "checkout", staged, bytes.Length);
            }
        }

        public override void Done(Md5Hash md5, long length, ReadOnlySpan<byte> whole)
        {
            _copy?.Dispose();
            if (md5.Hex != target.Oid)
            {
                placement._damaged.Add($"'{_source}' has {md5.Hex}");
                return;
            }

            if (_isLink)
            {
                Link(length);
            }

            Finish(target, staged);
            Interlocked.Add(ref placement._bytes, length);
        }

        private void Link(long length)
        {
            try
            {
                if (length > 0 && placement._link == LinkKind.Hardlink && AtomicFile.TryHardlink(_source, staged))
                {
                    placement._touched.Add(FileStamp.Of(_source));
                    placement._links.TryAdd(staged, 0);
                    return;
                }

                using SafeFileHandle from = File.OpenHandle(_source, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
                using FileStream to = new(staged, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
                if (length > 0 && placement._link == LinkKind.Reflink && NativeDvc.TryClone(from, to.SafeFileHandle))
                {
                    placement._links.TryAdd(staged, 0);
                    return;
                }

                byte[] buffer = new byte[1 << 16];
                long offset = 0;
                for (int read = RandomAccess.Read(from, buffer, 0); read > 0; read = RandomAccess.Read(from, buffer, offset))
                {
                    to.Write(buffer, 0, read);
                    offset += read;
                }
            }
            catch (Exception e) when (DvcDisk.IsRefusal(e))
            {
                throw DvcDisk.Of(e, "checkout", staged, length);
            }
        }
    }
}
