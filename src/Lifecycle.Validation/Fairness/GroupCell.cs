using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>
/// One figure of one group as the bounds see it: an estimate with its variance on the scale in use (the figure itself, or its logarithm
/// for ratios), and how both look when the rows are drawn anew.
/// </summary>
internal abstract class GroupCell(string group, Metric metric, double plain, double rows)
{
    public string Group { get; } = group;

    public Metric Metric { get; } = metric;

    /// <summary>The figure as it is shown.</summary>
    public double Plain { get; } = plain;

    /// <summary>Rows in the denominator; weights of the overall figure.</summary>
    public double Rows { get; } = rows;

    public double Estimate { get; private protected init; }

    public double Variance { get; private protected init; }

    public abstract void Draw(RandomStream random, out double estimate, out double variance);

    /// <summary>A figure and its variance on the scale in use.</summary>
    private protected static (double Estimate, double Variance) Scale(double value, double variance, bool isRatio) =>
        isRatio ? (Math.Log(value), variance / (value * value)) : (value, variance);
}
