namespace Lifecycle.Statistics;

/// <summary>The z-test of two independent proportions with pooled variance.</summary>
public static class TwoProportions
{
    /// <summary>Tests equality of two proportions.</summary>
    /// <param name="successes1">Successes of the first sample.</param>
    /// <param name="trials1">Trials of the first sample, at least 1.</param>
    /// <param name="successes2">Successes of the second sample.</param>
    /// <param name="trials2">Trials of the second sample, at least 1.</param>
    /// <param name="alternative"><see cref="Alternative.Greater"/>: the first proportion is larger.</param>
    /// <returns>Statistic z and p-value by erfc; p = 1 when nobody or everybody succeeds.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A count is out of range.</exception>
    public static TestResult Test(
        long successes1, long trials1, long successes2, long trials2, Alternative alternative = Alternative.TwoSided)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(trials1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(trials2);
        ArgumentOutOfRangeException.ThrowIfNegative(successes1);
        ArgumentOutOfRangeException.ThrowIfNegative(successes2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes1, trials1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes2, trials2);
        double n = trials1, m = trials2, pooled = (successes1 + successes2) / (n + m);
        if (pooled is 0 or 1)
        {
            return TestResult.FromLog(0, 0, PValueMethod.Asymptotic, trials1, trials2);
        }

        double z = (successes1 / n - successes2 / m) / Math.Sqrt(pooled * (1 - pooled) * (1 / n + 1 / m));
        double log = alternative switch
        {
            Alternative.Greater => NormalDistribution.LogSurvival(z),
            Alternative.Less => NormalDistribution.LogSurvival(-z),
            _ => Math.Log(2) + NormalDistribution.LogSurvival(Math.Abs(z)),
        };
        return TestResult.FromLog(z, log, PValueMethod.Asymptotic, trials1, trials2);
    }
}
