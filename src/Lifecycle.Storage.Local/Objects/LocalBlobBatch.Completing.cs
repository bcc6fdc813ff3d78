using System.Globalization;

namespace Lifecycle.Storage.Local;

/// <content>The end of a batch.</content>
internal sealed partial class LocalBlobBatch
{
    /// <summary>From so many files on, flushing the file system once is cheaper than flushing each of them.</summary>
    private const int ManyFiles = 64;

    private static readonly TimeSpan LongBatch = TimeSpan.FromHours(1);

    /// <summary>From this age on the first packs of a batch are too near the end of their youth to be left to it.</summary>
    private TimeSpan LongFrom => _young / 2 < LongBatch ? _young / 2 : LongBatch;

    /// <remarks>
    /// Order: bytes of packs and loose files are made durable; then, sharing the sweep lock when the batch relies on what was there before, the hits are
    /// looked for again, recipes and keep list are written, and only then names appear: loose files, packs without recipes, packs with recipes.
    /// A crash between two of these steps shows whole blobs or nothing.
    /// </remarks>
    public override async ValueTask<BlobReceipt> CompleteAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfTooOld();
        await FlushAsync([.. _taken.Values.Select(b => b.Loose?.Temporary).OfType<TemporaryBlob>()], cancellationToken).ConfigureAwait(false);
        await _packs.FlushAsync().ConfigureAwait(false);

        // The first packs of a long batch are old when it ends, so all its blobs are kept, not only those that others stored.
        bool isLong = _time.GetUtcNow() - _begun > LongFrom;
        Digest[] relied = [.. _taken.Where(b => isLong || b.Value.Place == BatchPlace.There || b.Value.Chunked is { Relied.Count: > 0 }).Select(b => b.Key)];
        using SweepLock? sweep = relied.Length == 0 ? null : await SweepLock.TakeSharedAsync(_store.Layout.Path, cancellationToken).ConfigureAwait(false);
        HashSet<Digest> missing = relied.Length == 0 ? [] : FindMissing();
        _closed = true;
        await _packs.SealAsync(_taken.Where(b => b.Value.Chunked is not null && !missing.Contains(b.Key)).Select(b => (b.Key, b.Value.Chunked!.Recipe.ToBytes())))
            .ConfigureAwait(false);
        await KeepList.WriteAsync(_store.Layout.Path, [.. relied.Where(d => !missing.Contains(d))], _time, cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();

        // From here on nothing is cancelled: names appear one by one, and each of them is a whole, durable blob.
        (int fresh, long stored) = PublishLoose(missing);
        stored += _packs.Payload;
        if (!_packs.IsEmpty)
        {
            _packs.Publish();
            _store.Packs.Refresh();
            _store.Packs.Merge();
        }

        foreach ((Digest rotten, _) in _taken.Where(b => b.Value.IsRotten && b.Value.Loose is null && !missing.Contains(b.Key)))
        {
            _store.DeleteLoose(rotten);
        }

        BlobReceipt receipt = Receipt(fresh, stored, missing);
        Clear();
        return receipt;
    }

    private void ThrowIfTooOld()
    {
        TimeSpan age = _time.GetUtcNow() - _begun;
        if (age > _maximumAge)
        {
            throw new LifecycleStorageException("objects", "put", "batch", string.Create(CultureInfo.InvariantCulture,
                $"The batch is {age.TotalHours:0.#} h old and can complete for {_maximumAge.TotalHours:0.#} h: what it relies on may have been collected. ")
                + "Begin another one and put everything again; LocalStorageOptions.MaximumBatchAge sets the limit.");
        }
    }

    /// <summary>Blobs that were found in the store, or parts of which were, and are not there any more.</summary>
    private HashSet<Digest> FindMissing()
    {
        _store.Packs.Refresh();
        HashSet<string> packs = [.. _store.Packs.Packs.Select(p => p.Name)];
        HashSet<Digest> missing = [];
        foreach ((Digest digest, BatchBlob blob) in _taken)
        {
            if (blob.Place == BatchPlace.There ? blob.Loose is null && !_store.Renew(digest) : blob.Chunked?.Relied.Any(p => !packs.Contains(p.Name)) ?? false)
            {
                missing.Add(digest);
            }
        }

        return missing;
    }

    private (int Fresh, long Stored) PublishLoose(HashSet<Digest> missing)
    {
        HashSet<string> shelves = new(StringComparer.Ordinal);
        (int fresh, long stored) = (0, 0);
        foreach ((Digest digest, BatchBlob blob) in _taken)
        {
            if (blob.Loose is { } loose)
            {
                bool isNew = _store.Publish(loose);
                shelves.Add(digest.Hex[..2]);
                fresh += isNew && blob.Place == BatchPlace.Loose ? 1 : 0;
                stored += isNew ? blob.Length : 0;
            }

            fresh += blob.Place is BatchPlace.Pack || (blob.Place is BatchPlace.Chunks && !missing.Contains(digest)) ? 1 : 0;
        }

        FlushShelves(shelves);
        return (fresh, stored);
    }

    private BlobReceipt Receipt(int fresh, long stored, HashSet<Digest> missing)
    {
        TimeSpan duration = _time.GetElapsedTime(_start);
        foreach ((Digest digest, BatchBlob blob) in _taken)
        {
            if (!missing.Contains(digest))
            {
                StorageTelemetry.Put(blob.Length, blob.Place is BatchPlace.Pack or BatchPlace.Chunks or BatchPlace.Loose, duration);
            }
        }

        return new BlobReceipt(_blobs, fresh, _bytes, stored, [.. missing.Order()]);
    }

    private async ValueTask FlushAsync(TemporaryBlob[] written, CancellationToken cancellationToken)
    {
        if (written.Length > ManyFiles && NativeDisk.CanFlushFileSystem)
        {
            await Task.Run(_alive.FlushFileSystem, cancellationToken).ConfigureAwait(false);
            return;
        }

        await Parallel.ForEachAsync(written, cancellationToken, (file, _) =>
        {
            file.FlushLater();
            return ValueTask.CompletedTask;
        }).ConfigureAwait(false);
    }

    private void FlushShelves(HashSet<string> shelves)
    {
        if (shelves.Count > ManyFiles && NativeDisk.CanFlushFileSystem)
        {
            _alive.FlushFileSystem();
            _store.Layout.AreDurable(shelves);
            return;
        }

        _store.FlushShelves(shelves);
    }
}
