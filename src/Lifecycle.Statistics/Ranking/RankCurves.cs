namespace Lifecycle.Statistics;

/// <summary>Figures of a ranking of labelled rows by score: area under the ROC curve and average precision.</summary>
public static class RankCurves
{
    /// <summary>
    /// The area under the ROC curve: the chance that a positive row scores above a negative one, ties counting one half
    /// (Hanley and McNeil 1982). O(n) for radix-sorted scores.
    /// </summary>
    /// <param name="scores">One finite score a row; higher means more likely positive.</param>
    /// <param name="labels">True for positive rows; as long as <paramref name="scores"/>.</param>
    /// <param name="weights">Finite weights of at least 0, or empty for equal weights.</param>
    /// <returns>A value in [0, 1]; NaN when one of the classes has no row or no weight.</returns>
    /// <exception cref="ArgumentException">Lengths differ, a score is NaN, or a weight is negative or not finite.</exception>
    public static double AreaUnderRoc(ReadOnlySpan<double> scores, ReadOnlySpan<bool> labels, ReadOnlySpan<double> weights = default)
    {
        int[] order = Order(scores, labels, weights);
        double area = 0, positives = 0, negatives = 0;
        for (int from = 0, to; from < order.Length; from = to)
        {
            (double tiedPositives, double tiedNegatives) = Step(order, scores, labels, weights, from, out to);
            area += tiedPositives * (negatives + 0.5 * tiedNegatives);
            positives += tiedPositives;
            negatives += tiedNegatives;
        }

        return positives > 0 && negatives > 0 ? area / (positives * negatives) : double.NaN;
    }

    /// <summary>
    /// Average precision: the sum over distinct thresholds, from the highest score down, of the rise in recall times the
    /// precision there, without interpolation.
    /// </summary>
    /// <param name="scores">One score a row; higher means more likely positive.</param>
    /// <param name="labels">True for positive rows; as long as <paramref name="scores"/>.</param>
    /// <param name="weights">Finite weights of at least 0, or empty for equal weights.</param>
    /// <returns>A value in [0, 1]; NaN when there is no positive row or weight.</returns>
    /// <exception cref="ArgumentException">Lengths differ, a score is NaN, or a weight is negative or not finite.</exception>
    public static double AveragePrecision(ReadOnlySpan<double> scores, ReadOnlySpan<bool> labels, ReadOnlySpan<double> weights = default)
    {
        int[] order = Order(scores, labels, weights);
        Array.Reverse(order);
        double sum = 0, positives = 0, selected = 0;
        for (int from = 0, to; from < order.Length; from = to)
        {
            (double tiedPositives, double tiedNegatives) = Step(order, scores, labels, weights, from, out to);
            positives += tiedPositives;
            selected += tiedPositives + tiedNegatives;
            sum += tiedPositives > 0 ? tiedPositives * (positives / selected) : 0;
        }

        return positives > 0 ? sum / positives : double.NaN;
    }

    internal static int[] Order(ReadOnlySpan<double> scores, ReadOnlySpan<bool> labels, ReadOnlySpan<double> weights)
    {
        if (labels.Length != scores.Length || (!weights.IsEmpty && weights.Length != scores.Length))
        {
            throw new ArgumentException(
                $"{scores.Length} scores, {labels.Length} labels and {weights.Length} weights do not belong together.");
        }

        foreach (double weight in weights)
        {
            if (!(weight >= 0 && double.IsFinite(weight)))
            {
                throw new ArgumentException($"A weight is finite and at least 0, not {weight}.", nameof(weights));
            }
        }

        foreach (double score in scores)
        {
            if (double.IsNaN(score))
            {
                throw new ArgumentException("A score is NaN; drop or replace such rows first.", nameof(scores));
            }
        }

        return RadixOrder.Ascending(scores);
    }

    private static (double Positives, double Negatives) Step(
        int[] order, ReadOnlySpan<double> scores, ReadOnlySpan<bool> labels, ReadOnlySpan<double> weights, int from, out int to)
    {
        double positives = 0, negatives = 0, score = scores[order[from]];
        for (to = from; to < order.Length && scores[order[to]] == score; to++)
        {
            double weight = weights.IsEmpty ? 1 : weights[order[to]];
            if (labels[order[to]])
            {
                positives += weight;
            }
            else
            {
                negatives += weight;
            }
        }

        return (positives, negatives);
    }
}
