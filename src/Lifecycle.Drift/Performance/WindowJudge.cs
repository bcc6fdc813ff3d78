namespace Lifecycle.Drift;

/// <summary>Makes the point of a window from its predictions.</summary>
internal sealed class WindowJudge(PerformanceEstimator estimator)
{
    private const int LeastLabels = 30;

    private readonly EstimateDoubts _doubts = new(estimator);

    /// <summary>Judges a window.</summary>
    /// <param name="window">Whose, and when.</param>
    /// <param name="rows">Its predictions, in any order.</param>
    /// <param name="known">Estimates that were made of the same predictions; null to make them, as it is done when they are of other metrics.</param>
    public PerformancePoint Judge(DriftWindow window, List<OpenPrediction> rows, IReadOnlyList<MetricPoint>? known)
    {
        double[] scores = new double[rows.Count];
        bool[] predicted = new bool[rows.Count];
        int labelled = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            (scores[i], predicted[i]) = (rows[i].Score, rows[i].Predicted);
            labelled += rows[i].IsLabelled ? 1 : 0;
        }

        double[] labelledScores = new double[labelled];
        bool[] labelledPredicted = new bool[labelled], labels = new bool[labelled];
        long[] delays = new long[labelled];
        int at = 0;
        foreach (OpenPrediction row in rows)
        {
            if (row.IsLabelled)
            {
                (labelledScores[at], labelledPredicted[at], labels[at], delays[at]) = (row.Score, row.Predicted, row.Actual, row.Time);
                at++;
            }
        }

        IReadOnlyList<MetricEstimate> estimates = known is not null && known.Select(k => k.Metric).SequenceEqual(estimator.Metrics)
            ? [.. known.Select(k => k.Estimated)]
            : estimator.Estimate(ScoredRows.Of(scores, predicted, estimator.Options.PositiveFrom), estimator.Metrics, withIntervals: true);
        return new PerformancePoint
        {
            Window = window,
            Rows = rows.Count,
            Labelled = labelled,
            LabelDelay = LabelDelay.Of(delays),
            Metrics = Metrics(estimates, scores, labelledScores, labelledPredicted, labels),
            Warnings = rows.Count == 0 ? [] : _doubts.Of(scores, labelledScores, labels),
        };
    }

    private MetricPoint[] Metrics(IReadOnlyList<MetricEstimate> estimates, double[] scores, double[] labelledScores, bool[] predicted, bool[] labels)
    {
        double[] numbers = ScoredRows.Numbers(labels);
        ScoredRows measured = ScoredRows.Of(labelledScores, predicted, estimator.Options.PositiveFrom, numbers, default), weighted = measured;
        string? reason = labels.Length == 0 ? "there are no labels yet" : null;
        double effective = labels.Length;
        if (labels.Length > 0 && labels.Length < scores.Length)
        {
            double[] weights = ScoreTenths.Weights(scores, labelledScores, out reason);
            effective = reason is null ? ScoreTenths.EffectiveRows(weights) : effective;
            weighted = reason is null ? ScoredRows.Of(labelledScores, predicted, estimator.Options.PositiveFrom, numbers, weights) : measured;
        }

        MetricPoint[] points = new MetricPoint[estimates.Count];
        for (int m = 0; m < points.Length; m++)
        {
            PerformanceMetric metric = estimates[m].Metric;
            points[m] = new MetricPoint
            {
                Estimated = estimates[m],
                Realized = labels.Length == 0 ? MetricEstimate.Undefined(metric, reason!) : MetricFormula.Of(metric, measured, measured.Probabilities),
                Reweighted = reason is null ? MetricFormula.Of(metric, weighted, weighted.Probabilities) : MetricEstimate.Undefined(metric, reason),
                Reference = estimator.ReferenceOf(metric, scores.Length),
                Limit = estimator.LimitOf(metric, scores.Length),
                RealizedLimit = labels.Length >= LeastLabels ? estimator.LimitOf(metric, effective) : double.NaN,
            };
        }

        return points;
    }
}
