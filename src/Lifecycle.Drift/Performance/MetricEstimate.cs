using System.Globalization;
using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>The value of a metric on some rows, estimated or measured.</summary>
/// <param name="Metric">The metric.</param>
/// <param name="Value">The value; NaN when it is not defined.</param>
/// <param name="Interval">The 95 % interval in which the value that labels will show is expected; null for measured values and undefined ones.</param>
/// <param name="NotDefined">Why there is no value; null when there is one.</param>
public sealed record MetricEstimate(PerformanceMetric Metric, double Value, Interval? Interval = null, string? NotDefined = null)
{
    /// <summary>Whether there is a value.</summary>
    public bool IsDefined => NotDefined is null;

    /// <summary>For example <c>auc 0.8764 [0.8512, 0.9001]</c>.</summary>
    public override string ToString() => NotDefined is { } reason ? $"{Metric} not defined: {reason}"
        : Interval is { } interval ? string.Create(CultureInfo.InvariantCulture, $"{Metric} {Value:0.0000} [{interval.Lower:0.0000}, {interval.Upper:0.0000}]")
        : string.Create(CultureInfo.InvariantCulture, $"{Metric} {Value:0.0000}");

    internal static MetricEstimate Undefined(PerformanceMetric metric, string reason) => new(metric, double.NaN, null, reason);
}
