using System.Globalization;

namespace Lifecycle.Drift;

/// <summary>A metric of a window fell below its limit. Told once a window for the estimate, and once for the labels.</summary>
/// <param name="Point">The window.</param>
/// <param name="Metric">The metric.</param>
/// <param name="ByLabels">Whether labels showed it; else it is estimated.</param>
public sealed record PerformanceFall(PerformancePoint Point, MetricPoint Metric, bool ByLabels)
{
    /// <summary>The value that fell.</summary>
    public double Value => ByLabels ? Metric.Realized.Value : Metric.Estimated.Value;

    /// <summary>What it fell below.</summary>
    public double Limit => ByLabels ? Metric.RealizedLimit : Metric.Limit;

    /// <summary>One line for a person.</summary>
    public string Summary => string.Create(
        CultureInfo.InvariantCulture,
        $"{Metric.Metric} {(ByLabels ? "measured" : "estimated")} at {Value:0.0000}, below {Limit:0.0000} (reference {Metric.Reference:0.0000}), in {Point.Rows:N0} predictions up to {Point.Window.End:yyyy-MM-dd HH:mm}");

    /// <summary>The summary.</summary>
    public override string ToString() => Summary;
}
