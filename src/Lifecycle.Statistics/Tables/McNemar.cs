namespace Lifecycle.Statistics;

/// <summary>
/// McNemar's test (1947) of two proportions on the same rows. Only rows on which they differ count: b where only the first succeeded, c
/// where only the second did. Without any such row every p-value is 1.
/// </summary>
public readonly record struct McNemar
{
    /// <summary>Takes the rows that differ.</summary>
    /// <param name="firstOnly">b: rows where only the first succeeded.</param>
    /// <param name="secondOnly">c: rows where only the second succeeded.</param>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative.</exception>
    public McNemar(long firstOnly, long secondOnly)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstOnly);
        ArgumentOutOfRangeException.ThrowIfNegative(secondOnly);
        FirstOnly = firstOnly;
        SecondOnly = secondOnly;
    }

    /// <summary>b: rows where only the first succeeded.</summary>
    public long FirstOnly { get; }

    /// <summary>c: rows where only the second succeeded.</summary>
    public long SecondOnly { get; }

    /// <summary>Rows that differ, b + c.</summary>
    public long Differing => FirstOnly + SecondOnly;

    /// <summary>Exact two-sided p-value, min(1, 2 P(X ≤ min(b, c))) with X ~ Bin(b + c, ½).</summary>
    public double Exact => Differing == 0 ? 1 : Math.Min(1, 2 * BinomialDistribution.Cdf(Least, Differing, 0.5));

    /// <summary>Mid-p value, min(1, 2 (P(X &lt; m) + ½ P(X = m))) with m = min(b, c) (Fagerland, Lydersen and Laake 2013).</summary>
    public double MidP => Differing == 0
        ? 1
        : Math.Min(1, 2 * (BinomialDistribution.Cdf(Least, Differing, 0.5) - 0.5 * BinomialDistribution.ProbabilityOf(Least, Differing, 0.5)));

    /// <summary>(b - c)²/(b + c), with its p-value from the chi-squared law of one degree of freedom.</summary>
    public (double Statistic, double PValue) ChiSquare => Judge(Math.Abs((double)FirstOnly - SecondOnly));

    /// <summary>(|b - c| - 1)²/(b + c) (Edwards 1948), with its p-value.</summary>
    public (double Statistic, double PValue) Corrected => Judge(Math.Max(0, Math.Abs((double)FirstOnly - SecondOnly) - 1));

    private long Least => Math.Min(FirstOnly, SecondOnly);

    private (double Statistic, double PValue) Judge(double distance)
    {
        double statistic = Differing == 0 ? 0 : distance * distance / Differing;
        return (statistic, Differing == 0 ? 1 : ChiSquaredDistribution.Survival(statistic, 1));
    }
}
