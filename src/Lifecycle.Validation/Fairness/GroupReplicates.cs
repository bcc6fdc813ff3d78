namespace Lifecycle.Validation;

/// <summary>
/// One metric replicated for all rows (series 0) and for each group (series g + 1), and what it is without one row after the other.
/// NaN stands for undefined.
/// </summary>
internal abstract class GroupReplicates(MetricValue[] points, double[][] drawn)
{
    /// <summary>The metric of the sample, a series each.</summary>
    public MetricValue[] Points { get; } = points;

    /// <summary>The replicates, series by series.</summary>
    public double[][] Drawn { get; } = drawn;

    /// <summary>The acceleration of a series; NaN when it is undefined without some row.</summary>
    public abstract double Acceleration(int series);

    /// <summary>The acceleration of the least or greatest value of some series.</summary>
    public abstract double Acceleration(int[] series, bool isGreatest);
}
