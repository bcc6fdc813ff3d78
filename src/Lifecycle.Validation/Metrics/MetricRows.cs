namespace Lifecycle.Validation;

/// <summary>What a metric is computed from: the rows at hand and all rows they come from.</summary>
/// <param name="Set">The rows; null when only counts are known.</param>
/// <param name="All">All rows, of which these may be a group.</param>
/// <param name="Counts">The rows counted.</param>
/// <param name="AllCounts">All rows counted; null when these are all.</param>
/// <param name="Members">Which of all rows these are; null when they are all.</param>
internal readonly record struct MetricRows(EvaluationSet? Set, EvaluationSet? All, ConfusionCounts Counts, ConfusionCounts? AllCounts, int[]? Members = null);

/// <summary>A share of rows: what is counted, out of what, and what it means when there is nothing to divide by.</summary>
internal sealed record CountShare(Func<ConfusionCounts, double> Successes, Func<ConfusionCounts, double> Trials, UndefinedReason Reason)
{
    public MetricValue Of(ConfusionCounts counts) => MetricValue.Quotient(Successes(counts), Trials(counts), Reason);

    public CountShare Complement() => new(c => Trials(c) - Successes(c), Trials, Reason);
}
