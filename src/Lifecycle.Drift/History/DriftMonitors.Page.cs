namespace Lifecycle.Drift;

public sealed partial class DriftMonitors
{
    private const int MostAlerts = 1000;

    /// <summary>
    /// The latest saved report of a model as a page, with its earlier windows and its alerts; null when nothing was saved. Performance is added by
    /// <see cref="DriftReportPage.With(IEnumerable{PerformancePoint})"/>.
    /// </summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="version">Label of the version; null means all, and the latest report of any.</param>
    /// <param name="windows">Most windows to look back, at least 1.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="LifecycleStorageException">The store failed, or the report's bytes are damaged.</exception>
    public async ValueTask<DriftReportPage?> PageAsync(
        string model, string? version = null, int windows = 60, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(windows, 1);
        IReadOnlyList<WindowRecord> history = await HistoryAsync(model, version, windows, cancellationToken).ConfigureAwait(false);
        if (history.Count == 0)
        {
            return null;
        }

        DriftReport report = await ReportAsync(history[0], cancellationToken).ConfigureAwait(false);
        IReadOnlyList<DriftAlert> alerts = await AlertsAsync(model, MostAlerts, cancellationToken).ConfigureAwait(false);
        return report.Page().With(history).With(alerts.Where(a => version is null || a.Version == version));
    }
}
