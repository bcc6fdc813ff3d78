namespace Lifecycle.Drift;

/// <summary>A window of performance as JSON; what is not a number is left out.</summary>
internal sealed record PerformanceDocument(
    DriftWindow Window, bool IsOpen, bool IsFinal, int Rows, int Labelled, double Coverage, IReadOnlyList<MetricDocument> Metrics, IReadOnlyList<string> Warnings)
{
    public static PerformanceDocument Of(PerformancePoint point) => new(
        point.Window, point.IsOpen, point.IsFinal, point.Rows, point.Labelled, point.Coverage, [.. point.Metrics.Select(MetricDocument.Of)], point.Warnings);
}

/// <summary>One metric of a window.</summary>
internal sealed record MetricDocument(
    string Metric, EstimateDocument Estimated, EstimateDocument Realized, EstimateDocument Reweighted, double? Reference, double? Limit, double? RealizedLimit,
    bool EstimateFell, bool RealizedFell)
{
    public static MetricDocument Of(MetricPoint point) => new(
        point.Metric.Name, EstimateDocument.Of(point.Estimated), EstimateDocument.Of(point.Realized), EstimateDocument.Of(point.Reweighted),
        EstimateDocument.Finite(point.Reference), EstimateDocument.Finite(point.Limit), EstimateDocument.Finite(point.RealizedLimit), point.EstimateFell, point.RealizedFell);
}

/// <summary>A value of a metric, its interval, or why it is not defined.</summary>
internal sealed record EstimateDocument(double? Value, double? Lower, double? Upper, string? NotDefined)
{
    public static EstimateDocument Of(MetricEstimate estimate) => new(
        Finite(estimate.Value), Finite(estimate.Interval?.Lower), Finite(estimate.Interval?.Upper), estimate.NotDefined);

    public static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;
}
