using System.Buffers;
using System.Globalization;

namespace Lifecycle.Storage.Local;

/// <content>What lies in packs.</content>
public sealed partial class LocalBlobStore
{
    /// <summary>How often a reader whose pack went away looks for the new one.</summary>
    internal const int Attempts = 3;

    /// <summary>Whether a pack holds the bytes or the recipe of a digest.</summary>
    internal bool IsInPacks(Digest digest) => Packs.TryFind(digest, out PackSpot spot) && (spot.Entry.Kind == PackEntryKind.Bytes || FindInPacks(digest) is not null);

    /// <summary>Whether a sound recipe of exactly this content is in a pack.</summary>
    internal bool HasRecipe(Digest digest, ChunkRecipe recipe) =>
        ReadRecipe(digest)?.Recipe is { } there && there.Length == recipe.Length && there.Nodes.SequenceEqual(recipe.Nodes);

    /// <summary>Whether packs hold a blob of this length every byte of which is good.</summary>
    internal async ValueTask<bool> IsSoundInPacksAsync(Digest digest, long length, CancellationToken cancellationToken)
    {
        if (FindInPacks(digest) != length)
        {
            return false;
        }

        try
        {
            Stream? content = OpenPacked(digest, null, evenIfLoose: true);
            if (content is null)
            {
                return false;
            }

            await using (content.ConfigureAwait(false))
            {
                await content.CopyToAsync(Stream.Null, BlockSums.BlockSize, cancellationToken).ConfigureAwait(false);
                return true;
            }
        }
        catch (BlobCorruptedException)
        {
            return false;
        }
    }

    /// <summary>The sound recipe of a digest and where it lies; null when no pack has one.</summary>
    internal (ChunkRecipe Recipe, PackSpot Spot)? ReadRecipe(Digest digest)
    {
        foreach (PackSpot spot in Packs.FindAll(digest))
        {
            if (spot.Entry.Kind == PackEntryKind.Recipe && ReadRecipe(spot) is { } recipe)
            {
                return (recipe, spot);
            }
        }

        return null;
    }

    /// <summary>The recipe of an entry; null when it is damaged or its pack is gone.</summary>
    internal static ChunkRecipe? ReadRecipe(in PackSpot spot)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(PackFormat.EntryHeaderSize + (int)spot.Entry.Stored);
        try
        {
            return spot.Pack.Read(spot.Entry, buffer) == PackRead.Good ? ChunkRecipe.Parse(buffer.AsSpan(PackFormat.EntryHeaderSize, (int)spot.Entry.Stored)) : null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>
    /// Reads bytes that a blob needs, from whichever copy of them is good, into the buffer behind <see cref="PackFormat.EntryHeaderSize"/> bytes.
    /// </summary>
    /// <param name="blob">The blob that is read; named when no copy is good.</param>
    /// <param name="id">Digest of the bytes.</param>
    /// <param name="recipe">Where the recipe that needs them lies.</param>
    /// <param name="buffer">Room for the header and the longest part.</param>
    /// <param name="verify">Whether the bytes are hashed.</param>
    /// <returns>How many bytes.</returns>
    internal int ReadPart(Digest blob, Digest id, in PackSpot recipe, byte[] buffer, bool verify)
    {
        PackSpot? damaged = null;
        for (int attempt = 0; attempt <= Attempts; attempt++)
        {
            bool gone = false;
            foreach (PackSpot spot in Packs.FindAll(id))
            {
                if (spot.Entry.Kind != PackEntryKind.Bytes || spot.Entry.Stored > buffer.Length - PackFormat.EntryHeaderSize)
                {
                    continue;
                }

                switch (spot.Pack.Read(spot.Entry, buffer, verify))
                {
                    case PackRead.Good:
                        return (int)spot.Entry.Stored;
                    case PackRead.Gone:
                        gone = true;
                        break;
                    default:
                        damaged = spot;
                        break;
                }
            }

            if (!Packs.Refresh() && !gone)
            {
                break;
            }
        }

        return ReadLoosePart(id, buffer) ?? throw (damaged is { } bad
            ? Corrupted(blob, _folder.Relative(bad.Pack.Path), bad.Entry.Offset, null)
            : LacksPart(blob, id, recipe));
    }

    /// <summary>Length of a blob that packs hold; null when they do not, or only a recipe that is no longer as it was written.</summary>
    private long? FindInPacks(Digest digest)
    {
        if (!Packs.TryFind(digest, out PackSpot spot))
        {
            return null;
        }

        return spot.Entry.Kind == PackEntryKind.Bytes ? spot.Entry.Raw : ReadRecipe(digest)?.Recipe.Length;
    }

    /// <summary>The blobs whose digest begins with this byte, in order, each once.</summary>
    private IEnumerable<StoredBlob> ListShelf(int shelf)
    {
        string prefix = shelf.ToString("x2", CultureInfo.InvariantCulture);
        Dictionary<Digest, StoredBlob> blobs = [];
        foreach (PackSpot spot in Packs.OfFirstByte(shelf))
        {
            if (blobs.TryGetValue(spot.Entry.Id, out StoredBlob known) && !known.IsPart)
            {
                continue;
            }

            if ((spot.Entry.Kind == PackEntryKind.Bytes ? spot.Entry.Raw : FindInPacks(spot.Entry.Id)) is { } length)
            {
                blobs[spot.Entry.Id] = new StoredBlob(spot.Entry.Id, length, IsNew: false) { IsPart = spot.Entry.IsPart };
            }
        }

        foreach (FileInfo file in Shelf(prefix))
        {
            Digest digest = Digest.Parse(prefix + file.Name);
            blobs[digest] = new StoredBlob(digest, blobs.TryGetValue(digest, out StoredBlob packed) ? packed.Length : file.Length, IsNew: false);
        }

        return blobs.Values.OrderBy(b => b.Digest);
    }

    /// <summary>
    /// A stream over a blob in packs; null when they hold none. A chunked blob that is loose as well is read from its file: it is the faster way, and the
    /// file was made because the chunks were found wanting, or because somebody wants a file.
    /// </summary>
    private Stream? OpenPacked(Digest digest, BlobOpenOptions? options, bool evenIfLoose = false)
    {
        bool verify = options?.Verify ?? true;
        BlobCorruptedException? damaged = null;
        for (int attempt = 0; attempt <= Attempts; attempt++)
        {
            bool gone = false;
            foreach (PackSpot spot in Packs.FindAll(digest))
            {
                if (spot.Entry.Kind == PackEntryKind.Recipe && !evenIfLoose && File.Exists(_folder.FileOf(digest)))
                {
                    continue;
                }

                byte[] bytes = new byte[PackFormat.EntryHeaderSize + (int)spot.Entry.Stored];
                PackRead read = spot.Pack.Read(spot.Entry, bytes, verify);
                gone |= read == PackRead.Gone;
                if (read == PackRead.Good && Content(digest, spot, bytes, options) is { } content)
                {
                    return content;
                }

                damaged ??= read == PackRead.Gone ? null : Corrupted(digest, _folder.Relative(spot.Pack.Path), spot.Entry.Offset, null);
            }

            if (!gone || !Packs.Refresh())
            {
                break;
            }
        }

        return damaged is null || (!evenIfLoose && File.Exists(_folder.FileOf(digest))) ? null : throw damaged;
    }

    private Stream? Content(Digest digest, in PackSpot spot, byte[] bytes, BlobOpenOptions? options)
    {
        if (spot.Entry.Kind == PackEntryKind.Bytes)
        {
            (long start, long count) = Cut(options?.Range, spot.Entry.Raw);
            return new MemoryStream(bytes, PackFormat.EntryHeaderSize + (int)start, (int)count, writable: false);
        }

        if (ChunkRecipe.Parse(bytes.AsSpan(PackFormat.EntryHeaderSize)) is not { } recipe)
        {
            return null;
        }

        (long from, long length) = Cut(options?.Range, recipe.Length);
        return new ChunkedReadStream(this, digest, recipe, spot, from, length, options?.Verify ?? true);
    }

    private int? ReadLoosePart(Digest id, byte[] buffer)
    {
        if (FindLoose(id) is not { } length || length > buffer.Length - PackFormat.EntryHeaderSize)
        {
            return null;
        }

        try
        {
            using FileStream file = new(_folder.FileOf(id), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            int read = file.ReadAtLeast(buffer.AsSpan(PackFormat.EntryHeaderSize, (int)length), (int)length, throwOnEndOfStream: false);
            StorageTelemetry.ReadBytes.Add(read);
            return read == length && Digest.Of(buffer.AsSpan(PackFormat.EntryHeaderSize, read)) == id ? read : null;
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            return null;
        }
    }

    /// <summary>The error of a recipe that is as it was written and cannot be true.</summary>
    internal BlobCorruptedException CorruptRecipe(Digest blob, in PackSpot recipe, string what)
    {
        StorageTelemetry.Corrupted.Add(1);
        string file = _folder.Relative(recipe.Pack.Path);
        return new BlobCorruptedException(blob, file, recipe.Entry.Offset, null,
            $"The blob {blob} is damaged: by its recipe in '{file}' {what}. Restore it from a copy with RepairAsync; no byte of it was handed out as good.");
    }

    private BlobCorruptedException LacksPart(Digest blob, Digest id, in PackSpot recipe) => CorruptRecipe(blob, recipe, $"it needs the part {id}, which nobody holds");

    /// <summary>Writes every pack anew that has an entry of this blob; returns whether there was one.</summary>
    private async ValueTask<bool> DeleteFromPacksAsync(Digest digest, CancellationToken cancellationToken)
    {
        if (!Packs.FindAll(digest).Any(s => !s.Entry.IsPart))
        {
            return false;
        }

        using SweepLock sweep = await SweepLock.TakeExclusiveAsync(_folder.Path, cancellationToken).ConfigureAwait(false);
        Packs.Refresh();
        foreach (PackReader pack in Packs.FindAll(digest).Where(s => !s.Entry.IsPart).Select(s => s.Pack).Distinct().ToArray())
        {
            await PackCopy.WithoutAsync(_folder, Packs, pack, entry => entry.Id == digest && !entry.IsPart, _time, cancellationToken).ConfigureAwait(false);
        }

        return true;
    }
}
