using System.Data.Common;

namespace Lifecycle.Drift;

public sealed partial class DriftMonitors
{
    private const int MostPerformanceWindows = 1000;

    /// <summary>
    /// Opens a monitor of how well a version of a model predicts. Its predictions, labels and windows are kept here: opened again under the same name it
    /// goes on where it was, and labels find the predictions of the life before. A fall is published as <c>lifecycle.performance.fell</c>. One process
    /// at a time holds a name: a second one is refused; give each process a name of its own by <see cref="PerformanceOptions.Named"/>. A holder that was
    /// killed is taken over, and one of this process hands over what it has and records no more. Dispose it.
    /// </summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="version">Label of the version.</param>
    /// <param name="estimator">What estimates, fitted to a reference; windows are those it was configured with.</param>
    /// <param name="cancellationToken">Cancels the reading of what was kept.</param>
    /// <exception cref="InvalidNameException">The model or the version is not a <see cref="ResourceName"/>.</exception>
    /// <exception cref="MonitorHeldException">Another process that lives holds a monitor of this name; the message names it.</exception>
    /// <exception cref="LifecycleStorageException">The store failed.</exception>
    /// <exception cref="InvalidOperationException">A handler of the monitor opened it again, for which it would wait without end.</exception>
    public async ValueTask<PerformanceMonitor> OpenPerformanceAsync(
        string model, string version, PerformanceEstimator estimator, CancellationToken cancellationToken = default)
    {
        ResourceName.Require(model, "model");
        ResourceName.Require(version, "model version");
        ArgumentNullException.ThrowIfNull(estimator);
        PerformanceMonitor? telling = PerformanceStore.Telling();
        await ReadyAsync(cancellationToken).ConfigureAwait(false);
        PerformanceOptions options = estimator.Options;
        PerformanceStore store = await PerformanceStore.OpenAsync(
            this, _events, new PerformanceKey(model, version, options.Name), _logger, telling, cancellationToken).ConfigureAwait(false);
        PerformanceMonitor? monitor = null;
        try
        {
            PerformanceMemory memory = await store.LoadAsync(options.Measured, MostPerformanceWindows, options.OpenPredictions, cancellationToken)
                .ConfigureAwait(false);
            return monitor = new PerformanceMonitor(estimator, Time, _logger, model, version, store, memory);
        }
        finally
        {
            if (monitor is null)
            {
                await store.AbandonAsync().ConfigureAwait(false);
            }

            store.Opened(monitor);
        }
    }

    /// <summary>Whether this process holds a performance monitor of this name in this workspace; opening it again would take it over.</summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="version">Label of the version.</param>
    /// <param name="monitor">Name of the monitor, see <see cref="PerformanceOptions.Named"/>.</param>
    /// <exception cref="LifecycleStorageException">The database cannot be seen.</exception>
    public bool HoldsPerformance(string model, string version, string monitor) => PerformanceStore.Holds(new PerformanceKey(model, version, monitor), Place);

    /// <summary>Opens a monitor over a reference; see the other form.</summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="version">Label of the version.</param>
    /// <param name="referenceScores">Probabilities of the positive class, each in [0, 1].</param>
    /// <param name="referenceLabels">True for positive rows.</param>
    /// <param name="configure">Metrics, calibration, windows; null means the defaults.</param>
    /// <param name="cancellationToken">Cancels the reading of what was kept.</param>
    /// <exception cref="ArgumentException">Lengths differ, there is no row, or a score lies outside [0, 1]; the message names the row.</exception>
    /// <exception cref="InvalidNameException">The model or the version is not a <see cref="ResourceName"/>.</exception>
    /// <exception cref="MonitorHeldException">Another process that lives holds a monitor of this name; the message names it.</exception>
    /// <exception cref="LifecycleStorageException">The store failed.</exception>
    public ValueTask<PerformanceMonitor> OpenPerformanceAsync(
        string model, string version, ReadOnlySpan<double> referenceScores, ReadOnlySpan<bool> referenceLabels, Action<PerformanceOptions>? configure = null,
        CancellationToken cancellationToken = default) =>
        OpenPerformanceAsync(model, version, PerformanceEstimator.Fit(referenceScores, referenceLabels, configure), cancellationToken);

    /// <summary>The saved windows of how well a model predicts, newest first.</summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="version">Label of the version; null means all.</param>
    /// <param name="take">Most windows to return.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public async ValueTask<IReadOnlyList<PerformancePoint>> PerformanceHistoryAsync(
        string model, string? version = null, int take = 100, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(take);
        await ReadyAsync(cancellationToken).ConfigureAwait(false);
        DbConnection connection = await Database.DataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            List<PerformancePoint?> points = await DriftRows.ReadAsync(
                connection.Command(
                    """
                    SELECT p.point FROM drift_performance p JOIN drift_performance_monitor m ON m.id = p.monitor
                    WHERE m.model = $model AND ($version IS NULL OR m.version = $version) AND p.point IS NOT NULL
                    ORDER BY p.closed DESC, m.id DESC, p.window DESC LIMIT $take
                    """,
                    ("$model", model), ("$version", version), ("$take", (long)take)),
                r => PerformanceStore.PointOf(r.GetFieldValue<byte[]>(0), _logger), cancellationToken).ConfigureAwait(false);
            return [.. points.OfType<PerformancePoint>()];
        }
    }
}
