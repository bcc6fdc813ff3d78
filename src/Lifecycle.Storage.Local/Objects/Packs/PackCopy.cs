using System.Buffers;

namespace Lifecycle.Storage.Local;

/// <summary>Writes a pack anew without some of its entries.</summary>
internal static class PackCopy
{
    /// <summary>
    /// Copies what stays into a new pack, durably and visibly, and then removes the old one; the caller holds the sweep lock alone. Entries are copied as
    /// they are: a damaged one stays damaged and is found where it is read.
    /// </summary>
    /// <param name="folder">The store.</param>
    /// <param name="catalog">Told of the change.</param>
    /// <param name="pack">The pack.</param>
    /// <param name="goes">Which entries go.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Cancelling leaves the old pack.</param>
    /// <returns>Bytes of payload that went.</returns>
    public static async ValueTask<long> WithoutAsync(
        ObjectFolder folder, PackCatalog catalog, PackReader pack, Func<PackEntry, bool> goes, TimeProvider time, CancellationToken cancellationToken)
    {
        PackEntry[] entries = [.. pack.Entries().OrderBy(e => e.Offset)];
        long freed = entries.Where(goes).Sum(e => (long)e.Stored);
        DateTime changed = File.GetLastWriteTimeUtc(pack.Path);
        using PackWriter copy = PackWriter.Create(folder, time);
        foreach (PackEntry entry in entries.Where(e => !goes(e)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            byte[] buffer = ArrayPool<byte>.Shared.Rent(PackFormat.EntryHeaderSize + (int)entry.Stored);
            try
            {
                PackRead read = pack.Read(entry, buffer, verify: false);
                if (read == PackRead.Gone)
                {
                    return 0;
                }

                if (read == PackRead.Unreadable)
                {
                    string file = folder.Relative(pack.Path);
                    throw new LifecycleStorageException("objects", "delete", file,
                        $"'{file}' cannot be written anew because the disk does not give the bytes of {entry.Id} at offset {entry.Offset}. Call RepairAsync with a store that has them, then delete again; nothing was changed.");
                }

                copy.Add(entry.Kind, entry.Flags, entry.Id, buffer.AsSpan(PackFormat.EntryHeaderSize, (int)entry.Stored));
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }

        if (copy.Entries.Count > 0)
        {
            await Task.Run(() => copy.Seal(pack.Created), cancellationToken).ConfigureAwait(false);
            string path = copy.Publish(folder, time);
            File.SetLastWriteTimeUtc(path, changed);
            folder.Disk.FlushFolder(folder.Packs);
        }

        folder.Disk.Delete(pack.Path);
        folder.Disk.FlushFolder(folder.Packs);
        catalog.Refresh();
        return freed;
    }
}
