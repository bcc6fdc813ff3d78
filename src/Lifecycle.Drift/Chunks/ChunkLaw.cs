using Lifecycle.Statistics;

namespace Lifecycle.Drift;

/// <summary>What a distance among distances of the past means: its p-value and the limit.</summary>
internal static class ChunkLaw
{
    /// <summary>Student's prediction limit: z lies as far above the mean as (z - mean)/(s √(1 + 1/k)) with k - 1 degrees of freedom.</summary>
    public static (double LogPValue, double Limit) Historical(double z, ReadOnlySpan<double> past, double alpha)
    {
        (double mean, double deviation) = Spread(past);
        double scale = deviation * Math.Sqrt(1 + 1.0 / past.Length), freedom = past.Length - 1;
        if (scale <= 0)
        {
            return (z > mean ? -1e300 : 0, mean);
        }

        double log = StudentTDistribution.LogSurvival((z - mean) / scale, freedom);
        return (Math.Clamp(log, -1e300, 0), mean + StudentTDistribution.Quantile(1 - alpha, freedom) * scale);
    }

    /// <summary>p = (1 + number of past scores at or above this one)/(k + 1); the limit is the past score whose rank is the last that alarms.</summary>
    public static (double LogPValue, double Limit) Conformal(double z, ReadOnlySpan<double> past, double alpha)
    {
        int above = 0;
        foreach (double score in past)
        {
            above += score >= z ? 1 : 0;
        }

        double[] sorted = past.ToArray();
        Array.Sort(sorted);
        int allowed = (int)Math.Floor(alpha * (past.Length + 1) + 1e-9) - 1;
        return (Math.Log((1.0 + above) / (past.Length + 1)), allowed < 0 ? double.PositiveInfinity : sorted[past.Length - 1 - allowed]);
    }

    public static (double Mean, double Deviation) Spread(ReadOnlySpan<double> values)
    {
        Moments moments = Moments.Of(values);
        return (moments.Mean, moments.Count < 2 ? 0 : moments.StandardDeviation);
    }
}
