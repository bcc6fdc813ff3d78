namespace Lifecycle.Storage.Local;

/// <content>Packs, their indexes, and what recipes refer to.</content>
internal sealed partial class Scrubber
{
    private readonly HashSet<PackReader> _scrubbed = [];
    private byte[] _buffer = new byte[PackFormat.EntryHeaderSize + PackFormat.MaximumBytes];

    private async ValueTask ScrubPacksAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(folder.Packs))
        {
            return;
        }

        foreach (FileSystemInfo entry in Entries(folder.Packs))
        {
            if (entry is FileInfo && PackFormat.IsName(entry.Name, PackFormat.IndexSuffix))
            {
                if (MergedIndex.Open(entry.FullName) is { } index)
                {
                    index.Table.Dispose();
                }
                else if (File.Exists(entry.FullName))
                {
                    Add(FindingKind.Index, entry.FullName, null, null, "is damaged and not used; packs are looked up one by one. Call RepairAsync or delete the file.");
                }
            }
            else if (entry is not FileInfo || !PackFormat.IsName(entry.Name))
            {
                Stray(entry, "has no name of a pack");
            }
        }

        await ScrubNewPacksAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Packs that were not looked at; what a collection moves meanwhile is followed into the packs it writes.</summary>
    private async ValueTask ScrubNewPacksAsync(CancellationToken cancellationToken)
    {
        do
        {
            foreach (PackReader pack in Packs.Packs.Where(_scrubbed.Add))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (pack.Table is not null)
                {
                    await ScrubPackAsync(pack, cancellationToken).ConfigureAwait(false);
                }
                else if (pack.Problem is { } problem)
                {
                    StorageTelemetry.Corrupted.Add(1);
                    Add(FindingKind.Pack, pack.Path, null, null, $"{problem}; nothing in it can be used. Restore it from a copy: RepairAsync(from).");
                    Findings[^1] = Findings[^1] with { Pack = pack, Digests = PackSalvage.Digests(pack.Path) };
                }
            }
        }
        while (Packs.Refresh());
    }

    private async ValueTask ScrubPackAsync(PackReader pack, CancellationToken cancellationToken)
    {
        long at = PackFormat.HeaderSize;
        foreach (PackEntry entry in pack.Entries().OrderBy(e => e.Offset))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (entry.Offset != at)
            {
                Add(FindingKind.Pack, pack.Path, null, null, $"has bytes at offset {at} that belong to no entry. Restore it from a copy: RepairAsync(from).");
                Findings[^1] = Findings[^1] with { Pack = pack };
            }

            at = entry.End;
            if (!IsChosen(entry.Id))
            {
                continue;
            }

            PackRead read = Read(pack, entry);
            if (read == PackRead.Gone)
            {
                return; // rewritten by a collection
            }

            Blobs++;
            Bytes += entry.Stored;
            if (read != PackRead.Good)
            {
                StorageTelemetry.Corrupted.Add(1);
                Digest actual = read == PackRead.Damaged && entry.Kind == PackEntryKind.Bytes ? Digest.Of(_buffer.AsSpan(PackFormat.EntryHeaderSize, (int)entry.Stored)) : default;
                Add(FindingKind.Entry, pack.Path, entry.Id, actual.IsEmpty || actual == entry.Id ? null : actual,
                    (read == PackRead.Unreadable ? $"cannot be read at offset {entry.Offset}, where {entry.Id} lies. " : $"holds bytes at offset {entry.Offset} that are not those of {entry.Id}. ")
                    + "Restore them from a copy: RepairAsync(from).", entry.Id);
                Findings[^1] = Findings[^1] with { Pack = pack, Entry = entry };
            }

            await _throttle.SpendAsync(entry.Stored, cancellationToken).ConfigureAwait(false);
        }

        if (at != pack.IndexOffset)
        {
            Add(FindingKind.Pack, pack.Path, null, null, $"has bytes at offset {at} that belong to no entry. Restore it from a copy: RepairAsync(from).");
            Findings[^1] = Findings[^1] with { Pack = pack };
        }
    }

    private PackRead Read(PackReader pack, PackEntry entry)
    {
        int length = PackFormat.EntryHeaderSize + (int)entry.Stored;
        if (length > _buffer.Length)
        {
            _buffer = new byte[length];
        }

        PackRead read = pack.Read(entry, _buffer);
        return read == PackRead.Good && entry.Kind == PackEntryKind.Recipe && ChunkRecipe.Parse(_buffer.AsSpan(PackFormat.EntryHeaderSize, (int)entry.Stored)) is null
            ? PackRead.Damaged
            : read;
    }

    /// <summary>Every part of every chunked blob must be somewhere; that its bytes are right was checked where they lie. A part that was moved meanwhile is looked up again.</summary>
    private async ValueTask FindMissingPartsAsync(CancellationToken cancellationToken)
    {
        LookForParts(cancellationToken);
        while (MissingParts.Count > 0 && Packs.Refresh())
        {
            await ScrubNewPacksAsync(cancellationToken).ConfigureAwait(false);
            MissingParts.Clear();
            LookForParts(cancellationToken);
        }
    }

    private void LookForParts(CancellationToken cancellationToken)
    {
        RecipeParts parts = new(folder, Packs);
        HashSet<Digest> seen = [];
        foreach (PackReader pack in Packs.Packs)
        {
            foreach (PackEntry entry in pack.Entries().Where(e => e.Kind == PackEntryKind.Recipe && IsChosen(e.Id)))
            {
                cancellationToken.ThrowIfCancellationRequested();
                parts.Visit(new PackSpot(pack, entry), part =>
                {
                    if (seen.Add(part.Id) && !Packs.TryFind(part.Id, out _) && !File.Exists(folder.FileOf(part.Id)))
                    {
                        MissingParts.Add(part.Id);
                    }
                });
            }
        }
    }
}
