namespace Lifecycle.Statistics;

/// <summary>Two-sided confidence intervals for proportions.</summary>
public static class BinomialInterval
{
    /// <summary>Wilson's score interval (1927), clamped to [0, 1].</summary>
    /// <param name="successes">Successes, in [0, trials].</param>
    /// <param name="trials">Trials, at least 0; without any the interval is [0, 1].</param>
    /// <param name="confidence">Confidence level, strictly between 0 and 1.</param>
    /// <returns>An interval inside [0, 1].</returns>
    /// <exception cref="ArgumentOutOfRangeException">Counts or confidence are out of range.</exception>
    public static Interval Wilson(long successes, long trials, double confidence = 0.95)
    {
        Check(successes, trials);
        double z = Interval.HalfTailQuantile(confidence), z2 = z * z;
        if (trials == 0)
        {
            return new Interval(0, 1);
        }

        double n = trials, p = successes / n, centre = p + z2 / (2 * n), scale = 1 + z2 / n;
        double half = z * Math.Sqrt(p * (1 - p) / n + z2 / (4 * n * n));
        double lower = successes == 0 ? 0 : Math.Max(0, (centre - half) / scale);
        double upper = successes == trials ? 1 : Math.Min(1, (centre + half) / scale);
        return new Interval(lower, upper);
    }

    /// <summary>The exact interval of Clopper and Pearson (1934), from quantiles of the beta distribution.</summary>
    /// <param name="successes">Successes, in [0, trials].</param>
    /// <param name="trials">Trials, at least 0; without any the interval is [0, 1].</param>
    /// <param name="confidence">Confidence level, strictly between 0 and 1; coverage is at least this.</param>
    /// <returns>An interval inside [0, 1].</returns>
    /// <exception cref="ArgumentOutOfRangeException">Counts or confidence are out of range.</exception>
    public static Interval ClopperPearson(long successes, long trials, double confidence = 0.95)
    {
        Check(successes, trials);
        _ = Interval.HalfTailQuantile(confidence);
        double tail = 0.5 * (1 - confidence);
        double lower = successes == 0 ? 0 : BetaDistribution.Quantile(tail, successes, trials - successes + 1.0);
        double upper = successes == trials ? 1 : BetaDistribution.Quantile(1 - tail, successes + 1.0, trials - successes);
        return new Interval(lower, upper);
    }

    /// <summary>The difference of two independent proportions by Newcombe's hybrid score interval (1998, method 10).</summary>
    /// <param name="successes1">Successes of the first sample.</param>
    /// <param name="trials1">Trials of the first sample, at least 1.</param>
    /// <param name="successes2">Successes of the second sample.</param>
    /// <param name="trials2">Trials of the second sample, at least 1.</param>
    /// <param name="confidence">Confidence level, strictly between 0 and 1.</param>
    /// <returns>An interval for the first proportion minus the second, inside [-1, 1].</returns>
    /// <exception cref="ArgumentOutOfRangeException">Counts or confidence are out of range.</exception>
    public static Interval NewcombeDifference(long successes1, long trials1, long successes2, long trials2, double confidence = 0.95)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(trials1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(trials2);
        Interval first = Wilson(successes1, trials1, confidence), second = Wilson(successes2, trials2, confidence);
        double p1 = (double)successes1 / trials1, p2 = (double)successes2 / trials2;
        double below = double.Hypot(p1 - first.Lower, second.Upper - p2), above = double.Hypot(first.Upper - p1, p2 - second.Lower);
        return new Interval(Math.Max(-1, p1 - p2 - below), Math.Min(1, p1 - p2 + above));
    }

    /// <summary>The ratio of two independent proportions by the log interval of Katz, Baptista, Azen and Pike (1978).</summary>
    /// <param name="successes1">Successes of the first sample.</param>
    /// <param name="trials1">Trials of the first sample, at least 1.</param>
    /// <param name="successes2">Successes of the second sample.</param>
    /// <param name="trials2">Trials of the second sample, at least 1.</param>
    /// <param name="confidence">Confidence level, strictly between 0 and 1.</param>
    /// <returns>An interval for the first proportion over the second; from 0 to infinity when either sample has no success.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Counts or confidence are out of range.</exception>
    public static Interval KatzRatio(long successes1, long trials1, long successes2, long trials2, double confidence = 0.95)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(trials1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(trials2);
        Check(successes1, trials1);
        Check(successes2, trials2);
        double z = Interval.HalfTailQuantile(confidence);
        if (successes1 == 0 || successes2 == 0)
        {
            return new Interval(0, double.PositiveInfinity);
        }

        double ratio = (double)successes1 / trials1 / ((double)successes2 / trials2);
        double error = Math.Sqrt(1.0 / successes1 - 1.0 / trials1 + 1.0 / successes2 - 1.0 / trials2);
        return new Interval(ratio * Math.Exp(-z * error), ratio * Math.Exp(z * error));
    }

    private static void Check(long successes, long trials)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(trials);
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, trials);
    }
}
