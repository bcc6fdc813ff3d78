namespace Lifecycle.Storage.Local;

/// <summary>A group of puts: temporaries are written one by one and made durable and visible together.</summary>
internal sealed class LocalBlobBatch : BlobBatch
{
    /// <summary>From so many files on, flushing the file system once is cheaper than flushing each of them.</summary>
    private const int ManyFiles = 64;

    private readonly LocalBlobStore _store;
    private readonly TimeProvider _time;
    private readonly BlobWriter _writer;
    private readonly Dictionary<Digest, PendingBlob> _pending = [];
    private readonly TemporaryBlob _alive;
    private readonly long _start;
    private int _blobs;
    private long _bytes;
    private bool _closed;

    public LocalBlobBatch(LocalBlobStore store, TimeProvider time)
    {
        _store = store;
        _time = time;
        _start = time.GetTimestamp();
        _writer = new BlobWriter(store.Layout);

        // Held open and locked for the life of the batch: it tells others that every younger temporary may belong to a living process.
        _alive = TemporaryBlob.Create(store.Layout.Disk, store.Layout.Loose, null, time: time);
    }

    public override async ValueTask<StoredBlob> PutAsync(Stream content, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        ThrowIfClosed();
        PendingBlob pending = await _writer.TakeAsync(content, null, flush: false, cancellationToken).ConfigureAwait(false);
        _blobs++;
        _bytes += pending.Length;
        if (_pending.TryAdd(pending.Digest, pending))
        {
            return new StoredBlob(pending.Digest, pending.Length, pending.Temporary is not null);
        }

        pending.Dispose();
        return new StoredBlob(pending.Digest, pending.Length, IsNew: false);
    }

    public override async ValueTask<BlobReceipt> CompleteAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        cancellationToken.ThrowIfCancellationRequested();
        PendingBlob[] written = [.. _pending.Values.Where(p => p.Temporary is not null)];
        await FlushAsync(written, cancellationToken).ConfigureAwait(false);

        // From here on nothing is cancelled: names appear one by one, and each of them is a whole, durable blob.
        _closed = true;
        List<Digest> missing = [];
        HashSet<string> shelves = new(StringComparer.Ordinal);
        (int fresh, long stored) = (0, 0);
        foreach (PendingBlob pending in _pending.Values)
        {
            bool isNew = false;
            if (pending.Temporary is null && await _store.FindAsync(pending.Digest, CancellationToken.None).ConfigureAwait(false) is null)
            {
                missing.Add(pending.Digest);
                continue;
            }

            isNew = _store.Publish(pending);
            shelves.Add(pending.Digest.Hex[..2]);
            fresh += isNew ? 1 : 0;
            stored += isNew ? pending.Length : 0;
            StorageTelemetry.Put(pending.Length, isNew, _time.GetElapsedTime(_start));
        }

        FlushShelves(shelves);
        Clear();
        return new BlobReceipt(_blobs, fresh, _bytes, stored, missing);
    }

    public override ValueTask DisposeAsync()
    {
        _closed = true;
        Clear();
        return ValueTask.CompletedTask;
    }

    private async ValueTask FlushAsync(PendingBlob[] written, CancellationToken cancellationToken)
    {
        if (written.Length > ManyFiles && NativeDisk.CanFlushFileSystem)
        {
            await Task.Run(_alive.FlushFileSystem, cancellationToken).ConfigureAwait(false);
            return;
        }

        await Parallel.ForEachAsync(written, cancellationToken, (pending, _) =>
        {
            pending.Temporary!.FlushLater();
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

    private void ThrowIfClosed()
    {
        if (_closed)
        {
            throw new InvalidOperationException("The batch was completed or disposed; begin another one.");
        }
    }

    private void Clear()
    {
        foreach (PendingBlob pending in _pending.Values)
        {
            pending.Dispose();
        }

        _pending.Clear();
        _alive.Dispose();
    }
}
