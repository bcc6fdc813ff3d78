namespace Lifecycle.Drift;

/// <summary>
/// A figure of how well a classifier predicts. With more than two classes AUC, average precision, precision, recall, specificity and F1 are the
/// plain mean over the classes, each against the rest; accuracy is the share of right predictions.
/// </summary>
public sealed record PerformanceMetric
{
    private PerformanceMetric(MetricKind kind, string name) => (Kind, Name) = (kind, name);

    /// <summary>Area under the ROC curve, tied scores as one step; .5 when all scores are equal, not defined with one class.</summary>
    public static PerformanceMetric AreaUnderRoc { get; } = new(MetricKind.AreaUnderRoc, "auc");

    /// <summary>Sum over thresholds, from the highest score down, of the rise in recall times the precision there; not defined without positives.</summary>
    public static PerformanceMetric AveragePrecision { get; } = new(MetricKind.AveragePrecision, "average_precision");

    /// <summary>Share of right predictions.</summary>
    public static PerformanceMetric Accuracy { get; } = new(MetricKind.Accuracy, "accuracy");

    /// <summary>TP/(TP + FP); 0 when nothing is predicted positive.</summary>
    public static PerformanceMetric Precision { get; } = new(MetricKind.Precision, "precision");

    /// <summary>TP/(TP + FN); 0 when nothing is positive.</summary>
    public static PerformanceMetric Recall { get; } = new(MetricKind.Recall, "recall");

    /// <summary>TN/(TN + FP); 0 when nothing is negative.</summary>
    public static PerformanceMetric Specificity { get; } = new(MetricKind.Specificity, "specificity");

    /// <summary>TP/(TP + (FP + FN)/2); 0 when the denominator is 0.</summary>
    public static PerformanceMetric F1 { get; } = new(MetricKind.F1, "f1");

    /// <summary>Name, as in reports, tags and tables.</summary>
    public string Name { get; }

    internal MetricKind Kind { get; }

    internal double TruePositive { get; private init; }

    internal double FalsePositive { get; private init; }

    internal double TrueNegative { get; private init; }

    internal double FalseNegative { get; private init; }

    internal bool PerPrediction { get; private init; }

    /// <summary>Least and greatest value it can take.</summary>
    internal (double Least, double Greatest) Range => Kind == MetricKind.BusinessValue ? (double.NegativeInfinity, double.PositiveInfinity) : (0, 1);

    /// <summary>What predictions are worth: the sum of a value for each cell of the confusion matrix. Two classes only.</summary>
    /// <param name="truePositive">Value of a positive that was predicted.</param>
    /// <param name="falsePositive">Value of a negative that was predicted positive; usually negative.</param>
    /// <param name="trueNegative">Value of a negative that was predicted.</param>
    /// <param name="falseNegative">Value of a positive that was predicted negative; usually negative.</param>
    /// <param name="perPrediction">Whether the sum is divided by the number of predictions.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is not finite.</exception>
    public static PerformanceMetric BusinessValue(
        double truePositive, double falsePositive, double trueNegative, double falseNegative, bool perPrediction = false)
    {
        foreach (double value in (ReadOnlySpan<double>)[truePositive, falsePositive, trueNegative, falseNegative])
        {
            if (!double.IsFinite(value))
            {
                throw new ArgumentOutOfRangeException(nameof(truePositive), value, "The value of a cell is a finite number, for example BusinessValue(100, -20, 0, -50).");
            }
        }

        return new PerformanceMetric(MetricKind.BusinessValue, "business_value")
        {
            TruePositive = truePositive, FalsePositive = falsePositive, TrueNegative = trueNegative, FalseNegative = falseNegative, PerPrediction = perPrediction,
        };
    }

    /// <summary>The name.</summary>
    public override string ToString() => Name;

    /// <summary>The metric of a name; business values need their numbers besides.</summary>
    internal static PerformanceMetric Named(string name) =>
        ((ReadOnlySpan<PerformanceMetric>)[AreaUnderRoc, AveragePrecision, Accuracy, Precision, Recall, Specificity, F1]).ToArray()
            .FirstOrDefault(m => m.Name == name) ?? throw new FormatException($"There is no metric '{name}'.");
}

/// <summary>Which formula a metric is.</summary>
internal enum MetricKind
{
    AreaUnderRoc,
    AveragePrecision,
    Accuracy,
    Precision,
    Recall,
    Specificity,
    F1,
    BusinessValue,
}
