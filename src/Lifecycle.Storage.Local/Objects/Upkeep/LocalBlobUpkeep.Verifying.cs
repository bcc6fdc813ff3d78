using System.Diagnostics;

namespace Lifecycle.Storage.Local;

/// <content>Verification.</content>
public sealed partial class LocalBlobUpkeep
{
    /// <inheritdoc/>
    public override async ValueTask<VerificationReport> VerifyAsync(Action<VerificationOptions> configure, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(configure);
        VerificationOptions options = new();
        configure(options);
        cancellationToken.ThrowIfCancellationRequested();
        using Activity? activity = StorageTelemetry.Source.StartActivity("lifecycle.storage.verify");
        (Scrubber scrubber, _, VerificationReport report) = await ScrubAsync(options, cancellationToken).ConfigureAwait(false);
        scrubber.Packs.Close();
        return report;
    }

    private async ValueTask<(Scrubber Scrubber, DamageReport Damage, VerificationReport Report)> ScrubAsync(VerificationOptions options, CancellationToken cancellationToken)
    {
        IBlobReferenceSource[] sources = [.. _sources.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => s.Value)];
        HashSet<Digest>? reachable = options.IsReachableOnly ? await ReachableAsync(sources, cancellationToken).ConfigureAwait(false) : null;
        Scrubber scrubber = new(_folder, _time, options, reachable);
        await scrubber.RunAsync(cancellationToken).ConfigureAwait(false);
        string[] names = [.. await SourcesAsync(cancellationToken).ConfigureAwait(false)];
        string[] struck = [.. _registered.Keys.Except(names).Order(StringComparer.Ordinal)];
        if (struck.Length > 0)
        {
            scrubber.Findings.Add(new Finding(FindingKind.Sources, SourcesFile, new DamagedBlob(ObjectFolder.SourcesName, null, null,
                $"'{ObjectFolder.SourcesName}' lacks {string.Join(", ", struck.Select(s => $"'{s}'"))}, which entered itself there. Call RepairAsync.")));
        }

        List<MissingBlob> missing = [];
        List<string> problems = [];
        List<BlobCorruptedException> unreadable = [];
        foreach (IBlobReferenceSource source in sources)
        {
            await AskAsync(source, missing, problems, unreadable, cancellationToken).ConfigureAwait(false);
        }

        DamageReport damage = new(_folder, scrubber);
        HashSet<Digest> named = [.. damage.Affected, .. scrubber.Findings.SelectMany(f => f.Digests)];
        foreach (BlobCorruptedException blob in unreadable.Where(u => named.Add(u.Digest)))
        {
            scrubber.Findings.Add(new Finding(FindingKind.Stray, blob.File, new DamagedBlob(blob.File, blob.Digest, blob.Actual, blob.Message)) { Digests = [blob.Digest] });
        }

        (List<DamagedBlob> damaged, missing) = await damage.FinishAsync(missing, sources, cancellationToken).ConfigureAwait(false);
        VerificationReport report = new(scrubber.Blobs, scrubber.Bytes, damaged, missing)
        {
            Problems = problems,
            UnknownSources = [.. names.Where(n => !_sources.ContainsKey(n))],
        };
        return (scrubber, damage, report);
    }

    private async ValueTask AskAsync(
        IBlobReferenceSource source, List<MissingBlob> missing, List<string> problems, List<BlobCorruptedException> unreadable, CancellationToken cancellationToken)
    {
        try
        {
            HashSet<Digest> seen = [];
            await foreach (Digest digest in source.ReferencesAsync(cancellationToken).ConfigureAwait(false))
            {
                if (seen.Add(digest) && await _store.FindAsync(digest, cancellationToken).ConfigureAwait(false) is null)
                {
                    missing.Add(new MissingBlob(digest, source.Name));
                }
            }

            await foreach (string problem in source.ProblemsAsync(cancellationToken).ConfigureAwait(false))
            {
                problems.Add($"{source.Name}: {problem}");
            }
        }
        catch (BlobNotFoundException gone)
        {
            if (!missing.Exists(m => m.Digest == gone.Digest && m.Source == source.Name))
            {
                missing.Add(new MissingBlob(gone.Digest, source.Name));
            }
        }
        catch (BlobCorruptedException damaged)
        {
            // The source reads this blob to know what it refers to; what hangs on it cannot be told until it is restored.
            unreadable.Add(damaged);
        }
        catch (LifecycleException error)
        {
            // The source cannot tell all it needs; what it told is looked up, and the rest of the store is verified all the same.
            problems.Add($"{source.Name}: {error.Message}");
        }
    }

    /// <summary>What the sources need, as far as they can tell, with all parts.</summary>
    private async ValueTask<HashSet<Digest>> ReachableAsync(IReadOnlyList<IBlobReferenceSource> sources, CancellationToken cancellationToken)
    {
        HashSet<Digest> reachable = [];
        foreach (IBlobReferenceSource source in sources)
        {
            try
            {
                await foreach (Digest digest in source.ReferencesAsync(cancellationToken).ConfigureAwait(false))
                {
                    reachable.Add(digest);
                }
            }
            catch (LifecycleException)
            {
                // It is asked again when its references are looked up, and what it says then is reported.
            }
        }

        PackCatalog packs = new(_folder, _time);
        RecipeParts parts = new(_folder, packs);
        foreach (Digest blob in reachable.ToArray())
        {
            if (parts.TryFind(blob, out PackSpot recipe))
            {
                parts.Visit(recipe, part => reachable.Add(part.Id));
            }
        }

        packs.Close();
        return reachable;
    }
}
