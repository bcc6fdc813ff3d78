namespace Lifecycle.Statistics;

/// <summary>How the scores are cut into bins.</summary>
public enum CalibrationBins
{
    /// <summary>Bins of equal width: bin = min(floor(bins · score), bins - 1).</summary>
    EqualWidth,

    /// <summary>Bins of equal count in the order of the scores; equal scores may fall on both sides of a cut.</summary>
    EqualCount,
}

/// <summary>Calibration error of probabilities: how far mean score and share of positives are apart, bin by bin.</summary>
/// <param name="Expected">Mean distance over the bins, weighted by their rows (Naeini et al. 2015), in [0, 1].</param>
/// <param name="Maximum">Largest distance of a bin, in [0, 1].</param>
public readonly record struct CalibrationError(double Expected, double Maximum)
{
    /// <summary>Computes the calibration error of scores in [0, 1].</summary>
    /// <param name="scores">One probability a row.</param>
    /// <param name="labels">True for positive rows; as long as <paramref name="scores"/>.</param>
    /// <param name="bins">Number of bins, at least 1.</param>
    /// <param name="cut">How the bins are cut.</param>
    /// <returns>Both errors; NaN without rows.</returns>
    /// <exception cref="ArgumentException">Lengths differ or a score lies outside [0, 1].</exception>
    public static CalibrationError Of(
        ReadOnlySpan<double> scores, ReadOnlySpan<bool> labels, int bins = 10, CalibrationBins cut = CalibrationBins.EqualWidth)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bins);
        if (scores.Length != labels.Length)
        {
            throw new ArgumentException($"{scores.Length} scores and {labels.Length} labels do not belong together.");
        }

        foreach (double score in scores)
        {
            Probability.ThrowIfOutside(score, nameof(scores));
        }

        (long Rows, double Scores, long Positives)[] cells = new (long, double, long)[bins];
        int[] order = cut == CalibrationBins.EqualCount ? RadixOrder.Ascending(scores) : [];
        for (int k = 0; k < scores.Length; k++)
        {
            int row = order.Length > 0 ? order[k] : k;
            int bin = order.Length > 0 ? (int)((long)k * bins / scores.Length) : Math.Min((int)(bins * scores[row]), bins - 1);
            ref (long Rows, double Scores, long Positives) cell = ref cells[bin];
            cell = (cell.Rows + 1, cell.Scores + scores[row], cell.Positives + (labels[row] ? 1 : 0));
        }

        return Summarize(cells, scores.Length);
    }

    private static CalibrationError Summarize(ReadOnlySpan<(long Rows, double Scores, long Positives)> cells, int rows)
    {
        double expected = 0, maximum = 0;
        foreach ((long count, double scores, long positives) in cells)
        {
            double distance = Math.Abs(scores - positives);
            expected += distance;
            maximum = count == 0 ? maximum : Math.Max(maximum, distance / count);
        }

        return rows == 0 ? new CalibrationError(double.NaN, double.NaN) : new CalibrationError(expected / rows, maximum);
    }
}
