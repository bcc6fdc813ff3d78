namespace Lifecycle.Storage.Local;

/// <summary>
/// A group of puts that becomes durable and visible together: small blobs as entries of packs, blobs of 1 MiB and more as chunks and a recipe,
/// those laid out whole as loose files.
/// </summary>
internal sealed partial class LocalBlobBatch : BlobBatch
{
    private readonly LocalBlobStore _store;
    private readonly TimeProvider _time;
    private readonly TimeSpan _maximumAge;
    private readonly TimeSpan _young;
    private readonly BlobWriter _writer;
    private readonly BatchPacks _packs;
    private readonly Dictionary<Digest, BatchBlob> _taken = [];
    private readonly bool?[] _shelves = new bool?[256];
    private readonly TemporaryBlob _alive;
    private readonly DateTimeOffset _begun;
    private readonly long _start;
    private int _blobs;
    private long _bytes;
    private bool _closed;

    public LocalBlobBatch(LocalBlobStore store, TimeSpan maximumAge, TimeSpan young, TimeProvider time)
    {
        _store = store;
        _time = time;
        _maximumAge = maximumAge;
        _young = young;
        _start = time.GetTimestamp();
        _begun = time.GetUtcNow();
        _writer = new BlobWriter(store);
        _packs = new BatchPacks(store.Layout, time);
        store.Packs.Refresh();

        // Held open and locked for the life of the batch: it tells others that every younger temporary may belong to a living process.
        _alive = TemporaryBlob.Create(store.Layout.Disk, store.Layout.Loose, null, time: time);
    }

    public override ValueTask<StoredBlob> PutAsync(Stream content, CancellationToken cancellationToken = default) => PutAsync(content, null, cancellationToken);

    public override async ValueTask<StoredBlob> PutAsync(Stream content, BlobPutOptions? options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        LocalBlobStore.Require(options);
        ThrowIfClosed();
        cancellationToken.ThrowIfCancellationRequested();
        if (options?.Layout == BlobLayout.Whole)
        {
            return Count(await TakeWholeAsync(content, options.ExpectedLength, cancellationToken).ConfigureAwait(false));
        }

        using BlobHead head = await BlobHead.ReadAsync(content, options?.ExpectedLength, cancellationToken).ConfigureAwait(false);
        return Count(head.IsAll ? TakeSmall(head.Bytes.Span) : await TakeBigAsync(head.Bytes, content, cancellationToken).ConfigureAwait(false));
    }

    public override ValueTask<StoredBlob> PutAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        if (content.Length >= BlockSums.BlockSize)
        {
            return base.PutAsync(content, cancellationToken);
        }

        ThrowIfClosed();
        cancellationToken.ThrowIfCancellationRequested();
        return new(Count(TakeSmall(content.Span)));
    }

    public override ValueTask DisposeAsync()
    {
        _closed = true;
        Clear();
        return ValueTask.CompletedTask;
    }

    private StoredBlob TakeSmall(ReadOnlySpan<byte> bytes)
    {
        Digest digest = Digest.Of(bytes);
        if (_taken.TryGetValue(digest, out BatchBlob before))
        {
            return new StoredBlob(digest, before.Length, IsNew: false);
        }

        bool isPending = _packs.Contains(digest);
        bool isThere = !isPending && (_store.Packs.FindSame(digest, bytes) is not null || IsLoose(digest, bytes));
        if (!isPending && !isThere)
        {
            _packs.Add(PackEntryFlags.None, digest, bytes);
        }

        _taken.Add(digest, new BatchBlob(bytes.Length, isPending ? BatchPlace.Part : isThere ? BatchPlace.There : BatchPlace.Pack));
        return new StoredBlob(digest, bytes.Length, !isPending && !isThere);
    }

    private async ValueTask<StoredBlob> TakeBigAsync(ReadOnlyMemory<byte> first, Stream content, CancellationToken cancellationToken)
    {
        BatchMark mark = _packs.Mark;
        ChunkedBlob blob;
        try
        {
            blob = await new ChunkedPut(_packs, _store.Packs).RunAsync(first, content, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await _packs.RollbackAsync(mark).ConfigureAwait(false);
            throw;
        }

        long length = blob.Recipe.Length;
        if (_taken.TryGetValue(blob.Digest, out _))
        {
            // Its chunks were all there, or it was taken whole.
            await _packs.RollbackAsync(mark).ConfigureAwait(false);
            return new StoredBlob(blob.Digest, length, IsNew: false);
        }

        bool isSound = await _writer.IsSoundAsync(blob.Digest, length, cancellationToken).ConfigureAwait(false);
        if (isSound)
        {
            await _packs.RollbackAsync(mark).ConfigureAwait(false);
        }

        bool isStored = isSound || (_packs.Mark == mark && _store.HasRecipe(blob.Digest, blob.Recipe));

        bool isRotten = !isSound && File.Exists(_store.Layout.FileOf(blob.Digest));
        _taken.Add(blob.Digest, new BatchBlob(length, isStored ? BatchPlace.There : BatchPlace.Chunks, Chunked: isStored ? null : blob, IsRotten: isRotten));
        return new StoredBlob(blob.Digest, length, !isStored);
    }

    private async ValueTask<StoredBlob> TakeWholeAsync(Stream content, long? expectedLength, CancellationToken cancellationToken)
    {
        PendingBlob pending = await _writer.TakeAsync(content, new BlobPutOptions { Layout = BlobLayout.Whole, ExpectedLength = expectedLength }, flush: false, cancellationToken)
            .ConfigureAwait(false);
        bool isKnown = _taken.TryGetValue(pending.Digest, out BatchBlob before);
        if (isKnown && (before.Loose is not null || pending.Temporary is null))
        {
            pending.Dispose();
            return new StoredBlob(pending.Digest, pending.Length, IsNew: false);
        }

        bool isNew = !isKnown && pending.Temporary is not null && _store.Packs.FindAll(pending.Digest).Count == 0;
        _taken[pending.Digest] = isKnown ? before with { Loose = pending }
            : new BatchBlob(pending.Length, isNew ? BatchPlace.Loose : BatchPlace.There, pending.Temporary is null ? null : pending);
        return new StoredBlob(pending.Digest, pending.Length, isNew);
    }

    private StoredBlob Count(StoredBlob blob)
    {
        _blobs++;
        _bytes += blob.Length;
        return blob;
    }

    /// <summary>Whether a loose file holds these bytes. Shelves that are not there are asked for once.</summary>
    private bool IsLoose(Digest digest, ReadOnlySpan<byte> bytes)
    {
        Span<byte> id = stackalloc byte[Digest.Size];
        digest.CopyTo(id);
        string? hex = null;
        if (_shelves[id[0]] is not { } exists)
        {
            hex = digest.Hex;
            _shelves[id[0]] = exists = Directory.Exists(_store.Layout.Shelf(hex));
        }

        return exists && BlobWriter.Holds(_store.Layout.FileOf(hex ?? digest.Hex), bytes);
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
        foreach (BatchBlob blob in _taken.Values)
        {
            blob.Loose?.Dispose();
        }

        _taken.Clear();
        _packs.Dispose();
        _alive.Dispose();
    }

    /// <summary>Where a blob of the batch is.</summary>
    private enum BatchPlace
    {
        /// <summary>It was in the store before.</summary>
        There,

        /// <summary>An entry of a pack of this batch.</summary>
        Pack,

        /// <summary>A chunk of another blob of this batch.</summary>
        Part,

        /// <summary>Chunks and a recipe.</summary>
        Chunks,

        /// <summary>A file of its own.</summary>
        Loose,
    }

    /// <param name="Length">Bytes.</param>
    /// <param name="Place">Where it is.</param>
    /// <param name="Loose">Its file, when it was put whole.</param>
    /// <param name="Chunked">Its recipe, when it was cut.</param>
    /// <param name="IsRotten">Whether a file of this name holds other bytes; it goes when the good ones are durable.</param>
    private readonly record struct BatchBlob(long Length, BatchPlace Place, PendingBlob? Loose = null, ChunkedBlob? Chunked = null, bool IsRotten = false);
}
