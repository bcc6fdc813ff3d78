namespace Lifecycle.Storage.Local;

/// <summary>Collects the chunks of a blob in order and says when a node of its recipe is done.</summary>
internal sealed class RecipeBuilder
{
    private readonly List<RecipeNode> _nodes = [];
    private readonly List<Chunk> _chunks = [];

    /// <summary>Adds the next chunk. Returns the bytes of the node that ends with it, which must be stored under their digest; null when it goes on.</summary>
    public byte[]? Add(Digest id, int length)
    {
        _chunks.Add(new Chunk(id, length));
        return ChunkNode.EndsWith(id, _chunks.Count) ? Close() : null;
    }

    /// <summary>Ends the blob: the bytes of the last node, or null when there is none open, and the recipe.</summary>
    /// <exception cref="LifecycleStorageException">The blob has more nodes than a recipe holds.</exception>
    public (byte[]? LastNode, ChunkRecipe Recipe) Finish()
    {
        byte[]? last = _chunks.Count > 0 ? Close() : null;
        return _nodes.Count <= ChunkRecipe.MaximumNodes
            ? (last, new ChunkRecipe(_nodes))
            : throw new LifecycleStorageException("objects", "put", "",
                $"The blob has {_nodes.Count} groups of chunks and a recipe holds {ChunkRecipe.MaximumNodes}. Put it outside a batch or with BlobLayout.Whole.");
    }

    private byte[] Close()
    {
        byte[] node = ChunkNode.ToBytes(_chunks);
        _nodes.Add(new RecipeNode(Digest.Of(node), _chunks.Sum(c => (long)c.Length)));
        _chunks.Clear();
        return node;
    }
}
