using Lifecycle.Statistics;

namespace Lifecycle.Drift;

public sealed partial class PerformanceEstimator
{
    internal const int Replicates = 50;
    private const double NormalBound = 1.959963984540054;
    private const double NannyMLErrors = 3;

    /// <summary>
    /// Estimates and the 95 % intervals of the values that labels will show: 2·estimate - mean of the bootstrap refits ± 1.96 √(label noise + variance
    /// of the refits).
    /// </summary>
    internal IReadOnlyList<MetricEstimate> Estimate(ScoredRows rows, IReadOnlyList<PerformanceMetric> metrics, bool withIntervals)
    {
        double[] probabilities = new double[rows.Count];
        _calibration.Predict(rows.Scores, probabilities);
        if (_options.IsNannyML)
        {
            return [.. metrics.Select(m => LikeNannyML(m, rows, probabilities))];
        }

        MetricEstimate[] estimates = [.. metrics.Select(m => MetricFormula.Of(m, rows, probabilities))];
        if (!withIntervals || rows.Count == 0)
        {
            return estimates;
        }

        double[,] refits = RefitValues(rows, metrics);
        for (int m = 0; m < estimates.Length; m++)
        {
            if (estimates[m].IsDefined)
            {
                estimates[m] = estimates[m] with { Interval = Interval(estimates[m], MetricFormula.LabelNoise(metrics[m], rows, probabilities), refits, m) };
            }
        }

        return estimates;
    }

    internal static Interval Interval(MetricEstimate estimate, double noise, double[,] refits, int metric)
    {
        double sum = 0, squares = 0;
        int count = 0;
        for (int b = 0; b < refits.GetLength(0); b++)
        {
            // A refit can leave a metric undefined (all rows certain); it then says nothing of its spread.
            double away = refits[b, metric] - estimate.Value;
            sum += double.IsNaN(away) ? 0 : away;
            squares += double.IsNaN(away) ? 0 : away * away;
            count += double.IsNaN(away) ? 0 : 1;
        }

        double bias = count > 0 ? sum / count : 0, variance = count > 1 ? (squares - sum * bias) / (count - 1) : 0;
        double half = NormalBound * Math.Sqrt(noise + Math.Max(0, variance));
        (double least, double greatest) = estimate.Metric.Range;
        return new Interval(Math.Clamp(estimate.Value - bias - half, least, greatest), Math.Clamp(estimate.Value - bias + half, least, greatest));
    }

    private double[,] RefitValues(ScoredRows rows, IReadOnlyList<PerformanceMetric> metrics)
    {
        ScoreCalibration[] refits = _refits.Value;
        double[,] values = new double[refits.Length, metrics.Count];
        double[] probabilities = new double[rows.Count];
        for (int b = 0; b < refits.Length; b++)
        {
            refits[b].Predict(rows.Scores, probabilities);
            for (int m = 0; m < metrics.Count; m++)
            {
                values[b, m] = MetricFormula.Value(metrics[m], rows, probabilities);
            }
        }

        return values;
    }

    /// <summary>The calibration fitted to 50 resamples of the reference; none where nothing is fitted.</summary>
    private ScoreCalibration[] Refit()
    {
        if (_calibration.Method == CalibrationMethod.None)
        {
            return [];
        }

        ScoreCalibration[] refits = new ScoreCalibration[Replicates];
        double[] counts = new double[_reference.Count];
        for (int b = 0; b < refits.Length; b++)
        {
            Bootstrap.DrawCounts(new RandomStream(_options.Seed, (ulong)b), counts);
            refits[b] = ScoreCalibration.Fit(_calibration.Method, _reference, _labels, counts);
        }

        return refits;
    }

    private MetricEstimate LikeNannyML(PerformanceMetric metric, ScoredRows rows, double[] probabilities)
    {
        double value = NannyMLForm.Value(metric, rows, probabilities);
        if (rows.Count == 0 || double.IsNaN(value))
        {
            return MetricFormula.Of(metric, rows, probabilities) is { IsDefined: false } undefined ? undefined
                : MetricEstimate.Undefined(metric, "the rounded sums are 0 over 0");
        }

        MetricEstimate estimate = new(metric, value);
        if (!_figures.TryGetValue(metric, out ReferenceFigure? figure) || double.IsNaN(figure.UnitError))
        {
            return estimate;
        }

        double half = NannyMLErrors * figure.Error(rows.Count);
        (double least, double greatest) = metric.Range;
        return estimate with { Interval = new Interval(Math.Max(least, value - half), Math.Min(greatest, value + half)) };
    }
}
