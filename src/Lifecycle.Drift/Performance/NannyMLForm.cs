namespace Lifecycle.Drift;

/// <summary>
/// Metrics and sampling errors by the formulas of NannyML 0.13, with what is odd about them: running sums rounded to five decimals, and in the sampling
/// error of the AUC only the spread of the rarer class.
/// </summary>
internal static class NannyMLForm
{
    private const int Decimals = 5;

    public static double Value(PerformanceMetric metric, ScoredRows rows, ReadOnlySpan<double> probabilities) => metric.Kind switch
    {
        MetricKind.AreaUnderRoc => Area(probabilities),
        MetricKind.AveragePrecision => AveragePrecision(probabilities),
        _ => MetricFormula.Value(metric, rows, probabilities),
    };

    /// <summary>Sampling error on the reference times the root of the rows.</summary>
    public static double UnitError(PerformanceMetric metric, ScoredRows reference, ReadOnlySpan<double> labels)
    {
        if (metric.Kind == MetricKind.AreaUnderRoc)
        {
            return AreaError(labels);
        }

        double truePositives = 0, falsePositives = 0, positives = 0, rows = labels.Length;
        for (int i = 0; i < labels.Length; i++)
        {
            positives += labels[i];
            truePositives += reference.Predicted[i] ? labels[i] : 0;
            falsePositives += reference.Predicted[i] ? 1 - labels[i] : 0;
        }

        double falseNegatives = positives - truePositives, trueNegatives = rows - positives - falsePositives;
        return metric.Kind switch
        {
            MetricKind.Accuracy => Spread(truePositives + trueNegatives, rows),
            MetricKind.Precision => Relative(truePositives, truePositives + falsePositives, rows),
            MetricKind.Recall => Relative(truePositives, positives, rows),
            MetricKind.Specificity => Relative(trueNegatives, trueNegatives + falsePositives, rows),
            MetricKind.F1 => Relative(truePositives, truePositives + falsePositives + falseNegatives, rows)
                * (truePositives + falsePositives + falseNegatives) / (truePositives + 0.5 * (falsePositives + falseNegatives)),
            _ => MetricFormula.UnitError(metric, reference, labels),
        };
    }

    private static double Area(ReadOnlySpan<double> ascending)
    {
        double area = 0, sum = 0, positives = 0, negatives = 0;
        for (int k = 1; k <= ascending.Length; k++)
        {
            sum += ascending[^k];
            double nextPositives = Math.Round(sum, Decimals), nextNegatives = Math.Round(k - sum, Decimals);
            area += (nextNegatives - negatives) * (positives + nextPositives) / 2;
            (positives, negatives) = (nextPositives, nextNegatives);
        }

        return area / (positives * negatives);
    }

    private static double AveragePrecision(ReadOnlySpan<double> ascending)
    {
        double total = 0, sum = 0, positives = 0;
        for (int k = 1; k <= ascending.Length; k++)
        {
            sum += ascending[^k];
            double next = Math.Round(sum, Decimals);
            total += (next - positives) * (next / k);
            positives = next;
        }

        return total / positives;
    }

    /// <summary>Spread of the share of the other class that is below each row of the rarer class, over the root of that class's share.</summary>
    private static double AreaError(ReadOnlySpan<double> labels)
    {
        double positives = 0;
        foreach (double label in labels)
        {
            positives += label;
        }

        bool turned = positives > 0.5 * labels.Length;
        double rare = turned ? labels.Length - positives : positives, others = labels.Length - rare, below = 0, sum = 0, squares = 0;
        for (int k = 0; k < labels.Length; k++)
        {
            double label = turned ? 1 - labels[labels.Length - 1 - k] : labels[k];
            if (label > 0)
            {
                sum += below / others;
                squares += below / others * (below / others);
            }
            else
            {
                below++;
            }
        }

        double mean = sum / rare;
        return Math.Sqrt(Math.Max(0, squares / rare - mean * mean)) / Math.Sqrt(rare / labels.Length);
    }

    private static double Spread(double hits, double of) => Math.Sqrt(hits / of * (1 - hits / of));

    private static double Relative(double hits, double of, double rows) => Spread(hits, of) / Math.Sqrt(of / rows);
}
