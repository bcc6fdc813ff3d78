namespace Lifecycle.Drift;

/// <summary>
/// Weights against the bias of early labels: rows are cut into tenths of the window's scores, equal scores together, and a labelled row weighs
/// 1/P(labelled by now in its tenth).
/// </summary>
internal static class ScoreTenths
{
    private const int Tenths = 10;

    /// <summary>Weights of the labelled rows.</summary>
    /// <param name="all">Scores of the whole window, in any order.</param>
    /// <param name="labelled">Scores of the labelled rows, in any order.</param>
    /// <param name="reason">Why there are none; null when there are.</param>
    public static double[] Weights(ReadOnlySpan<double> all, ReadOnlySpan<double> labelled, out string? reason)
    {
        double[] sorted = all.ToArray();
        Array.Sort(sorted);
        double[] starts = Starts(sorted);
        int[] rows = new int[starts.Length], known = new int[starts.Length];
        foreach (double score in sorted)
        {
            rows[TenthOf(starts, score)]++;
        }

        foreach (double score in labelled)
        {
            known[TenthOf(starts, score)]++;
        }

        int unknown = known.Count(k => k == 0);
        reason = unknown == 0 ? null : $"no label yet in {unknown} of {known.Length} parts of the scores";
        double[] weights = new double[labelled.Length];
        for (int i = 0; i < weights.Length && unknown == 0; i++)
        {
            int tenth = TenthOf(starts, labelled[i]);
            weights[i] = (double)rows[tenth] / known[tenth];
        }

        return weights;
    }

    /// <summary>How many equally weighted rows are as good: (Σw)²/Σw².</summary>
    public static double EffectiveRows(ReadOnlySpan<double> weights)
    {
        double sum = 0, squares = 0;
        foreach (double weight in weights)
        {
            sum += weight;
            squares += weight * weight;
        }

        return squares > 0 ? sum * sum / squares : 0;
    }

    /// <summary>The lowest score of each tenth; fewer than ten when scores are tied.</summary>
    public static double[] Starts(ReadOnlySpan<double> sorted)
    {
        List<double> starts = [];
        for (int k = 0; k < Tenths && !sorted.IsEmpty; k++)
        {
            double start = sorted[(int)((long)k * sorted.Length / Tenths)];
            if (starts.Count == 0 || start > starts[^1])
            {
                starts.Add(start);
            }
        }

        return [.. starts];
    }

    public static int TenthOf(double[] starts, double score)
    {
        int at = Array.BinarySearch(starts, score);
        return Math.Max(0, at >= 0 ? at : ~at - 1);
    }
}
