using System.Diagnostics;

namespace Lifecycle.Storage.Local;

/// <content>Repair.</content>
public sealed partial class LocalBlobUpkeep
{
    /// <inheritdoc/>
    public override async ValueTask<RepairReport> RepairAsync(IBlobStore from, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(from);
        cancellationToken.ThrowIfCancellationRequested();
        if (ReferenceEquals(from, _store))
        {
            throw new ArgumentException("A store cannot be repaired from itself. Give another one that holds the same blobs.", nameof(from));
        }

        using Activity? activity = StorageTelemetry.Source.StartActivity("lifecycle.storage.repair");
        using FileLock duty = TakeDuty();
        (Scrubber scrubber, DamageReport damage, VerificationReport before) = await ScrubAsync(new VerificationOptions(), cancellationToken).ConfigureAwait(false);
        if (before.IsSound)
        {
            return new RepairReport([], [], before);
        }

        using Mender mender = new(_folder, _time, scrubber, damage, from);
        await mender.RunAsync(before.Missing.Select(m => m.Digest), cancellationToken).ConfigureAwait(false);
        scrubber.Packs.Close();
        _store.Packs.Refresh();
        List<string> rebuilt = [.. mender.Rebuilt];
        if (scrubber.Findings.Exists(f => f.Kind == FindingKind.Sources))
        {
            await ChangeNamesAsync(names => [.. names.Union(_registered.Keys.Order(StringComparer.Ordinal))], cancellationToken).ConfigureAwait(false);
            rebuilt.Add(ObjectFolder.SourcesName);
        }

        await RecordAsync(
            new AuditRecord("objects.repaired", "store/objects", After: Numbers(
                ("damaged", before.Damaged.Count), ("missing", before.Missing.Count), ("restored", mender.Restored.Count), ("rebuilt", rebuilt.Count))),
            cancellationToken).ConfigureAwait(false);
        VerificationReport after = (await ScrubAsync(new VerificationOptions(), cancellationToken).ConfigureAwait(false)).Report;
        return new RepairReport(mender.Restored, rebuilt, after);
    }
}
