using static Lifecycle.Validation.Direction;

namespace Lifecycle.Validation;

public sealed partial class Metric
{
    /// <summary>Mean distance of prediction and label.</summary>
    public static Metric MeanAbsoluteError { get; } =
        OfNumbers(nameof(MeanAbsoluteError), "mean absolute error", LowerIsBetter, 0, set => RegressionMetrics.Residuals(set, Math.Abs));

    /// <summary>Mean squared distance of prediction and label.</summary>
    public static Metric MeanSquaredError { get; } =
        OfNumbers(nameof(MeanSquaredError), "mean squared error", LowerIsBetter, 0, set => RegressionMetrics.Residuals(set, r => r * r));

    /// <summary>Root of the mean squared error.</summary>
    public static Metric RootMeanSquaredError { get; } = Summed(
        nameof(RootMeanSquaredError), "root mean squared error", LowerIsBetter, 0, double.PositiveInfinity,
        new RowSums(set => [RegressionMetrics.Residuals(set, r => r * r)], RegressionMetrics.Root));

    /// <summary>1 - Σ(prediction - label)²/Σ(label - mean label)²; undefined when labels are constant.</summary>
    public static Metric RSquared { get; } = Summed(
        nameof(RSquared), "share of variance explained", HigherIsBetter, double.NegativeInfinity, 1,
        new RowSums(RegressionMetrics.Squares, RegressionMetrics.Explained));

    /// <summary>Mean of prediction - label: above 0 the model predicts too much.</summary>
    public static Metric MeanResidual { get; } =
        OfNumbers(nameof(MeanResidual), "mean residual", Neither, double.NegativeInfinity, set => RegressionMetrics.Residuals(set, r => r));

    /// <summary>Median distance of prediction and label, the mean of the two middle ones for an even number of rows.</summary>
    public static Metric MedianAbsoluteError { get; } =
        new(nameof(MedianAbsoluteError), "median absolute error", LowerIsBetter, 0, double.PositiveInfinity, rows => RegressionMetrics.MedianAbsolute(rows.Set!))
        {
            Kinds = MetricKinds.Regression,
        };

    /// <summary>Mean prediction; for decisions the share decided positive, which is <see cref="SelectionRate"/>.</summary>
    public static Metric MeanPrediction { get; } = Varied(
        Unbounded(Proportion(nameof(MeanPrediction), "share predicted {0}", Neither, new CountShare(c => c.PredictedPositives, c => c.Total, UndefinedReason.NoRows))),
        regression: OfNumbers(nameof(MeanPrediction), "mean prediction", Neither, double.NegativeInfinity, set => set.NumberPredictions.ToArray()));

    /// <summary>Mean label; for true and false the <see cref="BaseRate"/>.</summary>
    public static Metric MeanLabel { get; } = Varied(
        Unbounded(Proportion(nameof(MeanLabel), "share truly {0}", Neither, new CountShare(c => c.Positives, c => c.Total, UndefinedReason.NoRows))),
        regression: OfNumbers(nameof(MeanLabel), "mean label", Neither, double.NegativeInfinity, set => set.NumberLabels.ToArray()));

    /// <summary>Wasserstein-1 distance of the predictions of a group and of the rest, in their unit. Of a group only.</summary>
    public static Metric PredictionDistance { get; } =
        new(
            nameof(PredictionDistance), "distance of the group's predictions from the others'", LowerIsBetter, 0, double.PositiveInfinity,
            BackgroundMetrics.PredictionDistance)
        {
            Kinds = MetricKinds.Regression,
            IsOfGroups = true,
        };

    /// <summary>Sums over rows and what follows from them; null when the metric is not of this form.</summary>
    internal RowSums? Sums { get; private init; }

    private static Metric OfNumbers(string name, string words, Direction direction, double minimum, Func<EvaluationSet, double[]> terms) =>
        new(name, words, direction, minimum, double.PositiveInfinity, rows => ScoreMetrics.Mean(terms(rows.Set!), rows.Set!, UndefinedReason.NoRows))
        {
            Kinds = MetricKinds.Regression,
            Terms = terms,
        };

    private static Metric Summed(string name, string words, Direction direction, double minimum, double maximum, RowSums sums) =>
        new(name, words, direction, minimum, maximum, rows => sums.Of(rows.Set!)) { Kinds = MetricKinds.Regression, Sums = sums };

    /// <summary>A share whose form on numbers is no share, so that any limit may be asked for.</summary>
    private static Metric Unbounded(Metric share) => new(share.Name, share.Words, share.Direction, double.NegativeInfinity, double.PositiveInfinity, share._compute)
    {
        Share = share.Share,
        OfCounts = share.OfCounts,
        NeedsRows = false,
    };
}
