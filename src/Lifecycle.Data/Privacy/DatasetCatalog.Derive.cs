using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Lifecycle.Data;

public sealed partial class DatasetCatalog
{
    private const string PrivacyTransform = "lifecycle.privacy";
    private const string PrivacyTransformVersion = "1";
    private const string VersionSource = "version";

    /// <summary>
    /// Makes a version of another dataset from a table, by a privacy plan. The source stays as it is. Version, plan, risk report and audit
    /// entry (<c>dataset.derived</c>) come into being together or not at all.
    /// </summary>
    /// <param name="name">Name of the result; another one than the source's.</param>
    /// <param name="source">The version whose rows are changed.</param>
    /// <param name="plan">What becomes of every column.</param>
    /// <param name="reason">Why, for the audit log.</param>
    /// <param name="file">The table; null when the version has only one.</param>
    /// <param name="cancellationToken">Cancelling leaves nothing.</param>
    /// <returns>The version with its risk report. The same source, plan and content as the newest version of <paramref name="name"/> give
    /// that version, and write nothing.</returns>
    /// <exception cref="PrivacyPlanException">
    /// The plan leaves a column out or names one that is not there, an operator does not fit its column, a key is too short or lies in the
    /// store's folder, a vault does, free text would be kept, a hierarchy does not know a value. All but the last two are found before a
    /// row is read.
    /// </exception>
    /// <exception cref="DatasetException">The source is of another store, was removed, or has no such table.</exception>
    /// <exception cref="PrivacyRequirementNotMetException">The requirement cannot be met, or only by leaving out too many rows.</exception>
    /// <exception cref="TableFormatException">A row cannot be read.</exception>
    public async ValueTask<DerivedVersion> DeriveAsync(
        string name, DatasetVersion source, PrivacyPlan plan, string reason, string? file = null, CancellationToken cancellationToken = default)
    {
        ResourceName.Require(name, "dataset");
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        if (string.Equals(name, source.Name, StringComparison.OrdinalIgnoreCase))
        {
            throw new PrivacyPlanException(
                $"A derived version belongs to another dataset than its source '{source.Name}'; give it a name of its own, for example '{source.Name}-safe'.");
        }

        using Activity? activity = DataTelemetry.Start("dataset derive", name);
        long started = Stopwatch.GetTimestamp();
        try
        {
            if (await FindAsync(source.Id, cancellationToken).ConfigureAwait(false) is null)
            {
                throw await FindWithRemovedAsync(source.Id, cancellationToken).ConfigureAwait(false) is null
                    ? new DatasetException($"{source} is not in this store, so nothing derived from it could name it. Commit it here first.")
                    : DatasetNotFoundException.Removed(source.Name, source.Number);
            }

            TableSummary table = source.TableOf(file);
            ResolvedPlan resolved = ResolvedPlan.Of(plan, table.Schema);
            PseudonymKey? key = resolved.NeedsKey ? await KeyOfAsync(plan.Keys!, cancellationToken).ConfigureAwait(false) : null;
            if (!resolved.NeedsVault)
            {
                return await DeriveAsync(name, source, table, resolved, key, null, reason, cancellationToken).ConfigureAwait(false);
            }

            StoreFolder.RefuseInside(_database.Folder, plan.Vault!.File, "The token vault");
            StoreFolder.RefuseInside(_database.Folder, plan.Vault.KeyFile, "The key file of the vault");
            using VaultSession tokens = await plan.Vault.BeginAsync(cancellationToken).ConfigureAwait(false);
            return await DeriveAsync(name, source, table, resolved, key, tokens, reason, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            activity?.SetStatus(ActivityStatusCode.Error, e.GetType().Name);
            throw;
        }
        finally
        {
            DataTelemetry.DeriveDuration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);
        }
    }

    /// <summary>What is known of how a version was derived, also when its source has been removed since; null when it was not derived by a privacy plan.</summary>
    /// <exception cref="DatasetException">Its record, or a document beside it, is damaged or was written by a newer version.</exception>
    public async ValueTask<DerivedVersion?> DerivationOfAsync(DatasetVersion version, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(version);
        await RequireKnownAsync(version, cancellationToken).ConfigureAwait(false);
        VersionRecord record = VersionRecord.Parse(await ReadBlobAsync(Blobs, version.Record, DatasetTree.MaximumBytes, cancellationToken).ConfigureAwait(false))
            ?? throw new DatasetException($"The record {version.Record} of {version} is damaged.");
        if (record is not { Transform: { Name: PrivacyTransform } transform, Risk: { } risk, Source: { Kind: VersionSource } source })
        {
            return null;
        }

        DatasetVersion origin = await FindWithRemovedAsync(source.Name[..32], cancellationToken).ConfigureAwait(false)
            ?? throw new DatasetException($"The source of {version} is not in this store.");
        byte[] plan = await ReadBlobAsync(Blobs, Digest.Parse(transform.Parameters), DatasetTree.MaximumBytes, cancellationToken).ConfigureAwait(false);
        byte[] report = await ReadBlobAsync(Blobs, Digest.Parse(risk), DatasetTree.MaximumBytes, cancellationToken).ConfigureAwait(false);
        return new DerivedVersion(version, origin, RiskReportJson.Read(report), plan, transform.Keys ?? []);
    }

    private async ValueTask<DerivedVersion> DeriveAsync(
        string name, DatasetVersion source, TableSummary table, ResolvedPlan plan, PseudonymKey? key, VaultSession? tokens, string reason, CancellationToken cancellationToken)
    {
        DerivationSetting setting = new(source.Name, table.Schema, _time.GetUtcNow().Year, key, plan.Plan.RestrictedZip3, tokens);
        byte[] document = plan.ToBytes(setting);
        Derivation derivation = new(source, table, plan, setting, _actor.Actor);
        await derivation.MeasureAsync(cancellationToken).ConfigureAwait(false);

        CommitAttachment recipe = new(CommitAttachment.Parameters, document);
        RecordTransform transform = new(PrivacyTransform, PrivacyTransformVersion, recipe.Digest.ToString()) { Keys = key is null ? null : [key.Id] };
        RecordSource origin = new(VersionSource, $"{source.Id} {source}");
        List<CommitAttachment> attachments = [recipe];
        RiskReport? report = null;
        string? written = null;
        MadeFile made = new(
            Path.ChangeExtension(table.Path, ".csv"),
            derivation.Write,
            async (rows, token) =>
            {
                DerivedRows derived = (DerivedRows)rows;
                report = derivation.Report(derived.Treatments(), derived.Warnings());
                attachments.Clear();
                attachments.AddRange([recipe, new CommitAttachment(CommitAttachment.Risk, report.ToBytes()), .. plan.Attachments]);
                if (tokens is not null)
                {
                    await tokens.KeepAsync(token).ConfigureAwait(false);
                }
            });
        CommitCause cause = new(origin)
        {
            Action = "dataset.derived",
            Event = "lifecycle.dataset.derived",
            AlwaysNew = !await IsAgainAsync(name, origin, recipe, cancellationToken).ConfigureAwait(false),
            Transform = transform,
            Attachments = attachments,
            Made = made,
            State = row =>
            {
                written = row.Id;
                return JsonSerializer.Serialize(State(row, source, attachments, transform, report!), DataJson.Default.DerivedState);
            },
        };

        // a text stays what it was, also when it looks like the end of another table
        CommitOptions options = new() { Csv = new CsvOptions { Delimiter = ',', Nulls = [] } };
        options.DerivedFrom(source);
        DatasetVersion version = await CommitFilesAsync(name, [], cause, reason, options, cancellationToken).ConfigureAwait(false);
        LogDerived(version, source, report!.RowsWritten, report.RowsSuppressed);

        // what the newest version already was keeps its report, with who attested it then
        RiskReport kept = version.Id == written ? report : (await DerivationOfAsync(version, cancellationToken).ConfigureAwait(false))?.Risk ?? report;
        return new DerivedVersion(version, source, kept, document, transform.Keys ?? []);
    }

    private async ValueTask<DatasetVersion?> FindWithRemovedAsync(string id, CancellationToken cancellationToken)
    {
        await foreach (VersionRow row in QueryAsync("WHERE v.id = $id", [("$id", id)], cancellationToken).ConfigureAwait(false))
        {
            return new DatasetVersion(this, row);
        }

        return null;
    }

    private static DerivedState State(VersionRow row, DatasetVersion source, List<CommitAttachment> attachments, RecordTransform transform, RiskReport report) => new(
        row.Number,
        row.Id,
        row.Digest.ToString(),
        row.Record.ToString(),
        source.ToString(),
        source.Id,
        transform.Parameters,
        attachments.First(a => a.Role == CommitAttachment.Risk).Digest.ToString(),
        transform.Keys ?? [],
        report.Outcome.ToString(),
        report.RowsRead,
        report.RowsWritten,
        report.RowsSuppressed,
        report.CellsSuppressed);

    // whether the newest version was made by the same plan from the same source
    private async ValueTask<bool> IsAgainAsync(string name, RecordSource source, CommitAttachment plan, CancellationToken cancellationToken) =>
        await LatestAsync(name, cancellationToken).ConfigureAwait(false) is { } newest
        && VersionRecord.Parse(await ReadBlobAsync(Blobs, newest.Record, DatasetTree.MaximumBytes, cancellationToken).ConfigureAwait(false)) is { } record
        && record.Source == source
        && record.Transform?.Parameters == plan.Digest.ToString();

    private async ValueTask<PseudonymKey> KeyOfAsync(IPseudonymKeySource keys, CancellationToken cancellationToken)
    {
        StoreFolder.RefuseInside(_database.Folder, keys.File, "The key file");
        try
        {
            return await keys.GetAsync(null, cancellationToken).ConfigureAwait(false);
        }
        catch (PseudonymKeyException error)
        {
            throw new PrivacyPlanException($"The plan has no key: {error.Message}", error);
        }
    }

    [LoggerMessage(EventId = 20, Level = LogLevel.Information, Message = "Derived {Version} from {Source}: {Rows} rows, {Suppressed} left out.")]
    private partial void LogDerived(DatasetVersion version, DatasetVersion source, long rows, long suppressed);
}
