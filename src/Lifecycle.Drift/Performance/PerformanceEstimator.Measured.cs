namespace Lifecycle.Drift;

public sealed partial class PerformanceEstimator
{
    /// <summary>What labels say. Tied scores are one step, so that the order of the rows does not matter.</summary>
    /// <param name="metric">The metric.</param>
    /// <param name="scores">Scores, each in [0, 1].</param>
    /// <param name="predicted">True for rows that were predicted positive; empty means by a threshold of .5.</param>
    /// <param name="labels">True for positive rows.</param>
    /// <param name="weights">Finite weights of at least 0; empty means equal ones.</param>
    /// <returns>The value, or why there is none.</returns>
    /// <exception cref="ArgumentException">Lengths differ, a score lies outside [0, 1] or a weight is no weight; the message names the row.</exception>
    public static MetricEstimate Measure(
        PerformanceMetric metric, ReadOnlySpan<double> scores, ReadOnlySpan<bool> predicted, ReadOnlySpan<bool> labels, ReadOnlySpan<double> weights = default)
    {
        RowCheck.Lengths(scores.Length, labels.Length, predicted);
        return Evaluate(metric, scores, ScoredRows.Numbers(labels), predicted, weights);
    }

    /// <summary>The value that probabilities of one's own give: each row is positive with its probability.</summary>
    /// <param name="metric">The metric.</param>
    /// <param name="scores">What the rows are ranked by, each in [0, 1].</param>
    /// <param name="probabilities">Calibrated probabilities, each in [0, 1].</param>
    /// <param name="predicted">True for rows that were predicted positive; empty means by a threshold of .5 on the scores.</param>
    /// <param name="weights">Finite weights of at least 0; empty means equal ones.</param>
    /// <returns>The value, or why there is none; the same to the bit for any order of the rows.</returns>
    /// <exception cref="ArgumentException">Lengths differ, a score or a probability lies outside [0, 1] or a weight is no weight; the message names the row.</exception>
    public static MetricEstimate Evaluate(
        PerformanceMetric metric, ReadOnlySpan<double> scores, ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> predicted = default,
        ReadOnlySpan<double> weights = default)
    {
        ScoredRows rows = Rows(metric, scores, probabilities, predicted, weights);
        return MetricFormula.Of(metric, rows, rows.Probabilities);
    }

    /// <summary>
    /// The value that NannyML 0.13 gives for such probabilities: AUC and average precision from running sums rounded to five decimals, with tied scores
    /// in the order of the rows, last row first.
    /// </summary>
    /// <param name="metric">The metric.</param>
    /// <param name="scores">What the rows are ranked by, each in [0, 1].</param>
    /// <param name="probabilities">Calibrated probabilities, each in [0, 1].</param>
    /// <param name="predicted">True for rows that were predicted positive; empty means by a threshold of .5 on the scores.</param>
    /// <exception cref="ArgumentException">Lengths differ or a number lies outside [0, 1]; the message names the row.</exception>
    public static MetricEstimate EvaluateAsNannyML(
        PerformanceMetric metric, ReadOnlySpan<double> scores, ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> predicted = default)
    {
        ScoredRows sorted = Rows(metric, scores, probabilities, predicted, default);
        if (RatioForm.Of(metric) is null && sorted.Count > 0)
        {
            double[] keys = scores.ToArray(), own = probabilities.ToArray();
            int[] order = [.. Enumerable.Range(0, keys.Length).OrderBy(i => keys[i])];
            sorted = sorted with { Probabilities = [.. order.Select(i => own[i])] };
        }

        double value = NannyMLForm.Value(metric, sorted, sorted.Probabilities);
        return double.IsNaN(value) ? MetricEstimate.Undefined(metric, "NannyML gives NaN") : new MetricEstimate(metric, value);
    }

    private static ScoredRows Rows(
        PerformanceMetric metric, ReadOnlySpan<double> scores, ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> predicted, ReadOnlySpan<double> weights)
    {
        ArgumentNullException.ThrowIfNull(metric);
        RowCheck.Scores(scores, "scores");
        RowCheck.Scores(probabilities, "probabilities");
        RowCheck.Weights(weights);
        RowCheck.Lengths(scores.Length, probabilities.Length, predicted);
        if (!weights.IsEmpty)
        {
            RowCheck.Lengths(scores.Length, weights.Length, default);
        }

        return ScoredRows.Of(scores, predicted, 0.5, probabilities, weights);
    }
}
