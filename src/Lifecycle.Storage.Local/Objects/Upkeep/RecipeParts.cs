using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Storage.Local;

/// <summary>A node or a chunk of a chunked blob.</summary>
/// <param name="Id">Its digest.</param>
/// <param name="Offset">Where it begins in the blob.</param>
/// <param name="Length">Bytes of the blob that it covers.</param>
/// <param name="IsNode">Whether it is a group of chunks.</param>
internal readonly record struct BlobPart(Digest Id, long Offset, long Length, bool IsNode);

/// <summary>Reads what a chunked blob is put together from, every byte checked.</summary>
internal sealed class RecipeParts(ObjectFolder folder, PackCatalog packs)
{
    /// <summary>Whether a digest is that of a chunked blob; the first entry that says so.</summary>
    public bool TryFind(Digest blob, out PackSpot recipe)
    {
        foreach (PackSpot spot in packs.FindAll(blob))
        {
            if (spot.Entry.Kind == PackEntryKind.Recipe)
            {
                recipe = spot;
                return true;
            }
        }

        recipe = default;
        return false;
    }

    /// <summary>Names every node and chunk of a chunked blob.</summary>
    /// <param name="spot">An entry with its recipe.</param>
    /// <param name="part">Told of each part.</param>
    /// <returns>Null when all parts were named, else why not: the others were named all the same.</returns>
    public string? Visit(PackSpot spot, Action<BlobPart> part)
    {
        if (Recipe(spot) is not { } recipe)
        {
            return $"the recipe of {spot.Entry.Id} in '{folder.Relative(spot.Pack.Path)}' is damaged";
        }

        string? problem = null;
        long offset = 0;
        foreach (RecipeNode node in recipe.Nodes)
        {
            part(new BlobPart(node.Id, offset, node.Length, IsNode: true));
            if (Bytes(node.Id) is { } bytes && ChunkNode.Parse(bytes, node.Length) is { } chunks)
            {
                long at = offset;
                foreach (Chunk chunk in chunks)
                {
                    part(new BlobPart(chunk.Id, at, chunk.Length, IsNode: false));
                    at += chunk.Length;
                }
            }
            else
            {
                problem ??= $"the part {node.Id} of {spot.Entry.Id} is missing or damaged";
            }

            offset += node.Length;
        }

        return problem;
    }

    /// <summary>The recipe in an entry; null when any bit of it is not as it was written, or its pack is gone.</summary>
    public static ChunkRecipe? Recipe(PackSpot spot)
    {
        byte[] buffer = new byte[PackFormat.EntryHeaderSize + (int)spot.Entry.Stored];
        return spot.Pack.Read(spot.Entry, buffer) == PackRead.Good ? ChunkRecipe.Parse(buffer.AsSpan(PackFormat.EntryHeaderSize)) : null;
    }

    /// <summary>Bytes of at most 1 MiB from wherever a sound copy of them lies; null when there is none.</summary>
    public byte[]? Bytes(Digest id)
    {
        foreach (PackSpot spot in packs.FindAll(id))
        {
            if (spot.Entry.Kind != PackEntryKind.Bytes)
            {
                continue;
            }

            byte[] buffer = new byte[PackFormat.EntryHeaderSize + (int)spot.Entry.Stored];
            if (spot.Pack.Read(spot.Entry, buffer) == PackRead.Good)
            {
                return buffer[PackFormat.EntryHeaderSize..];
            }
        }

        return LooseBytes(id);
    }

    private byte[]? LooseBytes(Digest id)
    {
        try
        {
            using SafeFileHandle file = File.OpenHandle(folder.FileOf(id), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            long length = RandomAccess.GetLength(file);
            if (length > PackFormat.MaximumBytes)
            {
                return null;
            }

            byte[] bytes = new byte[length];
            return RandomAccess.Read(file, bytes, 0) == length && Digest.Of(bytes) == id ? bytes : null;
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            return null;
        }
    }
}
