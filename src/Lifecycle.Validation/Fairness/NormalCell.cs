using Lifecycle.Statistics;

namespace Lifecycle.Validation;

/// <summary>
/// A figure of a group's rows whose sampling error is known to be near normal: the area under the ROC curve by DeLong, means by s²/n. Its
/// variance stays when it is drawn anew.
/// </summary>
internal sealed class NormalCell : GroupCell
{
    /// <summary>From how many rows on (of each class, for an area) the normal law is trusted.</summary>
    public const int LeastRows = 30;

    private readonly double _error;

    private NormalCell(string group, Metric metric, double value, double variance, double rows, bool isRatio)
        : base(group, metric, value, rows)
    {
        (Estimate, Variance) = Scale(value, variance, isRatio);
        _error = Math.Sqrt(Variance);
    }

    public static bool CanJudge(Metric metric) => metric == Metric.AreaUnderRoc || metric.Terms is not null;

    /// <summary>The cell, or why there is none.</summary>
    public static (NormalCell? Cell, UndefinedReason Reason, double Rows) Of(string group, Metric metric, EvaluationSet rows, bool isRatio)
    {
        (double value, double variance, double least) = metric == Metric.AreaUnderRoc ? Area(rows) : Mean(metric.Terms!(rows));
        if (least < LeastRows)
        {
            return (null, UndefinedReason.TooFewRows, least);
        }

        return variance > 0 && double.IsFinite(variance) && (!isRatio || value > 0)
            ? (new NormalCell(group, metric, value, variance, least, isRatio), default, least)
            : (null, UndefinedReason.ZeroVariance, least);
    }

    public override void Draw(RandomStream random, out double estimate, out double variance)
    {
        estimate = Estimate + _error * random.NextGaussian();
        variance = Variance;
    }

    private static (double Value, double Variance, double Rows) Area(EvaluationSet rows)
    {
        AreaEstimate estimate = DeLong.Estimate(rows.Scores, rows.Labels);
        return (estimate.Area, estimate.Variance, Math.Min(estimate.Positives, estimate.Negatives));
    }

    private static (double Value, double Variance, double Rows) Mean(double[] terms)
    {
        PairedMeans mean = new(Array.FindAll(terms, t => !double.IsNaN(t)));
        return (mean.Difference, mean.StandardError * mean.StandardError, mean.Count);
    }
}
