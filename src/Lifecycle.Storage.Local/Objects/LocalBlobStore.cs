using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Lifecycle.Storage.Local;

/// <summary>Blobs in a folder: one read-only file a blob, named by its SHA-256. Safe for many threads and processes at once without a server.</summary>
/// <remarks>
/// A put writes a temporary file, flushes it, renames it and flushes the folder; so a crash or a power loss shows the whole blob or nothing.
/// Blobs of 1 MiB and more have a file of block sums beside them, so that a range read checks only the blocks it needs.
/// </remarks>
public sealed partial class LocalBlobStore : IBlobStore
{
    private readonly ObjectFolder _folder;
    private readonly TimeProvider _time;

    /// <summary>Opens the store in a folder, which is made when it is not there.</summary>
    /// <param name="folder">For example <c>lifecycle/objects</c>.</param>
    /// <param name="options">Null means the defaults.</param>
    /// <param name="time">The clock; null means the system's.</param>
    /// <exception cref="LifecycleStorageException">The folder cannot be used or was written in a format this build does not know.</exception>
    public LocalBlobStore(string folder, LocalStorageOptions? options = null, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        _time = time ?? TimeProvider.System;
        _folder = new ObjectFolder(folder, (options ?? new LocalStorageOptions()).Checked().StaleTemporaryAge, _time);
    }

    /// <summary>The folder, as a full path.</summary>
    public string Folder => _folder.Path;

    internal ObjectFolder Layout => _folder;

    /// <inheritdoc/>
    public async ValueTask<StoredBlob> PutAsync(Stream content, BlobPutOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        if (options?.ExpectedLength < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.ExpectedLength, "The expected length of a blob cannot be negative.");
        }

        using Activity? activity = StorageTelemetry.Source.StartActivity("lifecycle.storage.put");
        long start = _time.GetTimestamp();
        using PendingBlob pending = await new BlobWriter(_folder).TakeAsync(content, options?.ExpectedLength, flush: true, cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        bool isNew = Publish(pending);
        FlushShelves([pending.Digest.Hex[..2]]);
        StorageTelemetry.Put(pending.Length, isNew, _time.GetElapsedTime(start));
        return new StoredBlob(pending.Digest, pending.Length, isNew);
    }

    /// <inheritdoc/>
    public ValueTask<BlobBatch> BeginBatchAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(new LocalBlobBatch(this, _time));
    }

    /// <inheritdoc/>
    public ValueTask<long?> FindAsync(Digest digest, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        FileInfo file = new(_folder.FileOf(digest));
        return new(file.Exists ? file.Length : null);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredBlob> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (int shelf = 0; shelf < 256; shelf++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            string prefix = shelf.ToString("x2", System.Globalization.CultureInfo.InvariantCulture);
            foreach (FileInfo file in Shelf(prefix))
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return new StoredBlob(Digest.Parse(prefix + file.Name), file.Length, IsNew: false);
            }
        }

        await Task.CompletedTask.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Digest>> KeepAsync(IReadOnlyCollection<Digest> digests, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(digests);
        List<Digest> missing = [];
        foreach (Digest digest in digests)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!Renew(digest))
            {
                missing.Add(digest);
            }
        }

        return new(missing);
    }

    /// <inheritdoc/>
    public ValueTask<bool> DeleteAsync(Digest digest, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        string hex = digest.Hex;
        string file = _folder.FileOf(hex);
        try
        {
            if (!File.Exists(file))
            {
                return new(false);
            }

            // The sums first: a blob without sums is sound, sums without a blob are litter.
            File.Delete(file + ObjectFolder.SumSuffix);
            File.Delete(file);
            _folder.FlushShelves([hex[..2]]);
            return new(true);
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            throw DiskFailure.Of(error, "delete", digest.ToString(), file);
        }
    }

    /// <summary>Makes a finished blob visible, or renews the one that is there; the caller flushes the shelf.</summary>
    internal bool Publish(PendingBlob pending)
    {
        string file = _folder.FileOf(pending.Digest);
        bool isNew = pending.Temporary?.Publish(file) ?? false;
        if (!isNew && !Renew(pending.Digest))
        {
            throw new LifecycleStorageException("objects", "put", pending.Digest.ToString(),
                $"The blob {pending.Digest} was removed by another process while it was put again. Put it once more.", isTransient: true);
        }

        if (pending.Sums is { } sums && (isNew || !File.Exists(file + ObjectFolder.SumSuffix)))
        {
            WriteSums(file, sums);
        }

        return isNew;
    }

    internal void FlushShelves(IReadOnlyCollection<string> shelves)
    {
        try
        {
            _folder.FlushShelves(shelves);
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            throw DiskFailure.Of(error, "put", "", _folder.Loose);
        }
    }

    internal IEnumerable<FileInfo> Shelf(string prefix)
    {
        DirectoryInfo folder = new(Path.Combine(_folder.Loose, prefix));
        return folder.Exists
            ? folder.EnumerateFiles().Where(f => ObjectFolder.IsBlobName(f.Name)).OrderBy(f => f.Name, StringComparer.Ordinal)
            : [];
    }

    internal static void WriteSums(string blobFile, BlockSums sums)
    {
        using TemporaryBlob temporary = TemporaryBlob.Create(Path.GetDirectoryName(blobFile)!, null);
        temporary.Write(sums.ToBytes());
        temporary.Finish(flush: true);
        temporary.Publish(blobFile + ObjectFolder.SumSuffix, replace: true);
    }

    /// <summary>Restarts the age of a blob; false when it is not there.</summary>
    private bool Renew(Digest digest)
    {
        string file = _folder.FileOf(digest);
        try
        {
            File.SetLastWriteTimeUtc(file, _time.GetUtcNow().UtcDateTime);
            return true;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            throw DiskFailure.Of(error, "keep", digest.ToString(), file);
        }
    }
}
