using System.Collections.Concurrent;

namespace Lifecycle.Data;

public sealed partial class DvcRepository
{
    /// <summary>Compares outputs with the work tree and the cache. Nothing of the repository is written; only our own stamps, which let the next call read less.</summary>
    /// <param name="path">An output, the file that tells of it, or a folder of outputs; null for all.</param>
    /// <param name="cancellationToken">Cancels between files.</param>
    /// <exception cref="DvcFormatException">A file of the repository is not what it should be.</exception>
    /// <exception cref="DvcObjectCorruptedException">The object that lists a folder is damaged.</exception>
    public async ValueTask<DvcStatus> StatusAsync(string? path = null, CancellationToken cancellationToken = default)
    {
        DvcStamps stamps = DvcStamps.Load(_dvcFolder);
        List<DvcOutputStatus> statuses = [];
        long hashed = 0;
        try
        {
            foreach (DvcOutput output in Select(path, cancellationToken))
            {
                if (output.Unsupported is not null)
                {
                    statuses.Add(new DvcOutputStatus(output, DvcState.Unsupported, []));
                    continue;
                }

                (DvcOutputStatus status, int read) = await StatusAsync(output, stamps, cancellationToken).ConfigureAwait(false);
                statuses.Add(status);
                hashed += read;
            }
        }
        finally
        {
            await stamps.SaveAsync().ConfigureAwait(false);
        }

        return new DvcStatus(statuses, hashed);
    }

    private async ValueTask<(DvcOutputStatus Status, int Read)> StatusAsync(DvcOutput output, DvcStamps stamps, CancellationToken cancellationToken)
    {
        List<DvcWorkFile>? files = _tree.Files(output.Path, isStrict: false, out bool isFolder, cancellationToken);
        if (files is null)
        {
            return (new DvcOutputStatus(output, DvcState.Missing, []), 0);
        }

        if (output.Oid is null || isFolder != output.IsFolder)
        {
            return (new DvcOutputStatus(output, DvcState.Modified, []), 0);
        }

        (ConcurrentDictionary<string, Md5Hash> hashes, int read) =
            await DvcHashing.HashAsync(output.Path, files, output.HashKind, stamps, _time.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        IReadOnlyList<DvcEntry>? entries = Entries(output);
        if (entries is null)
        {
            // the list of the folder is not here, but its name tells whether the work tree is the same
            string actual = DvcDirectoryObject.Oid(DvcDirectoryObject.Write(files.Select(f => new DvcEntry(f.Path, hashes.TryGetValue(f.Path, out Md5Hash h) ? h.Hex : ""))));
            return (new DvcOutputStatus(output, actual == output.Oid ? DvcState.NotInCache : DvcState.Modified, []), read);
        }

        List<DvcFileChange> changes = Changes(output, entries, files, hashes);
        DvcState state = changes.Any(c => c.State != DvcFileState.NotInCache) ? DvcState.Modified : changes.Count > 0 ? DvcState.NotInCache : DvcState.Unchanged;
        return (new DvcOutputStatus(output, state, changes), read);
    }

    private List<DvcFileChange> Changes(
        DvcOutput output, IReadOnlyList<DvcEntry> entries, List<DvcWorkFile> files, ConcurrentDictionary<string, Md5Hash> hashes)
    {
        List<DvcFileChange> changes = [];
        HashSet<string> there = files.Select(f => f.Path).ToHashSet(StringComparer.Ordinal);
        foreach (DvcEntry entry in entries)
        {
            if (!there.Remove(entry.Path))
            {
                changes.Add(new DvcFileChange(Combined(output, entry.Path), DvcFileState.Deleted));
            }
            else if (!hashes.TryGetValue(entry.Path, out Md5Hash hash) || hash.Hex != entry.Md5)
            {
                changes.Add(new DvcFileChange(Combined(output, entry.Path), DvcFileState.Modified));
            }
            else if (output.IsCached && !_cache.Has(entry.Md5, output.HashKind))
            {
                changes.Add(new DvcFileChange(Combined(output, entry.Path), DvcFileState.NotInCache));
            }
        }

        changes.AddRange(there.Select(p => new DvcFileChange(Combined(output, p), DvcFileState.Added)));
        changes.Sort((x, y) => CodePointOrder.Instance.Compare(x.Path, y.Path));
        return changes;
    }
}
