using System.Buffers.Binary;

namespace Lifecycle.Storage.Local;

/// <summary>A chunk of a blob.</summary>
/// <param name="Id">Digest of its bytes.</param>
/// <param name="Length">Its bytes, 1 to <see cref="ContentChunker.Maximum"/>.</param>
internal readonly record struct Chunk(Digest Id, int Length);

/// <summary>The bytes of a node of a recipe: per chunk {32 bytes id, u32 length}, little endian.</summary>
internal static class ChunkNode
{
    public const int MaximumChunks = 1024;
    public const int EntrySize = Digest.Size + sizeof(int);
    public const long MaximumLength = (long)MaximumChunks * ContentChunker.Maximum;

    /// <summary>Whether a node ends with this chunk, its <paramref name="count"/>-th: by its content, or because the node is full.</summary>
    public static bool EndsWith(Digest chunk, int count)
    {
        Span<byte> id = stackalloc byte[Digest.Size];
        chunk.CopyTo(id);
        return count >= MaximumChunks || id[^1] == 0xFF;
    }

    public static byte[] ToBytes(IReadOnlyList<Chunk> chunks)
    {
        byte[] bytes = new byte[chunks.Count * EntrySize];
        Span<byte> at = bytes;
        foreach (Chunk chunk in chunks)
        {
            chunk.Id.CopyTo(at);
            BinaryPrimitives.WriteInt32LittleEndian(at[Digest.Size..], chunk.Length);
            at = at[EntrySize..];
        }

        return bytes;
    }

    /// <summary>The chunks in these bytes, or null when they cannot be a node that covers <paramref name="length"/> bytes.</summary>
    public static Chunk[]? Parse(ReadOnlySpan<byte> bytes, long length)
    {
        if (bytes.Length == 0 || bytes.Length % EntrySize != 0 || bytes.Length / EntrySize > MaximumChunks)
        {
            return null;
        }

        Chunk[] chunks = new Chunk[bytes.Length / EntrySize];
        long sum = 0;
        for (int i = 0; i < chunks.Length; i++)
        {
            ReadOnlySpan<byte> at = bytes.Slice(i * EntrySize, EntrySize);
            int covered = BinaryPrimitives.ReadInt32LittleEndian(at[Digest.Size..]);
            if (covered is < 1 or > ContentChunker.Maximum)
            {
                return null;
            }

            sum += covered;
            chunks[i] = new Chunk(new Digest(at[..Digest.Size]), covered);
        }

        return sum == length ? chunks : null;
    }
}
