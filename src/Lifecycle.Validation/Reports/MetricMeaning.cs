namespace Lifecycle.Validation;

/// <summary>What figures mean, for people who decide and do not compute.</summary>
internal static class MetricMeaning
{
    /// <summary>A sentence, or null for figures that need the reader to know them.</summary>
    public static string? Of(string metric, string outcome) => metric switch
    {
        nameof(Metric.AreaUnderRoc) => $"How often the model scores somebody who is truly {outcome} above somebody who is not: 1 is always, 0.5 is as good as a coin.",
        nameof(Metric.Accuracy) => "Share of all decisions that were right.",
        nameof(Metric.ErrorRate) => "Share of all decisions that were wrong.",
        nameof(Metric.BaseRate) => $"Share of all people who are truly {outcome}.",
        nameof(Metric.SelectionRate) => $"Share of all people whom the model calls {outcome}.",
        nameof(Metric.TruePositiveRate) => $"Of those who are truly {outcome}, the share whom the model calls {outcome}.",
        nameof(Metric.FalseNegativeRate) => $"Of those who are truly {outcome}, the share whom the model does not call {outcome}.",
        nameof(Metric.FalsePositiveRate) => $"Of those who are not {outcome}, the share whom the model calls {outcome} all the same.",
        nameof(Metric.TrueNegativeRate) => $"Of those who are not {outcome}, the share whom the model does not call {outcome}.",
        nameof(Metric.Precision) => $"Of those whom the model calls {outcome}, the share who truly are.",
        nameof(Metric.F1) => "One figure for precision and true positive rate: 1 is perfect, 0 is none right.",
        nameof(Metric.Brier) => "Mean squared distance between the stated probability and what came true: 0 is perfect.",
        nameof(Metric.LogLoss) => "How surprised the model was by what came true: 0 is perfect, confident errors weigh most.",
        nameof(Metric.ExpectedCalibrationError) => "How far stated probabilities lie from observed shares, on average.",
        nameof(Metric.MeanAbsoluteError) => "By how much the model is off on average.",
        nameof(Metric.RootMeanSquaredError) => "By how much the model is typically off; large misses weigh more.",
        nameof(Metric.RSquared) => "Share of the variation that the model explains: 1 is all, 0 is as good as the mean.",
        nameof(FairnessMetric.EqualOpportunityDifference) => $"Of those who are truly {outcome}: how far apart the groups lie in the share whom the model calls {outcome}.",
        nameof(FairnessMetric.DemographicParityDifference) => $"How far apart the groups lie in the share whom the model calls {outcome}, whatever is true.",
        nameof(FairnessMetric.DemographicParityRatio) => $"The lowest share of a group whom the model calls {outcome}, divided by the highest.",
        nameof(FairnessMetric.EqualizedOddsDifference) => "How far apart the groups lie in right or in wrong positive decisions, whichever is worse.",
        "UpliftPerThousand" => "How much more money 1,000 decisions of the model make than what it is compared with.",
        _ => null,
    };
}
