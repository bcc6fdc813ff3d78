using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>
/// The oriented difference of a metric between two models on the same rows (positive: the first is better) with one-sided bounds:
/// DeLong for the area under the ROC curve, Agresti-Min for shares of the same rows.
/// </summary>
internal static class PairedDifference
{
    public static IReadOnlyList<Metric> Comparable { get; } =
    [
        Metric.AreaUnderRoc, Metric.Accuracy, Metric.ErrorRate, Metric.TruePositiveRate, Metric.FalseNegativeRate, Metric.TrueNegativeRate, Metric.FalsePositiveRate,
    ];

    public static bool CanCompare(Metric metric) => Comparable.Contains(metric);

    public static MetricInterval Of(
        Metric metric, EvaluationSet set, ReadOnlySpan<double> scores, ReadOnlySpan<bool> predictions,
        ReadOnlySpan<double> otherScores, ReadOnlySpan<bool> otherPredictions, double confidence)
    {
        if (set.IsWeighted)
        {
            throw new InvalidOperationException("Two models are compared on rows that all count alike; the set has weights. Compare without them.");
        }

        return metric == Metric.AreaUnderRoc
            ? Area(set, scores, otherScores, confidence)
            : Shares(metric, set, predictions, otherPredictions, confidence);
    }

    private static MetricInterval Area(EvaluationSet set, ReadOnlySpan<double> scores, ReadOnlySpan<double> otherScores, double confidence)
    {
        const string Method = "paired DeLong";
        if (scores.IsEmpty || otherScores.IsEmpty)
        {
            return MetricInterval.Undefined(UndefinedReason.MissingMetric, Method);
        }

        AreaComparison pair = DeLong.Compare(scores, otherScores, set.Labels);
        if (!double.IsFinite(pair.Difference))
        {
            return MetricInterval.Undefined(UndefinedReason.OneClass, Method);
        }

        // Fewer than two rows of a class have no variance. Two different rankings with none (both separate the classes) differ by 0.
        double error = pair.StandardError;
        return !double.IsFinite(pair.First.Variance) || !double.IsFinite(error)
            ? MetricInterval.Undefined(UndefinedReason.TooFewRows, Method)
            : Bounds(pair.Difference, pair.Difference, error, confidence, Method);
    }

    private static MetricInterval Shares(Metric metric, EvaluationSet set, ReadOnlySpan<bool> predictions, ReadOnlySpan<bool> others, double confidence)
    {
        const string Method = "Agresti-Min";
        bool? only = metric == Metric.TruePositiveRate || metric == Metric.FalseNegativeRate ? true
            : metric == Metric.TrueNegativeRate || metric == Metric.FalsePositiveRate ? false : null;
        long rows = 0, firstOnly = 0, secondOnly = 0;
        for (int i = 0; i < predictions.Length; i++)
        {
            bool label = set.Labels[i];
            if (only is null || label == only)
            {
                rows++;
                firstOnly += predictions[i] == label && others[i] != label ? 1 : 0;
                secondOnly += predictions[i] != label && others[i] == label ? 1 : 0;
            }
        }

        if (rows < 2)
        {
            UndefinedReason reason = rows == 1 ? UndefinedReason.TooFewRows
                : only is { } label ? (label ? UndefinedReason.NoPositives : UndefinedReason.NoNegatives) : UndefinedReason.NoRows;
            return MetricInterval.Undefined(reason, Method);
        }

        PairedProportions pair = new(firstOnly, secondOnly, rows);
        return Bounds((double)(firstOnly - secondOnly) / rows, pair.Difference, pair.StandardError, confidence, Method);
    }

    private static MetricInterval Bounds(double value, double centre, double error, double confidence, string method)
    {
        if (confidence == Confidence.None)
        {
            return new MetricInterval(MetricValue.Of(value), value, value, "point");
        }

        double half = NormalDistribution.Quantile(confidence) * error;
        return new MetricInterval(MetricValue.Of(value), Math.Max(-1, centre - half), Math.Min(1, centre + half), method);
    }
}
