namespace Lifecycle.Validation;

/// <summary>What other libraries make of a figure that is undefined or computed otherwise here.</summary>
internal static class Compatibility
{
    /// <summary>What Aequitas puts in place of a division by 0.</summary>
    public const double AequitasInfinity = 10;

    private static readonly string EntropyAtZero = MetricName.Of(nameof(Metric.GeneralizedEntropy), "0");

    public static MetricValue Read(FairnessCompat compat, GroupResult group, Metric metric, MetricValue value)
    {
        if (value.IsDefined)
        {
            return compat == FairnessCompat.Aif360 && metric.Name == EntropyAtZero ? IndividualFairness.GeneralizedEntropy(group.Counts, 0, compat) : value;
        }

        bool isPlain = metric.OfCounts is not null && metric.ClassName is null && group.Counts.Total > 0
            && value.Reason is not (UndefinedReason.NonFinite or UndefinedReason.MissingMetric);
        return (compat, isPlain) switch
        {
            (FairnessCompat.Fairlearn, true) => OfFairlearn(group, metric),
            (FairnessCompat.Aif360, true) when metric == Metric.Precision || metric == Metric.NegativePredictiveValue
                || metric == Metric.FalseDiscoveryRate || metric == Metric.FalseOmissionRate => MetricValue.Of(0),
            _ => value,
        };
    }

    /// <summary>A ratio to a reference: x/0 is 10 for Aequitas, 0/0 stays undefined.</summary>
    public static MetricValue Ratio(FairnessCompat compat, double value, double reference) =>
        compat == FairnessCompat.Aequitas && reference == 0 && value > 0
            ? MetricValue.Of(AequitasInfinity)
            : MetricValue.Quotient(value, reference, UndefinedReason.ZeroBaseline);

    private static MetricValue OfFairlearn(GroupResult group, Metric metric) => metric == Metric.BalancedAccuracy
        // scikit-learn averages the recall of the classes that are there.
        ? group[group.Counts.Positives > 0 ? Metric.TruePositiveRate : Metric.TrueNegativeRate]
        : MetricValue.Of(0);
}
