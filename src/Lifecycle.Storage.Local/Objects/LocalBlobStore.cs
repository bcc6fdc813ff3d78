using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Lifecycle.Storage.Local;

/// <summary>
/// Blobs in a folder: small ones of a batch as entries of packs, big ones of a batch as chunks in packs, others as one read-only file each. Safe for
/// many threads and processes at once without a server.
/// </summary>
/// <remarks>
/// A put writes a temporary file, flushes it, renames it and flushes the folder; so a crash or a power loss shows the whole blob or nothing.
/// Everything is checked against its digest before a byte is handed out; loose blobs of 1 MiB and more have a file of block sums beside them, so that a
/// range read checks only the blocks it needs.
/// </remarks>
public sealed partial class LocalBlobStore : IBlobStore
{
    private readonly ObjectFolder _folder;
    private readonly TimeProvider _time;
    private readonly TimeSpan _maximumBatchAge;
    private readonly TimeSpan _young;

    /// <summary>Opens the store in a folder, which is made when it is not there.</summary>
    /// <param name="folder">For example <c>lifecycle/objects</c>.</param>
    /// <param name="options">Null means the defaults.</param>
    /// <param name="time">The clock; null means the system's.</param>
    /// <exception cref="LifecycleStorageException">The folder cannot be used or was written in a format this build does not know.</exception>
    public LocalBlobStore(string folder, LocalStorageOptions? options = null, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        LocalStorageOptions used = (options ?? new LocalStorageOptions()).Checked();
        _time = time ?? TimeProvider.System;
        _maximumBatchAge = used.MaximumBatchAge;
        _young = used.Young;
        _folder = new ObjectFolder(folder, used.StaleTemporaryAge, _time, used.Durability);
        Packs = new PackCatalog(_folder, _time);
    }

    /// <summary>The folder, as a full path.</summary>
    public string Folder => _folder.Path;

    internal ObjectFolder Layout => _folder;

    /// <summary>Where digests lie in packs.</summary>
    internal PackCatalog Packs { get; }

    /// <inheritdoc/>
    /// <remarks>The blob becomes a loose file, unless a pack holds its bytes and the layout is <see cref="BlobLayout.Auto"/>.</remarks>
    public async ValueTask<StoredBlob> PutAsync(Stream content, BlobPutOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        Require(options);
        using Activity? activity = StorageTelemetry.Source.StartActivity("lifecycle.storage.put");
        long start = _time.GetTimestamp();
        long position = content.CanSeek ? content.Position : 0;
        for (int attempt = 1; ; attempt++)
        {
            (Digest digest, long length, bool? isNew) = await TryPutAsync(content, options, cancellationToken).ConfigureAwait(false);
            if (isNew is { } stored)
            {
                StorageTelemetry.Put(length, stored, _time.GetElapsedTime(start));
                return new StoredBlob(digest, length, stored);
            }

            if (!content.CanSeek || attempt == Attempts)
            {
                throw new LifecycleStorageException("objects", "put", digest.ToString(),
                    $"The blob {digest} was removed by another process while it was put again. Put it once more.", isTransient: true);
            }

            content.Position = position;
        }
    }

    /// <summary>Whether the blob is new; null when it was there, and was removed before it could be renewed.</summary>
    private async ValueTask<(Digest Digest, long Length, bool? IsNew)> TryPutAsync(Stream content, BlobPutOptions? options, CancellationToken cancellationToken)
    {
        using PendingBlob pending = await new BlobWriter(this).TakeAsync(content, options, flush: true, cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        bool? isNew = Publish(pending);
        if (isNew == true)
        {
            FlushShelves([pending.Digest.Hex[..2]]);
            isNew = options?.Layout != BlobLayout.Whole || !Packs.TryFind(pending.Digest, out _);
        }
        else if ((await KeepAsync([pending.Digest], cancellationToken).ConfigureAwait(false)).Count > 0)
        {
            isNew = null;
        }
        else
        {
            FlushShelves(File.Exists(_folder.FileOf(pending.Digest)) ? [pending.Digest.Hex[..2]] : []);
        }

        return (pending.Digest, pending.Length, isNew);
    }

    /// <inheritdoc/>
    public ValueTask<BlobBatch> BeginBatchAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(new LocalBlobBatch(this, _maximumBatchAge, _young, _time));
    }

    /// <inheritdoc/>
    public ValueTask<long?> FindAsync(Digest digest, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Packs.Refresh();
        return new(Find(digest));
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredBlob> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Packs.Refresh();
        for (int shelf = 0; shelf < 256; shelf++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (StoredBlob blob in ListShelf(shelf))
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return blob;
            }
        }

        await Task.CompletedTask.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <remarks>Loose blobs become young again; those in packs are written into a keep list, which protects them as long.</remarks>
    public async ValueTask<IReadOnlyList<Digest>> KeepAsync(IReadOnlyCollection<Digest> digests, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(digests);
        cancellationToken.ThrowIfCancellationRequested();
        if (digests.Count == 0)
        {
            return [];
        }

        // What another process collected must not be taken for present; while the lock is held nothing more goes.
        using SweepLock sweep = await SweepLock.TakeSharedAsync(_folder.Path, cancellationToken).ConfigureAwait(false);
        Packs.Refresh();
        List<Digest> missing = [];
        List<Digest> packed = [];
        foreach (Digest digest in digests)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (IsInPacks(digest))
            {
                packed.Add(digest);
            }
            else if (!RenewLoose(digest))
            {
                missing.Add(digest);
            }
        }

        await KeepList.WriteAsync(_folder.Path, packed, _time, cancellationToken).ConfigureAwait(false);
        return missing;
    }

    /// <inheritdoc/>
    /// <remarks>
    /// A loose file is unlinked. A pack is written anew without the entry, which costs as much as the pack is long; the chunks of a blob that was cut
    /// stay until a collection finds that nothing needs them. A digest that is only a part of other blobs is none of its own and stays: false.
    /// </remarks>
    public async ValueTask<bool> DeleteAsync(Digest digest, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Packs.Refresh();
        bool wasPacked = await DeleteFromPacksAsync(digest, cancellationToken).ConfigureAwait(false);
        return DeleteLoose(digest) || wasPacked;
    }

    internal static void Require(BlobPutOptions? options)
    {
        if (options?.ExpectedLength < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.ExpectedLength, "The expected length of a blob cannot be negative.");
        }
    }

    /// <summary>Makes a finished loose blob visible; the caller flushes the shelf. False when it was there.</summary>
    internal bool Publish(PendingBlob pending)
    {
        string file = _folder.FileOf(pending.Digest);
        bool isNew = pending.Temporary?.Publish(file, time: _time) ?? false;
        if (pending.Sums is { } sums && (isNew || (File.Exists(file) && !File.Exists(file + ObjectFolder.SumSuffix))))
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

    internal void WriteSums(string blobFile, BlockSums sums)
    {
        using TemporaryBlob temporary = TemporaryBlob.Create(_folder.Disk, Path.GetDirectoryName(blobFile)!, null);
        temporary.Write(sums.ToBytes());
        temporary.Finish(flush: true);
        temporary.Publish(blobFile + ObjectFolder.SumSuffix, replace: true);
    }

    /// <summary>Whether a blob is there; the age of a loose one restarts.</summary>
    internal bool Renew(Digest digest) => IsInPacks(digest) || RenewLoose(digest);

    private long? Find(Digest digest) => FindInPacks(digest) ?? FindLoose(digest);

    private long? FindLoose(Digest digest)
    {
        FileInfo file = new(_folder.FileOf(digest));
        return file.Exists ? file.Length : null;
    }

    internal bool DeleteLoose(Digest digest)
    {
        string hex = digest.Hex;
        string file = _folder.FileOf(hex);
        try
        {
            if (!File.Exists(file))
            {
                return false;
            }

            // The sums first: a blob without sums is sound, sums without a blob are litter.
            _folder.Disk.Delete(file + ObjectFolder.SumSuffix);
            _folder.Disk.Delete(file);
            _folder.FlushShelves([hex[..2]]);
            return true;
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            throw DiskFailure.Of(error, "delete", digest.ToString(), file);
        }
    }

    private bool RenewLoose(Digest digest)
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
