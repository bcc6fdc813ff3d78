namespace Lifecycle.Storage.Local;

/// <summary>
/// Follows damage from files to blobs and from blobs to what needs them: a damaged part is traced through recipes to the blobs it belongs to, and the
/// sources say who refers to those.
/// </summary>
internal sealed class DamageReport
{
    private readonly ObjectFolder _folder;
    private readonly Scrubber _scrubber;
    private readonly RecipeParts _parts;
    private readonly HashSet<string> _badLoose;
    private readonly HashSet<(string Pack, long Offset)> _badEntries;
    private readonly HashSet<string> _badPacks;
    private readonly Dictionary<Digest, SortedSet<Digest>> _blobsOf = [];

    public DamageReport(ObjectFolder folder, Scrubber scrubber)
    {
        _folder = folder;
        _scrubber = scrubber;
        _parts = new RecipeParts(folder, scrubber.Packs);
        _badLoose = [.. scrubber.Findings.Where(f => f.Kind == FindingKind.Loose).Select(f => f.Path)];
        _badEntries = [.. scrubber.Findings.Where(f => f.Entry is not null).Select(f => (f.Path, f.Entry!.Value.Offset))];
        _badPacks = [.. scrubber.Findings.Where(f => f.Kind == FindingKind.Pack).Select(f => f.Path)];
        Broken = [.. scrubber.Findings.SelectMany(f => f.Digests).Where(d => !HasSoundCopy(d)), .. scrubber.MissingParts];
        if (Broken.Count > 0)
        {
            FindBlobs();
        }
    }

    /// <summary>Blobs and parts of which the store has no sound copy.</summary>
    public HashSet<Digest> Broken { get; }

    /// <summary>Chunked blobs that need something broken, and the broken ones themselves.</summary>
    public HashSet<Digest> Affected => [.. Broken, .. _blobsOf.Values.SelectMany(b => b)];

    /// <summary>Chunked blobs whose recipe is sound and that need this part.</summary>
    public IReadOnlyCollection<Digest> BlobsOf(Digest part) => _blobsOf.TryGetValue(part, out SortedSet<Digest>? blobs) ? blobs : [];

    /// <summary>Whether there is a copy that was not found damaged.</summary>
    public bool HasSoundCopy(Digest digest) =>
        (File.Exists(_folder.FileOf(digest)) && !_badLoose.Contains(_folder.FileOf(digest)))
        || _scrubber.Packs.FindAll(digest).Any(s => !_badPacks.Contains(s.Pack.Path) && !_badEntries.Contains((s.Pack.Path, s.Entry.Offset)));

    /// <summary>The findings with what they affect, and the missing digests, each with its holders.</summary>
    public async ValueTask<(List<DamagedBlob> Damaged, List<MissingBlob> Missing)> FinishAsync(
        List<MissingBlob> missing, IEnumerable<IBlobReferenceSource> sources, CancellationToken cancellationToken)
    {
        HashSet<Digest> affected = Affected;
        affected.UnionWith(missing.Select(m => m.Digest));
        Dictionary<Digest, List<BlobHolder>> holders = [];
        if (affected.Count > 0)
        {
            foreach (IBlobReferenceSource source in sources)
            {
                await AskAsync(source, affected, holders, cancellationToken).ConfigureAwait(false);
            }
        }

        List<DamagedBlob> damaged = [.. _scrubber.Findings.Select(f =>
        {
            Digest[] blobs = [.. f.Digests.Where(Broken.Contains).SelectMany(d => BlobsOf(d).Append(d)).Distinct().Order()];
            return f.Report with { Affected = blobs, NeededBy = Of(blobs) };
        })];
        IEnumerable<MissingBlob> parts = _scrubber.MissingParts.Order().Select(p => new MissingBlob(p, "store") { NeededBy = Of([.. BlobsOf(p), p]) });
        return (damaged, [.. missing.Select(m => m with { NeededBy = Of([m.Digest]) }), .. parts]);

        IReadOnlyList<BlobHolder> Of(Digest[] blobs)
        {
            BlobHolder[] found = [.. blobs.SelectMany(b => holders.TryGetValue(b, out List<BlobHolder>? of) ? of : []).Distinct()];
            return found;
        }
    }

    private static async ValueTask AskAsync(
        IBlobReferenceSource source, HashSet<Digest> affected, Dictionary<Digest, List<BlobHolder>> holders, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (BlobHolder holder in source.HoldersAsync(affected, cancellationToken).ConfigureAwait(false))
            {
                if (!holders.TryGetValue(holder.Digest, out List<BlobHolder>? of))
                {
                    holders.Add(holder.Digest, of = []);
                }

                of.Add(holder);
            }
        }
        catch (LifecycleException)
        {
            // What the source has to read in order to know is itself damaged or unknown to this build, and named in the report.
        }
    }

    private void FindBlobs()
    {
        foreach (PackReader pack in _scrubber.Packs.Packs)
        {
            foreach (PackEntry entry in pack.Entries().Where(e => e.Kind == PackEntryKind.Recipe))
            {
                _parts.Visit(new PackSpot(pack, entry), part =>
                {
                    if (Broken.Contains(part.Id))
                    {
                        if (!_blobsOf.TryGetValue(part.Id, out SortedSet<Digest>? blobs))
                        {
                            _blobsOf.Add(part.Id, blobs = []);
                        }

                        blobs.Add(entry.Id);
                    }
                });
            }
        }
    }
}
