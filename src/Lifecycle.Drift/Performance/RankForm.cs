namespace Lifecycle.Drift;

/// <summary>
/// The metrics of the ranking over rows that are positive with a probability (0 or 1 for a label): AUC and average precision, tied scores as one step.
/// </summary>
internal static class RankForm
{
    /// <summary>Area under the curve through (Σ(1 - p), Σp), from the highest score down; NaN with one class.</summary>
    public static double Area(ScoredRows rows, ReadOnlySpan<double> probabilities)
    {
        double area = 0, positives = 0, negatives = 0;
        for (int from = 0, to; from < rows.Count; from = to)
        {
            (double p, double n) = Step(rows, probabilities, from, out to);
            area += p * (negatives + 0.5 * n);
            positives += p;
            negatives += n;
        }

        return positives > 0 && negatives > 0 ? area / (positives * negatives) : double.NaN;
    }

    /// <summary>Σ over steps, from the highest score down, of the rise in recall times the precision there; NaN without positives.</summary>
    public static double AveragePrecision(ScoredRows rows, ReadOnlySpan<double> probabilities)
    {
        double sum = 0, positives = 0, selected = 0;
        for (int to = rows.Count, from; to > 0; to = from)
        {
            (double p, double n) = StepDown(rows, probabilities, to, out from);
            positives += p;
            selected += p + n;
            sum += p > 0 ? p * (positives / selected) : 0;
        }

        return positives > 0 ? sum / positives : double.NaN;
    }

    /// <summary>
    /// How the area moves with the label of each row (<paramref name="perLabel"/>), or with its weight, the label standing. By the label: (negatives
    /// below + half of the ties - positives above - half of the ties)/(PN) - AUC(1/P - 1/N).
    /// </summary>
    public static void AreaSlopes(ScoredRows rows, ReadOnlySpan<double> probabilities, bool perLabel, Span<double> slopes)
    {
        (double positives, double negatives) = Totals(rows, probabilities);
        double area = Area(rows, probabilities), pairs = positives * negatives, positivesBelow = 0, negativesBelow = 0;
        for (int from = 0, to; from < rows.Count; from = to)
        {
            (double p, double n) = Step(rows, probabilities, from, out to);
            double below = negativesBelow + 0.5 * n, above = positives - positivesBelow - 0.5 * p;
            for (int i = from; i < to; i++)
            {
                double y = probabilities[i];
                slopes[i] = perLabel
                    ? (below - above) / pairs - area * (1 / positives - 1 / negatives)
                    : (y * below + (1 - y) * above) / pairs - area * (y / positives + (1 - y) / negatives);
            }

            positivesBelow += p;
            negativesBelow += n;
        }
    }

    /// <summary>The same for average precision: with A = Σ_t p_t S_t/c_t over the steps from above (S positives, c rows down to t).</summary>
    public static void PrecisionSlopes(ScoredRows rows, ReadOnlySpan<double> probabilities, bool perLabel, Span<double> slopes)
    {
        (double total, _) = Totals(rows, probabilities);
        double value = AveragePrecision(rows, probabilities), positives = total, selected = 0;
        for (int i = 0; i < rows.Count; i++)
        {
            selected += rows.WeightOf(i);
        }

        double shares = 0, squares = 0;
        for (int from = 0, to; from < rows.Count; from = to)
        {
            (double p, double n) = Step(rows, probabilities, from, out to);
            double precision = selected > 0 ? positives / selected : 0;
            shares += selected > 0 ? p / selected : 0;
            squares += selected > 0 ? p * precision / selected : 0;
            for (int i = from; i < to; i++)
            {
                double y = probabilities[i];
                slopes[i] = perLabel ? (precision + shares - value) / total : (y * (precision + shares - value) - squares) / total;
            }

            positives -= p;
            selected -= p + n;
        }
    }

    private static (double Positives, double Negatives) Totals(ScoredRows rows, ReadOnlySpan<double> probabilities)
    {
        double positives = 0, negatives = 0;
        for (int i = 0; i < rows.Count; i++)
        {
            positives += rows.WeightOf(i) * probabilities[i];
            negatives += rows.WeightOf(i) * (1 - probabilities[i]);
        }

        return (positives, negatives);
    }

    private static (double Positives, double Negatives) Step(ScoredRows rows, ReadOnlySpan<double> probabilities, int from, out int to)
    {
        double[] scores = rows.Scores;
        double score = scores[from], positives = 0, negatives = 0;
        for (to = from; to < scores.Length && scores[to] == score; to++)
        {
            Add(rows, probabilities, to, ref positives, ref negatives);
        }

        return (positives, negatives);
    }

    private static (double Positives, double Negatives) StepDown(ScoredRows rows, ReadOnlySpan<double> probabilities, int to, out int from)
    {
        double[] scores = rows.Scores;
        double score = scores[to - 1], positives = 0, negatives = 0;
        for (from = to; from > 0 && scores[from - 1] == score; from--)
        {
            Add(rows, probabilities, from - 1, ref positives, ref negatives);
        }

        return (positives, negatives);
    }

    private static void Add(ScoredRows rows, ReadOnlySpan<double> probabilities, int row, ref double positives, ref double negatives)
    {
        double weight = rows.Weights.Length == 0 ? 1 : rows.Weights[row], p = probabilities[row];
        positives += weight * p;
        negatives += weight * (1 - p);
    }
}
