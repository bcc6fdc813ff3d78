namespace Lifecycle.Validation;

/// <summary>On which scale two values of a metric are compared.</summary>
internal enum PairedScale
{
    /// <summary>First minus second, oriented: positive is better.</summary>
    Difference,

    /// <summary>The oriented difference over the size of the second.</summary>
    Relative,

    /// <summary>First over second; the second must be above 0.</summary>
    Ratio,
}

/// <summary>Comparisons of two values.</summary>
internal static class PairedScales
{
    public static int Orientation(Metric metric) => metric.Direction == Direction.LowerIsBetter ? -1 : 1;

    public static MetricValue Of(this PairedScale scale, Metric metric, MetricValue first, MetricValue second)
    {
        if (!first.IsDefined || !second.IsDefined)
        {
            return first.IsDefined ? second : first;
        }

        double difference = Orientation(metric) * (first.Value - second.Value);
        return scale switch
        {
            PairedScale.Difference => MetricValue.Of(difference),
            PairedScale.Relative => second.Value == 0 ? MetricValue.Undefined(UndefinedReason.ZeroBaseline) : MetricValue.Of(difference / Math.Abs(second.Value)),
            _ => second.Value <= 0 ? MetricValue.Undefined(UndefinedReason.ZeroBaseline) : MetricValue.Of(first.Value / second.Value),
        };
    }
}
