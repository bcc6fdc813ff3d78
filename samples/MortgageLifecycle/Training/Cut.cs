namespace MortgageLifecycle.Training;

/// <summary>Where scores become decisions. Scores of the smaller group are stretched so that its own threshold comes to lie on the common one.</summary>
/// <param name="Threshold">Least score that is approved.</param>
/// <param name="GroupThreshold">Least score of the smaller group before it is stretched; equal to <paramref name="Threshold"/> when one holds for all.</param>
internal readonly record struct Cut(float Threshold, float GroupThreshold)
{
    /// <summary>The bank turns down as many as it always has.</summary>
    public const double DeniedShare = 0.12;

    /// <summary>Factor of group scores below the group's threshold.</summary>
    public float Below => Threshold / GroupThreshold;

    /// <summary>Factor of group scores above it: 0 stays 0, 1 stays 1, the order within the group stays.</summary>
    public float Above => (1 - Threshold) / (1 - GroupThreshold);

    /// <summary>
    /// One threshold: the quantile at which the bank approves its usual share. By group: thresholds at which those who repay are approved
    /// equally often in both groups, as often as the one threshold approves them overall.
    /// </summary>
    public static Cut Choose(IReadOnlyList<Scored> rows, bool byGroup)
    {
        float all = Quantile(rows.Select(r => r.Probability), DeniedShare);
        if (!byGroup)
        {
            return new Cut(all, all);
        }

        double wronglyDenied = rows.Count(r => r.Repays && r.Probability < all) / (double)rows.Count(r => r.Repays);
        float larger = Quantile(rows.Where(r => r.Repays && !r.InGroup).Select(r => r.Probability), wronglyDenied);
        float smaller = Quantile(rows.Where(r => r.Repays && r.InGroup).Select(r => r.Probability), wronglyDenied);
        return new Cut(larger, smaller);
    }

    public float Apply(Scored row) => !row.InGroup ? row.Probability
        : row.Probability < GroupThreshold ? row.Probability * Below
        : Threshold + ((row.Probability - GroupThreshold) * Above);

    public bool Approves(Scored row) => Apply(row) >= Threshold;

    private static float Quantile(IEnumerable<float> values, double share)
    {
        float[] sorted = [.. values.Order()];
        return sorted[(int)(share * sorted.Length)];
    }
}

/// <summary>One application with the score of a model that never saw it.</summary>
internal readonly record struct Scored(float Probability, bool Repays, bool InGroup);
