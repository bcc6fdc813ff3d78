namespace Lifecycle.Validation;

/// <summary>Figures of predicted numbers.</summary>
internal static class RegressionMetrics
{
    public static double[] Residuals(EvaluationSet set, Func<double, double> of)
    {
        ReadOnlySpan<double> labels = set.NumberLabels, predictions = set.NumberPredictions;
        double[] terms = new double[labels.Length];
        for (int i = 0; i < terms.Length; i++)
        {
            terms[i] = of(predictions[i] - labels[i]);
        }

        return terms;
    }

    public static MetricValue Root(double[] sums, double weights) =>
        weights > 0 ? MetricValue.Of(Math.Sqrt(sums[0] / weights)) : MetricValue.Undefined(UndefinedReason.NoRows);

    /// <summary>Squared residuals, and the labels about their mean with their squares, so that nothing cancels.</summary>
    public static double[][] Squares(EvaluationSet set)
    {
        double[] labels = set.NumberLabels.ToArray();
        double centre = ScoreMetrics.Mean(labels, set, UndefinedReason.NoRows).Or(0);
        double[] about = Array.ConvertAll(labels, y => y - centre);
        return [Residuals(set, r => r * r), about, Array.ConvertAll(about, y => y * y)];
    }

    public static MetricValue Explained(double[] sums, double weights)
    {
        if (!(weights > 0))
        {
            return MetricValue.Undefined(UndefinedReason.NoRows);
        }

        // What rounding leaves of constant labels is no variance.
        double total = sums[2] - sums[1] * sums[1] / weights;
        return total <= 1e-14 * sums[2] || sums[2] == 0
            ? MetricValue.Undefined(UndefinedReason.ZeroVariance)
            : MetricValue.Of(1 - sums[0] / total);
    }

    public static MetricValue MedianAbsolute(EvaluationSet set)
    {
        double[] errors = Residuals(set, Math.Abs);
        double[] weights = set.IsWeighted ? set.Weights.ToArray() : [.. Enumerable.Repeat(1.0, errors.Length)];
        Array.Sort(errors, weights);
        return WeightedMedian(errors, weights);
    }

    /// <summary>Mean of the lower and the upper median of sorted values, so that whole weights mean repeated rows.</summary>
    public static MetricValue WeightedMedian(double[] sorted, ReadOnlySpan<double> weights)
    {
        double all = 0;
        foreach (double weight in weights)
        {
            all += weight;
        }

        if (!(all > 0))
        {
            return MetricValue.Undefined(UndefinedReason.NoRows);
        }

        double before = 0, lower = double.NaN;
        for (int i = 0; i < sorted.Length; i++)
        {
            before += weights[i];
            lower = double.IsNaN(lower) && before >= all / 2 ? sorted[i] : lower;
            if (before > all / 2)
            {
                return MetricValue.Of((lower + sorted[i]) / 2);
            }
        }

        return MetricValue.Of(lower);
    }
}
