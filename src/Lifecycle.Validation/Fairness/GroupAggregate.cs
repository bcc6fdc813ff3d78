namespace Lifecycle.Validation;

/// <summary>One figure over all groups, where it came from, and what it leaves out.</summary>
/// <param name="Result">The figure.</param>
/// <param name="Least">The group with the least value, or the first of the pair; null when there is none.</param>
/// <param name="Most">The group with the greatest value, or the second of the pair; null when there is none.</param>
/// <param name="NotJudged">Groups whose value is undefined and which the figure therefore leaves out.</param>
public sealed record GroupAggregate(MetricValue Result, string? Least, string? Most, IReadOnlyList<UnjudgedGroup> NotJudged)
{
    /// <summary>Whether there is a figure.</summary>
    public bool IsDefined => Result.IsDefined;

    /// <summary>The figure.</summary>
    /// <exception cref="UndefinedMetricException">There is none; the message says why.</exception>
    public double Value => Result.Value;
}

/// <summary>A group that could not be judged.</summary>
/// <param name="Group">Its key.</param>
/// <param name="Metric">Name of the metric.</param>
/// <param name="Reason">Why.</param>
/// <param name="Rows">Rows in the denominator.</param>
public sealed record UnjudgedGroup(string Group, string Metric, UndefinedReason Reason, double Rows);
