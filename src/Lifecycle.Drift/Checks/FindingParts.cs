namespace Lifecycle.Drift;

/// <summary>One of the tests behind a column's p-value.</summary>
/// <param name="Name">For example <c>Anderson-Darling</c>.</param>
/// <param name="Statistic">The statistic.</param>
/// <param name="LogPValue">Natural logarithm of its p-value, at most 0.</param>
public sealed record DriftKey(string Name, double Statistic, double LogPValue);

/// <summary>Pearson's chi-square on a table of two rows, without continuity correction.</summary>
/// <param name="Statistic">χ².</param>
/// <param name="DegreesOfFreedom">Columns of the table less one.</param>
/// <param name="LogPValue">Natural logarithm of the p-value.</param>
public sealed record ChiSquareFinding(double Statistic, int DegreesOfFreedom, double LogPValue)
{
    /// <summary>The p-value, in (0, 1]; never 0.</summary>
    public double PValue => Math.Max(double.Epsilon, Math.Exp(LogPValue));
}

/// <summary>
/// The two-sample Kolmogorov-Smirnov distance. From raw samples it is exact; on a reference's bins it lies between
/// <paramref name="Statistic"/> and <paramref name="AtMost"/>, and the p-value is that of the smaller one.
/// </summary>
/// <param name="Statistic">D, or the least it can be.</param>
/// <param name="AtMost">D, or the most it can be.</param>
/// <param name="LogPValue">Natural logarithm of the p-value at <paramref name="Statistic"/>.</param>
public sealed record KolmogorovSmirnovFinding(double Statistic, double AtMost, double LogPValue)
{
    /// <summary>The p-value, in (0, 1]; never 0.</summary>
    public double PValue => Math.Max(double.Epsilon, Math.Exp(LogPValue));
}

/// <summary>One side of a comparison.</summary>
/// <param name="Count">Values that were tested.</param>
/// <param name="Missing">Null cells and NaN.</param>
/// <param name="Infinite">Infinities.</param>
/// <param name="Mean">Mean; null for labels and where it is not a finite number.</param>
/// <param name="Median">Median, on a grid the mean of its bin; null for labels.</param>
public sealed record ColumnSummary(long Count, long Missing, long Infinite, double? Mean, double? Median)
{
    /// <summary>Values that could not be read: a getter threw or text stood where numbers should.</summary>
    public long Unreadable { get; init; }

    /// <summary>All rows.</summary>
    public long Rows => Count + Missing + Infinite + Unreadable;

    /// <summary>Missing rows as a share of all, in [0, 1].</summary>
    public double MissingShare => Rows == 0 ? 0 : (double)Missing / Rows;
}

/// <summary>A label or an interval and its share then and now.</summary>
/// <param name="Label">Label, value or interval.</param>
/// <param name="Reference">Share in the reference, in [0, 1].</param>
/// <param name="Current">Share now, in [0, 1].</param>
public sealed record ShareChange(string Label, double Reference, double Current);
