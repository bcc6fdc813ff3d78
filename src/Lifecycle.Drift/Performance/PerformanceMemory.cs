namespace Lifecycle.Drift;

/// <summary>What is kept of a monitor between two lives of its process.</summary>
internal sealed record PerformanceMemory(IReadOnlyList<WindowRow> Windows, IReadOnlyList<PredictionRow> Predictions)
{
    /// <summary>Labels that wait for their predictions, from an older monitor of this process.</summary>
    public IReadOnlyList<(ulong Key, bool Actual)> Waiting { get; init; } = [];
}

/// <summary>A window as it is kept. A final one without a point is one whose point could not be read: it is left as it stands.</summary>
internal sealed record WindowRow(
    int Number, DateTimeOffset Opened, DateTimeOffset? Closed, int Rows, bool IsTooSmall, bool IsFinal, PerformancePoint? Point,
    IReadOnlyList<(PerformanceMetric Metric, bool ByLabels)> Told);

/// <summary>A prediction as it is kept.</summary>
/// <param name="Key">The 64 bits of its id.</param>
/// <param name="Window">Number of its window.</param>
/// <param name="Score">Its score.</param>
/// <param name="Predicted">Whether positive was predicted.</param>
/// <param name="At">When; null once it has its label.</param>
/// <param name="Actual">Its label; null while there is none.</param>
/// <param name="Delay">Milliseconds that the label took.</param>
internal readonly record struct PredictionRow(ulong Key, int Window, double Score, bool Predicted, DateTimeOffset? At, bool? Actual, long Delay)
{
    public static PredictionRow Of(in OpenPrediction open, int openWindow, long now, DateTimeOffset started) => new(
        open.Key, open.Window(openWindow), open.Score, open.Predicted,
        open.IsLabelled ? null : started.AddMilliseconds(now - open.Age(now)), open.IsLabelled ? open.Actual : null, open.IsLabelled ? open.Time : 0);

    public OpenPrediction ToOpen(DateTimeOffset started)
    {
        OpenPrediction open = new(Key, Score, Predicted, Window, At is { } at ? (long)(at - started).TotalMilliseconds : 0);
        if (Actual is { } actual)
        {
            open.Restore(actual, Delay);
        }

        return open;
    }
}
