namespace MortgageLifecycle.Training;

/// <summary>Where scores become decisions: approved when score + (shift if in the smaller group) is at least the threshold.</summary>
/// <param name="Threshold">Least score that is approved.</param>
/// <param name="Shift">Added to the scores of the smaller group; 0 when one threshold holds for all.</param>
internal readonly record struct Cut(float Threshold, float Shift)
{
    /// <summary>The bank turns down as many as it always has.</summary>
    public const double DeniedShare = 0.12;

    /// <summary>
    /// One threshold: the quantile at which the bank approves its usual share. By group: thresholds at which those who repay are approved
    /// equally often in both groups, as often as the one threshold approves them overall.
    /// </summary>
    public static Cut Choose(IReadOnlyList<Scored> rows, bool byGroup)
    {
        float all = Quantile(rows.Select(r => r.Probability), DeniedShare);
        if (!byGroup)
        {
            return new Cut(all, 0);
        }

        double wronglyDenied = rows.Count(r => r.Repays && r.Probability < all) / (double)rows.Count(r => r.Repays);
        float larger = Quantile(rows.Where(r => r.Repays && !r.InGroup).Select(r => r.Probability), wronglyDenied);
        float smaller = Quantile(rows.Where(r => r.Repays && r.InGroup).Select(r => r.Probability), wronglyDenied);
        return new Cut(larger, larger - smaller);
    }

    public float Apply(Scored row) => row.Probability + (row.InGroup ? Shift : 0);

    public bool Approves(Scored row) => Apply(row) >= Threshold;

    private static float Quantile(IEnumerable<float> values, double share)
    {
        float[] sorted = [.. values.Order()];
        return sorted[(int)(share * sorted.Length)];
    }
}

/// <summary>One application with the score of a model that never saw it.</summary>
internal readonly record struct Scored(float Probability, bool Repays, bool InGroup);
