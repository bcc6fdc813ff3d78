using Lifecycle.Storage.Local;

namespace Lifecycle.Drift.Tests;

/// <summary>A performance monitor that lives several times over one workspace.</summary>
public abstract class PerformanceLives : IAsyncDisposable
{
    internal static readonly LogisticRows Rows = LogisticRows.Draw(3100, 61, 0);

    private static readonly LogisticRows Reference = LogisticRows.Draw(4000, 60, 0);

    internal Ledgers World { get; } = new(new LocalStorageOptions { BusyTimeout = TimeSpan.FromHours(1) });

    internal DriftMonitors Drift => World.Drift;

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await World.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    internal static ValueTask<PerformanceMonitor> OpenAsync(DriftMonitors drift, Action<PerformanceOptions>? more = null, string model = "loans") =>
        drift.OpenPerformanceAsync(model, "3", EstimatorOf(more));

    internal static PerformanceEstimator EstimatorOf(Action<PerformanceOptions>? more = null) => PerformanceEstimator.Fit(Reference.Scores, Reference.Labels, q =>
    {
        q.Metrics(PerformanceMetric.AreaUnderRoc).EveryRows(1000);
        more?.Invoke(q);
    });

    /// <summary>Records rows under their numbers.</summary>
    internal static void Record(PerformanceMonitor quality, LogisticRows rows, int from, int to)
    {
        for (int i = from; i < to; i++)
        {
            quality.RecordPrediction(i, rows.Scores[i], rows.Predicted[i]);
        }
    }

    internal static string JsonOf(PerformancePoint point) => System.Text.Encoding.UTF8.GetString(PerformanceJson.Write(point));

    private protected ValueTask<PerformanceMonitor> OpenAsync(Action<PerformanceOptions>? more = null, string model = "loans") => OpenAsync(Drift, more, model);
}
