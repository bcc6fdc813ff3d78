using System.Buffers;
using System.Security.Cryptography;

namespace Lifecycle.Storage.Local;

/// <summary>
/// A chunked blob, or a part of it, chunk by chunk: every node and every chunk is checked against its digest before a byte of it is handed out, and the
/// whole against the blob's digest before the last chunk is.
/// </summary>
internal sealed class ChunkedReadStream : WindowStream
{
    private const int BufferSize = PackFormat.EntryHeaderSize + ContentChunker.Maximum;

    private readonly LocalBlobStore _store;
    private readonly Digest _digest;
    private readonly PackSpot _spot;
    private readonly bool _verify;
    private readonly long _blobLength;
    private readonly RecipeNode[] _nodes;
    private readonly long[] _nodeStarts;
    private readonly IncrementalHash? _hash;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    private byte[] _other = ArrayPool<byte>.Shared.Rent(BufferSize);
    private Task _hashing = Task.CompletedTask;
    private BlobCorruptedException? _failure;
    private int _node = -1;
    private Chunk[] _chunks = [];
    private long[] _chunkStarts = [];
    private long _hashed;

    public ChunkedReadStream(LocalBlobStore store, Digest digest, ChunkRecipe recipe, PackSpot spot, long start, long length, bool verify)
        : base(start, length)
    {
        _store = store;
        _digest = digest;
        _spot = spot;
        _verify = verify;
        _blobLength = recipe.Length;
        _nodes = [.. recipe.Nodes];
        _nodeStarts = Starts(_nodes.Length, i => _nodes[i].Length, 0);
        _hash = verify && length == recipe.Length ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
    }

    protected override async ValueTask LoadAsync(long at, CancellationToken cancellationToken)
    {
        if (_failure is not null)
        {
            throw _failure;
        }

        WindowStart = -1;
        try
        {
            int node = Holding(_nodeStarts, at);
            if (node != _node)
            {
                LoadNode(node);
            }

            await LoadChunkAsync(Holding(_chunkStarts, at)).ConfigureAwait(false);
        }
        catch (BlobCorruptedException failure)
        {
            _failure = failure;
            throw;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !IsClosed)
        {
            ((IAsyncResult)_hashing).AsyncWaitHandle.WaitOne();
            _hash?.Dispose();
            ArrayPool<byte>.Shared.Return(_buffer);
            ArrayPool<byte>.Shared.Return(_other);
            (_buffer, _other) = ([], []);
        }

        base.Dispose(disposing);
    }

    private static long[] Starts(int count, Func<int, long> length, long first)
    {
        long[] starts = new long[count];
        for (int i = 0; i < count; i++)
        {
            starts[i] = first;
            first += length(i);
        }

        return starts;
    }

    private static int Holding(long[] starts, long at)
    {
        int index = Array.BinarySearch(starts, at);
        return index >= 0 ? index : ~index - 1;
    }

    private void LoadNode(int node)
    {
        _node = -1;
        int length = _store.ReadPart(_digest, _nodes[node].Id, _spot, _other, verify: true);
        _chunks = ChunkNode.Parse(_other.AsSpan(PackFormat.EntryHeaderSize, length), _nodes[node].Length)
            ?? throw _store.CorruptRecipe(_digest, _spot, $"the group of chunks {_nodes[node].Id} does not cover the {_nodes[node].Length} bytes it is said to cover");
        _chunkStarts = Starts(_chunks.Length, i => _chunks[i].Length, _nodeStarts[node]);
        _node = node;
    }

    private async ValueTask LoadChunkAsync(int index)
    {
        Chunk chunk = _chunks[index];
        long start = _chunkStarts[index];

        // The buffer handed out last may still be hashed for the whole; this chunk goes into the other one meanwhile.
        (_buffer, _other) = (_other, _buffer);
        int length = _store.ReadPart(_digest, chunk.Id, _spot, _buffer, _verify);
        if (length != chunk.Length)
        {
            throw _store.CorruptRecipe(_digest, _spot, $"the chunk {chunk.Id} has {length} bytes and not the {chunk.Length} it is said to have");
        }

        await _hashing.ConfigureAwait(false);
        if (_hash is not null && start == _hashed)
        {
            byte[] bytes = _buffer;
            _hashed += length;
            if (_hashed < _blobLength)
            {
                _hashing = Task.Run(() => _hash.AppendData(bytes, PackFormat.EntryHeaderSize, length));
            }
            else
            {
                _hash.AppendData(bytes, PackFormat.EntryHeaderSize, length);
                if (new Digest(_hash.GetCurrentHash()) is var actual && actual != _digest)
                {
                    throw _store.CorruptRecipe(_digest, _spot, $"its chunks are sound and together have the digest {actual}");
                }
            }
        }

        (WindowStart, Window) = (start, _buffer.AsMemory(PackFormat.EntryHeaderSize, length));
    }
}
