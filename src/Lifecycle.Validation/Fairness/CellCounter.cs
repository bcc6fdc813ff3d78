namespace Lifecycle.Validation;

/// <summary>Counts group × label × decision in one pass: cell = 4 group + 2 label + decision.</summary>
internal static class CellCounter
{
    /// <param name="set">The rows.</param>
    /// <param name="codes">The group of each row, -1 for none; null when all belong to one.</param>
    /// <param name="groups">Number of groups.</param>
    public static ConfusionCounts[] Count(EvaluationSet set, int[]? codes, int groups) =>
        set.IsWeighted ? Weighted(set, codes, groups) : Unweighted(set, codes, groups);

    private static ConfusionCounts[] Unweighted(EvaluationSet set, int[]? codes, int groups)
    {
        long[] cells = new long[4 * groups];
        ReadOnlySpan<bool> labels = set.Labels, predictions = set.Predictions;
        for (int i = 0; i < labels.Length; i++)
        {
            int group = codes is null ? 0 : codes[i];
            if (group >= 0)
            {
                cells[4 * group + (labels[i] ? 2 : 0) + (predictions[i] ? 1 : 0)]++;
            }
        }

        return Join(groups, i => cells[i]);
    }

    private static ConfusionCounts[] Weighted(EvaluationSet set, int[]? codes, int groups)
    {
        double[] sums = new double[4 * groups], lost = new double[4 * groups];
        ReadOnlySpan<bool> labels = set.Labels, predictions = set.Predictions;
        ReadOnlySpan<double> weights = set.Weights;
        for (int i = 0; i < labels.Length; i++)
        {
            int group = codes is null ? 0 : codes[i];
            if (group < 0)
            {
                continue;
            }

            int cell = 4 * group + (labels[i] ? 2 : 0) + (predictions[i] ? 1 : 0);
            double sum = sums[cell] + weights[i];
            lost[cell] += Math.Abs(sums[cell]) >= weights[i] ? sums[cell] - sum + weights[i] : weights[i] - sum + sums[cell];
            sums[cell] = sum;
        }

        return Join(groups, i => sums[i] + lost[i]);
    }

    private static ConfusionCounts[] Join(int groups, Func<int, double> cell)
    {
        ConfusionCounts[] counts = new ConfusionCounts[groups];
        for (int g = 0; g < groups; g++)
        {
            counts[g] = new ConfusionCounts(cell(4 * g), cell(4 * g + 1), cell(4 * g + 2), cell(4 * g + 3));
        }

        return counts;
    }
}
