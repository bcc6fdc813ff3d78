namespace Lifecycle.Validation;

/// <summary>
/// Rows by truth and decision. Whole numbers, exact, for unweighted rows; compensated sums (Neumaier 1974) of the weights otherwise.
/// </summary>
/// <param name="TrueNegatives">Truly negative and decided so.</param>
/// <param name="FalsePositives">Truly negative, decided positive.</param>
/// <param name="FalseNegatives">Truly positive, decided negative.</param>
/// <param name="TruePositives">Truly positive and decided so.</param>
public readonly record struct ConfusionCounts(double TrueNegatives, double FalsePositives, double FalseNegatives, double TruePositives)
{
    /// <summary>All rows.</summary>
    public double Total => TrueNegatives + FalsePositives + FalseNegatives + TruePositives;

    /// <summary>Truly positive rows.</summary>
    public double Positives => TruePositives + FalseNegatives;

    /// <summary>Truly negative rows.</summary>
    public double Negatives => TrueNegatives + FalsePositives;

    /// <summary>Rows decided positive.</summary>
    public double PredictedPositives => TruePositives + FalsePositives;

    /// <summary>Rows decided negative.</summary>
    public double PredictedNegatives => TrueNegatives + FalseNegatives;

    /// <summary>Counts the rows of a set.</summary>
    /// <exception cref="InvalidOperationException">Rows have no label.</exception>
    /// <exception cref="EvaluationKindException">The labels are numbers or classes.</exception>
    public static ConfusionCounts Of(EvaluationSet set)
    {
        ArgumentNullException.ThrowIfNull(set);
        set.EnsureLabelled();
        return set.Kind == EvaluationKind.Binary ? OfRows(set) : throw new EvaluationKindException(set.Kind, "a count of true and false");
    }

    /// <summary>
    /// The rows of any set: classes count as true and right (TP) or true and wrong (FN), so that accuracy and error follow; numbers as TN, so
    /// that the total does. No other metric of counts is for such sets.
    /// </summary>
    internal static ConfusionCounts OfRows(EvaluationSet set) => CellCounter.Count(set, null, 1)[0];

    /// <summary>Both sets of rows together.</summary>
    public static ConfusionCounts Add(ConfusionCounts left, ConfusionCounts right) => left + right;

    /// <summary>Both sets of rows together.</summary>
    public static ConfusionCounts operator +(ConfusionCounts left, ConfusionCounts right) => new(
        left.TrueNegatives + right.TrueNegatives,
        left.FalsePositives + right.FalsePositives,
        left.FalseNegatives + right.FalseNegatives,
        left.TruePositives + right.TruePositives);
}
