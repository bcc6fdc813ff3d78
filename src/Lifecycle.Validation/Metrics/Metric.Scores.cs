using static Lifecycle.Validation.Direction;

namespace Lifecycle.Validation;

public sealed partial class Metric
{
    /// <summary>Area under the ROC curve; ties count one half.</summary>
    public static Metric AreaUnderRoc { get; } = Scored(nameof(AreaUnderRoc), "area under the ROC curve", HigherIsBetter, ScoreMetrics.AreaUnderRoc);

    /// <summary>Σ (Rᵢ - Rᵢ₋₁) Pᵢ over distinct thresholds.</summary>
    public static Metric AveragePrecision { get; } = Scored(nameof(AveragePrecision), "average precision", HigherIsBetter, ScoreMetrics.AveragePrecision);

    /// <summary>Mean of -ln of the probability given to what came true; probabilities are clipped to [2⁻⁵², 1-2⁻⁵²].</summary>
    public static Metric LogLoss { get; } = Mean(nameof(LogLoss), "log loss", LowerIsBetter, double.PositiveInfinity, true, ScoreMetrics.LogLossTerms);

    /// <summary>Mean squared distance of probability and truth (Brier 1950).</summary>
    public static Metric Brier { get; } = Mean(nameof(Brier), "Brier score", LowerIsBetter, 1, true, ScoreMetrics.BrierTerms);

    /// <summary>Distance of mean probability and share of positives, over 10 bins of equal width, weighted by rows (Naeini 2015).</summary>
    public static Metric ExpectedCalibrationError { get; } = Calibrated(nameof(ExpectedCalibrationError), "expected calibration error", c => c.Expected);

    /// <summary>The largest such distance of a bin.</summary>
    public static Metric MaximumCalibrationError { get; } = Calibrated(nameof(MaximumCalibrationError), "largest calibration error", c => c.Maximum);

    /// <summary>Share of rows whose score lies above the median score of all rows (New York City Local Law 144).</summary>
    public static Metric ScoringRate { get; } = Scored(nameof(ScoringRate), "share scored above the median", Neither, ScoreMetrics.ScoringRate);

    /// <summary>Mean score of the truly positive rows (AIF360).</summary>
    public static Metric GeneralizedTruePositiveRate { get; } =
        Mean(nameof(GeneralizedTruePositiveRate), "mean score of the truly {0}", HigherIsBetter, double.PositiveInfinity, false,
            set => ScoreMetrics.ScoresOf(set, true), UndefinedReason.NoPositives);

    /// <summary>Mean score of the truly negative rows (AIF360).</summary>
    public static Metric GeneralizedFalsePositiveRate { get; } =
        Mean(nameof(GeneralizedFalsePositiveRate), "mean score of those who are not {0}", LowerIsBetter, double.PositiveInfinity, false,
            set => ScoreMetrics.ScoresOf(set, false), UndefinedReason.NoNegatives);

    /// <summary>Mean score.</summary>
    public static Metric MeanScore { get; } = Mean(nameof(MeanScore), "mean score", Neither, double.PositiveInfinity, false, set => set.Scores.ToArray());

    /// <summary>All metrics that have a name.</summary>
    public static IReadOnlyList<Metric> All => field ??=
    [
        Count, BaseRate, SelectionRate, PredictedPositiveShare, Accuracy, ErrorRate, TruePositiveRate, FalseNegativeRate, TrueNegativeRate, FalsePositiveRate,
        Precision, FalseDiscoveryRate, NegativePredictiveValue, FalseOmissionRate, F1, BalancedAccuracy, MatthewsCorrelation, CohenKappa, Informedness,
        PositiveLikelihoodRatio, ScoringRate, GeneralizedTruePositiveRate, GeneralizedFalsePositiveRate, MeanScore, MeanLabel,
        AreaUnderRoc, AveragePrecision, LogLoss, Brier, ExpectedCalibrationError, MaximumCalibrationError,
    ];

    private static Metric Scored(string name, string words, Direction direction, Func<MetricRows, MetricValue> compute) =>
        new(name, words, direction, 0, 1, compute) { NeedsScores = true };

    private static Metric Calibrated(string name, string words, Func<(double Expected, double Maximum), double> pick) =>
        new(name, words, LowerIsBetter, 0, 1, rows => MetricValue.Of(pick(ScoreMetrics.Calibration(rows.Set!)))) { NeedsScores = true, NeedsProbabilities = true };

    private static Metric Mean(
        string name, string words, Direction direction, double maximum, bool probabilities, Func<EvaluationSet, double[]> terms,
        UndefinedReason none = UndefinedReason.NoRows) =>
        new(name, words, direction, maximum == 1 || probabilities ? 0 : double.NegativeInfinity, maximum, rows => ScoreMetrics.Mean(terms(rows.Set!), rows.Set!, none))
        {
            NeedsScores = true,
            NeedsProbabilities = probabilities,
            Terms = terms,
        };
}
