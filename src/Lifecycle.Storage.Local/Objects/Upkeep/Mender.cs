using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Storage.Local;

/// <summary>
/// Mends what a scrubber found: what is damaged is fetched from a second store, what can be made anew is, and a bad copy leaves only when a good one is in its place.
/// </summary>
internal sealed partial class Mender : IDisposable
{
    private readonly ObjectFolder _folder;
    private readonly TimeProvider _time;
    private readonly Scrubber _scrubber;
    private readonly DamageReport _damage;
    private readonly IBlobStore _from;
    private readonly RecipeParts _parts;
    private readonly PackRewriter _rewriter;
    private readonly HashSet<Digest> _added = [];
    private readonly SortedSet<Digest> _restored = [];
    private readonly List<string> _rebuilt = [];

    public Mender(ObjectFolder folder, TimeProvider time, Scrubber scrubber, DamageReport damage, IBlobStore from)
    {
        _folder = folder;
        _time = time;
        _scrubber = scrubber;
        _damage = damage;
        _from = from;
        _parts = new RecipeParts(folder, scrubber.Packs);
        _rewriter = new PackRewriter(folder, time);
    }

    /// <summary>What was fetched, in order.</summary>
    public IReadOnlyList<Digest> Restored => [.. _restored];

    /// <summary>Files that were put right without the other store.</summary>
    public IReadOnlyList<string> Rebuilt => _rebuilt;

    /// <summary>Mends everything that can be.</summary>
    /// <param name="missing">Blobs that sources need and the store does not hold.</param>
    /// <param name="cancellationToken">Ends the work between two blobs.</param>
    public async ValueTask RunAsync(IEnumerable<Digest> missing, CancellationToken cancellationToken)
    {
        try
        {
            await MakeAnewAsync(cancellationToken).ConfigureAwait(false);
            foreach (Finding loose in _scrubber.Findings.Where(f => f.Kind == FindingKind.Loose))
            {
                await MendLooseAsync(loose, cancellationToken).ConfigureAwait(false);
            }

            await MendPacksAsync(missing, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (DiskFailure.Is(error))
        {
            throw DiskFailure.Of(error, "repair", _folder.Path, _folder.Path);
        }
    }

    public void Dispose() => _rewriter.Dispose();

    private async ValueTask MakeAnewAsync(CancellationToken cancellationToken)
    {
        foreach (Finding finding in _scrubber.Findings)
        {
            switch (finding.Kind)
            {
                case FindingKind.Format:
                    await AtomicFile.WriteAsync(finding.Path, System.Text.Encoding.ASCII.GetBytes(ObjectFolder.Format), cancellationToken).ConfigureAwait(false);
                    break;
                case FindingKind.Sums or FindingKind.Index:
                    _folder.Disk.Delete(finding.Path);
                    break;
                case FindingKind.Dead:
                    await ForgetMarksAsync(finding.Path, cancellationToken).ConfigureAwait(false);
                    break;
                case FindingKind.Keep:
                    await KeepAllAsync(finding.Path, cancellationToken).ConfigureAwait(false);
                    break;
                default:
                    continue;
            }

            _rebuilt.Add(finding.Report.File);
        }
    }

    /// <summary>What a damaged keep list protected is not known; one that protects everything there is does so, too, and expires at the same moment.</summary>
    private async ValueTask KeepAllAsync(string path, CancellationToken cancellationToken)
    {
        IEnumerable<Digest> all = LooseFiles.Of(_folder).Select(f => f.Digest).Concat(_scrubber.Packs.Packs.SelectMany(p => p.Entries()).Select(e => e.Id));
        DateTimeOffset now = _time.GetUtcNow();
        DateTimeOffset at = ListFolder.MomentOf(Path.GetFileName(path)) is { } named && named < now ? named : now;
        await AtomicFile.WriteAsync(path, KeepList.Of(all, at).ToBytes(), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// What a damaged dead list marked is not known, nor what it no longer marked: without it the marks of an older list would count again. An empty one that
    /// is the newest starts every grace anew, as the damaged one did.
    /// </summary>
    private async ValueTask ForgetMarksAsync(string path, CancellationToken cancellationToken)
    {
        Guid id = Guid.ParseExact(Path.GetFileNameWithoutExtension(path), "N");
        DeadList empty = new(id, _time.GetUtcNow(), new Dictionary<Digest, DateTimeOffset>());
        await AtomicFile.WriteAsync(path, empty.ToBytes(), cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask MendLooseAsync(Finding finding, CancellationToken cancellationToken)
    {
        Digest digest = finding.Report.Expected!.Value;
        if (_damage.HasSoundCopy(digest))
        {
            _folder.Disk.Delete(finding.Path + ObjectFolder.SumSuffix);
            _folder.Disk.Delete(finding.Path);
            _rebuilt.Add(finding.Report.File);
        }
        else if (await OpenAsync(digest, cancellationToken).ConfigureAwait(false) is { } content)
        {
            await using (content.ConfigureAwait(false))
            {
                if (await ReplaceLooseAsync(digest, content, cancellationToken).ConfigureAwait(false))
                {
                    Count(digest);
                }
            }
        }
        else if (await PartAsync(digest, cancellationToken).ConfigureAwait(false) is { } bytes
            && await ReplaceLooseAsync(digest, new MemoryStream(bytes, writable: false), cancellationToken).ConfigureAwait(false))
        {
            Count(digest);
        }
    }

    private async ValueTask<bool> ReplaceLooseAsync(Digest digest, Stream content, CancellationToken cancellationToken)
    {
        string hex = digest.Hex, target = _folder.FileOf(hex);
        using System.Security.Cryptography.IncrementalHash hash =
            System.Security.Cryptography.IncrementalHash.CreateHash(System.Security.Cryptography.HashAlgorithmName.SHA256);
        using TemporaryBlob temporary = TemporaryBlob.Create(_folder.Disk, _folder.Shelf(hex), null, "repair", _time);
        byte[] block = new byte[BlockSums.BlockSize];
        for (int read; (read = await content.ReadAtLeastAsync(block, block.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false)) > 0;)
        {
            hash.AppendData(block, 0, read);
            await temporary.WriteAsync(block.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
        }

        if (new Digest(hash.GetHashAndReset()) != digest)
        {
            return false;
        }

        // Sums that may be those of the damaged bytes leave first; a range read makes them anew.
        temporary.Finish(flush: true);
        _folder.Disk.Delete(target + ObjectFolder.SumSuffix);
        temporary.Publish(target, replace: true);
        _folder.FlushShelves([hex[..2]]);
        return true;
    }

    private void Count(Digest digest)
    {
        StorageTelemetry.RepairedBlobs.Add(1);
        _restored.Add(digest);
    }

    /// <summary>The blob in the other store; null when it holds none, or none that is sound.</summary>
    private async ValueTask<Stream?> OpenAsync(Digest digest, CancellationToken cancellationToken, BlobRange? range = null)
    {
        try
        {
            return await _from.OpenAsync(digest, new BlobOpenOptions { Range = range }, cancellationToken).ConfigureAwait(false);
        }
        catch (LifecycleStorageException error) when (error is BlobNotFoundException or BlobCorruptedException)
        {
            return null;
        }
    }

    /// <summary>The bytes of a chunk, cut out of a blob that the other store holds in whatever layout; null when it holds none of those it is a part of.</summary>
    private async ValueTask<byte[]?> PartAsync(Digest id, CancellationToken cancellationToken)
    {
        foreach (Digest blob in _damage.BlobsOf(id))
        {
            BlobPart found = default;
            if (_parts.TryFind(blob, out PackSpot recipe))
            {
                _parts.Visit(recipe, part => found = part.Id == id && !part.IsNode ? part : found);
            }

            if (found.Length > 0 && await OpenAsync(blob, cancellationToken, new BlobRange(found.Offset, found.Length)).ConfigureAwait(false) is { } content)
            {
                await using (content.ConfigureAwait(false))
                {
                    if (await ReadAsync(content, found.Length, cancellationToken).ConfigureAwait(false) is { } bytes && Digest.Of(bytes) == id)
                    {
                        return bytes;
                    }
                }
            }
        }

        return null;
    }

    private static async ValueTask<byte[]?> ReadAsync(Stream content, long length, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[length];
        try
        {
            int read = await content.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            return read == bytes.Length ? bytes : null;
        }
        catch (BlobCorruptedException)
        {
            return null;
        }
    }

    private static SafeFileHandle? Open(string path) => PackSalvage.Open(path);
}
