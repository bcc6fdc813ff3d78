namespace Lifecycle.Validation;

public sealed partial class FairnessMetric
{
    /// <summary>Greatest gap of selection rates.</summary>
    public static FairnessMetric DemographicParityDifference { get; } = Gap(nameof(DemographicParityDifference), "groups are selected equally often", Metric.SelectionRate);

    /// <summary>Least ratio of selection rates.</summary>
    public static FairnessMetric DemographicParityRatio { get; } = Quotient(nameof(DemographicParityRatio), "groups are selected equally often", Metric.SelectionRate);

    /// <summary>Greatest gap of true positive rates (Hardt, Price and Srebro 2016).</summary>
    public static FairnessMetric EqualOpportunityDifference { get; } =
        Gap(nameof(EqualOpportunityDifference), "true positives are found equally often", Metric.TruePositiveRate);

    /// <summary>Least ratio of true positive rates.</summary>
    public static FairnessMetric EqualOpportunityRatio { get; } =
        Quotient(nameof(EqualOpportunityRatio), "true positives are found equally often", Metric.TruePositiveRate);

    /// <summary>The greater of the gaps of true and of false positive rates.</summary>
    public static FairnessMetric EqualizedOddsDifference { get; } =
        Gap(nameof(EqualizedOddsDifference), "hits and false alarms are equally frequent", Metric.TruePositiveRate, Metric.FalsePositiveRate);

    /// <summary>The lesser of the ratios of true and of false positive rates.</summary>
    public static FairnessMetric EqualizedOddsRatio { get; } =
        Quotient(nameof(EqualizedOddsRatio), "hits and false alarms are equally frequent", Metric.TruePositiveRate, Metric.FalsePositiveRate);

    /// <summary>Greatest gap of precision.</summary>
    public static FairnessMetric PredictiveParityDifference { get; } =
        Gap(nameof(PredictiveParityDifference), "a positive decision is right equally often", Metric.Precision);

    /// <summary>Least ratio of precision.</summary>
    public static FairnessMetric PredictiveParityRatio { get; } = Quotient(nameof(PredictiveParityRatio), "a positive decision is right equally often", Metric.Precision);

    /// <summary>Greatest gap of error rates.</summary>
    public static FairnessMetric ErrorRateDifference { get; } = Gap(nameof(ErrorRateDifference), "decisions are wrong equally often", Metric.ErrorRate);

    /// <summary>Least ratio of error rates.</summary>
    public static FairnessMetric ErrorRateRatio { get; } = Quotient(nameof(ErrorRateRatio), "decisions are wrong equally often", Metric.ErrorRate);

    /// <summary>Greatest gap of accuracy.</summary>
    public static FairnessMetric AccuracyDifference { get; } = Gap(nameof(AccuracyDifference), "decisions are right equally often", Metric.Accuracy);

    /// <summary>Least ratio of accuracy.</summary>
    public static FairnessMetric AccuracyRatio { get; } = Quotient(nameof(AccuracyRatio), "decisions are right equally often", Metric.Accuracy);

    /// <summary>Greatest gap of false positive rates (predictive equality).</summary>
    public static FairnessMetric FalsePositiveRateDifference { get; } =
        Gap(nameof(FalsePositiveRateDifference), "false alarms are equally frequent", Metric.FalsePositiveRate);

    /// <summary>Least ratio of false positive rates.</summary>
    public static FairnessMetric FalsePositiveRateRatio { get; } =
        Quotient(nameof(FalsePositiveRateRatio), "false alarms are equally frequent", Metric.FalsePositiveRate);

    /// <summary>Greatest gap of false negative rates.</summary>
    public static FairnessMetric FalseNegativeRateDifference { get; } =
        Gap(nameof(FalseNegativeRateDifference), "misses are equally frequent", Metric.FalseNegativeRate);

    /// <summary>Least ratio of false negative rates.</summary>
    public static FairnessMetric FalseNegativeRateRatio { get; } =
        Quotient(nameof(FalseNegativeRateRatio), "misses are equally frequent", Metric.FalseNegativeRate);

    /// <summary>Greatest gap of false discovery rates.</summary>
    public static FairnessMetric FalseDiscoveryRateDifference { get; } =
        Gap(nameof(FalseDiscoveryRateDifference), "a positive decision is wrong equally often", Metric.FalseDiscoveryRate);

    /// <summary>Greatest gap of false omission rates.</summary>
    public static FairnessMetric FalseOmissionRateDifference { get; } =
        Gap(nameof(FalseOmissionRateDifference), "a negative decision is wrong equally often", Metric.FalseOmissionRate);

    /// <summary>Least ratio of false discovery rates.</summary>
    public static FairnessMetric FalseDiscoveryRateRatio { get; } =
        Quotient(nameof(FalseDiscoveryRateRatio), "a positive decision is wrong equally often", Metric.FalseDiscoveryRate);

    /// <summary>Least ratio of false omission rates.</summary>
    public static FairnessMetric FalseOmissionRateRatio { get; } =
        Quotient(nameof(FalseOmissionRateRatio), "a negative decision is wrong equally often", Metric.FalseOmissionRate);

    /// <summary>Greatest gap of base rates: of the labels alone, without a model.</summary>
    public static FairnessMetric BaseRateDifference { get; } = Gap(nameof(BaseRateDifference), "groups are truly positive equally often", Metric.BaseRate);

    /// <summary>Least ratio of base rates: of the labels alone, without a model.</summary>
    public static FairnessMetric BaseRateRatio { get; } = Quotient(nameof(BaseRateRatio), "groups are truly positive equally often", Metric.BaseRate);

    /// <summary>All that compare groups with each other.</summary>
    public static IReadOnlyList<FairnessMetric> All => field ??=
    [
        DemographicParityDifference, DemographicParityRatio, EqualOpportunityDifference, EqualOpportunityRatio, EqualizedOddsDifference, EqualizedOddsRatio,
        PredictiveParityDifference, PredictiveParityRatio, ErrorRateDifference, ErrorRateRatio, AccuracyDifference, AccuracyRatio,
        FalsePositiveRateDifference, FalsePositiveRateRatio, FalseNegativeRateDifference, FalseNegativeRateRatio,
        FalseDiscoveryRateDifference, FalseDiscoveryRateRatio, FalseOmissionRateDifference, FalseOmissionRateRatio, BaseRateDifference, BaseRateRatio,
    ];

    /// <summary>Selection rate of a group minus that of the reference, signed (AIF360).</summary>
    public static FairnessMetric StatisticalParityDifference(string reference) =>
        Against(nameof(StatisticalParityDifference), "groups are selected equally often", false, reference, Combine.Worst, Metric.SelectionRate);

    /// <summary>Selection rate of a group over that of the reference; may exceed 1 (AIF360).</summary>
    public static FairnessMetric DisparateImpact(string reference) =>
        Against(nameof(DisparateImpact), "groups are selected equally often", true, reference, Combine.Worst, Metric.SelectionRate);

    /// <summary>((FPRᵤ-FPRₚ)+(TPRᵤ-TPRₚ))/2, signed (AIF360).</summary>
    public static FairnessMetric AverageOddsDifference(string reference) => Against(
        nameof(AverageOddsDifference), "hits and false alarms are equally frequent on average", false, reference, Combine.Mean,
        Metric.FalsePositiveRate, Metric.TruePositiveRate);

    /// <summary>(|FPRᵤ-FPRₚ|+|TPRᵤ-TPRₚ|)/2 (AIF360); shown only, no gate can judge it.</summary>
    public static FairnessMetric AverageAbsoluteOddsDifference(string reference) => Against(
        nameof(AverageAbsoluteOddsDifference), "hits and false alarms are equally frequent on average", false, reference, Combine.MeanOfAbsolutes,
        Metric.FalsePositiveRate, Metric.TruePositiveRate);

    /// <summary>((PPVᵤ-PPVₚ)+(FORᵤ-FORₚ))/2, signed (AIF360).</summary>
    public static FairnessMetric AveragePredictiveValueDifference(string reference) => Against(
        nameof(AveragePredictiveValueDifference), "decisions mean the same on average", false, reference, Combine.Mean,
        Metric.Precision, Metric.FalseOmissionRate);

    /// <summary>The definition of this name.</summary>
    /// <param name="name">For example <c>EqualizedOddsDifference</c>, with <c>ToOverall</c> behind it when groups are held against all rows.</param>
    /// <param name="reference">The reference group, if there is one.</param>
    /// <exception cref="ArgumentException">There is none; the message lists those there are.</exception>
    public static FairnessMetric Named(string name, string? reference = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (MetricName.Split(name) is var (family, arguments) && arguments is [{ Length: > 0 } className])
        {
            return Named(family, reference).OfClass(className);
        }

        if (reference is not null && name.EndsWith(MeanSuffix, StringComparison.Ordinal))
        {
            return Named(name[..^MeanSuffix.Length], reference).Averaged();
        }

        FairnessMetric? found = All.SelectMany(m => new[] { m, m.ToOverall() }).FirstOrDefault(m => m.Name == name) ?? OfMetric(name);
        if (reference is null)
        {
            return found ?? throw Unknown(name);
        }

        return name switch
        {
            nameof(StatisticalParityDifference) => StatisticalParityDifference(reference),
            nameof(DisparateImpact) => DisparateImpact(reference),
            nameof(AverageOddsDifference) => AverageOddsDifference(reference),
            nameof(AverageAbsoluteOddsDifference) => AverageAbsoluteOddsDifference(reference),
            nameof(AveragePredictiveValueDifference) => AveragePredictiveValueDifference(reference),
            _ => found is { Comparison: GroupComparison.BetweenGroups } ? found.Against(reference) : throw Unknown(name),
        };
    }

    private static ArgumentException Unknown(string name) => new(
        $"There is no fairness metric '{name}'. They are: {string.Join(", ", All.Select(m => m.Name))}; against a reference also StatisticalParityDifference, DisparateImpact, AverageOddsDifference, AverageAbsoluteOddsDifference and AveragePredictiveValueDifference.");

    private static FairnessMetric Gap(string name, string words, params Metric[] rates) => new(name, words, false, rates);

    private static FairnessMetric Quotient(string name, string words, params Metric[] rates) => new(name, words, true, rates);

    private static FairnessMetric Against(string name, string words, bool isRatio, string reference, Combine combine, params Metric[] rates)
    {
        ArgumentException.ThrowIfNullOrEmpty(reference);
        return new FairnessMetric(name, words, isRatio, rates) { Comparison = GroupComparison.ToReference, Combine = combine, Reference = reference };
    }
}
