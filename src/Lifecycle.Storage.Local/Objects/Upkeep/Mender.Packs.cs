using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Storage.Local;

/// <content>Packs: what is sound in a damaged one is written into a new one, the rest is fetched, then the damaged one leaves.</content>
internal sealed partial class Mender
{
    private async ValueTask MendPacksAsync(IEnumerable<Digest> missing, CancellationToken cancellationToken)
    {
        PackReader[] bad = [.. _scrubber.Findings.Select(f => f.Pack).OfType<PackReader>().Distinct()];
        HashSet<string> badPaths = [.. bad.Select(p => p.Path)];
        foreach (PackReader pack in bad)
        {
            cancellationToken.ThrowIfCancellationRequested();
            CopyEntries(pack);
            Salvage(pack, PackEntryKind.Bytes);
        }

        Publish();
        foreach (PackReader pack in bad)
        {
            Salvage(pack, PackEntryKind.Recipe);
        }

        Publish();
        Digest[] lost = [.. _damage.Broken.Concat(missing).Distinct().Order()];
        foreach (Digest wanted in lost)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!IsHere(wanted, badPaths))
            {
                await RestoreAsync(wanted, badPaths, cancellationToken).ConfigureAwait(false);
            }
        }

        Publish();
        Leave(bad, badPaths, lost);
    }

    private void Publish()
    {
        _rewriter.Finish();
        _scrubber.Packs.Refresh();
    }

    private void CopyEntries(PackReader pack)
    {
        foreach (PackEntry entry in pack.Entries())
        {
            if (_rewriter.TryCopy(pack, entry))
            {
                _added.Add(entry.Id);
            }
        }
    }

    /// <summary>Takes what is whole out of a file that is no pack any more.</summary>
    private void Salvage(PackReader pack, PackEntryKind kind)
    {
        if (pack.Table is not null || Open(pack.Path) is not { } file)
        {
            return;
        }

        using (file)
        {
            foreach (PackEntry entry in PackSalvage.Entries(pack.Path).Select(e => e.Entry).Where(e => e.Kind == kind && !_added.Contains(e.Id)))
            {
                if (PackSalvage.Payload(file, entry) is { } payload && (kind == PackEntryKind.Bytes || IsRecipeOf(entry.Id, payload)))
                {
                    _rewriter.Add(kind, entry.Flags, entry.Id, payload, _time.GetUtcNow());
                    _added.Add(entry.Id);
                }
            }
        }
    }

    /// <summary>Nothing says any more which blob a recipe without an index belongs to, so it is put together and hashed.</summary>
    private bool IsRecipeOf(Digest blob, byte[] payload)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (RecipeNode node in ChunkRecipe.Parse(payload)!.Nodes)
        {
            if (_parts.Bytes(node.Id) is not { } bytes || ChunkNode.Parse(bytes, node.Length) is not { } chunks)
            {
                return false;
            }

            foreach (Chunk chunk in chunks)
            {
                if (_parts.Bytes(chunk.Id) is not { } content)
                {
                    return false;
                }

                hash.AppendData(content);
            }
        }

        return new Digest(hash.GetHashAndReset()) == blob;
    }

    private bool IsHere(Digest digest, HashSet<string> badPaths) =>
        _added.Contains(digest) || _restored.Contains(digest) || _damage.HasSoundCopy(digest)
        || _scrubber.Packs.FindAll(digest).Any(s => !badPaths.Contains(s.Pack.Path));

    private async ValueTask RestoreAsync(Digest wanted, HashSet<string> badPaths, CancellationToken cancellationToken)
    {
        long? length = await _from.FindAsync(wanted, cancellationToken).ConfigureAwait(false);
        if (length >= PackFormat.MaximumBytes)
        {
            await RebuildAsync(wanted, badPaths, cancellationToken).ConfigureAwait(false);
            return;
        }

        byte[]? bytes = null;
        if (length is { } short_ && await OpenAsync(wanted, cancellationToken).ConfigureAwait(false) is { } content)
        {
            await using (content.ConfigureAwait(false))
            {
                bytes = await ReadAsync(content, short_, cancellationToken).ConfigureAwait(false);
            }
        }

        bytes ??= await PartAsync(wanted, cancellationToken).ConfigureAwait(false);
        if (bytes is not null && Digest.Of(bytes) == wanted)
        {
            bool isPart = _scrubber.MissingParts.Contains(wanted) || _damage.BlobsOf(wanted).Count > 0;
            Add(PackEntryKind.Bytes, isPart ? PackEntryFlags.Part : PackEntryFlags.None, wanted, bytes);
            return;
        }

        // A node is in no store that lays the blob out in another way; it comes out of the blob when that is cut again.
        foreach (Digest blob in _damage.BlobsOf(wanted).Where(_ => !_added.Contains(wanted)))
        {
            await RebuildAsync(blob, badPaths, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Cuts a blob of the other store again and adds every piece of it that is not here.</summary>
    private async ValueTask RebuildAsync(Digest blob, HashSet<string> badPaths, CancellationToken cancellationToken)
    {
        if (await OpenAsync(blob, cancellationToken).ConfigureAwait(false) is not { } content)
        {
            return;
        }

        await using (content.ConfigureAwait(false))
        {
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            RecipeBuilder recipe = new();
            byte[] buffer = new byte[4 * ContentChunker.Maximum];
            int filled = 0;
            try
            {
                while (true)
                {
                    filled += await content.ReadAtLeastAsync(buffer.AsMemory(filled), buffer.Length - filled, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                    if (filled == 0)
                    {
                        break;
                    }

                    bool isEnd = filled < buffer.Length;
                    int at = 0;
                    while (at < filled && (isEnd || filled - at >= ContentChunker.Maximum))
                    {
                        int cut = ContentChunker.FirstCut(buffer.AsSpan(at, filled - at));
                        Take(buffer.AsSpan(at, cut));
                        at += cut;
                    }

                    buffer.AsSpan(at, filled - at).CopyTo(buffer);
                    filled -= at;
                }
            }
            catch (BlobCorruptedException)
            {
                return; // damaged there, too
            }

            (byte[]? last, ChunkRecipe whole) = recipe.Finish();
            AddNode(last);
            if (new Digest(hash.GetHashAndReset()) == blob && !IsHere(blob, badPaths))
            {
                Add(PackEntryKind.Recipe, PackEntryFlags.None, blob, whole.ToBytes());
            }

            void Take(ReadOnlySpan<byte> chunk)
            {
                hash.AppendData(chunk);
                Digest id = Digest.Of(chunk);
                if (!IsHere(id, badPaths))
                {
                    Add(PackEntryKind.Bytes, PackEntryFlags.Part, id, chunk);
                }

                AddNode(recipe.Add(id, chunk.Length));
            }

            void AddNode(byte[]? node)
            {
                if (node is not null && Digest.Of(node) is var id && !IsHere(id, badPaths))
                {
                    Add(PackEntryKind.Bytes, PackEntryFlags.Part, id, node);
                }
            }
        }
    }

    private void Add(PackEntryKind kind, PackEntryFlags flags, Digest id, ReadOnlySpan<byte> payload)
    {
        _rewriter.Add(kind, flags, id, payload, _time.GetUtcNow());
        _added.Add(id);
        Count(id);
    }

    /// <summary>A damaged pack goes when every digest it is known to have held is somewhere else; else it stays for a store that has more.</summary>
    private void Leave(PackReader[] bad, HashSet<string> badPaths, Digest[] lost)
    {
        foreach (PackReader pack in bad)
        {
            bool stays = pack.Table is not null
                ? pack.Entries().Any(e => !IsHere(e.Id, badPaths))
                : lost.Any(d => !IsHere(d, badPaths));
            if (!stays)
            {
                string litter = AtomicFile.TemporaryName(_folder.Packs);
                _folder.Disk.Rename(pack.Path, litter, replace: false);
                _folder.Disk.Delete(litter);
                _folder.Disk.FlushFolder(_folder.Packs);
                _rebuilt.Add(_folder.Relative(pack.Path));
            }
        }

        _scrubber.Packs.Refresh();
    }
}
