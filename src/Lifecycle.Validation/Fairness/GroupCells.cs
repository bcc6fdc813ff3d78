namespace Lifecycle.Validation;

/// <summary>The table group × label × decision as cells of rows: cell = 4 group + 2 label + decision.</summary>
internal static class GroupCells
{
    public static (int[] Codes, int Cells) Of(EvaluationSet set, IReadOnlyList<string> by)
    {
        Grouping grouping = Grouping.Of(set, by, GroupEncoder.MaximumGroups);
        ReadOnlySpan<bool> labels = set.Labels, predictions = set.Predictions;
        int[] codes = new int[set.Count];
        for (int i = 0; i < codes.Length; i++)
        {
            int group = grouping.Codes[i];
            codes[i] = grouping.Missing[group] ? -1 : 4 * group + (labels[i] ? 2 : 0) + (predictions[i] ? 1 : 0);
        }

        return (codes, 4 * grouping.Keys.Length);
    }

    /// <summary>The groups that have rows.</summary>
    public static List<ConfusionCounts> Split(double[] counts)
    {
        List<ConfusionCounts> groups = [];
        for (int g = 0; g < counts.Length; g += 4)
        {
            ConfusionCounts group = new(counts[g], counts[g + 1], counts[g + 2], counts[g + 3]);
            if (group.Total > 0)
            {
                groups.Add(group);
            }
        }

        return groups;
    }
}
