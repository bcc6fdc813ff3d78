using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Lifecycle.Storage.Local;

/// <summary>A group of chunks in a recipe.</summary>
/// <param name="Id">Digest of the node's bytes.</param>
/// <param name="Length">Bytes of the blob that its chunks cover.</param>
internal readonly record struct RecipeNode(Digest Id, long Length);

/// <summary>
/// How a chunked blob is put together. Bytes: u64 length, u32 nodes, u32 0, per node {32 bytes id, u64 bytes covered}, SHA-256 of all that; little endian.
/// Two levels, so that an append writes one node and the root anew, not a line for every chunk.
/// </summary>
internal sealed class ChunkRecipe
{
    public const int MaximumNodes = 1 << 20;

    private const int HeaderSize = 16;
    private const int NodeSize = Digest.Size + sizeof(long);

    /// <summary>Makes a recipe; the length is the sum of the nodes.</summary>
    public ChunkRecipe(IReadOnlyList<RecipeNode> nodes)
    {
        Nodes = nodes;
        Length = nodes.Sum(n => n.Length);
    }

    /// <summary>Bytes of the blob.</summary>
    public long Length { get; }

    /// <summary>The nodes in the order of the bytes they cover.</summary>
    public IReadOnlyList<RecipeNode> Nodes { get; }

    public byte[] ToBytes()
    {
        byte[] bytes = new byte[HeaderSize + (Nodes.Count * NodeSize) + Digest.Size];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), Nodes.Count);
        Span<byte> at = bytes.AsSpan(HeaderSize);
        foreach (RecipeNode node in Nodes)
        {
            node.Id.CopyTo(at);
            BinaryPrimitives.WriteInt64LittleEndian(at[Digest.Size..], node.Length);
            at = at[NodeSize..];
        }

        SHA256.HashData(bytes.AsSpan(0, bytes.Length - Digest.Size), at);
        return bytes;
    }

    /// <summary>
    /// The recipe in these bytes, or null when any bit is not as it was written or the lengths cannot be true: they add up to the whole, and a node covers
    /// at least one byte and at most its number of chunks can. So nothing has to be read to know that a recipe lies about its size.
    /// </summary>
    public static ChunkRecipe? Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderSize + Digest.Size)
        {
            return null;
        }

        long length = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        uint count = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        if (count > MaximumNodes || BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]) != 0 || bytes.Length != HeaderSize + ((long)count * NodeSize) + Digest.Size)
        {
            return null;
        }

        Span<byte> hash = stackalloc byte[Digest.Size];
        SHA256.HashData(bytes[..^Digest.Size], hash);
        if (!hash.SequenceEqual(bytes[^Digest.Size..]))
        {
            return null;
        }

        RecipeNode[] nodes = new RecipeNode[count];
        long sum = 0;
        for (int i = 0; i < nodes.Length; i++)
        {
            ReadOnlySpan<byte> at = bytes.Slice(HeaderSize + (i * NodeSize), NodeSize);
            long covered = BinaryPrimitives.ReadInt64LittleEndian(at[Digest.Size..]);
            if (covered is < 1 or > ChunkNode.MaximumLength)
            {
                return null;
            }

            sum += covered;
            nodes[i] = new RecipeNode(new Digest(at[..Digest.Size]), covered);
        }

        return sum == length ? new ChunkRecipe(nodes) : null;
    }
}
