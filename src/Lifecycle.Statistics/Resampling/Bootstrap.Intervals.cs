namespace Lifecycle.Statistics;

public static partial class Bootstrap
{
    /// <summary>
    /// The basic interval (2t - q_hi, 2t - q_lo): quantiles of the replicates mirrored at the estimate (Davison and Hinkley 1997).
    /// </summary>
    /// <param name="estimate">The estimate t of the sample itself.</param>
    /// <param name="replicates">Values of the statistic in any order, at least 1.</param>
    /// <param name="confidence">Confidence level, strictly between 0 and 1.</param>
    public static Interval Basic(double estimate, ReadOnlySpan<double> replicates, double confidence = 0.95)
    {
        Interval percentile = Percentile(replicates, confidence);
        return new Interval(2 * estimate - percentile.Upper, 2 * estimate - percentile.Lower);
    }

    /// <summary>
    /// The bias-corrected and accelerated interval (Efron 1987): quantiles of the replicates at levels that allow for their median and
    /// for how their spread changes.
    /// </summary>
    /// <param name="estimate">The estimate of the sample itself.</param>
    /// <param name="replicates">Values of the statistic in any order, at least 1.</param>
    /// <param name="acceleration">See <see cref="Acceleration"/>.</param>
    /// <param name="confidence">Confidence level, strictly between 0 and 1.</param>
    /// <returns>The interval; NaN ends when all replicates lie on one side of the estimate.</returns>
    public static Interval BiasCorrected(double estimate, ReadOnlySpan<double> replicates, double acceleration, double confidence = 0.95)
    {
        double z = Interval.HalfTailQuantile(confidence);
        if (replicates.IsEmpty)
        {
            throw new ArgumentException("A bootstrap interval needs at least one replicate.", nameof(replicates));
        }

        double bias = Bias(estimate, replicates);
        if (!double.IsFinite(bias))
        {
            return new Interval(double.NaN, double.NaN);
        }

        return Quantiles(replicates, AcceleratedLevel(bias, acceleration, -z), AcceleratedLevel(bias, acceleration, z));
    }

    /// <summary>The bias correction z₀ = Φ⁻¹((count(t* &lt; t) + ½ count(t* = t))/B).</summary>
    /// <param name="estimate">The estimate t.</param>
    /// <param name="replicates">The replicates t*.</param>
    /// <returns>Infinite when all replicates lie on one side of the estimate.</returns>
    public static double Bias(double estimate, ReadOnlySpan<double> replicates)
    {
        int below = 0, equal = 0;
        foreach (double value in replicates)
        {
            below += value < estimate ? 1 : 0;
            equal += value == estimate ? 1 : 0;
        }

        return NormalDistribution.Quantile((below + 0.5 * equal) / replicates.Length);
    }

    /// <summary>
    /// The acceleration Σ n (m - t)³ / (6 (Σ n (m - t)²)^1.5) from estimates t that each leave out one row, n rows alike, with their
    /// weighted mean m.
    /// </summary>
    /// <param name="leftOut">Estimates without one row of a kind.</param>
    /// <param name="rows">How many rows are of that kind; as long as <paramref name="leftOut"/>.</param>
    /// <returns>0 when nothing varies.</returns>
    public static double Acceleration(ReadOnlySpan<double> leftOut, ReadOnlySpan<double> rows)
    {
        if (leftOut.Length != rows.Length)
        {
            throw new ArgumentException($"There are {leftOut.Length} estimates and {rows.Length} numbers of rows.", nameof(rows));
        }

        double all = 0, mean = 0, squares = 0, cubes = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            all += rows[i];
            mean += rows[i] * leftOut[i];
        }

        mean /= all;
        for (int i = 0; i < rows.Length; i++)
        {
            double gap = mean - leftOut[i];
            squares += rows[i] * gap * gap;
            cubes += rows[i] * gap * gap * gap;
        }

        return squares > 0 ? cubes / (6 * squares * Math.Sqrt(squares)) : 0;
    }

    /// <summary>
    /// The one-sided p-value of "the statistic is at most a limit": the level whose accelerated lower bound is that limit, from (count(t*
    /// &lt; limit) + ½ count(t* = limit) + ½)/(B + 1) so that it is never 0.
    /// </summary>
    /// <param name="estimate">The estimate.</param>
    /// <param name="replicates">The replicates.</param>
    /// <param name="acceleration">See <see cref="Acceleration"/>.</param>
    /// <param name="limit">The greatest value under the hypothesis.</param>
    public static double PValueAbove(double estimate, ReadOnlySpan<double> replicates, double acceleration, double limit)
    {
        double count = 0.5;
        foreach (double value in replicates)
        {
            count += value < limit ? 1 : value == limit ? 0.5 : 0;
        }

        double bias = Bias(estimate, replicates);
        if (!double.IsFinite(bias))
        {
            return 1;
        }

        double shift = NormalDistribution.Quantile(count / (replicates.Length + 1)) - bias;
        return NormalDistribution.Cdf(shift / (1 + acceleration * shift) - bias);
    }

    /// <summary>Two type 7 quantiles, as numpy, by selection instead of sorting; shares that are no numbers give NaN.</summary>
    private static Interval Quantiles(ReadOnlySpan<double> replicates, double low, double high)
    {
        if (double.IsNaN(low) || double.IsNaN(high))
        {
            return new Interval(double.NaN, double.NaN);
        }

        return new Interval(Selection.Quantile(replicates, low), Selection.Quantile(replicates, high));
    }

    internal static double AcceleratedLevel(double bias, double acceleration, double z) =>
        NormalDistribution.Cdf(bias + (bias + z) / (1 - acceleration * (bias + z)));
}
