using System.Buffers;
using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Data;

/// <summary>
/// Writes the files of a tree under a folder: never through a link, never over something that nobody looked at. All bytes are written and flushed
/// before the first file gets its name.
/// </summary>
internal sealed class TreePlacer(IBlobStore blobs, CheckoutOptions options)
{
    private const int BufferBytes = 1 << 20;
    private const int RangeFiles = 64;

    /// <summary>From so many files on, flushing the file system once is cheaper than flushing each of them.</summary>
    private const int ManyFiles = 64;

    private long _written;
    private long _linked;
    private long _copiedInstead;
    private long _bytes;

    public long Written => _written;

    public long Linked => _linked;

    public long CopiedInstead => _copiedInstead;

    public long Bytes => _bytes;

    /// <summary>Files whose names changed; one of several names of a file is not taken for changed because another one was replaced.</summary>
    public TouchedFiles Touched { get; } = new();

    /// <summary>Bytes of all files that were to be copied, told as soon as writing begins; a link takes no room.</summary>
    public long Needed { get; private set; }

    /// <summary>Builds a folder that is not there beside its place and renames it once.</summary>
    public async ValueTask BuildAsync(string folder, IReadOnlyList<DatasetFile> files, CancellationToken cancellationToken)
    {
        Needed = files.Sum(f => IsLinked(f) ? 0 : f.Length);
        string parent = Path.GetDirectoryName(folder)!;
        Directory.CreateDirectory(parent);
        StaleFolders.Remove(parent);
        string temporary = AtomicFile.TemporaryName(parent);
        try
        {
            Directory.CreateDirectory(temporary);
            using (OpenFolder root = OpenFolder.Open(temporary))
            {
                root.TryLock();
                bool flushAll = FlushesAll(root, files.Count);
                await EachAsync(files.Count, async (i, walk) =>
                {
                    OpenFolder target = Enter(walk, folder, files[i].Path, out string name);
                    await PlaceAsync(target, name, files[i], !flushAll, cancellationToken).ConfigureAwait(false);
                    Count(files[i]);
                }, root, cancellationToken).ConfigureAwait(false);
                FlushFolders(root, files.Select(f => f.Path), flushAll);
                cancellationToken.ThrowIfCancellationRequested();
                Directory.Move(temporary, folder);
            }

            AtomicFile.FlushFolder(parent);
        }
        catch
        {
            StaleFolders.TryDelete(temporary);
            throw;
        }
    }

    /// <summary>Writes files into a folder that holds others: all under temporary names first, then, durable, each gets its name.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="files">What to write, and what stood there when somebody looked.</param>
    /// <param name="beforeNaming">Called when all bytes are durable and nothing has changed yet.</param>
    /// <param name="cancellationToken">Cancelling before the naming changes nothing.</param>
    public async ValueTask WriteAsync(
        OpenFolder root, IReadOnlyList<PlannedFile> files, Func<ValueTask> beforeNaming, CancellationToken cancellationToken)
    {
        Needed = files.Sum(f => IsLinked(f.File) ? 0 : f.File.Length);
        string prefix = Path.GetFileName(AtomicFile.TemporaryName(""))[..^8];
        bool flushAll = FlushesAll(root, files.Count);
        try
        {
            await EachAsync(files.Count, async (i, walk) =>
            {
                OpenFolder target = Enter(walk, root.Path, files[i].File.Path, out _);
                await PlaceAsync(target, Temporary(prefix, i), files[i].File, !flushAll, cancellationToken).ConfigureAwait(false);
            }, root, cancellationToken).ConfigureAwait(false);
            if (flushAll)
            {
                root.FlushFileSystem();
            }

            cancellationToken.ThrowIfCancellationRequested();
            await beforeNaming().ConfigureAwait(false);
            using FolderWalk naming = new(root);
            for (int i = 0; i < files.Count; i++)
            {
                OpenFolder target = Enter(naming, root.Path, files[i].File.Path, out string name);
                Name(root, target, Temporary(prefix, i), name, files[i]);
                Count(files[i].File);
            }

            FlushFolders(root, files.Select(f => f.File.Path), flushAll);
        }
        catch
        {
            RemoveTemporaries(root, files, prefix);
            throw;
        }
    }

    /// <summary>The folder of a path; missing ones are made.</summary>
    /// <exception cref="UnsafePathException">A link is in the way.</exception>
    /// <exception cref="WorkspaceModifiedException">Something else is.</exception>
    public static OpenFolder Enter(FolderWalk walk, string root, string path, out string name) =>
        walk.Enter(path, make: true, out name, out Obstacle obstacle)
        ?? throw (obstacle.Kind == SourceKind.Link
            ? new UnsafePathException([(path, $"would be written through the link '{obstacle.Path}'")])
            : new WorkspaceModifiedException(root, [obstacle.Path], canOverwrite: false));

    /// <summary>Whether so many names are made durable by flushing the file system once.</summary>
    public static bool FlushesAll(OpenFolder root, int files) => files > ManyFiles && root.CanFlushFileSystem;

    /// <summary>Makes the names in the folders of paths durable, as far as the folders are there.</summary>
    public static void FlushFolders(OpenFolder root, IEnumerable<string> paths, bool flushAll)
    {
        if (flushAll)
        {
            root.FlushFileSystem();
            return;
        }

        HashSet<string> seen = new(StringComparer.Ordinal);
        using FolderWalk walk = new(root);
        foreach (string path in paths)
        {
            for (int slash = path.LastIndexOf('/'); slash > 0 && seen.Add(path[..slash]); slash = path.LastIndexOf('/', slash - 1))
            {
                walk.Enter(path[..(slash + 1)], make: false, out _, out _)?.Flush();
            }
        }

        root.Flush();
    }

    private static string Temporary(string prefix, int index) => string.Create(CultureInfo.InvariantCulture, $"{prefix}{index:x8}");

    private void Name(OpenFolder root, OpenFolder target, string temporary, string name, in PlannedFile file)
    {
        bool done = file.Found.Kind == SourceKind.Missing
            ? target.Rename(temporary, name, replace: false)
            : Touched.IsStill(target.Look(name), file.Found) && target.Rename(temporary, name, replace: true);
        if (!done)
        {
            throw new WorkspaceModifiedException(root.Path, [file.File.Path], canOverwrite: false, isLate: true);
        }

        Touched.Add(file.Found.Stamp);
    }

    private static void RemoveTemporaries(OpenFolder root, IReadOnlyList<PlannedFile> files, string prefix)
    {
        try
        {
            using FolderWalk walk = new(root);
            for (int i = 0; i < files.Count; i++)
            {
                walk.Enter(files[i].File.Path, make: false, out _, out _)?.Remove(Temporary(prefix, i));
            }
        }
        catch (IOException e)
        {
            // the first error matters more; a later checkout removes what is left
            System.Diagnostics.Debug.WriteLine(e);
        }
    }

    private static void RequireLength(DatasetFile file, long length)
    {
        if (length != file.Length)
        {
            throw new DatasetException($"The list of files says that '{file.Path}' has {file.Length} bytes, and its content {file.Digest} has {length}. The list is not to be trusted; nothing was changed.");
        }
    }

    private void Count(DatasetFile file)
    {
        Interlocked.Increment(ref _written);
        Interlocked.Add(ref _bytes, file.Length);
    }

    // Ranges of neighbours, so that each worker opens a folder once.
    private static async ValueTask EachAsync(int count, Func<int, FolderWalk, ValueTask> place, OpenFolder root, CancellationToken cancellationToken)
    {
        int next = 0;
        int workers = Math.Clamp(Math.Min(Environment.ProcessorCount, count / RangeFiles), 1, 8);
        Task[] tasks = new Task[workers];
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        for (int w = 0; w < workers; w++)
        {
            tasks[w] = Task.Run(async () =>
            {
                using FolderWalk walk = new(root);
                int first;
                while ((first = Interlocked.Add(ref next, RangeFiles) - RangeFiles) < count)
                {
                    for (int i = first; i < Math.Min(count, first + RangeFiles); i++)
                    {
                        stop.Token.ThrowIfCancellationRequested();
                        try
                        {
                            await place(i, walk).ConfigureAwait(false);
                        }
                        catch
                        {
                            await stop.CancelAsync().ConfigureAwait(false);
                            throw;
                        }
                    }
                }
            }, CancellationToken.None);
        }

        Task all = Task.WhenAll(tasks);
        await all.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Task? failed = Array.Find(tasks, t => t.IsFaulted);
        await (failed ?? all).ConfigureAwait(false);
    }

    // a hard link shares its mode with the store's own file, so an executable file is never one; an empty file is made, not linked
    private bool IsLinked(DatasetFile file) =>
        options.LinkKind != LinkKind.Copy && file.Length > 0 && !(file.IsExecutable && options.LinkKind == LinkKind.Hardlink);

    private async ValueTask PlaceAsync(OpenFolder target, string name, DatasetFile file, bool flush, CancellationToken cancellationToken)
    {
        if (!IsLinked(file))
        {
            await CopyAsync(target, name, file, flush, cancellationToken).ConfigureAwait(false);
            return;
        }

        LinkKind done = await blobs.PlaceAsync(file.Digest, target.LinkPathOf(name), options.LinkKind, cancellationToken).ConfigureAwait(false);
        FileStamp placed = target.Look(name).Stamp;
        RequireLength(file, placed.Length);
        if (done == LinkKind.Hardlink)
        {
            Touched.Add(placed);
        }
        else
        {
            target.SetExecutable(name, file.IsExecutable);
        }

        Interlocked.Increment(ref done == LinkKind.Copy ? ref _copiedInstead : ref _linked);
    }

    private async ValueTask CopyAsync(OpenFolder target, string name, DatasetFile file, bool flush, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(BufferBytes, file.Length + 1));
        try
        {
            Stream content = await blobs.OpenAsync(file.Digest, null, cancellationToken).ConfigureAwait(false);
            await using (content.ConfigureAwait(false))
            {
                // the first bytes are read, and so checked, before there is a file
                int read = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                using SafeFileHandle handle = target.Create(name, file.IsExecutable);
                long length = 0;
                while (read > 0)
                {
                    RandomAccess.Write(handle, buffer.AsSpan(0, read), length);
                    length += read;
                    read = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                }

                RequireLength(file, length);
                if (flush)
                {
                    RandomAccess.FlushToDisk(handle);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
