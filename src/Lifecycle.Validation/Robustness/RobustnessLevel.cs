namespace Lifecycle.Validation;

/// <summary>What one perturbation, or one check, did to a model.</summary>
public sealed record RobustnessLevel
{
    /// <summary>The perturbation with its level, for example <c>noise 0.05</c>.</summary>
    public required string Perturbation { get; init; }

    /// <summary>The family, for example <c>noise</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>How strong; the unit belongs to the family.</summary>
    public required double Level { get; init; }

    /// <summary>Which of the five levels of the family, 1 to 5; 0 when it was chosen freely.</summary>
    public required int Severity { get; init; }

    /// <summary>The metric on the changed rows; for checks the figure that is judged.</summary>
    public required MetricValue Value { get; init; }

    /// <summary>
    /// How much worse the metric is than on the unchanged rows, paired; the worst of several choices. For checks: 0 or 1 (batch
    /// invariance), the loss of the worst share beyond the mean loss, the flip rate (protected flip).
    /// </summary>
    public required MetricValue Drop { get; init; }

    /// <summary>Lower bound of the drop, one-sided.</summary>
    public double? Lower { get; init; }

    /// <summary>Upper bound of the drop, one-sided.</summary>
    public double? Upper { get; init; }

    /// <summary>How the bounds were made.</summary>
    public string? Method { get; init; }

    /// <summary>The drop as a share of the unchanged metric; undefined when that is 0.</summary>
    public MetricValue? RelativeDrop { get; init; }

    /// <summary>Mean drop over several choices; null when there was one.</summary>
    public double? MeanDrop { get; init; }

    /// <summary>Share of rows whose decision changed, with Wilson's bounds.</summary>
    public MetricValue? FlipRate { get; init; }

    /// <summary>Lower bound of the flip rate, one-sided.</summary>
    public double? FlipLower { get; init; }

    /// <summary>Upper bound of the flip rate, one-sided.</summary>
    public double? FlipUpper { get; init; }

    /// <summary>Share of rows that could not be changed lawfully and stayed as they were.</summary>
    public double InfeasibleShare { get; init; }

    /// <summary>The group that lost most; null when the set has no attributes or no group with enough rows.</summary>
    public SliceDrop? WorstSlice { get; init; }

    /// <summary>The smallest change that turned a decision; null when none did.</summary>
    public SmallestFlip? SmallestFlip { get; init; }

    /// <summary>Calls of the model.</summary>
    public long ModelCalls { get; init; }

    /// <summary>What else is to be said, for example the first difference that a check found.</summary>
    public string? Note { get; init; }
}

/// <summary>How much a group lost.</summary>
/// <param name="Slice">Attribute and group, for example <c>afam=yes</c>.</param>
/// <param name="Rows">Rows of the group.</param>
/// <param name="Drop">Drop of the metric within the group.</param>
public sealed record SliceDrop(string Slice, int Rows, double Drop);

/// <summary>The smallest change that turned a decision.</summary>
/// <param name="Row">Row of the set.</param>
/// <param name="Cost">√(Σ(Δ/standard deviation)² + changed categories).</param>
public sealed record SmallestFlip(int Row, double Cost);
