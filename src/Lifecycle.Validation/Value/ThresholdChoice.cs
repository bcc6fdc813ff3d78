namespace Lifecycle.Validation;

/// <summary>The threshold of highest value, and what it is worth on the rows it was chosen on.</summary>
public sealed record ThresholdChoice
{
    /// <summary>Act when score ≥ threshold; positive infinity when acting on nobody is best.</summary>
    public required double Threshold { get; init; }

    /// <summary>What the decisions are worth in all.</summary>
    public required decimal Total { get; init; }

    /// <summary>1,000 · total / rows (or sum of weights).</summary>
    public required decimal PerThousand { get; init; }

    /// <summary>On how many rows is acted.</summary>
    public required int Actions { get; init; }

    /// <summary>
    /// Share of the rows whose score equals the threshold that are acted on; below 1 when the capacity ends among them. A threshold alone cannot
    /// do that: who acts must draw lots there.
    /// </summary>
    public double ShareAtThreshold { get; init; } = 1;

    /// <summary>What acting on nobody is worth in all.</summary>
    public required decimal TotalWithoutAction { get; init; }

    /// <summary>The lowest score from which on acting is worth at least as much as acting on nobody; null when no threshold is.</summary>
    public double? BreakEven { get; init; }

    /// <summary>What the best decision for each row, with the truth known, would be worth in all.</summary>
    public required decimal OracleTotal { get; init; }

    /// <summary>How much is lost against the oracle.</summary>
    public decimal Regret => OracleTotal - Total;

    /// <summary>Digest of the rows it was chosen on; a gate does not accept value shown on the same rows.</summary>
    public required Digest ChosenOn { get; init; }
}

/// <summary>The value at every threshold, from acting on nobody to acting on all.</summary>
/// <param name="Thresholds">Distinct scores, falling; the first is positive infinity.</param>
/// <param name="Actions">Rows acted on.</param>
/// <param name="Totals">What the decisions are worth in all.</param>
public sealed record ValueCurve(IReadOnlyList<double> Thresholds, IReadOnlyList<int> Actions, IReadOnlyList<decimal> Totals);
