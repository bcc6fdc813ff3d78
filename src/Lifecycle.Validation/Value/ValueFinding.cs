namespace Lifecycle.Validation;

/// <summary>What a gate found about money.</summary>
/// <param name="Objective">Name of the objective.</param>
/// <param name="Statement">What is to be reached.</param>
/// <param name="Owner">Who owns the decision; null when nobody said.</param>
/// <param name="Baseline">What the model is compared with.</param>
/// <param name="Total">What the model's decisions are worth in all.</param>
/// <param name="BaselineTotal">What those of the baseline are worth in all.</param>
/// <param name="UpliftPerThousand">How much more, for 1,000 decisions.</param>
/// <param name="OracleTotal">What the best decision for each row would be worth in all.</param>
/// <param name="Unit">In what money is counted; null when nobody said.</param>
public sealed record ValueFinding(
    string Objective, string Statement, string? Owner, string Baseline, decimal Total, decimal BaselineTotal, decimal UpliftPerThousand, decimal OracleTotal, string? Unit = null);
