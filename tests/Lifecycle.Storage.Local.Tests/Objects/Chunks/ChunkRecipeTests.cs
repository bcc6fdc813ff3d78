using System.Buffers.Binary;

namespace Lifecycle.Storage.Local.Tests;

public sealed class ChunkRecipeTests
{
    private static readonly byte[] Data = Sequences.Hashes(8 << 20);

    [Fact]
    public void Recipe_HasTheBytesOfTheFormat()
    {
        (List<byte[]> nodes, ChunkRecipe recipe) = Build(ContentChunkerTests.Chunks(Data));
        byte[] bytes = recipe.ToBytes();
        Assert.Equal(8 << 20, recipe.Length);
        Assert.Equal(16 + (40 * nodes.Count) + 32, bytes.Length);
        Assert.Equal(8 << 20, BinaryPrimitives.ReadInt64LittleEndian(bytes));
        Assert.Equal(nodes.Count, BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(8)));
        Assert.Equal(0, BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(12)));
        Assert.Equal(nodes.Select(n => Digest.Of(n)), recipe.Nodes.Select(n => n.Id));
        Assert.Equal(Digest.Of(bytes.AsSpan(0, bytes.Length - 32)), new Digest(bytes.AsSpan(bytes.Length - 32)));
        Assert.Equal(111 * 36, nodes.Sum(n => n.Length));
        Assert.Equal("9e960b28cf6aecc85c5a6a830ad00f3bc2bff3bb85547f234d824fcc7ae549f9", Digest.Of(bytes).Hex);
    }

    [Fact]
    public void Recipe_AndNodes_AreReadBack()
    {
        Chunk[] chunks = [.. ContentChunkerTests.Chunks(Data)];
        (List<byte[]> nodes, ChunkRecipe recipe) = Build(chunks);
        ChunkRecipe read = ChunkRecipe.Parse(recipe.ToBytes())!;
        Assert.Equal(recipe.Nodes, read.Nodes);
        Assert.Equal(recipe.Length, read.Length);
        Assert.Equal(chunks, nodes.Zip(read.Nodes, (bytes, node) => ChunkNode.Parse(bytes, node.Length)!).SelectMany(c => c));
        Assert.Empty(ChunkRecipe.Parse(new ChunkRecipe([]).ToBytes())!.Nodes);
    }

    [Fact]
    public void Node_EndsAfterAnIdThatEndsInFF_OrAt1024()
    {
        byte[] id = new byte[32];
        Digest plain = new(id);
        id[31] = 0xFF;
        Digest end = new(id);
        RecipeBuilder builder = new();
        Assert.Null(builder.Add(plain, 1));
        Assert.Equal(2 * 36, builder.Add(end, 2)!.Length);
        for (int i = 1; i < 1024; i++)
        {
            Assert.Null(builder.Add(plain, 1));
        }

        Assert.Equal(1024 * 36, builder.Add(plain, 1)!.Length);
        builder.Add(plain, 7);
        (byte[]? last, ChunkRecipe recipe) = builder.Finish();
        Assert.Equal(36, last!.Length);
        Assert.Equal([3, 1024, 7], recipe.Nodes.Select(n => n.Length));
    }

    [Fact]
    public void AnAppend_KeepsAllNodesButTheLast()
    {
        Chunk[] chunks = [.. Enumerable.Range(0, 5000).Select(i => new Chunk(Digest.Of(BitConverter.GetBytes(i)), 1000))];
        RecipeNode[] before = [.. Build(chunks[..4900]).Recipe.Nodes];
        RecipeNode[] after = [.. Build(chunks).Recipe.Nodes];
        Assert.True(before.Length > 10);
        Assert.Equal(before[..^1], after[..(before.Length - 1)]);
    }

    [Fact]
    public void EveryFlippedBit_AndEveryCut_OfARecipe_IsRefused()
    {
        byte[] bytes = Build(ContentChunkerTests.Chunks(Data)).Recipe.ToBytes();
        for (int bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(ChunkRecipe.Parse(bytes));
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.Null(ChunkRecipe.Parse(bytes.AsSpan(0, length)));
        }
    }

    [Theory]
    [InlineData(1L << 60)]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    [InlineData((1024L * 256 * 1024) + 1)]
    public void ARecipe_ThatLiesAboutItsSize_IsRefused(long covered)
    {
        RecipeNode[] nodes = [new(Digest.Of([1]), covered)];
        Assert.Null(ChunkRecipe.Parse(new ChunkRecipe(nodes).ToBytes()));
    }

    [Fact]
    public void ANode_WhoseLengthsDoNotAddUp_IsRefused()
    {
        byte[] bytes = ChunkNode.ToBytes([new(Digest.Of([1]), 10), new(Digest.Of([2]), 20)]);
        Assert.Equal(2, ChunkNode.Parse(bytes, 30)!.Length);
        Assert.Null(ChunkNode.Parse(bytes, 31));
        Assert.Null(ChunkNode.Parse(bytes.AsSpan(1), 30));
        Assert.Null(ChunkNode.Parse([], 0));
        Assert.Null(ChunkNode.Parse(ChunkNode.ToBytes([new(Digest.Of([1]), 0)]), 0));
        Assert.Null(ChunkNode.Parse(ChunkNode.ToBytes([new(Digest.Of([1]), -5), new(Digest.Of([1]), 15)]), 10));
        Assert.Null(ChunkNode.Parse(ChunkNode.ToBytes([new(Digest.Of([1]), ContentChunker.Maximum + 1)]), ContentChunker.Maximum + 1));
        Assert.Null(ChunkNode.Parse(ChunkNode.ToBytes([.. Enumerable.Repeat(new Chunk(Digest.Of([1]), 1), 1025)]), 1025));
    }

    private static (List<byte[]> Nodes, ChunkRecipe Recipe) Build(IEnumerable<Chunk> chunks)
    {
        RecipeBuilder builder = new();
        List<byte[]> nodes = [];
        foreach (Chunk chunk in chunks)
        {
            if (builder.Add(chunk.Id, chunk.Length) is { } node)
            {
                nodes.Add(node);
            }
        }

        (byte[]? last, ChunkRecipe recipe) = builder.Finish();
        return (last is null ? nodes : [.. nodes, last], recipe);
    }
}
