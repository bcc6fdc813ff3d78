using static Lifecycle.Validation.Direction;

namespace Lifecycle.Validation;

public sealed partial class Metric
{
    /// <summary>Number of rows (sum of weights).</summary>
    public static Metric Count { get; } =
        Counted(nameof(Count), "number of rows", Neither, 0, double.PositiveInfinity, c => MetricValue.Of(c.Total), Everything);

    /// <summary>Share of truly positive rows, (TP+FN)/n.</summary>
    public static Metric BaseRate { get; } = Proportion(nameof(BaseRate), "share truly {0}", Neither,
        new(c => c.Positives, c => c.Total, UndefinedReason.NoRows));

    /// <summary>Share of rows decided positive, (TP+FP)/n; Fairlearn's mean prediction, Aequitas' pprev.</summary>
    public static Metric SelectionRate { get; } = Proportion(nameof(SelectionRate), "share predicted {0}", Neither,
        new(c => c.PredictedPositives, c => c.Total, UndefinedReason.NoRows));

    /// <summary>Rows decided positive of the group over those of all, Aequitas' ppr.</summary>
    public static Metric PredictedPositiveShare { get; } = new(
        nameof(PredictedPositiveShare), "share of all predicted {0} that is in the group", Neither, 0, 1, rows => MetricValue.Quotient(
            rows.Counts.PredictedPositives, (rows.AllCounts ?? rows.Counts).PredictedPositives, UndefinedReason.NoPredictedPositives))
        {
            NeedsRows = false,
        };

    /// <summary>Share of right decisions, (TP+TN)/n.</summary>
    public static Metric Accuracy { get; } = Proportion(nameof(Accuracy), "share of right decisions", HigherIsBetter,
        new(c => c.TruePositives + c.TrueNegatives, c => c.Total, UndefinedReason.NoRows), Decisions);

    /// <summary>Share of wrong decisions (zero-one loss), 1 - accuracy.</summary>
    public static Metric ErrorRate { get; } = Proportion(nameof(ErrorRate), "share of wrong decisions", LowerIsBetter,
        new(c => c.FalsePositives + c.FalseNegatives, c => c.Total, UndefinedReason.NoRows), Decisions);

    /// <summary>Recall, TP/(TP+FN).</summary>
    public static Metric TruePositiveRate { get; } = Proportion(nameof(TruePositiveRate), "share predicted {0} among the truly {0}", HigherIsBetter,
        new(c => c.TruePositives, c => c.Positives, UndefinedReason.NoPositives));

    /// <summary>Misses, FN/(TP+FN).</summary>
    public static Metric FalseNegativeRate { get; } = Proportion(nameof(FalseNegativeRate), "share missed among the truly {0}", LowerIsBetter,
        TruePositiveRate.Share!.Complement());

    /// <summary>Specificity, TN/(TN+FP).</summary>
    public static Metric TrueNegativeRate { get; } = Proportion(nameof(TrueNegativeRate), "share rightly not predicted {0} among the others", HigherIsBetter,
        new(c => c.TrueNegatives, c => c.Negatives, UndefinedReason.NoNegatives));

    /// <summary>False alarms, FP/(TN+FP).</summary>
    public static Metric FalsePositiveRate { get; } = Proportion(nameof(FalsePositiveRate), "share wrongly predicted {0} among those who are not", LowerIsBetter,
        TrueNegativeRate.Share!.Complement());

    /// <summary>Share of positive decisions that are right, TP/(TP+FP).</summary>
    public static Metric Precision { get; } = Proportion(nameof(Precision), "share truly {0} among those predicted {0}", HigherIsBetter,
        new(c => c.TruePositives, c => c.PredictedPositives, UndefinedReason.NoPredictedPositives));

    /// <summary>FP/(TP+FP).</summary>
    public static Metric FalseDiscoveryRate { get; } = Proportion(nameof(FalseDiscoveryRate), "share wrong among those predicted {0}", LowerIsBetter,
        Precision.Share!.Complement());

    /// <summary>TN/(TN+FN).</summary>
    public static Metric NegativePredictiveValue { get; } = Proportion(nameof(NegativePredictiveValue), "share right among those not predicted {0}",
        HigherIsBetter, new(c => c.TrueNegatives, c => c.PredictedNegatives, UndefinedReason.NoPredictedNegatives));

    /// <summary>FN/(TN+FN).</summary>
    public static Metric FalseOmissionRate { get; } = Proportion(nameof(FalseOmissionRate), "share truly {0} among those not predicted so", LowerIsBetter,
        NegativePredictiveValue.Share!.Complement());

    /// <summary>2TP/(2TP+FP+FN).</summary>
    public static Metric F1 { get; } = Counted(nameof(F1), "F1 score", HigherIsBetter, 0, 1, CountMetrics.F1);

    /// <summary>(TPR+TNR)/2; undefined when either is.</summary>
    public static Metric BalancedAccuracy { get; } = Counted(nameof(BalancedAccuracy), "balanced accuracy", HigherIsBetter, 0, 1, CountMetrics.BalancedAccuracy);

    /// <summary>(TP TN - FP FN)/√((TP+FP)(TP+FN)(TN+FP)(TN+FN)) (Matthews 1975).</summary>
    public static Metric MatthewsCorrelation { get; } =
        Counted(nameof(MatthewsCorrelation), "Matthews correlation", HigherIsBetter, -1, 1, CountMetrics.MatthewsCorrelation);

    /// <summary>(po-pe)/(1-pe) (Cohen 1960), of two or more classes.</summary>
    public static Metric CohenKappa { get; } = Varied(
        Counted(nameof(CohenKappa), "Cohen's kappa", HigherIsBetter, -1, 1, CountMetrics.CohenKappa),
        multiclass: ByClass(nameof(CohenKappa), "Cohen's kappa", -1, MulticlassMetrics.CohenKappa));

    /// <summary>TPR-FPR (Youden 1950).</summary>
    public static Metric Informedness { get; } = Counted(nameof(Informedness), "informedness", HigherIsBetter, -1, 1, CountMetrics.Informedness);

    /// <summary>TPR/FPR; undefined when no negative row is decided positive.</summary>
    public static Metric PositiveLikelihoodRatio { get; } = Counted(
        nameof(PositiveLikelihoodRatio), "positive likelihood ratio", HigherIsBetter, 0, double.PositiveInfinity, CountMetrics.PositiveLikelihoodRatio);

    private static Metric Proportion(string name, string words, Direction direction, CountShare share, MetricKinds kinds = MetricKinds.Binary) =>
        new(name, words, direction, 0, 1, rows => share.Of(rows.Counts)) { Share = share, OfCounts = share.Of, NeedsRows = false, Kinds = kinds };

    private static Metric Counted(
        string name, string words, Direction direction, double minimum, double maximum, Func<ConfusionCounts, MetricValue> compute,
        MetricKinds kinds = MetricKinds.Binary) =>
        new(name, words, direction, minimum, maximum, rows => compute(rows.Counts)) { OfCounts = compute, NeedsRows = false, Kinds = kinds };
}
