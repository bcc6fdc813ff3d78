using System.Data.Common;
using System.Text.Json;

namespace Lifecycle.Drift;

public sealed partial class DriftMonitors
{
    private const string CheckMonitor = "check";

    private static readonly string[] FindingColumns = ["window", "column_name", "verdict", "ln_p", "ln_adjusted_p", "effect", "effect_value"];

    /// <summary>Saves the report of a check made by hand: the report as a blob, its window and findings as rows, and the event when a column drifted.</summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="version">Label of the version.</param>
    /// <param name="report">The report; one without a window is saved under now.</param>
    /// <param name="cancellationToken">Cancelling leaves no row.</param>
    /// <exception cref="LifecycleStorageException">The store failed; nothing was saved.</exception>
    public async ValueTask<WindowRecord> SaveAsync(string model, string version, DriftReport report, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(report);
        DateTimeOffset now = Time.GetUtcNow();
        DriftWindow window = report.Window ?? new DriftWindow(CheckMonitor, null, null, now, now);
        WindowRecord record = await PutAsync(
            LifecycleId.New(Time), window with { Model = ResourceName.Require(model, "model"), Version = ResourceName.Require(version, "model version") },
            report, cancellationToken).ConfigureAwait(false);
        await Database.WriteAsync(
            async (transaction, token) =>
            {
                await AddAsync(transaction, record, [], token).ConfigureAwait(false);
                return record;
            },
            CommitDurability.Flushed, cancellationToken).ConfigureAwait(false);
        await PruneIfDueAsync(cancellationToken).ConfigureAwait(false);
        return record;
    }

    /// <summary>The saved windows of a model, newest first.</summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="version">Label of the version; null means all.</param>
    /// <param name="take">Most windows to return.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public async ValueTask<IReadOnlyList<WindowRecord>> HistoryAsync(
        string model, string? version = null, int take = 100, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(take);
        await ReadyAsync(cancellationToken).ConfigureAwait(false);
        DbConnection connection = await Database.DataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            return await DriftRows.WindowsAsync(connection, model, version, take, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The full report of a saved window.</summary>
    /// <exception cref="LifecycleStorageException">The store failed, or the report's bytes are damaged.</exception>
    public async ValueTask<DriftReport> ReportAsync(WindowRecord window, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(window);
        Stream stream = await _blobs.OpenAsync(window.Report, null, cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            byte[] json = new byte[stream.Length];
            await stream.ReadExactlyAsync(json, cancellationToken).ConfigureAwait(false);
            return DriftReport.Parse(json);
        }
    }

    /// <summary>Stores the report of a window; the row that names it is still to be written.</summary>
    internal async ValueTask<WindowRecord> PutAsync(Guid id, DriftWindow window, DriftReport report, CancellationToken cancellationToken)
    {
        await ReadyAsync(cancellationToken).ConfigureAwait(false);
        using MemoryStream json = new(report.ToUtf8Json(), writable: false);
        StoredBlob blob = await _blobs.PutAsync(json, null, cancellationToken).ConfigureAwait(false);
        return DriftRows.Of(id.ToString("N"), window, report, blob.Digest);
    }

    /// <summary>Writes a window, its findings, the changes of alerts it brought and the events of both.</summary>
    internal async ValueTask AddAsync(
        LifecycleTransaction transaction, WindowRecord record, IReadOnlyList<DriftAlert> changes, CancellationToken cancellationToken)
    {
        await DriftRows.AddAsync(transaction, record, cancellationToken).ConfigureAwait(false);
        await Database.BulkInsertAsync(
            transaction, new BulkInsert("drift_finding", FindingColumns),
            record.Findings.Select(f => new object?[]
            {
                record.Id, f.Column, f.Verdict.ToString(), f.LogPValue, f.LogAdjustedPValue, f.Effect.ToString(), f.EffectValue,
            }),
            cancellationToken).ConfigureAwait(false);
        foreach (DriftAlert change in changes)
        {
            await DriftRows.AddAsync(transaction, change, cancellationToken).ConfigureAwait(false);
        }

        await PublishAsync(transaction, record, changes, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask PublishAsync(
        LifecycleTransaction transaction, WindowRecord record, IReadOnlyList<DriftAlert> changes, CancellationToken cancellationToken)
    {
        (string model, string version) = (record.Window.Model!, record.Window.Version!);
        if (record.HasDrift)
        {
            DriftFound found = new(
                model, version, record.Window.Monitor, record.Id, record.Report.ToString(), record.Rows,
                [.. record.Findings.Where(f => f.Verdict == DriftVerdict.Drift).Select(f => f.Column)]);
            await _events.PublishAsync(
                transaction, "lifecycle.drift.found", $"model/{model}", JsonSerializer.Serialize(found, DriftJson.Default.DriftFound), null, cancellationToken)
                .ConfigureAwait(false);
        }

        foreach (DriftAlert cleared in changes.Where(c => c.ClearedAt is not null))
        {
            DriftCleared payload = new(model, version, record.Window.Monitor, cleared.Column, cleared.Rule);
            await _events.PublishAsync(
                transaction, "lifecycle.drift.cleared", $"model/{model}", JsonSerializer.Serialize(payload, DriftJson.Default.DriftCleared), null, cancellationToken)
                .ConfigureAwait(false);
        }
    }
}
