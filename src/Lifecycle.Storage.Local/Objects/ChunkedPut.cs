using System.Buffers;
using System.Security.Cryptography;
using System.Threading.Channels;

namespace Lifecycle.Storage.Local;

/// <summary>A big blob whose chunks were written or found; its recipe is written when the batch completes.</summary>
/// <param name="Digest">SHA-256 of the whole.</param>
/// <param name="Recipe">How it is put together.</param>
/// <param name="Relied">Packs that were there before and hold some of its chunks.</param>
internal sealed record ChunkedBlob(Digest Digest, ChunkRecipe Recipe, IReadOnlyCollection<PackReader> Relied);

/// <summary>
/// Takes a big stream in two tasks that overlap: one reads and hashes the whole, the other cuts, hashes the chunks and writes those that are new.
/// Eight buffers of 1 MiB go round between them; each has room in front for the beginning of a chunk that a buffer before holds.
/// </summary>
internal sealed class ChunkedPut(BatchPacks packs, PackCatalog catalog)
{
    private const int Buffers = 8;
    private const int Room = ContentChunker.Maximum;

    private readonly Channel<Block> _free = Channel.CreateUnbounded<Block>();
    private readonly Channel<Block> _full = Channel.CreateUnbounded<Block>();
    private readonly RecipeBuilder _recipe = new();
    private readonly HashSet<PackReader> _relied = [];
    private readonly List<(int Start, int Length)> _cuts = [];
    private readonly List<Block> _blocks = [];
    private ContentChunker _chunker;
    private ChunkRecipe? _finished;

    /// <summary>Reads the stream to its end.</summary>
    /// <param name="first">Bytes that were read already.</param>
    /// <param name="content">The rest.</param>
    /// <param name="cancellationToken">Cancelling ends both tasks.</param>
    public async ValueTask<ChunkedBlob> RunAsync(ReadOnlyMemory<byte> first, Stream content, CancellationToken cancellationToken)
    {
        Task cutting = Task.Run(CutAsync, CancellationToken.None);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        try
        {
            while (true)
            {
                Block block = await FreeAsync(cancellationToken).ConfigureAwait(false);
                Memory<byte> space = block.Bytes.AsMemory(Room, BlockSums.BlockSize);
                if (first.Length > 0)
                {
                    first.CopyTo(space);
                    (block.Length, first) = (first.Length, default);
                }
                else
                {
                    block.Length = await content.ReadAtLeastAsync(space, space.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                }

                if (block.Length == 0)
                {
                    break;
                }

                block.Holders = 2;
                _full.Writer.TryWrite(block);
                hash.AppendData(block.Bytes, Room, block.Length);
                Release(block);
            }

            _full.Writer.Complete();
            await cutting.ConfigureAwait(false);
        }
        catch (ChannelClosedException closed) when (closed.InnerException is null)
        {
            // The other task failed; its error is the one that says why.
            await cutting.ConfigureAwait(false);
            throw;
        }
        finally
        {
            _full.Writer.TryComplete(new OperationCanceledException());
            await cutting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _blocks.ForEach(b => ArrayPool<byte>.Shared.Return(b.Bytes));
        }

        return new ChunkedBlob(new Digest(hash.GetHashAndReset()), _finished!, _relied);
    }

    private async ValueTask<Block> FreeAsync(CancellationToken cancellationToken)
    {
        if (_free.Reader.TryRead(out Block? free))
        {
            return free;
        }

        if (_blocks.Count == Buffers)
        {
            return await _free.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        }

        Block made = new(ArrayPool<byte>.Shared.Rent(Room + BlockSums.BlockSize));
        _blocks.Add(made);
        return made;
    }

    private async Task CutAsync()
    {
        try
        {
            Block? before = null;
            int carried = 0;
            while (await _full.Reader.WaitToReadAsync().ConfigureAwait(false))
            {
                while (_full.Reader.TryRead(out Block? block))
                {
                    before?.Bytes.AsSpan(Room + before.Length - carried, carried).CopyTo(block.Bytes.AsSpan(Room - carried));
                    Release(before);
                    carried = Cut(block, carried);
                    before = block;
                }
            }

            if (before is not null && carried > 0)
            {
                Take(before.Bytes.AsSpan(Room + before.Length - carried, carried));
            }

            (byte[]? node, _finished) = _recipe.Finish();
            if (node is not null)
            {
                TakeNode(node);
            }
        }
        catch (Exception)
        {
            _free.Writer.TryComplete();
            throw;
        }
    }

    /// <summary>Takes every chunk that ends in the block; returns how many bytes at its end begin the next one.</summary>
    private int Cut(Block block, int carried)
    {
        int start = Room - carried;
        int at = Room;
        int end = Room + block.Length;
        while (at < end)
        {
            at += _chunker.Take(block.Bytes.AsSpan(at, end - at), out bool isCut);
            if (isCut)
            {
                _cuts.Add((start, at - start));
                start = at;
            }
        }

        foreach ((int from, int length) in _cuts)
        {
            Take(block.Bytes.AsSpan(from, length));
        }

        _cuts.Clear();
        return end - start;
    }

    private void Take(ReadOnlySpan<byte> chunk)
    {
        Digest id = Digest.Of(chunk);
        Store(id, chunk);
        if (_recipe.Add(id, chunk.Length) is { } node)
        {
            TakeNode(node);
        }
    }

    private void TakeNode(byte[] node) => Store(Digest.Of(node), node);

    private void Store(Digest id, ReadOnlySpan<byte> bytes)
    {
        if (packs.Contains(id))
        {
            return;
        }

        if (catalog.FindSame(id, bytes) is { } there)
        {
            _relied.Add(there);
            return;
        }

        packs.Add(PackEntryFlags.Part, id, bytes);
    }

    private void Release(Block? block)
    {
        if (block is not null && Interlocked.Decrement(ref block.Holders) == 0)
        {
            _free.Writer.TryWrite(block);
        }
    }

    private sealed class Block(byte[] bytes)
    {
        public int Holders;

        public byte[] Bytes { get; } = bytes;

        public int Length { get; set; }
    }
}
