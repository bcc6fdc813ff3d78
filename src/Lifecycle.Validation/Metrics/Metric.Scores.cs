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
    public static Metric ExpectedCalibrationError { get; } = Calibrated(nameof(ExpectedCalibrationError), CalibrationCut.Usual);

    /// <summary>The largest such distance of a bin.</summary>
    public static Metric MaximumCalibrationError { get; } = Calibrated(nameof(MaximumCalibrationError), CalibrationCut.Usual);

    /// <summary>The expected calibration error over other bins; its name says which, for example <c>ExpectedCalibrationError(20,equalMass)</c>.</summary>
    /// <param name="bins">Number of bins, 1 to 10,000.</param>
    /// <param name="equalMass">Whether each bin gets the same number of rows instead of the same width.</param>
    public static Metric ExpectedCalibrationErrorOver(int bins = 10, bool equalMass = false) =>
        Calibrated(nameof(ExpectedCalibrationError), new CalibrationCut(bins, equalMass));

    /// <summary>The largest distance of a bin, over other bins.</summary>
    /// <param name="bins">Number of bins, 1 to 10,000.</param>
    /// <param name="equalMass">Whether each bin gets the same number of rows instead of the same width.</param>
    public static Metric MaximumCalibrationErrorOver(int bins = 10, bool equalMass = false) =>
        Calibrated(nameof(MaximumCalibrationError), new CalibrationCut(bins, equalMass));

    /// <summary>
    /// Area under the ROC curve over the positive rows of the others and the negative rows of the group: low when the group's negatives score
    /// too high (Borkan et al. 2019). Of a group only.
    /// </summary>
    public static Metric BackgroundPositiveSubgroupNegative { get; } =
        Background(nameof(BackgroundPositiveSubgroupNegative), "area under the ROC curve of the others' {0} rows and the group's other rows", false);

    /// <summary>
    /// Area under the ROC curve over the negative rows of the others and the positive rows of the group: low when the group's positives score
    /// too low (Borkan et al. 2019). Of a group only.
    /// </summary>
    public static Metric BackgroundNegativeSubgroupPositive { get; } =
        Background(nameof(BackgroundNegativeSubgroupPositive), "area under the ROC curve of the group's {0} rows and the others' other rows", true);

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

    private static Metric Scored(string name, string words, Direction direction, Func<MetricRows, MetricValue> compute) =>
        new(name, words, direction, 0, 1, compute) { NeedsScores = true };

    private static Metric Background(string name, string words, bool subgroup) =>
        new(name, words, HigherIsBetter, 0, 1, rows => BackgroundMetrics.AreaUnderRoc(rows, subgroup)) { NeedsScores = true, IsOfGroups = true };

    private static Metric Calibrated(string family, CalibrationCut cut)
    {
        bool isLargest = family == nameof(MaximumCalibrationError);
        string words = (isLargest ? "largest" : "expected") + " calibration error";
        return new Metric(cut.Name(family), words, LowerIsBetter, 0, 1, rows =>
        {
            (double expected, double maximum) = ScoreMetrics.Calibration(rows.Set!, cut);
            return MetricValue.Of(isLargest ? maximum : expected);
        })
        {
            NeedsScores = true,
            NeedsProbabilities = true,
        };
    }

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
