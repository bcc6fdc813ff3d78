namespace Lifecycle.Validation;

/// <summary>Figures of four counts that are not simple shares.</summary>
internal static class CountMetrics
{
    public static MetricValue F1(ConfusionCounts c) =>
        MetricValue.Quotient(2 * c.TruePositives, 2 * c.TruePositives + c.FalsePositives + c.FalseNegatives, UndefinedReason.NoPositives);

    public static MetricValue BalancedAccuracy(ConfusionCounts c) => Both(c, (tpr, fpr) => (tpr + (1 - fpr)) / 2);

    public static MetricValue Informedness(ConfusionCounts c) => Both(c, (tpr, fpr) => tpr - fpr);

    public static MetricValue MatthewsCorrelation(ConfusionCounts c)
    {
        UndefinedReason? reason = c switch
        {
            { Positives: 0 } or { Negatives: 0 } => UndefinedReason.OneClass,
            { PredictedPositives: 0 } => UndefinedReason.NoPredictedPositives,
            { PredictedNegatives: 0 } => UndefinedReason.NoPredictedNegatives,
            _ => null,
        };

        // Roots first: the product of four counts of 2^31 leaves no precision to spare.
        return reason is { } why
            ? MetricValue.Undefined(why)
            : MetricValue.Of((c.TruePositives * c.TrueNegatives - c.FalsePositives * c.FalseNegatives)
                / (Math.Sqrt(c.PredictedPositives) * Math.Sqrt(c.Positives) * Math.Sqrt(c.Negatives) * Math.Sqrt(c.PredictedNegatives)));
    }

    public static MetricValue CohenKappa(ConfusionCounts c)
    {
        double n = c.Total;
        double observed = (c.TruePositives + c.TrueNegatives) / n;
        double expected = c.Positives / n * (c.PredictedPositives / n) + c.Negatives / n * (c.PredictedNegatives / n);
        return expected >= 1 ? MetricValue.Undefined(UndefinedReason.OneClass) : MetricValue.Of((observed - expected) / (1 - expected));
    }

    public static MetricValue PositiveLikelihoodRatio(ConfusionCounts c)
    {
        if (c.Positives == 0 || c.Negatives == 0)
        {
            return MetricValue.Undefined(c.Positives == 0 ? UndefinedReason.NoPositives : UndefinedReason.NoNegatives);
        }

        return MetricValue.Quotient(c.TruePositives / c.Positives, c.FalsePositives / c.Negatives, UndefinedReason.ZeroBaseline);
    }

    private static MetricValue Both(ConfusionCounts c, Func<double, double, double> join)
    {
        if (c.Positives == 0 || c.Negatives == 0)
        {
            return MetricValue.Undefined(c.Positives == 0 ? UndefinedReason.NoPositives : UndefinedReason.NoNegatives);
        }

        return MetricValue.Of(join(c.TruePositives / c.Positives, c.FalsePositives / c.Negatives));
    }
}
