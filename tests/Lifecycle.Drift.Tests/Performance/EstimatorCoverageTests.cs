namespace Lifecycle.Drift.Tests;

/// <summary>Intervals hold what they say, and estimates are near, when the inputs shift.</summary>
public sealed class EstimatorCoverageTests
{
    private static readonly PerformanceMetric[] Metrics = [PerformanceMetric.AreaUnderRoc, PerformanceMetric.F1, PerformanceMetric.Accuracy];

    [Fact]
    public void Intervals_cover_what_labels_show()
    {
        const int Rounds = 400;
        int[] covered = new int[Metrics.Length];
        for (ulong round = 0; round < Rounds; round++)
        {
            LogisticRows reference = LogisticRows.Draw(5000, 77, 2 * round), chunk = LogisticRows.Draw(1000, 77, 2 * round + 1, shift: 0.4);
            PerformanceEstimator estimator = PerformanceEstimator.Fit(
                reference.Scores, reference.Labels, q => q.Metrics(Metrics).Calibrate(CalibrationMethod.Isotonic).Draw(round));
            IReadOnlyList<MetricEstimate> estimates = estimator.Estimate(chunk.Scores, chunk.Predicted);
            for (int m = 0; m < Metrics.Length; m++)
            {
                covered[m] += estimates[m].Interval!.Value.Contains(Realized(Metrics[m], chunk)) ? 1 : 0;
            }
        }

        Assert.All(covered, c => Assert.InRange(c / (double)Rounds, .93, .97));
    }

    [Fact]
    public void Estimates_are_within_a_hundredth()
    {
        const int Rounds = 40;
        double[] away = new double[Metrics.Length];
        for (ulong round = 0; round < Rounds; round++)
        {
            LogisticRows reference = LogisticRows.Draw(20_000, 78, 2 * round), chunk = LogisticRows.Draw(5000, 78, 2 * round + 1, shift: 0.4);
            PerformanceEstimator estimator = PerformanceEstimator.Fit(
                reference.Scores, reference.Labels, q => q.Metrics(Metrics).Calibrate(CalibrationMethod.Isotonic));
            for (int m = 0; m < Metrics.Length; m++)
            {
                double estimate = estimator.Estimate(Metrics[m], chunk.Scores, chunk.Predicted, withInterval: false).Value;
                away[m] += Math.Abs(estimate - Realized(Metrics[m], chunk)) / Rounds;
            }
        }

        Assert.All(away, a => Assert.InRange(a, 0, .01));
    }

    private static double Realized(PerformanceMetric metric, LogisticRows rows) =>
        PerformanceEstimator.Measure(metric, rows.Scores, rows.Predicted, rows.Labels).Value;
}
