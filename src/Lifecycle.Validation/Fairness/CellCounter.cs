using System.Runtime.InteropServices;

namespace Lifecycle.Validation;

/// <summary>Counts group × label × decision in one pass: cell = 4 group + 2 label + decision. Chunks are counted apart and joined in their order.</summary>
internal static class CellCounter
{
    /// <param name="set">The rows.</param>
    /// <param name="codes">The group of each row, -1 for none; null when all belong to one.</param>
    /// <param name="groups">Number of groups.</param>
    public static ConfusionCounts[] Count(EvaluationSet set, int[]? codes, int groups) =>
        set.IsWeighted ? Weighted(set, codes, groups) : Unweighted(set, codes, groups);

    private static ConfusionCounts[] Unweighted(EvaluationSet set, int[]? codes, int groups)
    {
        long[][] parts = new long[RowChunks.Count(set.Count)][];
        RowChunks.Each(set.Count, (chunk, from, to) =>
        {
            // Cell 0..3 belong to rows without a group.
            long[] cells = new long[4 * (groups + 1)];
            ReadOnlySpan<byte> labels = MemoryMarshal.Cast<bool, byte>(set.TruthFlags[from..to]);
            ReadOnlySpan<byte> predictions = MemoryMarshal.Cast<bool, byte>(set.DecisionFlags[from..to]);
            ReadOnlySpan<int> part = codes is null ? [] : codes.AsSpan(from, to - from);
            for (int i = 0; i < labels.Length; i++)
            {
                cells[4 * (part.IsEmpty ? 1 : part[i] + 1) + 2 * labels[i] + predictions[i]]++;
            }

            parts[chunk] = cells;
        });
        long[] sums = new long[4 * groups];
        foreach (long[] part in parts)
        {
            for (int i = 0; i < sums.Length; i++)
            {
                sums[i] += part[i + 4];
            }
        }

        return Join(groups, i => sums[i]);
    }

    private static ConfusionCounts[] Weighted(EvaluationSet set, int[]? codes, int groups)
    {
        NeumaierSum[][] parts = new NeumaierSum[RowChunks.Count(set.Count)][];
        RowChunks.Each(set.Count, (chunk, from, to) =>
        {
            NeumaierSum[] cells = new NeumaierSum[4 * groups];
            ReadOnlySpan<bool> labels = set.TruthFlags, predictions = set.DecisionFlags;
            ReadOnlySpan<double> weights = set.Weights;
            for (int i = from; i < to; i++)
            {
                int group = codes is null ? 0 : codes[i];
                if (group >= 0)
                {
                    cells[4 * group + (labels[i] ? 2 : 0) + (predictions[i] ? 1 : 0)].Add(weights[i]);
                }
            }

            parts[chunk] = cells;
        });
        NeumaierSum[] sums = parts[0];
        for (int p = 1; p < parts.Length; p++)
        {
            for (int i = 0; i < sums.Length; i++)
            {
                sums[i].Add(parts[p][i]);
            }
        }

        return Join(groups, i => sums[i].Value);
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
