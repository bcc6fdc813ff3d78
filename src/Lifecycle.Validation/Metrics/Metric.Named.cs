using System.Globalization;

namespace Lifecycle.Validation;

public sealed partial class Metric
{
    /// <summary>All metrics that have a name without arguments.</summary>
    public static IReadOnlyList<Metric> All => field ??=
    [
        Count, BaseRate, SelectionRate, PredictedPositiveShare, Accuracy, ErrorRate, TruePositiveRate, FalseNegativeRate, TrueNegativeRate, FalsePositiveRate,
        Precision, FalseDiscoveryRate, NegativePredictiveValue, FalseOmissionRate, F1, BalancedAccuracy, MatthewsCorrelation, CohenKappa, Informedness,
        PositiveLikelihoodRatio, ScoringRate, GeneralizedTruePositiveRate, GeneralizedFalsePositiveRate, MeanScore, MeanLabel,
        AreaUnderRoc, AveragePrecision, LogLoss, Brier, ExpectedCalibrationError, MaximumCalibrationError,
        BackgroundPositiveSubgroupNegative, BackgroundNegativeSubgroupPositive,
        MeanAbsoluteError, MeanSquaredError, RootMeanSquaredError, RSquared, MeanResidual, MedianAbsoluteError, MeanPrediction, PredictionDistance,
        MacroF1, MicroF1, WeightedF1, MacroPrecision, MacroRecall,
        Theil, CoefficientOfVariation,
    ];

    /// <summary>The metric of this name, with its arguments if it has any: <c>Accuracy</c>, <c>Precision(cat)</c>, <c>GeneralizedEntropy(2)</c>.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists those there are.</exception>
    public static Metric Named(string name) => Find(name) ?? throw new ArgumentException(
        $"There is no metric '{Wording.Show(name)}'. The metrics are: {string.Join(", ", All.Select(m => m.Name))}; "
        + $"with arguments also {string.Join(", ", Families)}.", nameof(name));

    private static IReadOnlyList<string> Families { get; } =
    [
        "any of counts (class)", "ExpectedCalibrationError(20,equalMass)", "MaximumCalibrationError(20,equalMass)", "GeneralizedEntropy(alpha)",
        "BetweenGroupGeneralizedEntropy(alpha,attributes)", "BetweenGroupTheil(attributes)", "BetweenGroupCoefficientOfVariation(attributes)",
        "DifferentialFairness(attributes)", "DifferentialFairnessOfLabels(attributes)", "DifferentialFairnessAmplification(attributes)",
        "ClassImbalance(attribute,group,reference)", "LabelDivergence(attribute,group,reference)", "ConditionalDemographicDisparity(attribute,group,within)",
    ];

    internal static Metric? Find(string name)
    {
        if (All.FirstOrDefault(m => m.Name == name) is { } plain)
        {
            return plain;
        }

        return MetricName.Split(name ?? "") is var (family, arguments) && arguments.All(a => a.Length > 0) ? Find(family, arguments) : null;
    }

    private static Metric? Find(string family, string[] arguments) => (family, arguments) switch
    {
        (nameof(ExpectedCalibrationError) or nameof(MaximumCalibrationError), _) =>
            CalibrationCut.Parse(arguments) is { } cut ? Calibrated(family, cut) : null,
        (nameof(GeneralizedEntropy), [var alpha]) => Number(alpha) is { } a ? GeneralizedEntropy(a) : null,
        (nameof(BetweenGroupGeneralizedEntropy), [var alpha, _, ..]) => Number(alpha) is { } a ? BetweenGroupGeneralizedEntropy(a, arguments[1..]) : null,
        (nameof(BetweenGroupTheil), _) => BetweenGroupTheil(arguments),
        (nameof(BetweenGroupCoefficientOfVariation), _) => BetweenGroupCoefficientOfVariation(arguments),
        (nameof(DifferentialFairness), _) => DifferentialFairness(arguments),
        (nameof(DifferentialFairnessOfLabels), _) => DifferentialFairnessOfLabels(arguments),
        (nameof(DifferentialFairnessAmplification), _) => DifferentialFairnessAmplification(arguments),
        (nameof(ClassImbalance), [var by, var group, var reference]) => ClassImbalance(by, group, reference),
        (nameof(LabelDivergence), [var by, var group, var reference]) => LabelDivergence(by, group, reference),
        (nameof(ConditionalDemographicDisparity), [var by, var group, var within]) => ConditionalDemographicDisparity(by, group, within),
        (_, [var name]) => All.FirstOrDefault(m => m.Name == family && (m.OfCounts is not null || m == PredictedPositiveShare))?.OfClass(name),
        _ => null,
    };

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number : null;
}
