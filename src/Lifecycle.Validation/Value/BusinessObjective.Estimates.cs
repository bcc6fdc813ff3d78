namespace Lifecycle.Validation;

public sealed partial class BusinessObjective
{
    /// <summary>What the decisions of a set are worth, with an interval.</summary>
    /// <param name="set">Labels and decisions.</param>
    /// <param name="confidence">Confidence of each bound, one-sided, in (0.5, 1).</param>
    /// <param name="method">How the interval is made.</param>
    /// <exception cref="OverflowException">The sum does not fit a <see cref="decimal"/>.</exception>
    public ValueEstimate Estimate(EvaluationSet set, double confidence = Confidence.Default, ValueIntervalMethod method = ValueIntervalMethod.StudentT)
    {
        ArgumentNullException.ThrowIfNull(set);
        set.EnsureLabelled();
        return Estimate(set, RowValues.Of(Worth, set, set.Predictions), confidence, method);
    }

    /// <summary>How much more the decisions of a set are worth than those of the policy it is compared with, paired by rows.</summary>
    /// <param name="set">Labels and decisions.</param>
    /// <param name="champion">What the other model said, for <see cref="BaselinePolicy.Champion"/>.</param>
    /// <param name="confidence">Confidence of each bound, one-sided, in (0.5, 1).</param>
    /// <param name="method">How the interval is made.</param>
    /// <exception cref="ArgumentException">The policy is the champion and none is given, or numbers of rows differ.</exception>
    /// <exception cref="OverflowException">The sum does not fit a <see cref="decimal"/>.</exception>
    public ValueEstimate Uplift(
        EvaluationSet set, Baseline? champion = null, double confidence = Confidence.Default, ValueIntervalMethod method = ValueIntervalMethod.StudentT)
    {
        ArgumentNullException.ThrowIfNull(set);
        set.EnsureLabelled();
        bool[] other = Stated.Baseline.Decide(set, champion)
            ?? throw new ArgumentException($"The objective '{Stated.Statement}' is compared with the other model; give its Baseline.", nameof(champion));
        return Estimate(set, RowValues.Difference(Worth, set, set.Predictions, other), confidence, method);
    }

    /// <summary>What the decisions are worth in each group of an attribute.</summary>
    /// <param name="set">Labels, decisions and the attribute.</param>
    /// <param name="by">The attribute.</param>
    /// <param name="confidence">Confidence of each bound, one-sided, in (0.5, 1).</param>
    /// <exception cref="UnknownColumnException">There is no such attribute; the message lists those there are.</exception>
    public IReadOnlyList<(string Group, ValueEstimate Value)> EstimateBy(EvaluationSet set, string by, double confidence = Confidence.Default)
    {
        ArgumentNullException.ThrowIfNull(set);
        set.EnsureLabelled();
        decimal[] values = RowValues.Of(Worth, set, set.Predictions);
        GroupMetrics groups = GroupMetrics.Compute(set, by, Metric.Count);
        return [.. groups.Groups.Select(g =>
        {
            int[] rows = [.. SliceRows.OfGroup(set, [by], g.Key)];
            return (g.Key, Estimate(set.Rows(rows), Array.ConvertAll(rows, r => values[r]), confidence, ValueIntervalMethod.StudentT));
        })];
    }

    /// <summary>The threshold of highest value on these rows: every distinct score and acting on nobody are tried, exactly, in O(n log n).</summary>
    /// <param name="validation">Labels and scores; other rows than the model will be judged on.</param>
    /// <param name="capacity">Most rows that can be acted on; all when null. Rows of equal score at the border share their mean value.</param>
    /// <returns>The threshold; of equal values the higher one, which acts on fewer rows.</returns>
    /// <exception cref="ArgumentException">The set has no scores, or the capacity is negative.</exception>
    /// <exception cref="OverflowException">The sum does not fit a <see cref="decimal"/>.</exception>
    public ThresholdChoice BestThreshold(EvaluationSet validation, int? capacity = null) => new ThresholdSweep(Worth, validation).Best(capacity);

    /// <summary>The value at every distinct score.</summary>
    /// <param name="set">Labels and scores.</param>
    /// <exception cref="ArgumentException">The set has no scores.</exception>
    public ValueCurve Curve(EvaluationSet set) => new ThresholdSweep(Worth, set).Curve();

    private static ValueEstimate Estimate(EvaluationSet set, decimal[] values, double confidence, ValueIntervalMethod method) =>
        ValueEstimate.Of(values, set, confidence, method, new ValidationOptions());
}
